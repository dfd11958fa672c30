import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  barWidth,
  everything,
  fromField,
  planSpan,
  presetOf,
  presetSpan,
  readSpan,
  shiftSpan,
  type Span,
  spanAround,
  spanQuery,
  toField,
  usualSpan,
  widerSpan,
} from './span.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const nowMs = Date.UTC(2026, 4, 12, 14, 14, 4)
const oldestMs = Date.UTC(2026, 2, 12, 9, 30)

beforeAll(() => void vi.stubEnv('TZ', 'Europe/Berlin'))
afterAll(() => void vi.unstubAllEnvs())

const between = (fromMs: number | null, toMs: number | null): Span => ({ kind: 'between', fromMs, toMs })

describe('a span in a link', () => {
  it.each<[Record<string, string>, Span]>([
    [{}, usualSpan],
    [{ span: '7d' }, { kind: 'last', lastMs: 7 * day }],
    [{ span: '90m' }, { kind: 'last', lastMs: 90 * minute }],
    [{ span: 'all' }, everything],
    [{ span: '0h' }, usualSpan],
    [{ span: 'ever' }, usualSpan],
    [
      { from: '2026-05-12T06:00Z', to: '2026-05-12T18:00Z' },
      between(nowMs - 8 * hour - 14 * minute - 4_000, Date.UTC(2026, 4, 12, 18)),
    ],
    [{ from: '1778565600000' }, between(1_778_565_600_000, null)],
    [{ to: '2026-05-01T00:00:00Z', span: '7d' }, between(null, Date.UTC(2026, 4, 1))],
    // The wrong way round, or nowhere.
    [{ from: '2026-05-12T18:00Z', to: '2026-05-12T06:00Z' }, usualSpan],
    [{ from: 'yesterday', to: '9999-01-01T00:00Z' }, usualSpan],
  ])('reads %j', (query, span) => {
    expect(readSpan(query)).toEqual(span)
  })

  it('writes the shortest it can read back', () => {
    expect(spanQuery(usualSpan)).toEqual({ span: undefined, from: undefined, to: undefined })
    expect(spanQuery(everything).span).toBe('all')
    expect(spanQuery(between(Date.UTC(2026, 4, 12, 6), Date.UTC(2026, 4, 12, 6, 0, 30, 5)))).toEqual({
      span: undefined,
      from: '2026-05-12T06:00Z',
      to: '2026-05-12T06:00:30.005Z',
    })
    const time = fc.integer({ min: 1, max: Date.UTC(2200, 0) })
    const spans = fc.oneof(
      fc.integer({ min: 1, max: 99_999 }).map((minutes): Span => ({ kind: 'last', lastMs: minutes * minute })),
      fc.uniqueArray(time, { minLength: 2, maxLength: 2 }).map((times) => {
        const [fromMs = 0, toMs = 0] = times.toSorted((a, b) => a - b)
        return between(fromMs, toMs)
      }),
      time.map((fromMs) => between(fromMs, null)),
      time.map((toMs) => between(null, toMs)),
    )
    fc.assert(
      fc.property(spans, (span) => {
        const query = Object.fromEntries(Object.entries(spanQuery(span)).filter(([, value]) => value !== undefined))
        expect(readSpan(query as Record<string, string>)).toEqual(span)
      }),
    )
  })

  it('has a word for each span that ends now', () => {
    expect(['1h', '24h', '30d', '90m', 'all'].map((word) => presetOf(presetSpan(word) ?? usualSpan))).toEqual([
      '1h',
      '24h',
      '30d',
      '90m',
      'all',
    ])
    expect(presetOf(between(1, null))).toBeNull()
  })
})

describe('planSpan', () => {
  it('begins a span that ends now with a whole bar, for the list as for the strip', () => {
    const plan = planSpan(usualSpan, nowMs, oldestMs)
    expect(plan).toEqual({
      fromMs: Date.UTC(2026, 4, 11, 14, 10),
      toMs: null,
      endMs: nowMs,
      live: true,
      strip: { fromMs: Date.UTC(2026, 4, 11, 14, 10), toMs: Date.UTC(2026, 4, 12, 14, 20), buckets: 145 },
    })
  })

  it('takes the ends it is given, and no more bars than fit', () => {
    const plan = planSpan(between(nowMs - 90_061_007, nowMs - 1_000), nowMs, oldestMs)
    expect([plan.fromMs, plan.toMs, plan.live]).toEqual([nowMs - 90_061_007, nowMs - 1_000, false])
    expect(plan.strip).toMatchObject({ fromMs: nowMs - 90_061_007, toMs: nowMs - 1_000 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4e12 }), fc.integer({ min: 1, max: 4e12 }), (fromMs, lengthMs) => {
        const { strip } = planSpan(between(fromMs, fromMs + lengthMs), nowMs, oldestMs)
        expect(strip.buckets).toBeGreaterThan(0)
        expect(strip.buckets).toBeLessThanOrEqual(400)
      }),
    )
  })

  it('prefers bars that begin and end with the span', () => {
    // 08:03 to 20:00 is no whole number of five minutes, but of three.
    const plan = planSpan(between(Date.UTC(2026, 4, 12, 8, 3), Date.UTC(2026, 4, 12, 20)), nowMs + day, oldestMs)
    const width = (plan.strip.toMs - plan.strip.fromMs) / plan.strip.buckets
    expect(width % minute).toBe(0)
  })

  it('goes from the first record until now where it is open', () => {
    const plan = planSpan(everything, nowMs, oldestMs)
    expect([plan.fromMs, plan.toMs, plan.live]).toEqual([null, null, true])
    expect(plan.strip.fromMs).toBeLessThanOrEqual(oldestMs)
    expect(plan.strip.toMs).toBeGreaterThan(nowMs)
    const none = planSpan(everything, nowMs, null)
    expect(none.strip.toMs - none.strip.fromMs).toBeGreaterThan(0)
    // A link to what has not happened yet.
    const future = planSpan(between(nowMs + day, null), nowMs, oldestMs)
    expect(future.strip.toMs).toBeGreaterThan(future.strip.fromMs)
  })

  it('counts a span that reaches into the future as one that ends now', () => {
    expect(planSpan(between(nowMs - hour, nowMs + minute), nowMs, null).live).toBe(true)
  })
})

