import type { Clock } from '../platform/clock.ts'
import { type Due, DueHeap } from './DueHeap.ts'

/** The loop is woken at least this often while anything is planned, so that a pause is seen within a second. */
const heartbeatMs = 1_000
/** A timer later than this means that the loop or the whole process stood still. */
const stallMs = 1_000
/** Boot time missing from the monotonic clock counts as sleep from here on; below, it may be the clocks' rounding. */
const leastSleepMs = 30_000

/**
 * Due times on one timer. Its time is the monotonic clock plus the sleep seen so far, so an hour asleep is an hour
 * passed, and a wall clock that somebody sets is nothing at all.
 */
export class Timeline {
  readonly #clock: Clock
  readonly #onPause: (stoodMs: number) => void
  readonly #heap = new DueHeap()
  #timer: { dueMs: number; cancel: () => void } | null = null
  #running = false
  #sleptMs = 0
  #seenMonotonicMs = 0
  #seenBootMs = 0

  /** @param onPause told how long nothing could run, before anything that fell due meanwhile is fired */
  constructor(clock: Clock, onPause: (stoodMs: number) => void) {
    this.#clock = clock
    this.#onPause = onPause
  }

  now(): number {
    return this.#clock.monotonicMs() + this.#sleptMs
  }

  start(): void {
    this.#seenMonotonicMs = this.#clock.monotonicMs()
    this.#seenBootMs = this.#clock.bootMs()
    this.#running = true
    this.#arm()
  }

  /** Drops everything planned. */
  stop(): void {
    this.#running = false
    this.#disarm()
    this.#heap.clear()
  }

  at(dueMs: number, fire: () => void): Due {
    const due = this.#heap.add(dueMs, fire)
    this.#arm()
    return due
  }

  cancel(due: Due | null): void {
    if (due) this.#heap.remove(due)
  }

  /** Looks for a pause right now, as when the host says the machine woke up; shorter sleeps count too. */
  look(): void {
    if (!this.#running) return
    this.#noticePause(stallMs)
    this.#arm()
  }

  #arm(): void {
    const first = this.#heap.peek()
    if (!this.#running || !first) return
    const nowMs = this.now()
    const dueMs = Math.min(Math.max(first.dueMs, nowMs), nowMs + heartbeatMs)
    if (this.#timer && this.#timer.dueMs <= dueMs) return
    this.#disarm()
    this.#timer = { dueMs, cancel: this.#clock.setTimer(Math.ceil(dueMs - nowMs), () => this.#tick()) }
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  #tick(): void {
    this.#noticePause(leastSleepMs)
    const nowMs = this.now()
    for (let due = this.#heap.takeDue(nowMs); due; due = this.#heap.takeDue(nowMs)) due.fire()
    this.#arm()
  }

  /**
   * A sleep shows as boot time that the monotonic clock does not have (Linux) or as a timer that is far too late (other
   * systems, SIGSTOP, a blocked loop).
   */
  #noticePause(least: number): void {
    const monotonicMs = this.#clock.monotonicMs()
    const bootMs = this.#clock.bootMs()
    const missingMs = bootMs - this.#seenBootMs - (monotonicMs - this.#seenMonotonicMs)
    const lateMs = this.#timer ? Math.max(0, this.now() - this.#timer.dueMs) : 0
    const sleptMs = missingMs > least ? missingMs : 0
    this.#disarm()
    this.#seenMonotonicMs = monotonicMs
    this.#seenBootMs = bootMs
    this.#sleptMs += sleptMs
    if (sleptMs + lateMs > stallMs) this.#onPause(sleptMs + lateMs)
  }
}
