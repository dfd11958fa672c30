import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketLadderMs, bucketSeries, bucketWidthMs, type LatencySample, minuteBuckets, percentile } from './series.ts'

const second = 1_000
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const noonMs = Date.UTC(2026, 10, 20, 12)

function sample(atMs: number, latencyMs: number | null, bad = false): LatencySample {
  return { atMs, latencyMs, bad }
}

describe('bucketWidthMs', () => {
  it.each([
    { name: 'ten seconds on 60 points', span: 10 * second, points: 60, width: second },
    { name: 'a minute on 60 points', span: minute, points: 60, width: 5 * second },
    { name: 'just under a minute on 60 points', span: minute - 1, points: 60, width: second },
    { name: 'an hour on 60 points', span: hour, points: 60, width: 5 * minute },
    { name: 'an hour on 61 points', span: hour, points: 61, width: minute },
    { name: 'an hour on 2,000 points', span: hour, points: 2_000, width: 5 * second },
    { name: 'a day on 300 points', span: day, points: 300, width: 5 * minute },
    { name: 'a week on 200 points', span: 7 * day, points: 200, width: hour },
    { name: '13 months on 400 points', span: 395 * day, points: 400, width: day },
    { name: '13 months on 100 points', span: 395 * day, points: 100, width: 4 * day },
    { name: 'nothing on one point', span: 0, points: 1, width: second },
    { name: 'an hour on less than one point', span: hour, points: 0, width: 6 * hour },
  ])('$name is $width', ({ span, points, width }) => {
    expect(bucketWidthMs({ fromMs: noonMs, toMs: noonMs + span, points })).toBe(width)
  })

  it('is the narrowest of the ladder that fits, or whole days', () => {
    const spanned = fc.integer({ min: 0, max: 3 * 365 * day })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: noonMs }),
        spanned,
        fc.integer({ min: 1, max: 2_000 }),
        (from, span, points) => {
          const range = { fromMs: from, toMs: from + span, points }
          const width = bucketWidthMs(range)
          const buckets = (ms: number): number => Math.floor(range.toMs / ms) - Math.floor(range.fromMs / ms) + 1
          expect(buckets(width)).toBeLessThanOrEqual(points)
          expect(bucketLadderMs.includes(width) || width % day === 0).toBe(true)
          for (const narrower of bucketLadderMs.filter((ms) => ms < width)) {
            expect(buckets(narrower)).toBeGreaterThan(points)
          }
        },
      ),
    )
  })
})

describe('bucketSeries', () => {
  it('averages, keeps the slowest, counts the bad, and leaves gaps empty', () => {
    const series = bucketSeries(
      [
        sample(noonMs, 10),
        sample(noonMs + 20 * second, 21),
        sample(noonMs + 59_999, 30, true),
        sample(noonMs + 2 * minute, null, true),
        sample(noonMs + 3 * minute, 0),
      ],
      { fromMs: noonMs, toMs: noonMs + 3 * minute, points: 5 },
    )
    expect(series).toEqual({
      bucketMs: minute,
      points: [
        { atMs: noonMs, latencyMs: 20, maxMs: 30, samples: 3, bad: 1 },
        { atMs: noonMs + minute, latencyMs: null, maxMs: null, samples: 0, bad: 0 },
        { atMs: noonMs + 2 * minute, latencyMs: null, maxMs: null, samples: 1, bad: 1 },
        { atMs: noonMs + 3 * minute, latencyMs: 0, maxMs: 0, samples: 1, bad: 0 },
      ],
    })
  })

  it('leaves out a sample outside the range even where its bucket reaches into it', () => {
    const fromMs = noonMs + 40 * second
    const toMs = fromMs + minute
    const samples = [sample(fromMs - 1, 99), sample(fromMs, 5), sample(toMs, 7), sample(toMs + 1, 99)]
    const { points } = bucketSeries(samples, { fromMs, toMs, points: 3 })
    expect(points.map(({ atMs, latencyMs }) => [atMs - noonMs, latencyMs])).toEqual([
      [30 * second, 5],
      [minute, null],
      [90 * second, 7],
    ])
  })

  it('keeps its buckets where they are while the window moves', () => {
    const samples = Array.from({ length: 120 }, (_, index) => sample(noonMs + index * 7 * second, index))
    const seen = (shiftMs: number) =>
      bucketSeries(samples, { fromMs: noonMs + shiftMs, toMs: noonMs + 10 * minute + shiftMs, points: 15 })
    const shifted = seen(30 * second)
    const inner = seen(0).points.slice(1, -1)
    expect(shifted.points.slice(1, 10)).toEqual(inner.slice(0, 9))
  })

  it('is empty for a range that ends before it begins', () => {
    expect(bucketSeries([sample(1, 1)], { fromMs: 2, toMs: 1, points: 10 })).toEqual({ bucketMs: 1_000, points: [] })
  })

  it('loses no sample, invents none, and returns at most the points asked for', () => {
    const one = fc.record({
      atMs: fc.integer({ min: noonMs - hour, max: noonMs + 3 * hour }),
      latencyMs: fc.option(fc.integer({ min: 0, max: 60_000 })),
      bad: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(one),
        fc.integer({ min: 0, max: 2 * hour }),
        fc.integer({ min: 1, max: 500 }),
        (all, span, most) => {
          const range = { fromMs: noonMs, toMs: noonMs + span, points: most }
          const { bucketMs, points } = bucketSeries(all, range)
          expect(points.length).toBeLessThanOrEqual(most)
          expect(points.every(({ atMs }, index) => atMs === (points[0]?.atMs ?? 0) + index * bucketMs)).toBe(true)
          const within = all.filter(({ atMs }) => atMs >= range.fromMs && atMs <= range.toMs)
          expect(points.reduce((sum, point) => sum + point.samples, 0)).toBe(within.length)
          expect(points.reduce((sum, point) => sum + point.bad, 0)).toBe(within.filter(({ bad }) => bad).length)
          for (const { latencyMs, maxMs } of points) {
            expect((latencyMs === null) === (maxMs === null)).toBe(true)
            expect(latencyMs ?? 0).toBeLessThanOrEqual(maxMs ?? 0)
          }
          const slowest = Math.max(-1, ...points.map(({ maxMs }) => maxMs ?? -1))
          expect(slowest).toBe(Math.max(-1, ...within.map(({ latencyMs }) => latencyMs ?? -1)))
        },
      ),
    )
  })
})

