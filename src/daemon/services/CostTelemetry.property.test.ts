import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../../test/fakes/fakeClock.ts'
import { monthOf, openLedgerBook } from '../../../test/fakes/ledgerBook.ts'
import { type SpendWindow, spendWindows } from '../../contract/spend.ts'
import { cellOf } from '../../domain/costTelemetry.ts'
import type { Correction, LedgerCell, LedgerRow } from '../../domain/ledger.ts'
import { CostTelemetry } from './CostTelemetry.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

type Step =
  | { readonly kind: 'call'; readonly lateMs: number; readonly no: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'to'; readonly border: 'edge' | 'hour' | 'day' | 'month'; readonly ms: number }
  | { readonly kind: 'reprice'; readonly no: number }
  | { readonly kind: 'read'; readonly window: SpendWindow }
  | { readonly kind: 'restart' }

const span = fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 2 * dayMs }))
/** Stamped so long ago that it is about to leave the rolling day. */
const leavingHour = fc.integer({ min: dayMs - hourMs, max: dayMs })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      lateMs: fc.oneof(
        { weight: 4, arbitrary: fc.constant(0) },
        fc.integer({ min: -dayMs, max: 2 * dayMs }),
        leavingHour,
      ),
      no: fc.nat(11),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: span }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('to' as const),
      border: fc.constantFrom('edge' as const, 'hour' as const, 'day' as const, 'month' as const),
      ms: fc.integer({ min: -1, max: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: -40 * dayMs, max: 40 * dayMs }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reprice' as const), no: fc.nat(30) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), window: fc.constantFrom(...spendWindows) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
)

/** Kinds of call that differ in everything a window tells apart. */
const kinds: readonly Partial<LedgerRow>[] = [
  {},
  { route: 'slack_dm' },
  { model: 'strong', escalated: true, reason: 'decision_language', costNanoUsd: 9_007 },
  { reason: 'cost_clamp:warn_75', clampedSignal: 'opus_prefix', rung: 'warn_75' },
  { route: 'tool_loop_iteration', escalated: true, reason: 'tool_loop_iteration', cacheReadTokens: 7 },
  { model: 'short_circuit', costNanoUsd: 0, poolChargeNanoUsd: 0, savedNanoUsd: 11, inputTokens: 0 },
  { costNanoUsd: null },
  { costNanoUsd: null, route: 'slack_dm' },
]

test('whatever time does, every window is what a look at every row would say', async () => {
  const clock = createFakeClock()
  const book = await openLedgerBook(clock)
  let run = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const account = `run${(run += 1)}`
      clock.setWall(Date.UTC(2026, 4, 30, 22, 59, 59, 500))
      const rows: { row: LedgerRow; later: Correction | null }[] = []
      let process = 0
      let periodMs = monthOf(clock.nowMs())
      let telemetry = start()
      function start(): CostTelemetry {
        const started = new CostTelemetry({ ledger: book.ledger, clock, processId: `p${process}` })
        started.hydrate({ periodMs, account })
        return started
      }
      // As the budget does it: a period is left when its end has passed, never for an earlier one.
      const follow = (): void => {
        const month = monthOf(clock.nowMs())
        if (month <= periodMs) return
        periodMs = month
        telemetry.hydrate({ periodMs, account })
      }
      const check = (window: SpendWindow): void => {
        const nowMs = clock.nowMs()
        const within = ({ row }: { row: LedgerRow }): boolean => {
          if (window === 'process_lifetime') return row.processId === `p${process}`
          if (row.account !== account) return false
          if (window === 'monthly') return row.periodMs === periodMs
          return row.atMs >= (window === 'today' ? Math.floor(nowMs / dayMs) * dayMs : nowMs - dayMs)
        }
        expect(inOrder(telemetry.cells(window))).toEqual(inOrder(bruteForce(rows.filter(within))))
      }
      for (const move of steps) {
        if (move.kind === 'call') {
          const foreign = move.no > 9 ? 'another' : account
          const atMs = clock.nowMs() - move.lateMs
          const row = book.call({ atMs, periodMs, account: foreign, processId: `p${process}`, ...kinds[move.no % 8] })
          rows.push({ row, later: null })
          telemetry.add(row)
        } else if (move.kind === 'pass') {
          clock.setWall(clock.nowMs() + move.ms)
        } else if (move.kind === 'to') {
          clock.setWall(borderAfter(move.border, clock.nowMs(), rows[rows.length >> 1]?.row) + move.ms)
        } else if (move.kind === 'reprice') {
          const known = rows[move.no]
          if (known && known.row.costNanoUsd === null && known.later === null) {
            known.later = book.laterPrice(known.row)
            telemetry.correct(known.row, known.later)
          }
        } else if (move.kind === 'restart') {
          process += 1
          telemetry = start()
        } else {
          check(move.window)
        }
        follow()
      }
      for (const window of spendWindows) check(window)
    }),
    { numRuns: 60 },
  )
})

function borderAfter(border: 'edge' | 'hour' | 'day' | 'month', nowMs: number, row: LedgerRow | undefined): number {
  if (border === 'edge') return (row?.atMs ?? nowMs) + dayMs
  if (border === 'hour') return (Math.floor(nowMs / hourMs) + 1) * hourMs
  if (border === 'day') return (Math.floor(nowMs / dayMs) + 1) * dayMs
  return monthOf(monthOf(nowMs) + 32 * dayMs)
}

function bruteForce(rows: readonly { row: LedgerRow; later: Correction | null }[]): LedgerCell[] {
  const cells = new Map<string, LedgerCell>()
  for (const { row, later } of rows) {
    const priced =
      later === null ? row : { ...row, costNanoUsd: later.costNanoUsd, poolChargeNanoUsd: later.costNanoUsd }
    const one = cellOf(priced)
    const key = keyOf(one)
    const sum = cells.get(key)
    const added = Object.entries(one).map(([field, value]) => {
      const before = sum?.[field as keyof LedgerCell]
      return [field, typeof value === 'number' && typeof before === 'number' ? value + before : value]
    })
    cells.set(key, Object.fromEntries(added) as LedgerCell)
  }
  return [...cells.values()]
}

function inOrder(cells: readonly LedgerCell[]): LedgerCell[] {
  return cells.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

function keyOf({ route, model, escalated, reason, clampedSignal }: LedgerCell): string {
  return [route, model, escalated, reason, clampedSignal].join('|')
}
