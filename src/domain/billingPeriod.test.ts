import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { derived, nextPeriod, periodAt } from './billingPeriod.ts'
import { rungOf } from './ladder.ts'

const at = (text: string): number => Date.parse(text)
const usd = (amount: number): number => Math.round(amount * 1e9)
const days = (count: number): number => count * 86_400_000
const span = (start: string, end: string) => ({ startMs: at(`${start}T00:00:00Z`), endMs: at(`${end}T00:00:00Z`) })

describe('the period of a moment', () => {
  it.each([
    ['2026-05-11T08:00:00Z', 1, '2026-05-01', '2026-06-01'],
    ['2026-05-01T00:00:00.000Z', 1, '2026-05-01', '2026-06-01'],
    ['2026-04-30T23:59:59.999Z', 1, '2026-04-01', '2026-05-01'],
    ['2026-12-31T23:59:59.999Z', 1, '2026-12-01', '2027-01-01'],
    ['2027-01-01T00:00:00.000Z', 1, '2027-01-01', '2027-02-01'],
    ['2028-02-29T12:00:00Z', 1, '2028-02-01', '2028-03-01'],
    ['2028-02-29T12:00:00Z', 28, '2028-02-28', '2028-03-28'],
    ['2027-02-27T23:59:59Z', 28, '2027-01-28', '2027-02-28'],
    ['2026-12-28T00:00:00Z', 28, '2026-12-28', '2027-01-28'],
    ['2027-01-14T23:59:59Z', 15, '2026-12-15', '2027-01-15'],
  ])('%s with anchor day %i is %s to %s', (now, anchorDay, start, end) => {
    expect(periodAt(at(now), anchorDay)).toEqual(span(start, end))
  })

  it('holds its moment, and the next one begins where it ends', () => {
    const moment = fc.integer({ min: at('2000-01-01'), max: at('2100-01-01') })
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 28 }), (nowMs, anchorDay) => {
        const { startMs, endMs } = periodAt(nowMs, anchorDay)
        expect(startMs <= nowMs && nowMs < endMs).toBe(true)
        expect(periodAt(endMs, anchorDay).startMs).toBe(endMs)
        expect([28, 29, 30, 31]).toContain((endMs - startMs) / days(1))
      }),
    )
  })
})

describe('derived figures', () => {
  const may = span('2026-05-01', '2026-06-01')

  it('cost 18: ten days at $6', () => {
    expect(derived({ ...may, nowMs: at('2026-05-11'), spentNanoUsd: usd(60) })).toEqual({
      burnPerDayNanoUsd: usd(6),
      projectionNanoUsd: usd(186),
      daysRemaining: 20,
    })
  })

  it('cost 19: nothing is projected in the first 24 hours', () => {
    const early = derived({ ...may, nowMs: at('2026-05-01T12:00:00Z'), spentNanoUsd: usd(5) })
    expect(early).toEqual({ burnPerDayNanoUsd: 0, projectionNanoUsd: 0, daysRemaining: 30 })
    const last = derived({ ...may, nowMs: at('2026-05-01T23:59:59.999Z'), spentNanoUsd: usd(5) })
    expect(last).toMatchObject({ burnPerDayNanoUsd: 0, projectionNanoUsd: 0 })
  })

  it('cost 20: exactly 24 hours count', () => {
    expect(derived({ ...may, nowMs: at('2026-05-02'), spentNanoUsd: usd(8) })).toMatchObject({
      burnPerDayNanoUsd: usd(8),
      projectionNanoUsd: usd(248),
    })
  })

  it.each([
    ['2027-02-01', '2027-03-01', 28],
    ['2028-02-01', '2028-03-01', 29],
    ['2026-04-01', '2026-05-01', 30],
    ['2026-12-01', '2027-01-01', 31],
    ['2026-02-28', '2026-03-28', 28],
  ])('project over the days of the period from %s to %s', (start, end, length) => {
    const period = span(start, end)
    const figures = derived({ ...period, nowMs: period.startMs + days(2), spentNanoUsd: usd(2) })
    expect(figures.projectionNanoUsd).toBe(usd(length))
  })

  it('count whole days to the last second of the period, never below 0', () => {
    const left = (now: string) => derived({ ...may, nowMs: at(now), spentNanoUsd: 0 }).daysRemaining
    expect(left('2026-05-30T23:59:59Z')).toBe(1)
    expect(left('2026-05-31T00:00:00Z')).toBe(0)
    expect(left('2026-06-04T00:00:00Z')).toBe(0)
  })

  it('are 0 while the clock stands before the period', () => {
    expect(derived({ ...may, nowMs: at('2026-04-01'), spentNanoUsd: usd(9) })).toMatchObject({
      burnPerDayNanoUsd: 0,
      projectionNanoUsd: 0,
    })
  })
})

