import { describe, expect, it } from 'vitest'
import type { SeriesPoint } from '../../../contract/probes.ts'
import { readDetails } from './details.ts'
import { latencyLines, latencySentence } from './latencySeries.ts'

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
