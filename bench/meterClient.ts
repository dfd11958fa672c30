/**
 * One client of the simulated model service: a store and a gateway of its own, `count` calls in four lanes, every tenth
 * aborted half-way. Prints what its windows and its ledger hold as one line of JSON, for `bench/meter.ts`.
 * Arguments: number of the client, address, count.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { systemClock } from '../src/daemon/platform/clock.ts'
import { aRequest } from '../test/fakes/costWorld.ts'
import { half, watchReplies } from '../test/fakes/watchReplies.ts'
import { openCosts } from './costs.ts'

export interface Sums {
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheCreationTokens: number
  readonly costNanoUsd: number
}
export type ByModel = Record<string, Sums>

export interface ClientReport {
  readonly windows: Record<'process_lifetime' | 'rolling_24h' | 'monthly', ByModel>
  readonly ledger: ByModel
  /** What the budget says was spent. */
  readonly spentNanoUsd: number
  /** Rows whose cost is not tokens times price. */
  readonly wronglyPriced: number
  readonly aborted: number
  readonly reservationsLeft: number
}

interface Row extends Omit<Sums, 'calls' | 'costNanoUsd'> {
  readonly model: string
  readonly oneHour: number
  readonly costNanoUsd: number | null
}

const rowsSql = `SELECT model, input_tokens AS inputTokens, output_tokens AS outputTokens,
  cache_read_tokens AS cacheReadTokens, cache_creation_tokens AS cacheCreationTokens,
  cache_creation1h_tokens AS oneHour, cost_nano_usd AS costNanoUsd FROM ledger`

const [no = '0', baseUrl = '', count = '1000'] = process.argv.slice(2)
const lanes = 4

/** Nanodollars a token, read from the shipped file as a person would read it. */
function pricesOf(model: string): Record<string, number> {
  const file = new URL('../resources/prices.json', import.meta.url)
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as {
    rows: { model: string; aliases: string[]; effectiveTo: string | null; usdPerMillion: Record<string, number> }[]
  }
  const name = model.replace(/-\d{8}$/, '')
  const row = rows.find((one) => [one.model, ...one.aliases].includes(name) && one.effectiveTo === null)
  if (!row) throw new Error(`no price for ${model}`)
  return Object.fromEntries(Object.entries(row.usdPerMillion).map(([name, usd]) => [name, Math.round(usd * 1_000)]))
}

const prices = new Map<string, Record<string, number>>()

function costOf(row: Row): number {
  const price = prices.get(row.model) ?? pricesOf(row.model)
  prices.set(row.model, price)
  const at = (name: string): number => price[name] ?? Number.NaN
  return (
    row.inputTokens * at('input') +
    row.outputTokens * at('output') +
    row.cacheReadTokens * at('cacheRead') +
    (row.cacheCreationTokens - row.oneHour) * at('cacheWrite5m') +
    row.oneHour * at('cacheWrite1h')
  )
}

function byModel(parts: readonly (Sums & { readonly model: string })[]): ByModel {
  const sums: ByModel = {}
  for (const part of parts) {
    const sofar = sums[part.model]
    sums[part.model] = {
      calls: (sofar?.calls ?? 0) + part.calls,
      inputTokens: (sofar?.inputTokens ?? 0) + part.inputTokens,
      outputTokens: (sofar?.outputTokens ?? 0) + part.outputTokens,
      cacheReadTokens: (sofar?.cacheReadTokens ?? 0) + part.cacheReadTokens,
      cacheCreationTokens: (sofar?.cacheCreationTokens ?? 0) + part.cacheCreationTokens,
      costNanoUsd: (sofar?.costNanoUsd ?? 0) + part.costNanoUsd,
    }
  }
  return sums
}

function readLedger(file: string): Row[] {
  const database = new Database(file, { readonly: true })
  try {
    return database.prepare<[], Row>(rowsSql).all()
  } finally {
    database.close()
  }
}

const folder = mkdtempSync(join(tmpdir(), 'kora-bench-'))
try {
  const givingUp = new Map<string, AbortController>()
  watchReplies((sent) => {
    const ending = givingUp.get(/call-\d+-\d+/.exec(sent)?.[0] ?? '')
    return ending ? { upTo: half, tell: () => ending.abort() } : null
  })
  const { store, world } = openCosts(folder, systemClock, { baseUrl })
  world.start()
  world.settings.update({ budget: { poolUsd: 1_000_000 } })

  let next = 0
  let aborted = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < Number(count); index = next++) {
      const name = `call-${no}-${index}`
      const aborts = index % 10 === 3
      const ending = new AbortController()
      if (aborts) givingUp.set(name, ending)
      const words = index % 5 === 0 ? 'Should we restart the worker?' : 'How is the worker?'
      const outcome = await world.gateway.call(
        aRequest(`${name} ${aborts ? 'half' : 'whole'} ${words}`, { signal: ending.signal }),
      )
      givingUp.delete(name)
      const ended = outcome.kind === 'failed' ? outcome.code : outcome.kind
      if (ended !== (aborts ? 'sdk_unknown_APIUserAbortError' : 'answered')) throw new Error(`${name}: ${ended}`)
      if (aborts) aborted++
    }
  }
  await Promise.all(Array.from({ length: lanes }, work))

  const state = world.budget.state()
  const windows = {
    process_lifetime: byModel(world.telemetry.cells('process_lifetime')),
    rolling_24h: byModel(world.telemetry.cells('rolling_24h')),
    monthly: byModel(world.telemetry.cells('monthly')),
  }
  const reservationsLeft = store.ledger.reservations().length
  await store.close()
  const rows = readLedger(join(folder, 'kora.db'))
  const report: ClientReport = {
    windows,
    ledger: byModel(rows.map((row) => ({ ...row, calls: 1, costNanoUsd: row.costNanoUsd ?? 0 }))),
    spentNanoUsd: state.kind === 'known' ? state.spentNanoUsd : Number.NaN,
    wronglyPriced: rows.filter((row) => row.costNanoUsd !== costOf(row)).length,
    aborted,
    reservationsLeft,
  }
  console.log(JSON.stringify(report))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
