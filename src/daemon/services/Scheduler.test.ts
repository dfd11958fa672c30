import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFakeClock } from '../../../test/fakes/fakeClock.ts'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { KoraError } from '../../domain/errors.ts'
import { type ScheduledTask, Scheduler, spreadShare, type TaskResult } from './Scheduler.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

function setUp() {
  const clock = createFakeClock()
  const logger = createMemoryLogger()
  const settled: { name: string; result: TaskResult }[] = []
  const scheduler = new Scheduler({ clock, logger, onSettled: (name, result) => settled.push({ name, result }) })
  const zero = clock.monotonicMs()
  const starts: { name: string; atMs: number }[] = []
  /** A task that notes its starts; times are monotonic ms since the set-up. */
  const add = (name: string, intervalMs: number, more: Partial<ScheduledTask> = {}): void => {
    const { run, ...rest } = more
    scheduler.add({
      name,
      intervalMs,
      timeoutMs: 10 * second,
      async run(signal) {
        starts.push({ name, atMs: clock.monotonicMs() - zero })
        await run?.(signal)
      },
      ...rest,
    })
  }
  const startsOf = (name: string): number[] => starts.filter((start) => start.name === name).map(({ atMs }) => atMs)
  const row = (name: string) => scheduler.rows().find((candidate) => candidate.name === name)
  const wait = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve))
  return { clock, logger, scheduler, settled, starts, startsOf, add, row, wait }
}

describe('rate', () => {
  it('runs at a fixed rate that the length of a run does not shift', async () => {
    const { clock, scheduler, startsOf, add, wait } = setUp()
    add('probe', minute, { firstDelayMs: 0, run: () => wait(7_300) })
    scheduler.start()
    await clock.advance(10 * minute)
    expect(startsOf('probe')).toEqual(Array.from({ length: 11 }, (_, index) => index * minute))
  })

  it('skips the ticks that a long run covers, and never makes them up', async () => {
    const { clock, scheduler, startsOf, add, wait } = setUp()
    let first = true
    add('slow', 10 * second, {
      firstDelayMs: 0,
      timeoutMs: minute,
      run: () => {
        const ms = first ? 35 * second : 0
        first = false
        return wait(ms)
      },
    })
    scheduler.start()
    await clock.advance(minute)
    expect(startsOf('slow')).toEqual([0, 40_000, 50_000, 60_000])
  })

  it('daemon 16: never runs a 200 ms task beside itself at an interval of 100 ms', async () => {
    const { clock, scheduler, startsOf, add, wait } = setUp()
    let running = 0
    let most = 0
    add('probe', 100, {
      firstDelayMs: 0,
      run: async () => {
        most = Math.max(most, ++running)
        await wait(200)
        running--
      },
    })
    scheduler.start()
    await clock.advance(2_000)
    expect(most).toBe(1)
    expect(startsOf('probe')).toEqual(Array.from({ length: 11 }, (_, index) => index * 200))
  })

  it('takes a new interval while it runs', async () => {
    const { clock, scheduler, startsOf, add } = setUp()
    add('probe', hour, { firstDelayMs: 0 })
    scheduler.start()
    await clock.advance(minute)
    scheduler.setInterval('probe', 10 * second)
    await clock.advance(30 * second)
    scheduler.setInterval('probe', hour)
    await clock.advance(2 * hour)
    expect(startsOf('probe')).toEqual([0, 70_000, 80_000, 90_000, 100_000, 100_000 + hour])
    expect(() => scheduler.setInterval('probe', 0)).toThrow(KoraError)
    expect(() => scheduler.setInterval('nobody', 5)).toThrow(expect.objectContaining({ code: 'task_unknown' }))
  })

  it('refuses a task without a name or with a time that is not positive', () => {
    const { scheduler, add } = setUp()
    for (const wrong of [
      () => add(' ', 5),
      () => add('a', 0),
      () => add('a', NaN),
      () => add('a', 5, { timeoutMs: -1 }),
    ])
      expect(wrong).toThrow(expect.objectContaining({ code: 'bad_input' }))
    expect(scheduler.rows()).toEqual([])
  })

  it('runs what was added later, and no longer what was removed or replaced', async () => {
    const { clock, scheduler, startsOf, add, row } = setUp()
    scheduler.start()
    add('probe', minute, { firstDelayMs: 5 * second })
    add('other', minute, { firstDelayMs: 0 })
    await clock.advance(10 * second)
    expect(startsOf('probe')).toEqual([5 * second])
    add('probe', hour, { firstDelayMs: minute })
    scheduler.remove('other')
    await clock.advance(3 * minute)
    expect(startsOf('probe')).toEqual([5 * second, 70 * second])
    expect(startsOf('other')).toEqual([0])
    expect(row('other')).toBeUndefined()
  })
})