describe('minuteBuckets', () => {
  it('has 60 gaps when there is nothing', () => {
    expect(minuteBuckets([], noonMs)).toEqual(Array.from({ length: 60 }, () => null))
  })

  it('puts now last and 59 minutes ago first', () => {
    const buckets = minuteBuckets(
      [
        sample(noonMs, 10),
        sample(noonMs - 59_999, 21),
        sample(noonMs - minute, 5),
        sample(noonMs - 3 * minute, null),
        sample(noonMs - 60 * minute + 1, 7),
        sample(noonMs - 60 * minute, 99),
        sample(noonMs + 1, 99),
      ],
      noonMs,
    )
    expect(buckets).toHaveLength(60)
    expect(buckets.flatMap((value, index) => (value === null ? [] : [[index, value]]))).toEqual([
      [0, 7],
      [58, 5],
      [59, 16],
    ])
  })
})

describe('percentile', () => {
  it.each([
    { name: 'four values say nothing', values: [1, 2, 3, 4], share: 0.95, is: null },
    { name: 'five values', values: [5, 1, 4, 2, 3], share: 0.95, is: 5 },
    { name: 'twenty values: the nineteenth', values: Array.from({ length: 20 }, (_, i) => i + 1), share: 0.95, is: 19 },
    { name: 'twenty-one: the twentieth', values: Array.from({ length: 21 }, (_, i) => i + 1), share: 0.95, is: 20 },
    { name: 'median of six', values: [6, 5, 4, 3, 2, 1], share: 0.5, is: 3 },
    { name: 'numbers, not words', values: [100, 20, 3, 4, 5], share: 0.5, is: 5 },
    { name: 'the smallest', values: [3, 1, 2, 5, 4], share: 0, is: 1 },
    { name: 'the largest', values: [3, 1, 2, 5, 4], share: 1, is: 5 },
    { name: 'no rank for a hair', values: Array.from({ length: 100 }, (_, i) => i + 1), share: 0.07, is: 7 },
  ])('$name: $is', ({ values, share, is }) => {
    expect(percentile(values, share)).toBe(is)
  })

  it('leaves its input as it was and returns one of the values', () => {
    const lists = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 5, maxLength: 200 })
    fc.assert(
      fc.property(lists, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const before = [...values]
        const found = percentile(values, share) ?? -1
        expect(values).toEqual(before)
        expect(values).toContain(found)
        const notAbove = values.filter((value) => value <= found).length
        expect(notAbove).toBeGreaterThanOrEqual(share * values.length - 1e-6)
      }),
    )
  })
})