it('draws bars of round widths', () => {
  const lengths = [hour, 6 * hour, day, 7 * day, 30 * day, 400 * day, 4_000 * day, 20_000 * day]
  expect(lengths.map(barWidth)).toEqual([30_000, 2 * minute, 10 * minute, hour, 6 * hour, 7 * day, 28 * day, 112 * day])
})

describe('shiftSpan', () => {
  const shift = (span: Span, step: 1 | -1, now = nowMs) =>
    shiftSpan(span, planSpan(span, now, oldestMs), step, now, oldestMs)

  it('moves by the length of the span, and back to one that ends now', () => {
    const before = shift(usualSpan, -1)
    expect(before).toEqual(between(Date.UTC(2026, 4, 10, 14, 10), Date.UTC(2026, 4, 11, 14, 10)))
    expect(before && shift(before, 1)).toEqual(usualSpan)
    expect(before && shift(before, -1)).toMatchObject({ toMs: Date.UTC(2026, 4, 10, 14, 10) })
    expect(shift(between(nowMs - 3 * hour, nowMs - 2 * hour), 1)).toEqual(between(nowMs - 2 * hour, nowMs - hour))
    expect(shift(between(nowMs - 2 * hour, nowMs - hour + minute), 1)).toEqual({ kind: 'last', lastMs: hour + minute })
  })

  it('has nowhere to go before the first record, after now, or with an open beginning', () => {
    expect(shift(between(oldestMs, oldestMs + hour), -1)).toBeNull()
    expect(shift(usualSpan, 1)).toBeNull()
    expect(shift(everything, -1)).toBeNull()
    expect(shift(between(null, nowMs - hour), 1)).toBeNull()
  })

  it('keeps whole days whole when the clock is changed', () => {
    const local = (date: number) => new Date(2026, 2, date).getTime()
    // Sunday 29 March 2026 has 23 hours in Berlin.
    const sunday = between(local(29), local(30))
    expect(local(30) - local(29)).toBe(23 * hour)
    expect(shift(sunday, -1)).toEqual(between(local(28), local(29)))
    expect(shift(sunday, 1)).toEqual(between(local(30), local(31)))
    // A span of hours keeps its hours.
    const hours = between(local(29), local(29) + 6 * hour)
    expect(shift(hours, 1)).toEqual(between(local(29) + 6 * hour, local(29) + 12 * hour))
  })
})

describe('widerSpan', () => {
  const wider = (span: Span) => widerSpan(span, planSpan(span, nowMs, oldestMs), nowMs, oldestMs)

  it('goes to the next preset, and in the end to everything', () => {
    expect(wider(usualSpan)).toEqual({ kind: 'last', lastMs: 7 * day })
    expect(wider({ kind: 'last', lastMs: 90 * minute })).toEqual({ kind: 'last', lastMs: 6 * hour })
    expect(wider({ kind: 'last', lastMs: 30 * day })).toEqual(everything)
    expect(wider(everything)).toBeNull()
  })

  it('is twice as long around the same middle, and holds what was there', () => {
    const span = between(Date.UTC(2026, 3, 1, 8), Date.UTC(2026, 3, 1, 12))
    const around = wider(span)
    expect(around).toEqual(between(Date.UTC(2026, 3, 1, 6), Date.UTC(2026, 3, 1, 14)))
  })

  it('stops at the first record and at now', () => {
    expect(wider(between(nowMs - hour, nowMs - minute))).toMatchObject({ kind: 'last' })
    expect(wider(between(oldestMs + minute, oldestMs + hour))).toMatchObject({ fromMs: null })
    expect(wider(between(oldestMs + minute, nowMs - minute))).toEqual(everything)
  })
})

it('looks around a moment on whole bars', () => {
  const span = spanAround(nowMs)
  if (span.kind !== 'between') throw new Error('it lies between two times')
  expect(span.fromMs).toBeLessThanOrEqual(nowMs - 10 * minute)
  expect(span.toMs).toBeGreaterThanOrEqual(nowMs + 10 * minute)
  expect(planSpan(span, nowMs + day, oldestMs).strip.buckets).toBeGreaterThan(100)
})

describe('date-time fields', () => {
  it('hold the clock of the operator', () => {
    expect([toField(Date.UTC(2026, 4, 12, 6)), toField(Date.UTC(2026, 0, 2, 6, 0, 7))]).toEqual([
      '2026-05-12T08:00',
      '2026-01-02T07:00:07',
    ])
    expect(fromField('2026-05-12T08:00')).toBe(Date.UTC(2026, 4, 12, 6))
    expect([fromField(''), fromField('2026-05-12'), fromField('275000-01-01T00:00')]).toEqual([null, null, null])
  })

  it('reads an hour that the clock leaves out as the one after it', () => {
    expect(fromField('2026-03-29T02:30')).toBe(Date.UTC(2026, 2, 29, 1, 30))
  })
})
