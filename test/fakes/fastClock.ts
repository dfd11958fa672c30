import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../../src/daemon/platform/clock.ts'
import type { FakeClock } from './fakeClock.ts'

/**
 * The machine's own time, `factor` times as fast: timers fire by themselves, between whatever sockets do, and a stall
 * really blocks the event loop, while other threads and processes go on.
 * @param startMs wall clock at the start, epoch ms; by default 2026-05-11 14:00 UTC, a Monday
 */
export function createFastClock(factor: number, startMs: number = Date.UTC(2026, 4, 11, 14, 0, 0)): FakeClock {
  const beganMs = systemClock.monotonicMs()
  const passedMs = (): number => (systemClock.monotonicMs() - beganMs) * factor
  const timers = new Set<object>()
  let [setMs, sleptMs] = [0, 0]
  const nowMs = (): number => Math.trunc(startMs + passedMs() + setMs + sleptMs)
  return {
    nowMs,
    monotonicMs: () => 1_000 + passedMs(),
    bootMs: () => 3_600_000 + passedMs() + sleptMs,
    setTimer(delayMs, run) {
      const timer = {}
      timers.add(timer)
      const cancel = systemClock.setTimer(delayMs / factor, () => {
        timers.delete(timer)
        run()
      })
      return () => {
        timers.delete(timer)
        cancel()
      }
    },
    advance: (ms) => pause(ms / factor),
    setWall(ms) {
      setMs += ms - nowMs()
    },
    sleep(ms) {
      sleptMs += ms
    },
    stall(ms) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms / factor)
    },
    pendingTimers: () => timers.size,
  }
}
