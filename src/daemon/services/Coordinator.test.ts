import { describe, expect, it } from 'vitest'
import { aListener, coordinated, pulseOf } from '../../../test/fakes/listeners.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Listener } from '../listeners/listener.ts'

const second = 1_000
const never = (): Promise<void> => new Promise(() => undefined)
const fails = (): never => {
  throw new Error('the port is taken')
}

function four(changes: Partial<Record<'a' | 'b' | 'c' | 'd', Partial<Listener>>> = {}) {
  const steps: string[] = []
  const world = coordinated((['a', 'b', 'c', 'd'] as const).map((name) => aListener(name, steps, changes[name])))
  return { ...world, steps }
}

describe('starting and stopping', () => {
  it('daemon 1: of nothing is running at once, and stops', async () => {
    const { coordinator } = coordinated([])
    await coordinator.start()
    expect(coordinator.state).toBe('running')
    await coordinator.stop('enough')
    expect(coordinator.state).toBe('shutting_down')
  })

  it('daemon 2: starts a, b, c, d one after the other and stops d, c, b, a', async () => {
    const { coordinator, steps, states } = four({ a: { start: () => Promise.resolve() } })
    expect(states()).toEqual({ a: 'starting', b: 'starting', c: 'starting', d: 'starting' })
    await coordinator.start()
    expect(states()).toEqual({ a: 'up', b: 'up', c: 'up', d: 'up' })
    await coordinator.stop('enough')
    expect(steps).toEqual(['start a', 'start b', 'start c', 'start d', 'stop d', 'stop c', 'stop b', 'stop a'])
  })

  it('waits for each start before the next one', async () => {
    const began = Promise.withResolvers<void>()
    const { coordinator, steps, clock } = four({ b: { start: () => began.promise } })
    const started = coordinator.start()
    await clock.advance(second)
    expect(steps).toEqual(['start a', 'start b'])
    began.resolve()
    await started
    expect(steps).toEqual(['start a', 'start b', 'start c', 'start d'])
  })

  it('stops intake first, then work, then clients; those of one tier together', async () => {
    const closed = Promise.withResolvers<void>()
    const { coordinator, steps, clock } = four({
      a: { tier: 'intake', stop: () => closed.promise },
      b: { tier: 'clients' },
      d: { tier: 'intake' },
    })
    await coordinator.start()
    const stopped = coordinator.stop('enough')
    await clock.advance(second)
    expect(steps.slice(4)).toEqual(['stop d', 'stop a'])
    closed.resolve()
    await stopped
    expect(steps.slice(4)).toEqual(['stop d', 'stop a', 'stop c', 'stop b'])
  })

  it('daemon 6: of three stop requests the first reason counts, and each listener is stopped once', async () => {
    const { coordinator, steps } = four()
    await coordinator.start()
    await Promise.all(['first', 'second', 'third'].map((reason) => coordinator.stop(reason)))
    expect(coordinator.status().shutdown_reason).toBe('first')
    expect(steps.filter((step) => step.startsWith('stop'))).toHaveLength(4)
  })

  it('gives up a stop that hangs after its own time, and goes on with the others', async () => {
    const { coordinator, steps, clock, logger } = four({
      c: { stop: never, stopTimeoutMs: 3 * second },
      d: { stop: fails },
      a: { tier: 'clients' },
    })
    await coordinator.start()
    const stopped = coordinator.stop('enough')
    await clock.advance(2_999)
    expect(steps.slice(4)).toEqual(['stop d', 'stop c', 'stop b'])
    await clock.advance(1)
    await stopped
    expect(steps.slice(4)).toEqual(['stop d', 'stop c', 'stop b', 'stop a'])
    expect(logger.lines.map(({ fields }) => fields)).toEqual([
      { listener: 'd', error: 'the port is taken' },
      { listener: 'c', error: 'c did not stop within 3 s.' },
    ])
  })
})

