import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createCostWorld } from '../fakes/costWorld.ts'
import { createMemoryLogger } from '../fakes/memoryLogger.ts'
import { periodMs } from '../fakes/records.ts'
import { tempFolder } from '../fakes/tempFolder.ts'
import { openTestStore } from '../fakes/testStore.ts'
import { spentNanoUsd } from './ledgerCalls.ts'
import { ledgerFacts } from './ledgerChecks.ts'
import { figure, randomBelow, rounds } from './storeRounds.ts'

const count = rounds(6)
/** Lines a round may tell before it is killed. */
const longest = 400

const writer = fileURLToPath(new URL('./ledgerWriter.ts', import.meta.url))

interface Told {
  /** What was spent after the start; null when it was killed before. */
  readonly spentNanoUsd: number | null
  /** Ids of reservations. */
  readonly reserved: readonly string[]
  readonly ended: readonly { readonly id: string; readonly requestId: string | null; readonly charge: number }[]
}

/** Runs the writer and kills it after some line, every third time while it takes up what was left. */
async function spendAndKill(file: string, round: number): Promise<Told> {
  const child = spawn(process.execPath, [writer, file, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const killAfter = round % 3 === 2 ? 1 : 2 + randomBelow(longest)
  let output = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    output += text
    if (output.split('\n').length > killAfter) child.kill('SIGKILL')
  })
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)))
  expect(signal).toBe('SIGKILL')
  const lines = output
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' '))
  const of = (kind: string) => lines.filter(([word]) => word === kind)
  return {
    spentNanoUsd: of('spent').map(([, nano]) => Number(nano))[0] ?? null,
    reserved: of('reserved').map(([, id = '']) => id),
    ended: of('ended').map(([, id = '', requestId, nano]) => ({
      id,
      requestId: requestId === '-' ? null : (requestId ?? null),
      charge: Number(nano),
    })),
  }
}

/** Of what was told: rows that are not there with that charge, ended reservations that still are, and lost ones. */
function compare(file: string, { reserved, ended }: Told): { lost: number; twice: number; gone: number } {
  const database = new Database(file, { readonly: true })
  const chargeOf = database.prepare('SELECT pool_charge_nano_usd FROM ledger WHERE request_id = ?').pluck()
  const isOpen = database.prepare('SELECT count(*) FROM reservations WHERE id = ?').pluck()
  const endedIds = new Set(ended.map(({ id }) => id))
  try {
    return {
      lost: ended.filter(({ requestId, charge }) => requestId !== null && chargeOf.get(requestId) !== charge).length,
      twice: ended.filter(({ id }) => isOpen.get(id) !== 0).length,
      gone: reserved.filter((id) => !endedIds.has(id) && isOpen.get(id) === 0).length,
    }
  } finally {
    database.close()
  }
}

test(
  `row 1: killed ${count} times while spending, no cent is lost or counted twice`,
  async () => {
    const folder = await tempFolder()
    const file = join(folder, 'kora.db')
    let [acknowledged, lost, twice, hydratedOtherwise, leftOpen] = [0, 0, 0, 0, 0]
    /** Rows and what was set aside when the process before was killed: what the next one has to take up. */
    let expectedNanoUsd = 0
    for (let round = 0; round < count; round++) {
      const told = await spendAndKill(file, round)
      if (told.spentNanoUsd !== null && told.spentNanoUsd !== expectedNanoUsd) hydratedOtherwise += 1
      const facts = ledgerFacts(file)
      const found = compare(file, told)
      acknowledged += told.ended.filter(({ requestId }) => requestId !== null).length
      // Of the step in which it was killed nobody was told: at most one reservation may have ended in silence.
      lost += found.lost + Math.max(0, found.gone - 1)
      twice += found.twice + facts.repeated + facts.wrongHours
      leftOpen += facts.reservations
      expect([...facts.pool.keys()].filter((period) => period !== periodMs)).toEqual([])
      expectedNanoUsd = (facts.pool.get(periodMs) ?? 0) + facts.reservedNanoUsd
    }

    const before = ledgerFacts(file)
    const { store, clock } = await openTestStore({ folder })
    const world = createCostWorld({
      store,
      clock,
      logger: createMemoryLogger(),
      baseUrl: 'http://127.0.0.1:9',
      overlayFile: join(folder, 'prices.json'),
    })
    world.start()
    const after = ledgerFacts(file)
    if (spentNanoUsd(world) !== expectedNanoUsd) hydratedOtherwise += 1
    expect(after).toMatchObject({
      rows: before.rows + before.reservations,
      reservations: 0,
      repeated: 0,
      wrongHours: 0,
    })
    expect(after.pool.get(periodMs)).toBe(expectedNanoUsd)
    const recovered = store.audit.list({ seam: 'budget.reservation_recovered', limit: 0 })
    const unpriced = await store.reader.ledgerPage({ only: 'unpriced' }, null, 100_000)
    const marked = unpriced.rows.filter(({ note }) => note === 'settled_after_crash')
    expect(marked).toHaveLength(recovered.length)
    expect(marked.every(({ poolBasis }) => poolBasis === 'reserved')).toBe(true)
    expect(await store.verifyAudit()).toMatchObject({ ok: true })

    const values = {
      rounds: count,
      acknowledged,
      lost,
      twice,
      hydratedOtherwise,
      recovered: recovered.length,
      leftOpen,
    }
    figure(1, 'SIGKILL while spending', values)
    expect(acknowledged).toBeGreaterThan(0)
    expect({ lost, twice, hydratedOtherwise }).toEqual({ lost: 0, twice: 0, hydratedOtherwise: 0 })
  },
  60_000 + count * 10_000,
)
