import { describe, expect, it } from 'vitest'
import { timeLabel, timeTicks } from './timeAxis.ts'

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

  it('stands on days when a month is shown', () => {
    const d = 86_400_000
    expect(timeTicks(3_600_000, 30 * d, 6, 0)).toEqual([5, 10, 15, 20, 25, 30].map((day) => day * d))
    expect(timeTicks(0, 7 * d, 7, 0)).toHaveLength(8)
  })

  it('stays readable over years', () => {
    const year = 365 * 86_400_000
    for (const years of [1, 3, 12]) {
      const ticks = timeTicks(0, years * year, 6, 0)
      expect(ticks.length).toBeGreaterThan(1)
      expect(ticks.length).toBeLessThanOrEqual(7)
    }
    expect(timeLabel(Date.UTC(2025, 2, 12, 12), 3 * year)).toBe('12 Mar 2025')
  })
})
