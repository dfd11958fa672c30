import { createHash } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { CostWorld } from '../fakes/costWorld.ts'
import { createCostWorld } from '../fakes/costWorld.ts'
import type { FakeClock } from '../fakes/fakeClock.ts'
import { createMemoryLogger } from '../fakes/memoryLogger.ts'
import { openTestStore, type TestStore } from '../fakes/testStore.ts'
import { answered, setAside } from './ledgerCalls.ts'
import { ledgerFacts } from './ledgerChecks.ts'
import { figure, randomBelow, rounds } from './storeRounds.ts'

const count = rounds(12)
const steps = 40
const [hourMs, dayMs] = [3_600_000, 86_400_000]
const poolNanoUsd = 40_000_000

const starts = [
  Date.UTC(2026, 10, 30, 23, 59, 59, 999),
  Date.UTC(2026, 11, 31, 23, 0),
  Date.UTC(2028, 1, 28, 22, 0),
  Date.UTC(2028, 1, 29, 12, 0),
  Date.UTC(2027, 2, 1),
  Date.UTC(2027, 6, 15, 8, 30),
]

/** Every moment at which a provider with this anchor begins a period. */
function boundaries(anchorDay: number): number[] {
  return Array.from({ length: 12 * 60 }, (_, month) => Date.UTC(2020, month, anchorDay))
}

/** What must come of it, thought out as simply as possible: a list of periods, and a list of charges. */
class Expected {
  readonly periods: { startMs: number; endMs: number }[] = []
  readonly charges: { atMs: number; periodMs: number; nanoUsd: number }[] = []
  /** Whether each period but the first began with the end of a pause for cost. */
  readonly cleared: boolean[] = []

  get current(): { startMs: number; endMs: number } {
    const last = this.periods.at(-1)
    if (!last) throw new Error('no period yet')
    return last
  }

  get spent(): number {
    return this.chargedTo(this.current.startMs)
  }

  chargedTo(periodMs: number): number {
    return this.charges.reduce((sum, charge) => sum + (charge.periodMs === periodMs ? charge.nanoUsd : 0), 0)
  }

  since(fromMs: number): number {
    return this.charges.reduce((sum, { atMs, nanoUsd }) => sum + (atMs >= fromMs ? nanoUsd : 0), 0)
  }

  look(nowMs: number, anchorDay: number): void {
    const all = boundaries(anchorDay)
    const startMs = Math.max(...all.filter((moment) => moment <= nowMs))
    const endMs = Math.min(...all.filter((moment) => moment > nowMs))
    if (this.periods.length === 0) this.periods.push({ startMs, endMs })
    else if (nowMs >= this.current.endMs) {
      this.cleared.push(this.spent >= poolNanoUsd)
      this.periods.push({ startMs: Math.max(startMs, this.current.endMs), endMs })
    }
  }
}

function worldOver({ store, clock, folder }: TestStore): CostWorld {
  const overlayFile = join(folder, 'prices.json')
  return createCostWorld({ store, clock, logger: createMemoryLogger(), baseUrl: 'http://127.0.0.1:9', overlayFile })
}

/** Somebody sets the clock, or time passes, or the machine sleeps. */
function jump(clock: FakeClock, { startMs, endMs }: { startMs: number; endMs: number }): void {
  const nowMs = clock.nowMs()
  const ways = [
    () => clock.setWall(nowMs + randomBelow(3 * hourMs)),
    () => clock.setWall(nowMs + randomBelow(20 * dayMs)),
    () => clock.setWall(endMs - 1 + randomBelow(3)),
    () => clock.setWall(endMs + randomBelow(dayMs)),
    () => clock.setWall(startMs - 1 - randomBelow(35 * dayMs)),
    () => clock.setWall(nowMs - randomBelow(5 * dayMs)),
    () => clock.setWall(nowMs - (nowMs % dayMs) + dayMs - 1),
    () => clock.sleep(60 * dayMs + randomBelow(10 * dayMs)),
  ]
  ways[randomBelow(ways.length)]?.()
}

/** Request ids of all rows, as JSON. */
function known(file: string): string {
  const database = new Database(file, { readonly: true })
  const ids = database.prepare('SELECT request_id FROM ledger').pluck().all()
  database.close()
  return JSON.stringify(ids)
}

/** Digest of the rows with these request ids. */
function digest(file: string, ids: string): string {
  const database = new Database(file, { readonly: true })
  const named = 'SELECT * FROM ledger WHERE request_id IN (SELECT value FROM json_each(?)) ORDER BY request_id'
  const found = database.prepare(named).all(ids)
  database.close()
  return createHash('sha256').update(JSON.stringify(found)).digest('hex')
}

