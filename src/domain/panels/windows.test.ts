import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { daily, dayMs, frequencies, lastDay, seriesStartMs, tally, windowStartMs } from './windows.ts'

const nowMs = Date.UTC(2026, 4, 11, 14)
const at = (...times: number[]) => times.map((emittedAtMs) => ({ emittedAtMs }))

describe('a series of days', () => {
  it('has fourteen UTC days, today last, zeros included', () => {
    const midnightMs = Date.UTC(2026, 4, 11)
    const series = daily(at(nowMs, midnightMs, midnightMs - 1, seriesStartMs(nowMs), seriesStartMs(nowMs) - 1), nowMs)
    expect(series).toHaveLength(14)
    expect(series[0]).toEqual({ date: '2026-04-28', count: 1 })
    expect(series.slice(1, 12).every(({ count }) => count === 0)).toBe(true)
    expect(series.slice(12)).toEqual([
      { date: '2026-05-10', count: 1 },
      { date: '2026-05-11', count: 2 },
    ])
  })

  it('begins within the fourteenth day whatever the time, and counts no row of the future', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0) }), (ms) => {
        const series = daily(at(ms, ms + dayMs), ms)
        expect(series).toHaveLength(14)
        expect(series.at(-1)).toEqual({ date: new Date(ms).toISOString().slice(0, 10), count: 1 })
        expect(new Date(seriesStartMs(ms)).toISOString().slice(0, 10)).toBe(series[0]?.date)
      }),
    )
  })
})

it('a day is the last 24 hours, their first moment included', () => {
  expect(lastDay(at(nowMs, nowMs - dayMs, nowMs - dayMs - 1), nowMs)).toHaveLength(2)
})

it.each([
  ['24h', nowMs - dayMs],
  ['7d', nowMs - 7 * dayMs],
  ['all', null],
] as const)('the window %s begins at %i', (window, startMs) => {
  expect(windowStartMs(window, nowMs)).toBe(startMs)
})

it('counts known names with their zeros and others by name', () => {
  expect(tally(['a', 'b'], ['a', 'a', 'x', '__proto__', 'toString'])).toEqual({ a: 2, b: 0 })
  expect(Object.entries(frequencies(['b', 'a', 'b', '__proto__']))).toEqual([
    ['__proto__', 1],
    ['a', 1],
    ['b', 2],
  ])
})