describe('first run', () => {
  it('spreads over at most 10 s, and the same way each time', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `probe:service-${index}`)
    const firstStarts = async (): Promise<number[]> => {
      const { clock, scheduler, starts, add } = setUp()
      for (const name of names) add(name, 5 * minute)
      scheduler.start()
      await clock.advance(10 * second)
      return names.map((name) => starts.find((start) => start.name === name)?.atMs ?? NaN)
    }
    const once = await firstStarts()
    expect(await firstStarts()).toEqual(once)
    const perSecond = Array.from({ length: 10 }, (_, s) => once.filter((ms) => Math.floor(ms / second) === s).length)
    expect(perSecond.reduce((sum, count) => sum + count)).toBe(200)
    expect(Math.max(...perSecond)).toBeLessThan(40)
  })

  it('stays within the interval when that is shorter, and follows the spread key', async () => {
    const { clock, scheduler, starts, add } = setUp()
    for (let index = 0; index < 50; index++) add(`task-${index}`, 2 * second, { spreadKey: 'same' })
    scheduler.start()
    await clock.advance(2 * second - 1)
    expect(new Set(starts.map(({ atMs }) => atMs)).size).toBe(1)
    expect(starts).toHaveLength(50)
  })

  it('has a share in [0, 1) for every key', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        const share = spreadShare(key)
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThan(1)
      }),
    )
  })
})

describe('one timer', () => {
  it('holds a single timer for 1,000 tasks', async () => {
    const { clock, scheduler, starts, add } = setUp()
    for (let index = 0; index < 1_000; index++) add(`probe-${index}`, (5 + (index % 300)) * second)
    let most = 0
    scheduler.start()
    for (let step = 0; step < 60; step++) {
      await clock.advance(second)
      most = Math.max(most, clock.pendingTimers())
    }
    expect(most).toBe(1)
    expect(new Set(starts.map(({ name }) => name)).size).toBe(1_000)
  })

  it('holds none before the start, without tasks, and after the stop', async () => {
    const { clock, scheduler, add } = setUp()
    scheduler.start()
    expect(clock.pendingTimers()).toBe(0)
    add('probe', second)
    expect(clock.pendingTimers()).toBe(1)
    await scheduler.stop(second)
    expect(clock.pendingTimers()).toBe(0)
  })
})

