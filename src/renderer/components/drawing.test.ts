import { describe, expect, it } from 'vitest'
import { sparkShape } from './sparkline.ts'
import { incidentTone, needsOperator, serviceTone } from './status.ts'

describe('sparkShape', () => {
  it('starts a new stroke after a gap and dots the last value where it stands', () => {
    const { path, last } = sparkShape([100, 100, null, 100, 100, null], 64, 16)
    expect(path.match(/M/g)).toHaveLength(2)
    expect(path.match(/L/g)).toHaveLength(2)
    expect(last?.x).toBe(50)
  })

  it('draws a lone value as a dot and nothing as nothing', () => {
    expect(sparkShape([null, 40, null]).path).toMatch(/^M32 [\d.]+h0\.01$/)
    expect(sparkShape([null, null])).toEqual({ path: '', last: null })
    expect(sparkShape([])).toEqual({ path: '', last: null })
  })

  it('keeps every point inside the box, zero and huge values included', () => {
    for (const values of [
      [0, 0, 0],
      [1, 1_000_000],
      [7, 7],
    ]) {
      const ys = [...sparkShape(values).path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map((match) => Number(match[2]))
      expect(ys.every((y) => y >= 1 && y <= 15)).toBe(true)
    }
  })

  it('keeps jitter quiet and shows a spike', () => {
    const heights = (values: number[]) => {
      const ys = [...sparkShape(values).path.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((match) => Number(match[1]))
      return Math.max(...ys) - Math.min(...ys)
    }
    expect(heights([140, 145, 142])).toBeLessThan(2)
    expect(heights([140, 1_400, 142])).toBeGreaterThan(9)
  })
})

describe('serviceTone', () => {
  const well = { enabled: true, status: 'healthy', severity: null, incidentId: null, suspectSinceMs: null } as const

  it.each([
    [well, 'well'],
    [{ ...well, enabled: false }, 'paused'],
    [{ ...well, status: 'not_configured' as const }, 'unknown'],
    [{ ...well, status: 'not_watching' as const }, 'not_watching'],
    [{ ...well, status: 'degraded' as const }, 'attention'],
    [{ ...well, status: 'unhealthy' as const, suspectSinceMs: 5 }, 'attention'],
    [{ ...well, status: 'unhealthy' as const }, 'trouble'],
    [{ ...well, status: 'unhealthy' as const, incidentId: 'i', severity: 'warning' as const }, 'attention'],
    [{ ...well, status: 'unreachable' as const, incidentId: 'i', severity: 'critical' as const }, 'trouble'],
    [{ ...well, incidentId: 'i', severity: 'critical' as const }, 'trouble'],
  ])('%o is %s', (row, tone) => {
    expect(serviceTone(row)).toBe(tone)
  })
})

describe('incidents', () => {
  const open = { state: 'notified', severity: 'critical', handledAtMs: null, snoozedUntilMs: null } as const

  it('wait for the operator until snoozed, handled or resolved', () => {
    expect(needsOperator(open, 100)).toBe(true)
    expect(needsOperator({ ...open, snoozedUntilMs: 101 }, 100)).toBe(false)
    expect(needsOperator({ ...open, snoozedUntilMs: 100 }, 100)).toBe(true)
    expect(needsOperator({ ...open, handledAtMs: 1 }, 100)).toBe(false)
    expect(needsOperator({ ...open, state: 'resolved' }, 100)).toBe(false)
  })

  it('look the way they stand', () => {
    expect(incidentTone(open, 100)).toBe('trouble')
    expect(incidentTone({ ...open, severity: 'info' }, 100)).toBe('unknown')
    expect(incidentTone({ ...open, snoozedUntilMs: 101 }, 100)).toBe('paused')
    expect(incidentTone({ ...open, state: 'resolved' }, 100)).toBe('well')
  })
})
