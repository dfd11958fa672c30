import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Forecast, forecast, forecastSentence, spike, type Trailing } from './forecast.ts'

const usd = (amount: number): number => Math.round(amount * 1e9)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const at = (text: string): number => Date.parse(text)
const full = (chargedUsd: number, spanMs: number): Trailing => ({
  chargedNanoUsd: usd(chargedUsd),
  coveredMs: spanMs,
  spanMs,
})
const none: Trailing = { chargedNanoUsd: 0, coveredMs: 0, spanMs: 0 }

/** The worked forecast of the metrics specification, 16. */
const worked = {
  nowMs: at('2026-05-11T00:00:00Z'),
  periodEndMs: at('2026-06-01T00:00:00Z'),
  poolNanoUsd: usd(200),
  spentNanoUsd: usd(80),
  thresholds: { warnPct: 75, downshiftPct: 90, stopPct: 100 },
  day: full(12, dayMs),
  week: full(63, 7 * dayMs),
  period: full(80, 10 * dayMs),
  coveredMsTotal: 40 * dayMs,
}

function pace(made: Forecast): Extract<Forecast, { kind: 'pace' }> {
  if (made.kind !== 'pace') throw new Error('no forecast was made')
  return made
}

describe('the forecast', () => {
  it('metrics 28: says exactly what the worked one says', () => {
    const made = pace(forecast(worked))
    expect(made.rates).toEqual({ low: usd(8), centre: usd(9.3), high: usd(12) })
    expect(made.end).toEqual({ low: usd(248), centre: usd(275.3), high: usd(332) })
    expect(made.passings.map(({ pct }) => pct)).toEqual([75, 90, 100])
    expect(made.passings[0]).toMatchObject({ centreMs: at('2026-05-18T12:38:00Z') })
    expect(made.passings[2]).toEqual({
      pct: 100,
      earliestMs: at('2026-05-21T00:00:00Z'),
      centreMs: at('2026-05-23T21:40:00Z'),
      latestMs: at('2026-05-26T00:00:00Z'),
    })
  })

  it('metrics 30: three hours are not enough', () => {
    const young = { ...worked, day: full(1, 3 * hourMs), week: full(1, 3 * hourMs), period: full(1, 3 * hourMs) }
    const made = forecast({ ...young, coveredMsTotal: 3 * hourMs })
    expect(made).toEqual({ kind: 'not_enough_data', coveredMs: 3 * hourMs })
  })

  it('is made from six hours on, by the day alone until more is known', () => {
    const spans = full(3, 6 * hourMs)
    const made = forecast({ ...worked, day: spans, week: spans, period: spans, coveredMsTotal: 6 * hourMs })
    expect(pace(made).rates).toEqual({ low: usd(12), centre: usd(12), high: usd(12) })
    expect(forecast({ ...worked, coveredMsTotal: 6 * hourMs - 1 }).kind).toBe('not_enough_data')
  })

  it('shares the weights among the horizons there are', () => {
    // The period began 20 h ago: week and day alone, 5 to 2.
    const made = pace(forecast({ ...worked, period: full(10, 20 * hourMs), day: full(16, dayMs) }))
    expect(made.rates).toEqual({ low: usd(9), centre: usd(11), high: usd(16) })
    const twoDays = full(16, 2 * dayMs)
    expect(pace(forecast({ ...worked, week: twoDays, period: twoDays })).rates).toEqual({
      low: usd(8),
      centre: usd(9.6),
      high: usd(12),
    })
  })

  it('has none when Kora hardly ran lately', () => {
    const idle = { ...worked, day: none, week: { ...full(5, 7 * dayMs), coveredMs: dayMs }, period: none }
    expect(forecast(idle).kind).toBe('not_enough_data')
  })

  it('leaves out a day with less than half an hour in it', () => {
    const day = { chargedNanoUsd: usd(1), coveredMs: 29 * 60_000, spanMs: dayMs }
    expect(pace(forecast({ ...worked, day })).rates).toMatchObject({ low: usd(8), high: usd(9) })
  })

  it('excludes the hours it was not running, and takes the future to run as much as the last week', () => {
    const halfOf = (chargedUsd: number, spanMs: number): Trailing => ({
      ...full(chargedUsd, spanMs),
      coveredMs: spanMs / 2,
    })
    const made = pace(
      forecast({
        ...worked,
        week: halfOf(63, 7 * dayMs),
        period: halfOf(80, 10 * dayMs),
        // Awake for the whole day: $24 in it is $12 on a day that is half asleep.
        day: full(24, dayMs),
      }),
    )
    expect(made.rates).toEqual({ low: usd(8), centre: usd(9.3), high: usd(12) })
  })

  it('names no moment past the end of the period, nor at its very end', () => {
    const slow = pace(
      forecast({ ...worked, day: full(6, dayMs), week: full(35, 7 * dayMs), period: full(80, 10 * dayMs) }),
    )
    // Rates 5, 6.1 and 8: $120 to go in 21 days.
    expect(slow.passings[2]).toEqual({
      pct: 100,
      earliestMs: at('2026-05-26T00:00:00Z'),
      centreMs: at('2026-05-30T16:07:00Z'),
      latestMs: null,
    })
    const exact = { ...worked, nowMs: at('2026-05-12T00:00:00Z'), day: full(6, dayMs), week: full(42, 7 * dayMs) }
    expect(pace(forecast({ ...exact, period: full(66, 11 * dayMs) })).passings[2]?.centreMs).toBeNull()
  })

  it('leaves out the marks behind it', () => {
    const ahead = (spentUsd: number) =>
      pace(forecast({ ...worked, spentNanoUsd: usd(spentUsd) })).passings.map(({ pct }) => pct)
    expect(ahead(149.99)).toEqual([75, 90, 100])
    expect(ahead(150)).toEqual([90, 100])
    expect(ahead(199)).toEqual([100])
    expect(ahead(200)).toEqual([])
  })

  it('stays where it is when nothing was charged', () => {
    const made = pace(
      forecast({ ...worked, day: full(0, dayMs), week: full(0, 7 * dayMs), period: full(0, 10 * dayMs) }),
    )
    expect(made.end).toEqual({ low: usd(80), centre: usd(80), high: usd(80) })
    expect(made.passings.every(({ earliestMs }) => earliestMs === null)).toBe(true)
  })

  it('is whole, ordered and inside the period for any figures', () => {
    const trailing = (spanMs: number) =>
      fc.record({
        chargedNanoUsd: fc.integer({ min: 0, max: usd(5_000) }),
        coveredMs: fc.integer({ min: 0, max: spanMs }),
        spanMs: fc.constant(spanMs),
      })
    const figures = fc.record({
      day: trailing(dayMs),
      week: trailing(7 * dayMs),
      period: trailing(10 * dayMs),
      spentNanoUsd: fc.integer({ min: 0, max: usd(300) }),
    })
    fc.assert(
      fc.property(figures, (given) => {
        const made = forecast({ ...worked, ...given })
        if (made.kind !== 'pace') return
        for (const range of [made.rates, made.end]) {
          expect([range.low, range.centre, range.high].every(Number.isSafeInteger)).toBe(true)
          expect(range.low <= range.centre && range.centre <= range.high).toBe(true)
        }
        for (const { earliestMs, centreMs, latestMs } of made.passings) {
          const times = [earliestMs, centreMs, latestMs].map((time) => time ?? Number.POSITIVE_INFINITY)
          expect(times).toEqual(times.toSorted((a, b) => a - b))
          const named = times.filter(Number.isFinite)
          expect(named.every((time) => time % 60_000 === 0 && time >= worked.nowMs && time < worked.periodEndMs)).toBe(
            true,
          )
        }
      }),
    )
  })
})