describe('failure', () => {
  it('daemon 15: records each failure, goes on, and leaves the sibling alone', async () => {
    const { clock, logger, scheduler, settled, startsOf, add, row } = setUp()
    add('broken', 50, { firstDelayMs: 0, run: () => Promise.reject(new Error('no route')) })
    add('sibling', 50, { firstDelayMs: 0 })
    scheduler.start()
    await clock.advance(1_000)
    expect(startsOf('broken')).toHaveLength(21)
    expect(startsOf('sibling')).toHaveLength(21)
    expect(row('broken')).toMatchObject({ lastOutcome: 'failed', lastError: 'no route', failuresInARow: 21 })
    expect(row('sibling')).toMatchObject({ lastOutcome: 'ok', lastError: null, failuresInARow: 0 })
    expect(logger.messages('warn')).toHaveLength(21)
    expect(settled.filter(({ name }) => name === 'broken').map(({ result }) => result.error)[0]).toBe('no route')
  })

  it('survives a throw before the first await, and counts from zero after a success', async () => {
    const { clock, scheduler, add, row } = setUp()
    let broken = true
    const run = (): Promise<void> => {
      // A run that calls itself off ends itself, and not its task.
      if (broken) throw new DOMException('at once', 'AbortError')
      return Promise.resolve()
    }
    add('probe', second, { firstDelayMs: 0, run })
    scheduler.start()
    await clock.advance(2_500)
    expect(row('probe')).toMatchObject({ failuresInARow: 3, lastError: 'at once' })
    broken = false
    await clock.advance(second)
    expect(row('probe')).toMatchObject({ failuresInARow: 0, lastOutcome: 'ok', lastError: null })
  })

  it('goes on when the record of a result cannot be kept', async () => {
    const clock = createFakeClock()
    const logger = createMemoryLogger()
    const full = (): void => {
      throw new KoraError('store_full', 'The disk is full.')
    }
    const scheduler = new Scheduler({ clock, logger, onSettled: full })
    let runs = 0
    scheduler.add({
      name: 'probe',
      intervalMs: second,
      timeoutMs: second,
      firstDelayMs: 0,
      run: async () => void runs++,
    })
    scheduler.start()
    await clock.advance(3 * second)
    expect(runs).toBe(4)
    expect(logger.messages('error')).toHaveLength(4)
  })

  it('reports start, length, outcome and error', async () => {
    const { clock, scheduler, settled, add, row, wait } = setUp()
    const startMs = clock.nowMs()
    add('probe', minute, { firstDelayMs: 2_000, run: () => wait(1_234) })
    expect(row('probe')).toMatchObject({ lastOutcome: 'never', nextDueAtMs: null, lastStartedAtMs: null })
    scheduler.start()
    expect(row('probe')?.nextDueAtMs).toBe(startMs + 2_000)
    await clock.advance(3_000)
    expect(row('probe')).toMatchObject({ running: true, lastStartedAtMs: startMs + 2_000, lastDurationMs: null })
    await clock.advance(second)
    expect(settled).toEqual([
      { name: 'probe', result: { startedAtMs: startMs + 2_000, durationMs: 1_234, outcome: 'ok', error: null } },
    ])
    expect(row('probe')).toMatchObject({ running: false, lastDurationMs: 1_234, nextDueAtMs: startMs + 62_000 })
  })
})

