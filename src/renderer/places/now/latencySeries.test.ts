import { describe, expect, it } from 'vitest'
import type { SeriesPoint } from '../../../contract/probes.ts'
import { readDetails } from './details.ts'
import { latencyLines, latencySentence, timeTicks } from './latencySeries.ts'

function point(atMs: number, latencyMs: number | null, change: Partial<SeriesPoint> = {}): SeriesPoint {
  return { atMs, latencyMs, maxMs: latencyMs, samples: latencyMs === null ? 0 : 2, bad: 0, ...change }
}

const points = [
  point(0, 100),
  point(60_000, null),
  point(120_000, null),
  point(180_000, 300, { maxMs: 2_100, bad: 1 }),
  point(240_000, 140),
]

describe('latency', () => {
  it('keeps gaps as gaps and marks buckets with failures', () => {
    const lines = latencyLines(points)
    expect(lines.usual.map((dot) => dot.y)).toEqual([100, null, null, 300, 140])
    expect(lines.failed).toEqual([{ x: 180_000, y: 0, count: 1 }])
  })

  it('says the chart in one sentence', () => {
    expect(latencySentence(points, 60_000, 'the last hour')).toBe(
      'Latency in the last hour: usually 140 ms, at most 2.10 s, 1 failed check, 1 gap, the longest 2 min.',
    )
    expect(latencySentence([point(0, null)], 60_000, 'the last 6 h')).toBe('Nothing was measured in the last 6 h.')
    expect(latencySentence([point(0, 9)], 60_000, 'the last 6 h')).toContain('no failed checks, no gap')
  })
})

describe('timeTicks', () => {
  it('stands on round times of the operator', () => {
    const h = 3_600_000
    expect(timeTicks(h / 2, 6.5 * h, 6, 0)).toEqual([1, 2, 3, 4, 5, 6].map((hour) => hour * h))
    // UTC+5:30: whole hours there are half hours in UTC.
    expect(timeTicks(0, 3 * h, 6, -330)).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((half) => (half * h) / 2).filter((at) => at <= 3 * h),
    )
  })

  it('gives at most the count it was asked for', () => {
    for (const hours of [1, 6, 24, 48])
      expect(timeTicks(1_234_567, 1_234_567 + hours * 3_600_000, 6, 0).length).toBeLessThanOrEqual(7)
  })
})

describe('readDetails', () => {
  it('prints plain values and leaves the rest as JSON', () => {
    const { facts, nested } = readDetails({
      apps_running: 1204,
      error_rate_24h: 0.25,
      ok: true,
      note: '',
      unknown: null,
      apps: [{ app: 'web' }],
    })
    expect(facts).toEqual([
      { name: 'Apps running', value: '1\u2009204' },
      { name: 'Error rate 24h', value: '0.25' },
      { name: 'Ok', value: 'yes' },
      { name: 'Note', value: '–' },
      { name: 'Unknown', value: '–' },
    ])
    expect(JSON.parse(nested ?? '')).toEqual({ apps: [{ app: 'web' }] })
    expect(readDetails({}).nested).toBeNull()
  })
})
