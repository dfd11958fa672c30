import { describe, expect, it } from 'vitest'
import type { OperationalView } from '../../contract/operational.ts'
import { morningMs, pauseAgain } from './pausing.ts'

describe('the next morning', () => {
  const zone = 'Europe/Berlin'
  /** Berlin is two hours ahead of UTC in May. */
  const berlin = (day: number, hour: number, minute = 0, second = 0) => Date.UTC(2026, 4, day, hour - 2, minute, second)

  it('is today before seven, tomorrow after it', () => {
    expect(morningMs(berlin(12, 3), zone)).toBe(berlin(12, 7))
    expect(morningMs(berlin(12, 16), zone)).toBe(berlin(13, 7))
  })

  it('is never less than a minute away', () => {
    expect(morningMs(berlin(12, 6, 59), zone)).toBe(berlin(12, 7))
    expect(morningMs(berlin(12, 6, 59, 1), zone)).toBe(berlin(13, 7))
  })

  it('follows the clock over its changes', () => {
    expect(morningMs(Date.UTC(2026, 2, 28, 22), zone)).toBe(Date.UTC(2026, 2, 29, 5))
    expect(morningMs(Date.UTC(2026, 9, 24, 22), zone)).toBe(Date.UTC(2026, 9, 25, 6))
  })
})

it('asks for an earlier pause as it was, unless it is over', () => {
  const now = 1_900_000_000_000
  const before = {
    primary: 'paused',
    stopLevel: 2,
    permission: 'critical_only',
    trigger: 'moving the shop',
    untilMs: now + 600_000,
  } as OperationalView
  expect(pauseAgain(before, now)).toEqual({ forMs: 600_000, level: 2, criticals: true, reason: 'moving the shop' })
  expect(pauseAgain({ ...before, untilMs: null }, now)?.forMs).toBeNull()
  expect(pauseAgain(before, now + 595_000)).toBeNull()
})
