import { beforeEach, expect, test } from 'vitest'
import { type SpendWindow, spendWindows } from '../../contract/spend.ts'
import { createFakeClock, type FakeClock } from '../../../test/fakes/fakeClock.ts'
import { type LedgerBook, monthOf, openLedgerBook } from '../../../test/fakes/ledgerBook.ts'
import { publishedWindow } from '../../domain/costTelemetry.ts'
import { CostTelemetry, type TelemetryLedger } from './CostTelemetry.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const june = Date.UTC(2026, 5, 1)

let book: LedgerBook
let clock: FakeClock

beforeEach(async () => {
  clock = createFakeClock()
  book = await openLedgerBook(clock)
})

function telemetryOf(account = 'api_key', periodMs = monthOf(clock.nowMs())): CostTelemetry {
  const telemetry = new CostTelemetry({ ledger: book.ledger, clock, processId: 'p1' })
  telemetry.hydrate({ periodMs, account })
  return telemetry
}

const calls = (telemetry: CostTelemetry, window: SpendWindow): number =>
  telemetry.cells(window).reduce((sum, cell) => sum + cell.calls, 0)
const allCalls = (telemetry: CostTelemetry): number[] => spendWindows.map((window) => calls(telemetry, window))

test('cost 48: nothing yet is nine routes of zeros in every window', () => {
  const telemetry = telemetryOf()
  for (const window of spendWindows) {
    const published = publishedWindow(telemetry.cells(window))
    expect([Object.keys(published).length, published.slack_dm.calls_count]).toEqual([9, 0])
  }
})

test('before the ledger is named, what was spent is unknown', () => {
  const telemetry = new CostTelemetry({ ledger: book.ledger, clock, processId: 'p1' })
  telemetry.add(book.call())
  expect(calls(telemetry, 'process_lifetime')).toBe(1)
  for (const window of ['rolling_24h', 'today', 'monthly'] as const) {
    expect(() => telemetry.cells(window)).toThrow(expect.objectContaining({ code: 'internal' }))
  }
  telemetry.hydrate({ periodMs: monthOf(clock.nowMs()), account: 'api_key' })
  expect(allCalls(telemetry)).toEqual([1, 1, 1, 1])
})

test('a restart loses nothing but the life of the process', () => {
  const before = telemetryOf()
  before.add(book.call())
  before.add(book.call({ escalated: true, reason: 'decision_language', clampedSignal: null }))
  const after = new CostTelemetry({ ledger: book.ledger, clock, processId: 'p2' })
  after.hydrate({ periodMs: monthOf(clock.nowMs()), account: 'api_key' })
  expect(allCalls(after)).toEqual([0, 2, 2, 2])
  expect(publishedWindow(after.cells('monthly'))).toEqual(publishedWindow(before.cells('monthly')))
})

test('a call leaves the rolling day a millisecond after 86,400 s, whether it was made before or after the start', async () => {
  const early = book.call()
  const telemetry = telemetryOf()
  await clock.advance(1)
  telemetry.add(book.call())
  await clock.advance(dayMs - 2)
  expect(calls(telemetry, 'rolling_24h')).toBe(2)
  await clock.advance(1)
  expect([clock.nowMs() - early.atMs, calls(telemetry, 'rolling_24h')]).toEqual([dayMs, 2])
  await clock.advance(1)
  expect(calls(telemetry, 'rolling_24h')).toBe(1)
  await clock.advance(1)
  expect(calls(telemetry, 'rolling_24h')).toBe(0)
  expect(calls(telemetry, 'process_lifetime')).toBe(1)
})

test('cost 55: a call at 23:40 is not part of the next day, which nobody has to begin', async () => {
  clock.setWall(Date.UTC(2026, 4, 11, 23, 30))
  const telemetry = telemetryOf()
  await clock.advance(10 * minuteMs)
  telemetry.add(book.call())
  expect(allCalls(telemetry)).toEqual([1, 1, 1, 1])
  await clock.advance(50 * minuteMs)
  expect(allCalls(telemetry)).toEqual([1, 1, 0, 1])
})

test('cost 56: a call at 00:10 is part of its day at 00:45, and until midnight', async () => {
  clock.setWall(Date.UTC(2026, 4, 11, 23, 45))
  const telemetry = telemetryOf()
  expect(calls(telemetry, 'today')).toBe(0)
  await clock.advance(25 * minuteMs)
  telemetry.add(book.call())
  await clock.advance(35 * minuteMs)
  expect(calls(telemetry, 'today')).toBe(1)
  await clock.advance(dayMs - 45 * minuteMs - 1)
  expect(calls(telemetry, 'today')).toBe(1)
  await clock.advance(1)
  expect(calls(telemetry, 'today')).toBe(0)
})

test('a new month takes nothing from the other windows, and a call begun before it counts where it was charged', async () => {
  clock.setWall(june - minuteMs)
  const telemetry = telemetryOf()
  telemetry.add(book.call())
  await clock.advance(2 * minuteMs)
  expect(allCalls(telemetry)).toEqual([1, 1, 0, 1])
  telemetry.hydrate({ periodMs: june, account: 'api_key' })
  expect(allCalls(telemetry)).toEqual([1, 1, 0, 0])
  telemetry.add(book.call())
  telemetry.add(book.call({ periodMs: monthOf(june - 1) }))
  expect(allCalls(telemetry)).toEqual([3, 3, 2, 1])
})