describe('time limit', () => {
  it('aborts a run that takes too long, and says so', async () => {
    const { clock, scheduler, settled, startsOf, add, row } = setUp()
    add('probe', minute, {
      firstDelayMs: 0,
      timeoutMs: 10 * second,
      run: (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    })
    scheduler.start()
    await clock.advance(10 * second)
    expect(settled.map(({ result }) => result.error)).toEqual(['timed out after 10 s'])
    expect(row('probe')).toMatchObject({ running: false, stuck: false, lastDurationMs: 10_000, failuresInARow: 1 })
    await clock.advance(minute)
    expect(startsOf('probe')).toEqual([0, minute])
    expect(settled).toHaveLength(2)
  })

  it('daemon 27: shows a run that ignores its signal as stuck and starts again two intervals later', async () => {
    const { clock, scheduler, settled, startsOf, add, row } = setUp()
    const hung = Promise.withResolvers<void>()
    let first = true
    const run = (): Promise<void> => {
      const wasFirst = first
      first = false
      return wasFirst ? hung.promise : Promise.resolve()
    }
    add('probe', minute, { firstDelayMs: 0, timeoutMs: 10 * second, run })
    scheduler.start()
    await clock.advance(2 * minute)
    expect(startsOf('probe')).toEqual([0])
    expect(row('probe')).toMatchObject({ running: true, stuck: true, lastError: 'timed out after 10 s' })
    await expect(scheduler.runNow('probe')).rejects.toMatchObject({ code: 'task_running' })
    await scheduler.drain()
    await clock.advance(minute)
    expect(startsOf('probe')).toEqual([0, 3 * minute])
    expect(row('probe')).toMatchObject({ running: false, stuck: false, lastOutcome: 'ok', failuresInARow: 0 })
    hung.reject(new Error('too late to matter'))
    await clock.advance(second)
    expect(row('probe')).toMatchObject({ lastOutcome: 'ok', lastError: null })
    expect(settled.map(({ result }) => result.outcome)).toEqual(['failed', 'ok'])
  })

  it('daemon 27: shows a task as stuck until a run of it ends, and runs it again and again', async () => {
    const { clock, scheduler, startsOf, add, row } = setUp()
    let hangs = true
    const run = (): Promise<void> => (hangs ? new Promise(() => undefined) : Promise.resolve())
    add('probe', minute, { firstDelayMs: 0, timeoutMs: 10 * second, run })
    scheduler.start()
    await clock.advance(10 * second)
    const seen = new Set<boolean | undefined>()
    for (let no = 0; no < 8 * 60; no++) {
      await clock.advance(second)
      seen.add(row('probe')?.stuck)
    }
    expect(seen).toEqual(new Set([true]))
    expect(startsOf('probe')).toEqual([0, 3 * minute, 6 * minute])
    hangs = false
    await clock.advance(minute)
    expect(row('probe')).toMatchObject({ stuck: false, lastOutcome: 'ok' })
  })

  it('starts a stuck task at its next tick once the old run really ended', async () => {
    const { clock, scheduler, startsOf, add, row, wait } = setUp()
    add('probe', minute, { firstDelayMs: 0, timeoutMs: 10 * second, run: () => wait(65 * second) })
    scheduler.start()
    await clock.advance(64 * second)
    expect(row('probe')).toMatchObject({ running: true, stuck: true })
    await clock.advance(second)
    expect(row('probe')).toMatchObject({ running: false, stuck: false, lastOutcome: 'failed' })
    await clock.advance(minute)
    expect(startsOf('probe')).toEqual([0, 2 * minute])
  })
})

describe('run now', () => {
  it('runs at once, joins a run in progress, and keeps the schedule', async () => {
    const { clock, scheduler, startsOf, add, wait } = setUp()
    add('probe', minute, { firstDelayMs: minute, run: () => wait(5 * second) })
    scheduler.start()
    await clock.advance(20 * second)
    const both = Promise.all([scheduler.runNow('probe'), scheduler.runNow('probe')])
    await clock.advance(5 * second)
    await both
    expect(startsOf('probe')).toEqual([20_000])
    await clock.advance(2 * minute)
    expect(startsOf('probe')).toEqual([20_000, 60_000, 120_000])
  })

  it('passes on what went wrong', async () => {
    const { clock, scheduler, add } = setUp()
    add('broken', hour, { firstDelayMs: hour, run: () => Promise.reject(new KoraError('backup_failed', 'no space')) })
    add('hung', hour, { firstDelayMs: hour, timeoutMs: 5 * second, run: () => new Promise(() => undefined) })
    scheduler.start()
    await expect(scheduler.runNow('broken')).rejects.toMatchObject({ code: 'backup_failed' })
    await expect(scheduler.runNow('nobody')).rejects.toMatchObject({ code: 'task_unknown' })
    const hung = scheduler.runNow('hung').catch((error: unknown) => error)
    await clock.advance(5 * second)
    expect(await hung).toMatchObject({ code: 'timed_out' })
    const stopped = scheduler.stop(second)
    await clock.advance(second)
    await stopped
    await expect(scheduler.runNow('broken')).rejects.toMatchObject({ code: 'daemon_stopping' })
  })
})

describe('clocks', () => {
  it('does not care about a wall clock moved by 8 h in either direction', async () => {
    const { clock, logger, scheduler, startsOf, add } = setUp()
    add('probe', minute, { firstDelayMs: 0 })
    scheduler.start()
    for (const jump of [8 * hour, -16 * hour, 8 * hour]) {
      clock.setWall(clock.nowMs() + jump)
      await clock.advance(10 * minute)
    }
    const expected = Array.from({ length: 31 }, (_, index) => index * minute)
    const worst = Math.max(...startsOf('probe').map((ms, index) => Math.abs(ms - (expected[index] ?? NaN))))
    expect(startsOf('probe')).toHaveLength(31)
    expect(worst).toBe(0)
    expect(logger.lines).toEqual([])
    console.info(
      `row 31: wall clock moved by 8 h, intervals off by ${worst} ms, ${startsOf('probe').length} of 31 runs`,
    )
  })

  it.each([
    ['a sleep that only the boot clock counts', 'sleep' as const],
    ['a process that was stopped', 'stall' as const],
  ])('runs everything missed once within 5 s of the end of %s', async (_, kind) => {
    const { clock, scheduler, starts, startsOf, add } = setUp()
    for (let index = 0; index < 300; index++) add(`probe-${index}`, 5 * minute)
    add('daily', 24 * hour)
    scheduler.start()
    await clock.advance(6 * minute)
    starts.length = 0
    clock[kind](8 * hour)
    const wokeAtMs = clock.monotonicMs() - 1_000
    await clock.advance(5 * second)
    const probes = starts.filter(({ name }) => name.startsWith('probe-'))
    const delays = probes.map(({ atMs }) => atMs - wokeAtMs)
    expect(new Set(probes.map(({ name }) => name)).size).toBe(300)
    expect(probes).toHaveLength(300)
    const busiest = Math.max(
      ...Array.from({ length: 50 }, (__, slot) => delays.filter((ms) => Math.floor(ms / 100) === slot).length),
    )
    expect(busiest).toBeLessThan(20)
    expect(startsOf('daily')).toEqual([])
    console.info(
      `row 33 (${kind}): 300 of 300 missed tasks ran once, the last ${Math.max(...delays)} ms after waking, at most ${busiest} in 100 ms`,
    )
    await clock.advance(5 * minute)
    const counts = Array.from({ length: 300 }, (__, index) => startsOf(`probe-${index}`).length)
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([2, 2])
  })

  it('counts time asleep as time passed for what was not yet due', async () => {
    const { clock, scheduler, startsOf, add } = setUp()
    add('hourly', hour, { firstDelayMs: hour })
    scheduler.start()
    await clock.advance(10 * minute)
    clock.sleep(40 * minute)
    await clock.advance(9 * minute)
    expect(startsOf('hourly')).toEqual([])
    await clock.advance(minute + second)
    expect(startsOf('hourly')).toHaveLength(1)
  })

  it('does not repeat a regular run close behind a caught-up one', async () => {
    const { clock, scheduler, startsOf, add } = setUp()
    add('hourly', hour, { firstDelayMs: 0 })
    scheduler.start()
    await clock.advance(minute)
    clock.sleep(118 * minute)
    await clock.advance(2 * hour - minute)
    expect(startsOf('hourly').map((ms) => Math.floor(ms / minute))).toEqual([0, 1, 62])
  })

  it('listens to the host when it says the machine woke', async () => {
    const { clock, scheduler, startsOf, add } = setUp()
    add('probe', 10 * second, { firstDelayMs: 0 })
    scheduler.start()
    await clock.advance(500)
    clock.sleep(20 * second)
    scheduler.catchUp()
    await clock.advance(0)
    expect(startsOf('probe')).toEqual([0, 500])
    scheduler.catchUp()
    scheduler.catchUp()
    await clock.advance(second)
    expect(startsOf('probe')).toEqual([0, 500])
  })

  it('reports a loop that stood still for 10 s and times nobody out for it', async () => {
    const { clock, logger, scheduler, settled, add, wait } = setUp()
    add('probe', minute, { firstDelayMs: 0, timeoutMs: 10 * second, run: () => wait(12 * second) })
    scheduler.start()
    await clock.advance(5 * second)
    clock.stall(10 * second)
    await clock.advance(5 * second)
    expect(logger.lines.map(({ fields }) => fields)).toEqual([{ forMs: 9_000, asleep: false }])
    expect(settled.map(({ result }) => result.outcome)).toEqual(['ok'])
  })

  it('knows of a pause before its own timer has run', async () => {
    const { clock, scheduler, add } = setUp()
    add('probe', minute, { firstDelayMs: 0 })
    expect(scheduler.pauses()).toBe(0)
    scheduler.start()
    await clock.advance(5 * second)
    expect(scheduler.pauses()).toBe(0)
    clock.stall(10 * second)
    expect(scheduler.pauses()).toBe(1)
    clock.sleep(hour)
    expect(scheduler.pauses()).toBe(2)
    await clock.advance(minute)
    expect(scheduler.pauses()).toBe(2)
  })
})

describe('a process that stood still while the machine was awake', () => {
  function watched() {
    const clock = createFakeClock()
    const logger = createMemoryLogger()
    const stalls: number[] = []
    let woke = 0
    const scheduler = new Scheduler({
      clock,
      logger,
      onStall: (forMs) => stalls.push(forMs),
      onWake: () => {
        woke += 1
      },
    })
    scheduler.add({ name: 'probe', intervalMs: minute, timeoutMs: second, firstDelayMs: minute, run: async () => {} })
    scheduler.start()
    return { clock, scheduler, stalls, woke: () => woke }
  }

  it('for five seconds or more is reported with how long', async () => {
    const { clock, stalls, woke } = watched()
    await clock.advance(10 * second)
    clock.stall(20 * second)
    await clock.advance(5 * second)
    expect(stalls).toHaveLength(1)
    expect(stalls[0]).toBeGreaterThanOrEqual(19 * second)
    expect(stalls[0]).toBeLessThanOrEqual(20 * second)
    expect(woke()).toBe(0)
  })

  it('for a moment is not', async () => {
    const { clock, stalls } = watched()
    await clock.advance(10 * second)
    clock.stall(4 * second)
    await clock.advance(10 * second)
    expect(stalls).toEqual([])
  })

  it('again is reported again, and time that passes as it should is not', async () => {
    const { clock, stalls } = watched()
    for (let no = 0; no < 3; no++) {
      clock.stall(10 * second)
      await clock.advance(hour)
    }
    expect(stalls).toHaveLength(3)
  })

  it('for longer than that counts as a sleep, which is something else', async () => {
    const { clock, stalls, woke } = watched()
    await clock.advance(10 * second)
    clock.stall(hour)
    await clock.advance(5 * second)
    expect([stalls, woke()]).toEqual([[], 1])
    clock.sleep(hour)
    await clock.advance(5 * second)
    expect([stalls, woke()]).toEqual([[], 2])
  })

  it('is not reported after the stop', async () => {
    const { clock, scheduler, stalls } = watched()
    await scheduler.stop(second)
    clock.stall(20 * second)
    await clock.advance(minute)
    expect(stalls).toEqual([])
  })
})

describe('stop', () => {
  it('daemon 30: lets a run in progress finish within the grace period, and starts nothing more', async () => {
    const { clock, scheduler, settled, startsOf, add, wait } = setUp()
    let marked = false
    add('mail', minute, {
      firstDelayMs: 0,
      run: async () => {
        await wait(3 * second)
        marked = true
      },
    })
    add('other', second, { firstDelayMs: second })
    scheduler.start()
    await clock.advance(500)
    const stopped = scheduler.stop(5 * second)
    await clock.advance(3 * second)
    await stopped
    expect(marked).toBe(true)
    expect(settled.map(({ name, result }) => [name, result.outcome])).toEqual([['mail', 'ok']])
    await clock.advance(hour)
    expect(startsOf('mail')).toHaveLength(1)
    expect(startsOf('other')).toEqual([])
  })

  it('asks through the signal and does not record an interruption as a failure', async () => {
    const { clock, logger, scheduler, settled, add, row } = setUp()
    add('probe', minute, {
      firstDelayMs: 0,
      run: (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    })
    scheduler.start()
    await clock.advance(second)
    await scheduler.stop(5 * second)
    expect(settled).toEqual([])
    expect(logger.lines).toEqual([])
    expect(row('probe')).toMatchObject({ running: false, lastOutcome: 'never', nextDueAtMs: null })
  })

  it('goes on without a run that does not end, names it, and ignores what it says later', async () => {
    const { clock, logger, scheduler, settled, add } = setUp()
    const hung = Promise.withResolvers<void>()
    add('hung', minute, { firstDelayMs: 0, timeoutMs: hour, run: () => hung.promise })
    scheduler.start()
    await clock.advance(second)
    const stopped = scheduler.stop(5 * second)
    expect(scheduler.stop(hour)).toBe(stopped)
    await clock.advance(5 * second)
    await stopped
    expect(logger.lines.map(({ fields }) => fields)).toEqual([{ task: 'hung', graceMs: 5 * second }])
    hung.resolve()
    await clock.advance(second)
    expect(settled).toEqual([])
  })
})
