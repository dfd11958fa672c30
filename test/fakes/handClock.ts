import { type Clock, systemClock } from '../../src/daemon/platform/clock.ts'

/** Longer waits are deadlines. */
const longestPauseMs = 10_000

export interface HandClock extends Clock {
  /** All deadlines that are waiting pass. */
  expire(): void
}

/**
 * For work that waits for real sockets: pauses between tries take no time, and a deadline passes when a test says so,
 * however long a reply takes on a busy machine.
 */
export function createHandClock(): HandClock {
  const deadlines = new Map<() => void, number>()
  let aheadMs = 0
  const pass = (ms: number): void => {
    aheadMs += ms
  }
  return {
    nowMs: () => systemClock.nowMs() + aheadMs,
    monotonicMs: () => systemClock.monotonicMs() + aheadMs,
    bootMs: () => systemClock.bootMs() + aheadMs,
    setTimer(delayMs, run) {
      if (delayMs <= longestPauseMs) {
        return systemClock.setTimer(0, () => {
          pass(delayMs)
          run()
        })
      }
      const end = (): void => run()
      deadlines.set(end, delayMs)
      return () => void deadlines.delete(end)
    },
    expire() {
      const waiting = [...deadlines]
      deadlines.clear()
      pass(Math.max(0, ...waiting.map(([, delayMs]) => delayMs)))
      for (const [run] of waiting) run()
    },
  }
}