describe('the next period', () => {
  const may = span('2026-05-01', '2026-06-01')
  const june = span('2026-06-01', '2026-07-01')
  const next = (current: typeof may | null, now: string, anchorDay = 1) =>
    nextPeriod({ current, nowMs: at(now), anchorDay })

  it('is the first when there was none', () => {
    expect(next(null, '2026-05-11T08:00:00Z')).toEqual({ kind: 'open', ...may, first: true })
  })

  it('cost 27: opens at its boundary, where a pool that was used up is whole again', () => {
    expect(next(may, '2026-05-31T23:59:59.999Z')).toEqual({ kind: 'same' })
    expect(next(may, '2026-06-01T00:00:00.000Z')).toEqual({ kind: 'open', ...june, first: false })
    const thresholds = { warnPct: 75, downshiftPct: 90, stopPct: 100 }
    expect(rungOf({ spentNanoUsd: usd(210), poolNanoUsd: usd(200), thresholds })).toBe('hard_stop_100')
    expect(rungOf({ spentNanoUsd: 0, poolNanoUsd: usd(200), thresholds })).toBe('normal')
  })

  it('cost 26: never opens at the same or an earlier start', () => {
    expect(next(june, '2026-06-01T00:00:00Z')).toEqual({ kind: 'same' })
    expect(next(june, '2026-05-31T23:59:59Z')).toEqual({ kind: 'clock_behind' })
  })

  it('waits when the clock is set back a month, and goes on where it was', () => {
    expect(next(june, '2026-05-10T09:00:00Z')).toEqual({ kind: 'clock_behind' })
    expect(next(june, '2026-06-10T09:00:00Z')).toEqual({ kind: 'same' })
  })

  it('opens only the newest after two periods asleep', () => {
    expect(next(may, '2026-07-03T07:00:00Z')).toEqual({
      kind: 'open',
      ...span('2026-07-01', '2026-08-01'),
      first: false,
    })
  })

  it('opens exactly once, however often it is asked', () => {
    const opened: number[] = []
    let current: typeof may | null = may
    for (const now of [
      '2026-06-01T00:00:00Z',
      '2026-06-01T00:00:00Z',
      '2026-06-01T00:01:00Z',
      '2026-05-31T23:59:30Z',
    ]) {
      const step = next(current, now)
      if (step.kind !== 'open') continue
      opened.push(step.startMs)
      current = { startMs: step.startMs, endMs: step.endMs }
    }
    expect(opened).toEqual([june.startMs])
  })

  it('follows a changed anchor day from the next boundary on', () => {
    expect(next(may, '2026-05-20T00:00:00Z', 15)).toEqual({ kind: 'same' })
    const short = span('2026-06-01', '2026-06-15')
    expect(next(may, '2026-06-01T00:00:00Z', 15)).toEqual({ kind: 'open', ...short, first: false })
    expect(next(short, '2026-06-15T00:00:00Z', 15)).toEqual({
      kind: 'open',
      ...span('2026-06-15', '2026-07-15'),
      first: false,
    })
    expect(next(may, '2026-06-20T00:00:00Z', 15)).toMatchObject({ startMs: at('2026-06-15'), first: false })
  })

  it('only ever moves forward and never overlaps, whatever the clock and the anchor day do', () => {
    const step = fc.record({
      nowMs: fc.integer({ min: at('2026-01-01'), max: at('2030-01-01') }),
      anchorDay: fc.integer({ min: 1, max: 28 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let current: { startMs: number; endMs: number } | null = null
        for (const { nowMs, anchorDay } of steps) {
          const answer = nextPeriod({ current, nowMs, anchorDay })
          expect(answer.kind === 'clock_behind').toBe(current !== null && nowMs < current.startMs)
          if (answer.kind !== 'open') continue
          expect(answer.first).toBe(current === null)
          expect(answer.startMs).toBeGreaterThanOrEqual(current?.endMs ?? answer.startMs)
          expect(answer.startMs <= nowMs && nowMs < answer.endMs).toBe(true)
          current = { startMs: answer.startMs, endMs: answer.endMs }
          expect(nextPeriod({ current, nowMs, anchorDay })).toEqual({ kind: 'same' })
        }
      }),
    )
  })
})