describe('a spike', () => {
  const nowMs = at('2026-05-11T08:20:00Z')
  const find = (hour: Trailing, remainingUsd: number) => spike({ nowMs, hour, remainingNanoUsd: usd(remainingUsd) })

  it('is a pace that empties the pool within a day', () => {
    expect(find(full(20, hourMs), 120)).toEqual({ hourNanoUsd: usd(20), emptyAtMs: at('2026-05-11T14:20:00Z') })
    expect(find(full(5, hourMs), 120)).toEqual({ hourNanoUsd: usd(5), emptyAtMs: at('2026-05-12T08:20:00Z') })
    expect(find(full(4.99, hourMs), 120)).toBeNull()
  })

  it('counts the time Kora was running, of which half an hour is needed', () => {
    const half = { ...full(10, hourMs), coveredMs: 30 * 60_000 }
    expect(find(half, 120)).toMatchObject({ emptyAtMs: at('2026-05-11T14:20:00Z') })
    expect(find({ ...half, coveredMs: 30 * 60_000 - 1 }, 120)).toBeNull()
  })

  it('is not seen without spending, nor in an empty pool', () => {
    expect(find(full(0, hourMs), 120)).toBeNull()
    expect(find(full(20, hourMs), 0)).toBeNull()
  })
})

describe('the sentence', () => {
  const options: Parameters<typeof forecastSentence>[1] = {
    extraUsageOff: true,
    poolNanoUsd: usd(200),
    periodEndMs: worked.periodEndMs,
    spike: null,
    timeZone: 'UTC',
  }
  const say = (made: Forecast, changed: Partial<typeof options> = {}) =>
    forecastSentence(made, { ...options, ...changed })

  it('names the days on which the pool stops the assistant', () => {
    expect(say(forecast(worked))).toBe('At this pace the pool stops the assistant around 23 May (21–26 May)')
    // In the operator's zone the same moments lie on other days.
    expect(say(forecast(worked), { timeZone: 'America/New_York' })).toBe(
      'At this pace the pool stops the assistant around 23 May (20–25 May)',
    )
  })

  it('names both months when they differ, one day when it is one, and an open end', () => {
    const made = pace(forecast(worked))
    const stopping = (earliest: string, centre: string, latest: string | null): Forecast => ({
      ...made,
      passings: [
        { pct: 100, earliestMs: at(earliest), centreMs: at(centre), latestMs: latest === null ? null : at(latest) },
      ],
    })
    const stops = 'At this pace the pool stops the assistant around'
    expect(say(stopping('2026-05-28', '2026-05-30', '2026-06-02'))).toBe(`${stops} 30 May (28 May–2 Jun)`)
    expect(say(stopping('2026-05-28', '2026-05-28T06:00Z', '2026-05-28T09:00Z'))).toBe(`${stops} 28 May`)
    expect(say(stopping('2026-05-28', '2026-05-30', null))).toBe(`${stops} 30 May (28 May or later)`)
  })

  it('names amounts when the pool lasts', () => {
    const easy = {
      ...worked,
      day: full(4, dayMs),
      week: full(35, 7 * dayMs),
      period: full(40, 10 * dayMs),
      spentNanoUsd: usd(40),
    }
    expect(say(forecast(easy))).toBe('At this pace $134.50 of $200.00 is used by 31 May ($124.00–$145.00)')
    const even = { ...easy, day: full(4, dayMs), week: full(28, 7 * dayMs) }
    expect(say(forecast(even))).toBe('At this pace $124.00 of $200.00 is used by 31 May')
  })

  it('names a day instead of an amount above the pool', () => {
    const uneven = { ...worked, day: full(12, dayMs), week: full(28, 7 * dayMs), period: full(40, 10 * dayMs) }
    expect(say(forecast(uneven))).toBe(
      'At this pace $197.60 of $200.00 is used by 31 May (from $164.00; at the highest pace the assistant stops around 21 May)',
    )
  })

  it('names the amount above the pool where the provider goes on', () => {
    expect(say(forecast(worked), { extraUsageOff: false })).toBe(
      'At this pace $275.30 of $200.00 is used by 31 May ($248.00–$332.00)',
    )
  })

  it('says when the pool is used up', () => {
    expect(say(forecast({ ...worked, spentNanoUsd: usd(200) }))).toBe(
      'The pool is used up; the next one begins on 1 Jun',
    )
  })

  it('says when there is not enough to go by', () => {
    expect(say({ kind: 'not_enough_data', coveredMs: 0 })).toBe('Not enough data for a forecast yet')
  })

  it('puts a spike before everything else', () => {
    const found = { hourNanoUsd: usd(20), emptyAtMs: at('2026-05-11T14:20:00Z') }
    const sentence = 'At the pace of the last hour the pool is empty by 14:20'
    expect(say(forecast(worked), { spike: found })).toBe(sentence)
    expect(say({ kind: 'not_enough_data', coveredMs: 0 }, { spike: found })).toBe(sentence)
  })
})
