import { uptime } from 'node:os'
import { performance } from 'node:perf_hooks'

/** Time as a parameter. Rules never read it themselves. */
export interface Clock {
  /** Wall clock, epoch ms UTC. Jumps when somebody sets it. */
  nowMs(): number
  /** Never jumps; stands still while the machine sleeps (on Linux). */
  monotonicMs(): number
  /** Since the machine's boot, sleep included: beside `monotonicMs` it tells a sleep from a clock that was set. */
  bootMs(): number
  /** One-shot timer; returns its cancellation. Does not keep the process alive by itself. */
  setTimer(delayMs: number, run: () => void): () => void
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  bootMs: () => uptime() * 1000,
  setTimer(delayMs, run) {
    const timer = setTimeout(run, Math.max(0, Math.min(delayMs, 2_147_483_647)))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