test('a later price counts where its call counts, and only there', async () => {
  const telemetry = telemetryOf()
  const row = book.call({ costNanoUsd: null })
  const before = book.call({ costNanoUsd: null, processId: 'p0' })
  telemetry.add(row)
  telemetry.add(before)
  for (const window of spendWindows) telemetry.cells(window)
  telemetry.correct(row, book.laterPrice(row))
  telemetry.correct(before, book.laterPrice(before, 3_000_000))
  expect(telemetry.cells('process_lifetime')).toMatchObject([{ calls: 1, unpriced: 0, costNanoUsd: 4_000_000 }])
  for (const window of ['rolling_24h', 'today', 'monthly'] as const) {
    expect(telemetry.cells(window)).toMatchObject([
      { calls: 2, unpriced: 0, costNanoUsd: 7_000_000, poolNanoUsd: 7_000_000 },
    ])
  }
  await clock.advance(dayMs - 1)
  telemetry.cells('rolling_24h')
  const late = book.call({ costNanoUsd: null, atMs: row.atMs + 5 })
  telemetry.add(late)
  telemetry.correct(late, book.laterPrice(late))
  expect(telemetry.cells('rolling_24h')).toMatchObject([{ calls: 3, unpriced: 0, costNanoUsd: 11_000_000 }])
})

test('another account has windows of its own', () => {
  const telemetry = telemetryOf()
  telemetry.add(book.call())
  telemetry.add(book.call({ account: 'subscription' }))
  expect(allCalls(telemetry)).toEqual([2, 1, 1, 1])
  telemetry.hydrate({ periodMs: monthOf(clock.nowMs()), account: 'subscription' })
  expect(allCalls(telemetry)).toEqual([2, 1, 1, 1])
})

test('a copy changes nothing here', () => {
  const telemetry = telemetryOf()
  telemetry.add(book.call())
  for (const window of spendWindows) {
    for (const cell of telemetry.cells(window)) Object.assign(cell, { calls: 99, costNanoUsd: 99 })
    expect(calls(telemetry, window)).toBe(1)
  }
})

test('the ledger is read when a window begins, then once an hour', async () => {
  for (let each = 0; each < 48; each++) book.call({ atMs: clock.nowMs() - each * 30 * minuteMs })
  const telemetry = telemetryOf()
  allCalls(telemetry)
  expect(book.reads()).toBe(4)
  for (let each = 0; each < 59; each++) {
    await clock.advance(minuteMs)
    telemetry.add(book.call())
    allCalls(telemetry)
  }
  expect(book.reads()).toBe(4)
  await clock.advance(minuteMs)
  allCalls(telemetry)
  expect(book.reads()).toBe(6)
})

test('in the hour that is leaving, new calls and later prices count too, to the millisecond', async () => {
  const edgeMs = clock.nowMs() - dayMs
  const unpriced = [0, 60, 1_800_000].map((ms) => book.call({ atMs: edgeMs + ms, costNanoUsd: null }))
  const telemetry = telemetryOf()
  expect(telemetry.cells('rolling_24h')).toMatchObject([{ calls: 3, unpriced: 3, costNanoUsd: 0 }])
  for (const row of unpriced.slice(0, 2)) telemetry.correct(row, book.laterPrice(row))
  expect(telemetry.cells('rolling_24h')).toMatchObject([
    { calls: 3, unpriced: 1, costNanoUsd: 8_000_000, poolNanoUsd: 13_000_000 },
  ])
  for (const [ms, expected] of [
    [-1, 3],
    [0, 4],
    [61, 5],
  ] as const) {
    telemetry.add(book.call({ atMs: edgeMs + ms }))
    expect(calls(telemetry, 'rolling_24h')).toBe(expected)
  }
  await clock.advance(1)
  expect(calls(telemetry, 'rolling_24h')).toBe(3)
  await clock.advance(60)
  expect(telemetry.cells('rolling_24h')).toMatchObject([{ calls: 1, unpriced: 1 }, { calls: 1 }])
})

test('a ledger that cannot be read costs the windows their answer, not their calls', async () => {
  let broken = false
  const real = book.ledger
  const flaky: TelemetryLedger = {
    ...real,
    cellsSince: (...of) => {
      if (broken) throw new Error('no disk')
      return real.cellsSince(...of)
    },
  }
  const telemetry = new CostTelemetry({ ledger: flaky, clock, processId: 'p1' })
  telemetry.hydrate({ periodMs: monthOf(clock.nowMs()), account: 'api_key' })
  telemetry.add(book.call())
  expect(allCalls(telemetry)).toEqual([1, 1, 1, 1])
  broken = true
  await clock.advance(2 * hourMs)
  expect(() => telemetry.cells('rolling_24h')).toThrow('no disk')
  telemetry.add(book.call())
  broken = false
  expect(allCalls(telemetry)).toEqual([2, 2, 2, 2])
})