async function schedule(round: number) {
  const opened = await openTestStore()
  const { store, clock, file } = opened
  clock.setWall(starts[round % starts.length] ?? 0)
  let anchorDay = [1, 1, 15, 28][randomBelow(4)] ?? 1
  const expected = new Expected()
  let world = worldOver(opened)
  const budget = { poolUsd: poolNanoUsd / 1e9, anchorDay, dailyCapUsd: 1 }
  world.settings.update({ budget })
  world.start()
  expected.look(clock.nowMs(), anchorDay)
  const wrong: string[] = []
  let [crossed, behind, restarts] = [0, 0, 0]

  const check = (what: string, found: unknown, wanted: unknown): void => {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
      wrong.push(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
    }
  }
  const compare = (after: string): void => {
    const nowMs = clock.nowMs()
    const state = world.budget.state()
    if (state.kind === 'unknown') return void wrong.push(`${after}: unknown`)
    check(`${after}: period`, [state.periodStartMs, state.periodEndMs], Object.values(expected.current))
    check(`${after}: spent`, state.spentNanoUsd, expected.spent)
    check(`${after}: today`, state.dailyCap?.spentNanoUsd, expected.since(nowMs - (nowMs % dayMs)))
    check(`${after}: clock behind`, state.clockBehind, nowMs < expected.current.startMs)
    check(`${after}: paused`, world.operational.reasons.includes('cost'), expected.spent >= poolNanoUsd)
    const pool = (window: 'monthly' | 'rolling_24h'): number =>
      world.telemetry.cells(window).reduce((sum, cell) => sum + cell.poolNanoUsd, 0)
    check(`${after}: monthly`, pool('monthly'), expected.spent)
    check(`${after}: rolling_24h`, pool('rolling_24h'), expected.since(nowMs - dayMs))
  }
  compare('start')

  for (let step = 0; step < steps && wrong.length === 0; step++) {
    jump(clock, expected.current)
    const ids = known(file)
    const before = digest(file, ids)
    const action = randomBelow(6)
    if (action === 0) world.budget.tick()
    if (action === 1) {
      anchorDay = [1, 15, 28][randomBelow(3)] ?? 1
      world.settings.update({ budget: { anchorDay } })
      world.budget.tick()
    }
    if (action === 2) {
      // Cut off in the middle of a call, and started again at another time.
      const left = randomBelow(2) === 0 ? setAside(world, 1_000_000 + randomBelow(1_000)) : null
      if (randomBelow(2) === 0) jump(clock, expected.current)
      restarts += 1
      world = worldOver(opened)
      world.start()
      const row = left ? store.ledger.row(`reservation:${left.id}`) : null
      if (left && row) {
        check('recovered', [row.note, row.poolChargeNanoUsd], ['settled_after_crash', left.amountNanoUsd])
        expected.look(clock.nowMs(), anchorDay)
        const known = [left.periodMs, expected.current.startMs].includes(row.periodMs)
        check(`restart: charged to ${row.periodMs}, which was never opened`, known, true)
        expected.charges.push({ atMs: row.atMs, periodMs: row.periodMs, nanoUsd: row.poolChargeNanoUsd })
      }
    }
    if (action >= 3) {
      // As the gateway does it: the rung first, and time may pass before the answer.
      world.budget.rung()
      expected.look(clock.nowMs(), anchorDay)
      const reservation = setAside(world, 2_000_000)
      check('set aside for', reservation.periodMs, expected.current.startMs)
      if (randomBelow(3) === 0) {
        jump(clock, expected.current)
        crossed += clock.nowMs() >= expected.current.endMs ? 1 : 0
        // The timer may come by before the answer, or after it.
        if (randomBelow(2) === 0) {
          world.budget.tick()
          expected.look(clock.nowMs(), anchorDay)
        }
      }
      const row = world.costs.settle(reservation, answered(`req_${step}`, 100 + randomBelow(3_000)))
      check('charged to', [reservation.periodMs, expected.current.startMs].includes(row.periodMs), true)
      expected.charges.push({ atMs: row.atMs, periodMs: row.periodMs, nanoUsd: row.poolChargeNanoUsd })
      world.budget.tick()
    }
    expected.look(clock.nowMs(), anchorDay)
    behind += clock.nowMs() < expected.current.startMs ? 1 : 0
    compare(`step ${step}, action ${action}`)
    check('rows that were there', digest(file, ids), before)
  }

  const records = store.audit.list({ seam: 'budget.period_opened', limit: 0 })
  const facts = ledgerFacts(file)
  const resets = Math.abs(records.length - (expected.periods.length - 1))
  check('cleared', records.map(({ details }) => details['cleared_cost_pause']).toReversed(), expected.cleared)
  check('facts', [facts.repeated, facts.wrongHours], [0, 0])
  const chargedPeriods = new Set(expected.charges.map(({ periodMs }) => periodMs))
  for (const periodMs of chargedPeriods) check('pool', facts.pool.get(periodMs), expected.chargedTo(periodMs))
  await store.close()
  return { wrong, resets, periods: expected.periods.length, crossed, behind, restarts }
}

test(
  `row 32: ${count} schedules of clock changes, sleeps and restarts: one reset a period, no row changed`,
  async () => {
    const found: Awaited<ReturnType<typeof schedule>>[] = []
    for (let round = 0; round < count; round++) found.push(await schedule(round))
    const sum = (of: (one: (typeof found)[number]) => number): number => found.reduce((all, one) => all + of(one), 0)
    figure(32, 'clock changes and month rollover', {
      schedules: count,
      periods: sum(({ periods }) => periods),
      callsAcrossTheBorder: sum(({ crossed }) => crossed),
      stepsWithTheClockBehind: sum(({ behind }) => behind),
      restarts: sum(({ restarts }) => restarts),
      wrongResets: sum(({ resets }) => resets),
      wrong: sum(({ wrong }) => wrong.length),
    })
    expect(found.flatMap(({ wrong }) => wrong)).toEqual([])
    expect(sum(({ resets }) => resets)).toBe(0)
    expect(sum(({ crossed }) => crossed)).toBeGreaterThan(0)
    expect(sum(({ behind }) => behind)).toBeGreaterThan(0)
  },
  60_000 + count * 5_000,
)
