import { describe, expect, it } from 'vitest'
import { freshForSeconds, isFresh, isSnapshotPath, overallStatus, snapshotPaths } from './snapshot.ts'

const nowMs = Date.UTC(2026, 4, 11, 14, 0, 0)
const ago = (seconds: number): string => new Date(nowMs - seconds * 1_000).toISOString()

describe('whether a snapshot may be shown', () => {
  it('snapshot 20: up to 600 s old it may, from 601 s on not any more', () => {
    expect([0, 1, 599, 600].map((seconds) => isFresh(ago(seconds), nowMs))).toEqual([true, true, true, true])
    expect([600.001, 601, 86_400].map((seconds) => isFresh(ago(seconds), nowMs))).toEqual([false, false, false])
  })

  it('snapshot 20: two seconds ahead are a clock that was set by a breath, five are no time to trust', () => {
    expect([1, 2].map((seconds) => isFresh(ago(-seconds), nowMs))).toEqual([true, true])
    expect([2.001, 5, 86_400].map((seconds) => isFresh(ago(-seconds), nowMs))).toEqual([false, false, false])
  })

  it.each([
    ['Z', '2026-05-11T14:00:00Z'],
    ['z', '2026-05-11T14:00:00z'],
    ['UTC-5', '2026-05-11T09:00:00-05:00'],
    ['UTC-5 without a colon', '2026-05-11T09:00:00-0500'],
    ['UTC+9', '2026-05-11T23:00:00+09:00'],
    ['no zone, which is UTC', '2026-05-11T14:00:00'],
    ['no zone and a blank', ' 2026-05-11 14:00:00 '],
    ['microseconds', '2026-05-11T14:00:00.123456Z'],
  ])('snapshot 23: it reads a time with %s', (_, computedAt) => {
    expect(isFresh(computedAt, nowMs + 300_000)).toBe(true)
    expect(isFresh(computedAt, nowMs + 601_000)).toBe(false)
    expect(isFresh(computedAt, nowMs - 3_600_000)).toBe(false)
  })

  it.each([
    [undefined],
    [null],
    [''],
    ['   '],
    ['soon'],
    [nowMs],
    [String(nowMs)],
    [{}],
    [['2026-05-11T14:00:00Z']],
    [true],
    ['May 11 2026 14:00:00'],
    ['2026-05-11T14:00:00Z\u0000'],
    ['2026-05-11T14:00:00Z, or so'],
    ['2026-05-11T14:00:60Z'],
    ['2026-05-11T14:00:00+99:00'],
    ['14:00:00'],
  ])('with %j for a time it may not', (computedAt) => {
    expect(isFresh(computedAt, nowMs)).toBe(false)
  })

  it('snapshot 27: an interval above five minutes stretches the limit to two intervals', () => {
    expect([1, 300, 301, 900].map(freshForSeconds)).toEqual([600, 600, 602, 1_800])
    expect([299.999, 300.2, 333.333].map(freshForSeconds)).toEqual([600, 601, 667])
    expect(isFresh(ago(1_800), nowMs, freshForSeconds(900))).toBe(true)
    expect(isFresh(ago(1_801), nowMs, freshForSeconds(900))).toBe(false)
  })
})

describe('how the daemon itself is', () => {
  const listeners = (counts: { up?: number; down?: number; off?: number; unknown?: number }) =>
    (['up', 'down', 'off', 'unknown'] as const).flatMap((status) =>
      Array.from({ length: counts[status] ?? 0 }, () => ({ status })),
    )

  it.each([
    [{ up: 14 }, 0, 'healthy'],
    [{ up: 14 }, 4, 'healthy'],
    [{ up: 14 }, 5, 'degraded'],
    [{ up: 14 }, 19, 'degraded'],
    [{ up: 14 }, 20, 'unhealthy'],
    [{ up: 13, down: 1 }, 0, 'degraded'],
    [{ up: 12, down: 2 }, 0, 'degraded'],
    [{ up: 11, down: 3 }, 0, 'unhealthy'],
    [{ up: 13, down: 1 }, 20, 'unhealthy'],
    [{}, 0, 'unknown'],
    [{}, 99, 'unknown'],
    [{ unknown: 14 }, 99, 'unknown'],
    [{ up: 1, unknown: 13 }, 0, 'healthy'],
    [{ down: 1, unknown: 13 }, 0, 'degraded'],
    [{ up: 2, off: 12 }, 0, 'healthy'],
    [{ down: 2, off: 12 }, 0, 'degraded'],
    [{ off: 14 }, 0, 'unknown'],
  ] as const)('snapshot 14: of %j and %i errors it is %s', (counts, errors, expected) => {
    expect(overallStatus(listeners(counts), errors)).toBe(expected)
  })
})

describe('paths that a phrasebook reply may name', () => {
  it('snapshot 32: are the 25 published ones, and no map', () => {
    expect(new Set(snapshotPaths).size).toBe(25)
    expect(snapshotPaths.every(isSnapshotPath)).toBe(true)
    for (const path of [
      'daemon_health.listeners',
      'daemon_health.listeners.web',
      'cost_telemetry.rolling_24h',
      'alerts.by_category',
      'alerts.by_severity',
      'cost_ladder_by_tenant',
      'service_health',
      'toString',
      '',
    ])
      expect(isSnapshotPath(path)).toBe(false)
  })
})
