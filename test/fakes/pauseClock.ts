import type { Clock } from '../../src/daemon/platform/clock.ts'

export const pauseClockStartMs = Date.UTC(2026, 4, 11, 14, 0, 0)

/**
 * Pauses between tries pass at once; a deadline passes only when the test says so. Real sockets decide how long
 * anything takes, so a clock driven from outside would race them.
 */
export class PauseClock implements Clock {
  readonly pauses: number[] = []
  #passedMs = 0
  readonly #deadlines = new Set<{ atMs: number; run: () => void }>()
  readonly #longestPauseMs: number

  /** @param longestPauseMs what takes longer is a deadline */
  constructor(longestPauseMs: number) {
    this.#longestPauseMs = longestPauseMs
  }

  nowMs = (): number => pauseClockStartMs + this.#passedMs
  monotonicMs = (): number => this.#passedMs
  bootMs = (): number => this.#passedMs

  setTimer(delayMs: number, run: () => void): () => void {
    if (delayMs <= this.#longestPauseMs) {
      this.pauses.push(delayMs)
      const pause = setImmediate(() => {
        this.pass(delayMs)
        run()
      })
      return () => clearImmediate(pause)
    }
    const deadline = { atMs: this.#passedMs + delayMs, run }
    this.#deadlines.add(deadline)
    return () => void this.#deadlines.delete(deadline)
  }

  pass(ms: number): void {
    this.#passedMs += ms
    for (const deadline of this.#deadlines) {
      if (deadline.atMs > this.#passedMs) continue
      this.#deadlines.delete(deadline)
      deadline.run()
    }
  }

  get pending(): number {
    return this.#deadlines.size
  }
}
