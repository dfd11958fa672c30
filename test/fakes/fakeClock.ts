import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../src/daemon/platform/clock.ts'

/** A clock that moves only when a test says so. */
export interface FakeClock extends Clock {
  /**
   * Time passes: due timers fire in order, each at its own moment, and asynchronous work settles between them.
   * Work that waits for real sockets or files may need more: `await scheduler.drain()`.
   */
  advance(ms: number): Promise<void>
  /** Somebody sets the wall clock to this epoch ms; nothing else moves and no timer fires. */
  setWall(ms: number): void
  /** The machine sleeps: wall and boot time pass, the monotonic clock and the timers stand still. */
  sleep(ms: number): void
  /** The process stands still, as after SIGSTOP or a blocked loop: every clock passes, no timer fires meanwhile. */
  stall(ms: number): void
  /** Timers waiting to fire. */
  pendingTimers(): number
}

interface Timer {
  readonly dueMs: number
  readonly no: number
  readonly run: () => void
}

/** Lets promises, and the turns of the event loop they need, run out. */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round++) await nextTurn()
}

/** @param startMs wall clock at the start, epoch ms; by default 2026-05-11 14:00 UTC, a Monday */
export function createFakeClock(startMs: number = Date.UTC(2026, 4, 11, 14, 0, 0)): FakeClock {
  let wall = startMs
  let boot = 3_600_000
  let monotonic = 1_000
  let count = 0
  const timers = new Set<Timer>()

  const move = (ms: number): void => {
    wall += ms
    boot += ms
    monotonic += ms
  }

  const earliest = (untilMs: number): Timer | null => {
    let first: Timer | null = null
    for (const timer of timers) {
      if (timer.dueMs > untilMs) continue
      const sooner = first === null || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.no < first.no)
      if (sooner) first = timer
    }
    return first
  }

  return {
    nowMs: () => wall,
    monotonicMs: () => monotonic,
    bootMs: () => boot,
    setTimer(delayMs, run) {
      const timer = { dueMs: monotonic + Math.max(0, delayMs), no: count++, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    async advance(ms) {
      const target = monotonic + ms
      await settle()
      for (let timer = earliest(target); timer !== null; timer = earliest(target)) {
        timers.delete(timer)
        move(Math.max(0, timer.dueMs - monotonic))
        timer.run()
        await settle()
      }
      move(Math.max(0, target - monotonic))
      await settle()
    },
    setWall(ms) {
      wall = ms
    },
    sleep(ms) {
      wall += ms
      boot += ms
    },
    stall: move,
    pendingTimers: () => timers.size,
  }
}
