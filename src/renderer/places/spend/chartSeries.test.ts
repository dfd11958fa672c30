import { describe, expect, it } from 'vitest'
import type { SpendPoint } from '../../../contract/spend.ts'
import { barFigure, barLine, barsSentence, chartSpan, costBars, gapBoxes, tokenBars } from './chartSeries.ts'

const bucketMs = 1_800_000

function point(index: number, change: Partial<SpendPoint> = {}): SpendPoint {
  return {
    atMs: index * bucketMs,
    inputTokens: 1_000,
    outputTokens: 100,
    cacheTokens: 5_000,
    cheapNanoUsd: 2_000_000,
    strongNanoUsd: 10_000_000,
    calls: 2,
    unpriced: 0,
    covered: 1,
    ...change,
  }
}

const away = {
  inputTokens: 0,
  outputTokens: 0,
  cacheTokens: 0,
  cheapNanoUsd: 0,
  strongNanoUsd: 0,
  calls: 0,
  covered: 0,
}
const idle = { ...away, covered: 1 }
const series = {
  bucketMs,
  points: [point(0), point(1, away), point(2, away), point(3, idle), point(4, { covered: 0.3 })],
  gaps: [
    { fromMs: bucketMs - 60_000, toMs: 3 * bucketMs, reason: 'asleep' as const },
    { fromMs: 0, toMs: bucketMs + 1, reason: 'crashed' as const },
  ],
}

describe('bars', () => {
  it('tells nothing known from nothing used', () => {
    expect(tokenBars(series).series.map((one) => one.values)).toEqual([
      [1_000, null, null, 0, 1_000],
      [100, null, null, 0, 100],
      [5_000, null, null, 0, 5_000],
    ])
    expect(costBars(series).series[1]?.values).toEqual([10_000_000, null, null, 0, 10_000_000])
  })

  it('joins empty buckets and names the reason that covers most of them', () => {
    expect(gapBoxes(series.points, bucketMs, series.gaps)).toEqual([
      { fromMs: bucketMs, toMs: 3 * bucketMs, words: 'asleep' },
    ])
    expect(gapBoxes(series.points, bucketMs, [])[0]?.words).toBe('no record')
  })

  it('keeps what was reported late into a gap', () => {
    const late = { ...series, points: [point(0, { covered: 0 })] }
    expect(tokenBars(late).series[0]?.values).toEqual([1_000])
    expect(tokenBars(late).gaps).toEqual([])
  })

  it('says why there is no figure where it is pointed at, never zero', () => {
    const made = tokenBars(series)
    expect([barLine(made, 0, 0), barLine(made, 0, 1), barLine(made, 0, 3)]).toEqual([
      'input: 1.0k',
      'asleep',
      'input: 0',
    ])
  })

  it('counts the calls whose cost is in no bar', () => {
    const made = { ...series, points: [point(0, { unpriced: 2 })] }
    expect([costBars(made).unpriced, tokenBars(made).unpriced]).toEqual([[2], [0]])
    expect(barsSentence(costBars(made), 'the last hour')).toContain('in all, +2 unpriced, cheap')
  })

  it('marks what was hardly covered', () => {
    expect(tokenBars(series).faint).toEqual([false, true, true, false, true])
  })

  it('says the whole in a sentence', () => {
    expect(barsSentence(costBars(series), 'the last 24 h')).toMatch(
      /^Cost in the last 24 h: ~\$0\.02 in all, cheap <\$0\.01, strong ~\$0\.02; most ~\$0\.01 on .+; 1 gap\.$/,
    )
    expect(barsSentence(tokenBars({ ...series, points: [point(0, idle)] }), 'the last hour')).toBe(
      'Tokens in the last hour: none.',
    )
  })
})

it('prints figures by what they are', () => {
  expect([barFigure('tokens', 1_500), barFigure('cost', 10_000_000)]).toEqual(['1.5k', '$0.0100'])
})

it('falls back to a day for a span there is not', () => {
  expect([chartSpan('7d').value, chartSpan('9y').value, chartSpan(undefined).value]).toEqual(['7d', '24h', '24h'])
})
