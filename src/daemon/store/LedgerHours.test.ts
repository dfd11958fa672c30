import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aCorrection, aLedgerRow, aReservation } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { Correction, LedgerCell, LedgerRow } from '../../domain/ledger.ts'

const accounts = ['api_key', 'subscription']
const months = [Date.UTC(2026, 3, 1), Date.UTC(2026, 4, 1), Date.UTC(2026, 5, 1)]
const hour = 3_600_000

/** Times of two days around a month's end, on the edges of hours more often than chance would have it. */
const time = fc
  .tuple(fc.integer({ min: -24, max: 24 }), fc.constantFrom(0, 1, -1, 1_234_567, hour - 1))
  .map(([hours, offset]) => Date.UTC(2026, 5, 1) + hours * hour + offset)

const call = fc.record({
  no: fc.integer({ min: 0, max: 15 }),
  // The clock moves as it likes: the period need not be the one the time lies in.
  atMs: time,
  periodMs: fc.constantFrom(...months),
  account: fc.constantFrom(...accounts),
  model: fc.constantFrom('cheap', 'strong', 'short_circuit'),
  route: fc.constantFrom('slack_dm', 'unknown' as const),
  escalated: fc.boolean(),
  reason: fc.constantFrom(null, '', 'decision_language'),
  clampedSignal: fc.constantFrom(null, 'opus_prefix'),
  inputTokens: fc.nat(9_999),
  cacheReadTokens: fc.nat(9_999),
  costNanoUsd: fc.option(fc.nat(9_999_999), { freq: 1 }),
  poolChargeNanoUsd: fc.nat(9_999_999),
  savedNanoUsd: fc.nat(999),
})
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('append', 'settle'), call }),
  fc.record({
    kind: fc.constant('correct' as const),
    no: fc.integer({ min: 0, max: 15 }),
    costNanoUsd: fc.nat(9_999_999),
  }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Outcome {
  readonly found: 'inserted' | 'duplicate' | null
  readonly expected: 'inserted' | 'duplicate' | null
}

/** What the sums must say, the slow way. */
function addUp(rows: LedgerRow[], corrections: Map<string, Correction>): LedgerCell[] {
  const cells = new Map<string, LedgerCell>()
  for (const row of rows) {
    const { route, model, escalated } = row
    const key = { route, model, escalated, reason: row.reason ?? '', clampedSignal: row.clampedSignal ?? '' }
    const none = { calls: 0, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 0 }
    const free = { costNanoUsd: 0, poolNanoUsd: 0, unpriced: 0, savedNanoUsd: 0 }
    const sum = cells.get(JSON.stringify(key)) ?? { ...key, ...none, ...free }
    const later = corrections.get(row.id)
    cells.set(JSON.stringify(key), {
      ...key,
      calls: sum.calls + 1,
      inputTokens: sum.inputTokens + row.inputTokens,
      outputTokens: sum.outputTokens + row.outputTokens,
      cacheReadTokens: sum.cacheReadTokens + row.cacheReadTokens,
      cacheCreationTokens: sum.cacheCreationTokens + row.cacheCreationTokens,
      costNanoUsd: sum.costNanoUsd + (row.costNanoUsd ?? later?.costNanoUsd ?? 0),
      poolNanoUsd: sum.poolNanoUsd + row.poolChargeNanoUsd + (later?.poolDeltaNanoUsd ?? 0),
      unpriced: sum.unpriced + (row.costNanoUsd === null && !later ? 1 : 0),
      savedNanoUsd: sum.savedNanoUsd + row.savedNanoUsd,
    })
  }
  return [...cells.values()]
}

const sorted = (cells: readonly LedgerCell[]) => cells.map((cell) => JSON.stringify(cell)).toSorted()
const charged = (cells: readonly LedgerCell[]) => cells.reduce((sum, cell) => sum + cell.poolNanoUsd, 0)

test('whatever is appended, settled, repeated and corrected, the sums by hour say what the rows say', async () => {
  const { store, file } = await openTestStore()
  const { ledger } = store
  const reading = new Database(file, { readonly: true })
  const hours = reading.prepare<[number], Record<string, number>>(
    `SELECT sum(calls) AS calls, sum(cost_nano_usd) AS cost, sum(pool_nano_usd) AS pool, sum(unpriced) AS unpriced
     FROM (SELECT * FROM ledger_hours UNION ALL SELECT * FROM ledger_tail) WHERE period_ms = ?`,
  )
  const written = reading.prepare<[number], Record<string, number>>(
    `SELECT count(*) AS calls, sum(coalesce(l.cost_nano_usd, c.cost_nano_usd, 0)) AS cost,
       sum(l.pool_charge_nano_usd + coalesce(c.pool_delta_nano_usd, 0)) AS pool,
       count(*) FILTER (WHERE l.cost_nano_usd IS NULL AND c.id IS NULL) AS unpriced
     FROM ledger AS l LEFT JOIN ledger_corrections AS c ON c.request_id = l.request_id WHERE l.period_ms = ?`,
  )
  const rows: LedgerRow[] = []
  const corrections = new Map<string, Correction>()
  let run = 0

  function correct(round: number, step: Step & { kind: 'correct' }): Outcome {
    const row = ledger.row(`${round}-${step.no}`)
    if (row?.costNanoUsd !== null) return { found: null, expected: null }
    const { atMs, periodMs, route, model, poolChargeNanoUsd } = row
    const { costNanoUsd } = step
    const known = corrections.has(row.id)
    const correction = aCorrection({
      id: known ? `${row.id}-again` : row.id,
      requestId: row.requestId,
      callAtMs: atMs,
      periodMs,
      route,
      model,
      costNanoUsd,
      poolDeltaNanoUsd: costNanoUsd - poolChargeNanoUsd,
    })
    if (!known) corrections.set(row.id, correction)
    return { found: ledger.correct(correction), expected: known ? 'duplicate' : 'inserted' }
  }

  function write(round: number, { kind, call: { no, ...changes } }: Step & { kind: 'append' | 'settle' }): Outcome {
    const id = `${round}-${no}`
    const known = ledger.row(id) !== null
    const row = aLedgerRow({ ...changes, id: known ? `${id}-again` : id, requestId: id, reportId: id })
    if (!known) rows.push(row)
    if (kind === 'settle') ledger.reserve(aReservation({ id }))
    const found = kind === 'settle' ? ledger.settle(id, row) : ledger.append(row)
    return { found, expected: known ? 'duplicate' : 'inserted' }
  }

  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60, size: 'max' }),
      fc.array(time, { minLength: 3, maxLength: 3 }),
      (todo, sinces) => {
        run += 1
        const outcomes = todo.map((step) => (step.kind === 'correct' ? correct(run, step) : write(run, step)))
        expect(outcomes.filter(({ found, expected }) => found !== expected)).toEqual([])
        expect(ledger.reservations()).toEqual([])
        // Both ways: the sums have caught up, or what they lack is read from the rows.
        if (run % 2 === 0) ledger.catchUp()
        for (const month of months) expect(hours.get(month)).toEqual(nothing(written.get(month)))
        for (const account of accounts) {
          const own = rows.filter((row) => row.account === account)
          for (const month of months) {
            const cells = addUp(
              own.filter(({ periodMs }) => periodMs === month),
              corrections,
            )
            expect(sorted(ledger.periodCells(month, account))).toEqual(sorted(cells))
          }
          for (const since of sinces) {
            const cells = addUp(
              own.filter(({ atMs }) => atMs >= since),
              corrections,
            )
            expect(sorted(ledger.cellsSince(since, account))).toEqual(sorted(cells))
            expect(ledger.chargedSince(since, account)).toBe(charged(cells))
          }
        }
      },
    ),
    { numRuns: 60 },
  )
  expect(rows.length).toBeGreaterThan(100)
  expect(corrections.size).toBeGreaterThan(10)
  reading.close()
})

/** No hours at all have no number of calls; no rows have none. */
function nothing(found: Record<string, number> | undefined) {
  return found?.['calls'] === 0 ? { calls: null, cost: null, pool: null, unpriced: null } : found
}