describe('a start that fails', () => {
  it('daemon 3: of a critical listener undoes what was started, and disposes of the one that failed', async () => {
    const { coordinator, steps, logger } = four({ c: { critical: true, start: fails } })
    await expect(coordinator.start()).rejects.toThrow('the port is taken')
    expect(steps).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a'])
    expect(coordinator.status()).toMatchObject({
      state: 'booting',
      uptime_seconds: null,
      shutdown_reason: 'c could not be started',
    })
    expect(logger.messages('error')).toEqual(['a listener could not be started'])
  })

  it('daemon 4: of another leaves it down and starts the rest', async () => {
    const { coordinator, steps, states } = four({ c: { start: fails } })
    await coordinator.start()
    expect(steps).toEqual(['start a', 'start b', 'start c', 'stop c', 'start d'])
    expect(states()).toEqual({ a: 'up', b: 'up', c: 'down', d: 'up' })
    expect(coordinator.status().listeners.map(({ name, started }) => [name, started])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
      ['d', true],
    ])
    await coordinator.stop('enough')
    expect(steps.slice(5)).toEqual(['stop d', 'stop b', 'stop a'])
  })

  it('says why, without secrets, and counts as an error', async () => {
    const { coordinator, row, changes } = four({
      c: {
        start: () => {
          throw new Error(`token xoxb-secret was refused ${'x'.repeat(400)}`)
        },
      },
    })
    await coordinator.start()
    expect(row('c')).toMatchObject({ state: 'down', consecutiveErrors: 1, restarts: 0 })
    expect(row('c').lastError).toMatch(/^token \[redacted\] was refused x+…$/)
    expect(row('c').lastError).toHaveLength(300)
    expect(row('c').note).toBe(row('c').lastError)
    expect(changes).toEqual([`c: starting to down, ${row('c').lastError}`])
  })

  it('is tried again after 5, 15, 60 and 300 s, and then every 300', async () => {
    const atMs: number[] = []
    const { coordinator, clock, row } = four({
      c: {
        start: () => {
          atMs.push(clock.monotonicMs())
          fails()
        },
      },
    })
    await coordinator.start()
    await clock.advance(1_100 * second)
    const gaps = atMs.slice(1).map((ms, index) => (ms - (atMs[index] ?? 0)) / second)
    expect(gaps).toEqual([5, 15, 60, 300, 300, 300])
    expect(row('c')).toMatchObject({ restarts: 6, consecutiveErrors: 7, state: 'down' })
  })

  it('is over once a later try succeeds', async () => {
    let works = false
    const { coordinator, clock, states, changes, announced } = four({
      c: { start: () => (works ? undefined : fails()) },
    })
    await coordinator.start()
    works = true
    const before = announced()
    await clock.advance(5 * second)
    expect(states()['c']).toBe('up')
    expect(changes).toEqual(['c: starting to down, the port is taken', 'c: down to up, null'])
    expect(announced()).toBe(before + 1)
    await clock.advance(1_000 * second)
    expect(clock.pendingTimers()).toBe(0)
  })

  it('by taking too long is one: it is told to end, and disposed of', async () => {
    let calledOff: unknown = null
    const { coordinator, clock, steps, row } = four({
      b: {
        startTimeoutMs: 2 * second,
        start: (_pulse, signal) => {
          signal.addEventListener('abort', () => {
            calledOff = signal.reason
          })
          return never()
        },
      },
    })
    const started = coordinator.start()
    await clock.advance(2 * second)
    await started
    expect(calledOff).toMatchObject({ code: 'timed_out' })
    expect(steps).toEqual(['start a', 'start b', 'stop b', 'start c', 'start d'])
    expect(row('b')).toMatchObject({ state: 'down', lastError: 'b was not started within 2 s.' })
  })

  it('has ten seconds unless it asks for another time', async () => {
    const { coordinator, clock, row } = four({ d: { start: never } })
    const started = coordinator.start()
    await clock.advance(9_999)
    expect(row('d').state).toBe('starting')
    await clock.advance(1)
    await started
    expect(row('d').state).toBe('down')
  })
})

