import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rampWaitMs, rampWindowMs } from './ramp.ts'

const startMs = Date.UTC(2026, 5, 1)
const rampUntilMs = startMs + rampWindowMs
const wait = (nowMs: number, lastClaimAtMs: number | null) => rampWaitMs({ rampUntilMs, lastClaimAtMs, nowMs })

it('lasts an hour', () => {
  expect(rampWindowMs).toBe(3_600_000)
})

it('waits for nothing without a ramp', () => {
  expect(rampWaitMs({ rampUntilMs: null, lastClaimAtMs: startMs, nowMs: startMs })).toBe(0)
})

it('lets the first claim pass at once, and each later one 30 s after the one before', () => {
  expect(wait(startMs, null)).toBe(0)
  expect(wait(startMs + 1_000, startMs - 5_000)).toBe(0)
  expect(wait(startMs, startMs)).toBe(30_000)
  expect(wait(startMs + 12_000, startMs)).toBe(18_000)
  expect(wait(startMs + 30_000, startMs)).toBe(0)
})

it('is over at its deadline', () => {
  expect(wait(rampUntilMs - 10_000, rampUntilMs - 11_000)).toBe(10_000)
  expect(wait(rampUntilMs, rampUntilMs - 1)).toBe(0)
})

it('extends when it is armed again', () => {
  const nowMs = rampUntilMs - 1_000
  expect(rampWaitMs({ rampUntilMs: nowMs + rampWindowMs, lastClaimAtMs: nowMs, nowMs: nowMs + 10_000 })).toBe(20_000)
})

it('never waits longer than 30 s, wherever the clock is set', () => {
  const moment = fc.integer({ min: startMs - 86_400_000, max: rampUntilMs + 86_400_000 })
  fc.assert(
    fc.property(moment, moment, (nowMs, lastClaimAtMs) => {
      const waitMs = wait(nowMs, lastClaimAtMs)
      expect(waitMs).toBeGreaterThanOrEqual(0)
      expect(waitMs).toBeLessThanOrEqual(30_000)
    }),
  )
})