describe('a stop during the start', () => {
  it('daemon 28: starts nothing more, stops what was started and says that it was called off', async () => {
    const began = Promise.withResolvers<void>()
    const { coordinator, clock, steps } = four({ b: { start: () => began.promise } })
    const started = coordinator.start()
    await clock.advance(second)
    const stopped = coordinator.stop('SIGTERM')
    began.resolve()
    await expect(started).rejects.toMatchObject({ code: 'daemon_stopping' })
    await stopped
    expect(steps.toSorted()).toEqual(['start a', 'start b', 'stop a', 'stop b'])
    expect(coordinator.bootAtMs).toBeNull()
    expect(coordinator.status().shutdown_reason).toBe('SIGTERM')
  })

  it('daemon 28: is told to the listener that is being started', async () => {
    const { coordinator, clock, steps } = four({
      b: {
        start: (_pulse, signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      },
    })
    const started = coordinator.start()
    await clock.advance(second)
    coordinator.callOff('SIGTERM')
    await expect(started).rejects.toMatchObject({ code: 'daemon_stopping' })
    expect(steps).toEqual(['start a', 'start b', 'stop b', 'stop a'])
    expect(clock.pendingTimers()).toBe(0)
  })

  it('of one that takes no notice is over when it was started after all: then it is stopped as well', async () => {
    const began = Promise.withResolvers<void>()
    const { coordinator, clock, steps } = four({ a: { start: () => began.promise } })
    const started = coordinator.start()
    await clock.advance(second)
    coordinator.callOff('SIGTERM')
    began.resolve()
    await expect(started).rejects.toMatchObject({ code: 'daemon_stopping' })
    expect(steps).toEqual(['start a', 'stop a'])
  })

  it('is over only when the listener that was being started is stopped as well', async () => {
    const began = Promise.withResolvers<void>()
    const { coordinator, clock, steps } = four({ b: { start: () => began.promise } })
    const started = coordinator.start()
    await clock.advance(second)
    let over = false
    const stopped = coordinator.stop('SIGTERM').then(() => {
      over = true
    })
    await clock.advance(second)
    expect([over, steps]).toEqual([false, ['start a', 'start b', 'stop a']])
    began.resolve()
    await stopped
    expect(steps.slice(3)).toEqual(['stop b'])
    await expect(started).rejects.toMatchObject({ code: 'daemon_stopping' })
  })

  it('before it began starts nothing', async () => {
    const { coordinator, steps } = four()
    coordinator.callOff('never mind')
    await expect(coordinator.start()).rejects.toMatchObject({ code: 'daemon_stopping' })
    expect(steps).toEqual([])
  })
})

describe('a listener that lives', () => {
  it('daemon 31: and ends by itself is down within one look, stopped, and started again', async () => {
    let gone: string | null = null
    const { coordinator, clock, steps, states, changes, row } = four({
      b: {
        ended: () => gone,
        start: () => {
          gone = null
        },
      },
    })
    await coordinator.start()
    coordinator.look()
    expect(states()['b']).toBe('up')
    gone = 'the server closed'
    coordinator.look()
    expect(row('b')).toMatchObject({ state: 'down', consecutiveErrors: 1, lastError: 'the server closed' })
    await clock.advance(5 * second)
    expect(steps.slice(4)).toEqual(['stop b', 'start b'])
    expect(row('b')).toMatchObject({ state: 'up', restarts: 1 })
    expect(changes).toEqual(['b: up to down, the server closed', 'b: down to up, null'])
  })

  it('and keeps ending waits longer each time, and begins anew once it lived for five minutes', async () => {
    let gone: string | null = null
    const startedAt: number[] = []
    const { coordinator, clock } = four({
      b: {
        ended: () => gone,
        start: () => {
          gone = null
          startedAt.push(clock.monotonicMs())
        },
      },
    })
    await coordinator.start()
    const fall = async (afterMs: number): Promise<number> => {
      await clock.advance(afterMs)
      const before = startedAt.length
      gone = 'the server closed'
      coordinator.look()
      const fellMs = clock.monotonicMs()
      while (startedAt.length === before) await clock.advance(second)
      return (startedAt.at(-1) ?? 0) - fellMs
    }
    expect(await fall(second)).toBe(5 * second)
    expect(await fall(second)).toBe(15 * second)
    expect(await fall(second)).toBe(60 * second)
    expect(await fall(299 * second)).toBe(300 * second)
    expect(await fall(300 * second)).toBe(5 * second)
  })

  it('is not started again by a coordinator that stops', async () => {
    let gone: string | null = null
    const { coordinator, clock, steps } = four({ b: { ended: () => gone } })
    await coordinator.start()
    gone = 'the server closed'
    coordinator.look()
    await clock.advance(second)
    await coordinator.stop('enough')
    await clock.advance(1_000 * second)
    expect(steps.filter((step) => step === 'start b')).toHaveLength(1)
    expect(clock.pendingTimers()).toBe(0)
  })

  it('and is being started again, or cleared away for it, holds up the stop', async () => {
    const [closed, began] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let gone: string | null = null
    const world = four({
      b: { ended: () => gone, stop: () => closed.promise },
      c: { start: () => (gone === null ? fails() : began.promise) },
    })
    const { coordinator, clock, steps } = world
    await coordinator.start()
    gone = 'the server closed'
    coordinator.look()
    await clock.advance(5 * second)
    let over = false
    const stopped = coordinator.stop('enough').then(() => {
      over = true
    })
    await clock.advance(second)
    expect(over).toBe(false)
    closed.resolve()
    await clock.advance(second)
    expect(over).toBe(false)
    began.resolve()
    await stopped
    expect(steps.slice(5)).toEqual(['stop b', 'start c', 'stop d', 'stop a', 'stop c'])
    expect(clock.pendingTimers()).toBe(0)
  })

  it('and is in trouble is down until it is not, without being touched', async () => {
    let trouble: string | null = null
    const { coordinator, steps, changes, row, clock } = four({ b: { trouble: () => trouble, note: () => 'fine' } })
    await coordinator.start()
    expect(row('b')).toMatchObject({ state: 'up', note: 'fine', sinceMs: clock.nowMs() })
    trouble = 'does not end: backup'
    await clock.advance(7 * second)
    coordinator.look()
    expect(row('b')).toMatchObject({ state: 'down', note: 'does not end: backup', sinceMs: clock.nowMs() })
    coordinator.look()
    trouble = null
    coordinator.look()
    expect(changes).toEqual(['b: up to down, does not end: backup', 'b: down to up, null'])
    expect(steps).toHaveLength(4)
  })

  it.each(['off', 'trouble', 'note'] as const)(
    'and cannot give its %s is down, and the others are looked at',
    async (word) => {
      let broken = false
      let gone: string | null = null
      const said = (): null => (broken ? fails() : null)
      const { coordinator, clock, row, states } = four({
        b: { [word]: said },
        c: {
          ended: () => gone,
          start: () => {
            gone = null
          },
        },
      })
      await coordinator.start()
      broken = true
      gone = 'the server closed'
      coordinator.look()
      expect(states()).toEqual({ a: 'up', b: 'down', c: 'down', d: 'up' })
      expect(row('b').note).toBe('the port is taken')
      broken = false
      await clock.advance(5 * second)
      expect(states()).toEqual({ a: 'up', b: 'up', c: 'up', d: 'up' })
    },
  )

  it('and is not wanted is off, which is neither up nor down', async () => {
    let off: string | null = 'no model key'
    const { coordinator, row, changes } = four({ b: { off: () => off, trouble: () => 'no answer' } })
    await coordinator.start()
    expect(row('b')).toMatchObject({ state: 'off', note: 'no model key' })
    expect(changes).toEqual([])
    off = null
    coordinator.look()
    expect(changes).toEqual(['b: off to down, no answer'])
  })

  it('is not looked at before everything was started, nor after the stop', async () => {
    const { coordinator, changes, announced } = four({ b: { trouble: () => 'no answer' } })
    coordinator.look()
    expect(changes).toEqual([])
    await coordinator.start()
    expect(changes).toEqual(['b: starting to down, no answer'])
    const before = announced()
    await coordinator.stop('enough')
    coordinator.look()
    expect([changes.length, announced()]).toEqual([1, before])
  })
})

describe('where a listener says that it lives', () => {
  it('an event is its last one, and ends what failed in a row', async () => {
    const kept = pulseOf()
    const { coordinator, clock, row } = four({ b: { start: kept.start } })
    await coordinator.start()
    expect(row('b')).toMatchObject({ lastEventAtMs: null, consecutiveErrors: 0, lastError: null })
    kept.pulse().failed(new KoraError('timed_out', 'no answer with xoxb-secret'))
    kept.pulse().failed('again')
    expect(row('b')).toMatchObject({ consecutiveErrors: 2, lastError: 'again', state: 'up' })
    await clock.advance(second)
    kept.pulse().event()
    expect(row('b')).toMatchObject({ lastEventAtMs: clock.nowMs(), consecutiveErrors: 0, lastError: 'again' })
  })

  it('an event of an earlier process is only a time', async () => {
    const kept = pulseOf()
    const { coordinator, clock, row } = four({ b: { start: kept.start } })
    await coordinator.start()
    kept.pulse().failed('no answer')
    kept.pulse().event(clock.nowMs() - 60_000)
    expect(row('b')).toMatchObject({ lastEventAtMs: clock.nowMs() - 60_000, consecutiveErrors: 1 })
    kept.pulse().event(clock.nowMs() - 90_000)
    expect(row('b').lastEventAtMs).toBe(clock.nowMs() - 60_000)
  })

  it('an event is its last one also when the clock was set back since the one before', async () => {
    const kept = pulseOf()
    const { coordinator, clock, row } = four({ b: { start: kept.start } })
    await coordinator.start()
    kept.pulse().event()
    clock.setWall(clock.nowMs() - 3_600_000)
    kept.pulse().event()
    expect(row('b').lastEventAtMs).toBe(clock.nowMs())
  })

  it('a task that ended belongs to the listener that names it, or the beginning of its name', async () => {
    const { coordinator, clock, row } = four({
      a: { tasks: ['probe:'] },
      b: { tasks: ['wakes.sweep', 'probe'] },
    })
    await coordinator.start()
    coordinator.taskSettled('probe:fly', { outcome: 'failed', error: 'no route' })
    coordinator.taskSettled('probe:site', { outcome: 'failed', error: null })
    expect(row('a')).toMatchObject({ consecutiveErrors: 2, lastError: 'failed' })
    coordinator.taskSettled('probe:fly', { outcome: 'ok', error: null })
    expect(row('a')).toMatchObject({ consecutiveErrors: 0, lastEventAtMs: clock.nowMs() })
    expect(row('b')).toMatchObject({ lastEventAtMs: null, consecutiveErrors: 0 })
    coordinator.taskSettled('wakes.sweep', { outcome: 'ok', error: null })
    coordinator.taskSettled('wakes.sweep.not', { outcome: 'failed', error: 'x' })
    coordinator.taskSettled('backup.nightly', { outcome: 'failed', error: 'x' })
    expect(row('b')).toMatchObject({ lastEventAtMs: clock.nowMs(), consecutiveErrors: 0 })
  })
})

describe('the status', () => {
  it('daemon 10: has no uptime before the last listener was started, and then counts on a clock that never jumps', async () => {
    const began = Promise.withResolvers<void>()
    const { coordinator, clock } = four({ d: { start: () => began.promise, stopTimeoutMs: 1_500 } })
    const started = coordinator.start()
    await clock.advance(4 * second)
    expect(coordinator.status()).toMatchObject({ state: 'booting', uptime_seconds: null, shutdown_reason: null })
    began.resolve()
    await started
    const bootAtMs = clock.nowMs()
    expect(coordinator.bootAtMs).toBe(bootAtMs)
    clock.setWall(bootAtMs + 86_400_000)
    await clock.advance(12_340)
    expect(coordinator.status()).toEqual({
      state: 'running',
      uptime_seconds: 12.3,
      shutdown_reason: null,
      listeners: [
        { name: 'a', started: true, shutdown_timeout_seconds: 10 },
        { name: 'b', started: true, shutdown_timeout_seconds: 10 },
        { name: 'c', started: true, shutdown_timeout_seconds: 10 },
        { name: 'd', started: true, shutdown_timeout_seconds: 1.5 },
      ],
      daemon_session_id: 'a'.repeat(32),
    })
    expect(coordinator.bootAtMs).toBe(bootAtMs)
    await coordinator.stop('enough')
    expect(coordinator.status()).toMatchObject({
      state: 'shutting_down',
      uptime_seconds: 12.3,
      shutdown_reason: 'enough',
    })
  })
})

describe('names', () => {
  it.each(['', ' ', 'alert notifier', 'alert-notifier', '1st', 'ä', 'a.b'])('%j is none', (name) => {
    expect(() => coordinated([aListener(name, [])])).toThrow(expect.objectContaining({ code: 'bad_input' }))
  })

  it('are there once', () => {
    expect(() => coordinated([aListener('web', []), aListener('web', [])])).toThrow('two listeners called web')
    expect(coordinated([aListener('web', []), aListener('_web2', [])]).coordinator.rows()).toHaveLength(2)
  })
})
