import { beforeEach, describe, expect, it } from 'vitest'
import { type AlertWorld, alertWorld, digestMs, down, failing, infos, onRung } from '../../../test/fakes/alertWorld.ts'
import { known } from '../../../test/fakes/alerts.ts'
import { refuseWrites } from '../../../test/fakes/serviceWorld.ts'
import type { Hold } from '../../domain/alert.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
let world: AlertWorld

beforeEach(async () => {
  world = await alertWorld()
  world.alerts.start()
  await world.clock.advance(20)
})

const holds = (): Record<string, Hold['by'] | null> =>
  Object.fromEntries(world.alerts.active().map(({ id, hold }) => [id, hold?.by ?? null]))
const heldRecords = () => world.recorded('alert.held').map(({ alert_id, by }) => `${String(alert_id)} ${String(by)}`)
const covers = () => world.waiting('slack').map(({ payload }) => payload.covers)

describe('alerts 15: an alert of a category that was told a moment ago', () => {
  beforeEach(async () => {
    await world.happens(failing('a'))
    world.settle()
    await world.clock.advance(10 * minuteMs)
    await world.happens(failing('a', 'b'))
  })

  it('waits, says until when, and that is recorded once', async () => {
    expect(world.waiting()).toEqual([])
    expect(holds()).toEqual({ 'task_failing:a': null, 'task_failing:b': 'cooldown' })
    const [held] = world.recorded('alert.held')
    expect(held).toMatchObject({ alert_id: 'task_failing:b', by: 'cooldown' })
    const told = world.alerts.active()[0]?.toldAtMs ?? 0
    expect(held?.['until_ms']).toBe(told + 30 * minuteMs)
    for (let no = 0; no < 5; no++) world.alerts.look()
    expect(heldRecords()).toHaveLength(1)
    expect(world.store.alerts.active().find(({ id }) => id === 'task_failing:b')?.hold?.by).toBe('cooldown')
  })

  it('alerts 26: is told by itself when the cooldown ends, and not a moment before', async () => {
    const untilMs = world.alerts.active()[1]?.hold?.untilMs ?? 0
    await world.clock.advance(untilMs - world.clock.nowMs() - 1)
    expect(world.waiting()).toEqual([])
    await world.clock.advance(50)
    expect(world.titles()).toEqual(['b: keeps failing'])
    expect(holds()).toEqual({ 'task_failing:a': null, 'task_failing:b': null })
  })

  it('and is over before that is never told, and nobody is told that it is over', async () => {
    await world.happens(failing('a'))
    await world.clock.advance(hourMs)
    expect(world.waiting()).toEqual([])
    expect(world.recorded('alert.resolved')).toMatchObject([{ alert_id: 'task_failing:b' }])
  })

  it('is told at once when the cooldown is switched off', async () => {
    world.set({ alerts: { categoryCooldownSeconds: 0 } })
    await world.clock.advance(20)
    expect(world.titles()).toEqual(['b: keeps failing'])
  })

  it('does not keep another category waiting', async () => {
    await world.happens({ ...failing('a', 'b'), ...down('web') })
    expect(world.titles()).toEqual(['web is down'])
  })
})

describe('alerts 16: a burst', () => {
  const names = (count: number) => Array.from({ length: count }, (_, no) => `t${no}`)

  it('of five is five messages', async () => {
    await world.happens(failing(...names(5)))
    expect(world.titles()).toHaveLength(5)
    expect(world.waiting().every(({ kind }) => kind === 'system_alert')).toBe(true)
  })

  it('of seven is one message on each channel, which names all seven and stands for them', async () => {
    await world.happens(failing(...names(7)))
    const [native, slack] = world.waiting()
    expect(world.waiting()).toHaveLength(2)
    expect(native).toMatchObject({
      channel: 'native',
      kind: 'alert_summary',
      alertId: null,
      payload: { title: '7 alerts at once', tag: 'alerts', severity: 'warning' },
    })
    expect(slack?.payload.text).toMatch(
      /^🟡 7 alerts at once: 7 warning\n\n(🟡 t\d: keeps failing\n){7}\nhttps:\/\/kora\.test$/,
    )
    expect(covers()).toEqual([names(7).map((name) => `task_failing:${name}`)])
    for (const alert of world.alerts.active()) {
      expect(alert).toMatchObject({ toldAtMs: world.clock.nowMs(), messageIds: [native?.id, slack?.id], hold: null })
    }
  })

  it('leaves criticals single', async () => {
    await world.happens({ ...failing(...names(6)), ...onRung('hard_stop_100') })
    expect(world.waiting('slack').map(({ kind, payload }) => [kind, payload.title])).toEqual([
      ['system_alert', 'The model budget is used up (80 %)'],
      ['alert_summary', '6 alerts at once'],
    ])
  })

  it('begins where Settings say', async () => {
    world.set({ alerts: { burstThreshold: 1 } })
    await world.happens(failing('a', 'b'))
    expect(world.titles()).toEqual(['2 alerts at once'])
  })

  it('stamps every category it speaks for', async () => {
    await world.happens({ ...failing(...names(5)), ...down('web', 'mcp') })
    world.settle()
    await world.happens({ ...failing(...names(6)), ...down('web', 'mcp', 'late') })
    expect(world.waiting()).toEqual([])
    expect(holds()).toMatchObject({ 'task_failing:t5': 'cooldown', 'listener_down:late': 'cooldown' })
  })

  it('of which one is over says so in the thread of the one message', async () => {
    await world.happens(failing(...names(6)))
    const [, slack] = world.settle()
    await world.happens(failing(...names(5)))
    expect(world.waiting('slack')).toMatchObject([{ kind: 'alert_resolved', replyToId: slack?.id }])
  })
})

describe('alerts 18: a digest', () => {
  beforeEach(() => {
    world.set({ alerts: { mode: 'digest' } })
  })

  it('takes warnings and infos; criticals are told at once', async () => {
    await world.happens({ ...failing('a'), ...infos, ...onRung('hard_stop_100') })
    expect(world.titles()).toEqual(['The model budget is used up (80 %)'])
    expect(world.inbox.view().items).toEqual([])
    expect(holds()).toEqual({
      cost_ladder_halted: null,
      'task_failing:a': 'digest',
      capability_denied_24h: 'digest',
    })
  })

  it('is one item of the inbox, warnings first, and one record', async () => {
    await world.happens({ ...failing('b', 'a'), ...infos })
    await world.clock.advance(hourMs)
    expect(world.alerts.flushDigest()).toBe(3)
    const { unread, items } = world.inbox.view()
    expect(unread).toBe(1)
    expect(items[0]).toMatchObject({ kind: 'digest', severity: null, title: '3 alerts: 2 warnings, 1 info' })
    expect(items[0]?.text.split('\n').map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      '🟡 a:',
      '🟡 b:',
      '🔵 12',
    ])
    expect(world.recorded('notification.dispatched')).toEqual([
      {
        channel: 'inbox',
        alert_id: 'digest:3',
        severity: 'digest',
        category: 'digest_email',
        digest_count: 3,
        digest_alert_ids: ['capability_denied_24h', 'task_failing:a', 'task_failing:b'],
        status: 'ok',
      },
    ])
    expect(Object.values(holds())).toEqual([null, null, null])
    expect(world.waiting()).toEqual([])
  })

  it('says nothing twice, and nothing of what is over', async () => {
    await world.happens(failing('a', 'b'))
    await world.happens(failing('b'))
    expect(world.alerts.flushDigest()).toBe(1)
    expect(world.inbox.view().items[0]?.text).toContain('b: keeps failing')
    expect(world.inbox.view().items[0]?.text).not.toContain('a: keeps failing')
    await world.clock.advance(hourMs)
    world.alerts.look()
    expect(world.alerts.flushDigest()).toBe(0)
    expect(world.inbox.view().items).toHaveLength(1)
    expect(world.waiting()).toEqual([])
  })

  it('leaves out what is over although nobody has looked since', async () => {
    await world.happens(failing('a'))
    world.say({})
    expect(world.alerts.flushDigest()).toBe(0)
    expect(world.inbox.view().items).toEqual([])
    expect(world.recorded('alert.resolved')).toMatchObject([{ alert_id: 'task_failing:a' }])
  })

  it('disturbs nobody: quiet hours keep nothing out of it', async () => {
    // It is 14:00 UTC.
    world.set({ notifications: { quietHours: { enabled: true, from: '13:00', to: '15:00' } } })
    await world.happens(failing('a'))
    expect(holds()).toEqual({ 'task_failing:a': 'digest' })
    expect(world.alerts.flushDigest()).toBe(1)
  })

  it('of nothing is none, and of another mode neither', async () => {
    expect(world.alerts.flushDigest()).toBe(0)
    await world.happens(failing('a'))
    world.set({ alerts: { mode: 'immediate' } })
    expect(world.alerts.flushDigest()).toBe(0)
    expect(world.inbox.view().items).toEqual([])
  })

  it('that is switched off tells at once what waited for it', async () => {
    await world.happens(failing('a'))
    world.set({ alerts: { mode: 'immediate' } })
    await world.clock.advance(20)
    expect(world.titles()).toEqual(['a: keeps failing'])
    expect(world.inbox.view().items).toEqual([])
  })

  it('is due an interval after the last, also when the process in between is another', async () => {
    const startedMs = world.clock.nowMs() - 40
    await world.clock.advance(10 * hourMs)
    await world.happens(failing('a'))
    const due = (of: AlertWorld) => of.alerts.active().find(({ hold }) => hold?.by === 'digest')?.hold?.untilMs ?? 0
    expect(Math.abs(due(world) - (startedMs + digestMs))).toBeLessThan(100)
    world.alerts.flushDigest()
    const flushedMs = world.clock.nowMs()
    const next = world.restarted()
    next.say(failing('a', 'b'))
    next.alerts.start()
    await next.clock.advance(20)
    expect(due(next)).toBe(flushedMs + digestMs)
  })

  it('is written later by a store that refuses, and spoken for all the same', async () => {
    await world.happens(failing('a'))
    const allow = refuseWrites(world)
    expect(world.alerts.flushDigest()).toBe(1)
    allow()
    world.late.look()
    expect(world.inbox.view().items).toHaveLength(1)
    world.alerts.look()
    expect(world.alerts.flushDigest()).toBe(0)
  })
})

describe('alerts 18: a digest that failed', () => {
  it('keeps its alerts for the next: a process that ends before the store took it has told nobody', async () => {
    world.set({ alerts: { mode: 'digest' } })
    await world.happens({ ...failing('a'), ...infos })
    const allow = refuseWrites(world)
    world.alerts.flushDigest()
    allow()
    expect(world.inbox.view().items).toEqual([])
    const next = world.restarted()
    next.alerts.start()
    await next.clock.advance(20)
    expect(next.alerts.active().map(({ hold }) => hold?.by)).toEqual(['digest', 'digest'])
    expect(next.alerts.flushDigest()).toBe(2)
    expect(next.inbox.view().items).toMatchObject([{ kind: 'digest', title: '2 alerts: 1 warning, 1 info' }])
  })
})

describe('while Kora is paused', () => {
  it('nothing is told; what is still true afterwards is', async () => {
    world.operational.pause('operator', 'lunch', { actor: 'operator' })
    await world.happens({ ...failing('a'), ...down('web'), ...onRung('hard_stop_100') })
    expect(world.waiting()).toEqual([])
    expect(Object.values(holds())).toEqual(['paused', 'paused', 'paused'])
    await world.happens({ ...failing('a'), ...onRung('hard_stop_100') })
    world.operational.resume('operator', 'back', 'operator')
    await world.clock.advance(20)
    expect(world.titles().toSorted()).toEqual(['The model budget is used up (80 %)', 'a: keeps failing'])
  })

  it('criticals are told where the pause lets them through', async () => {
    world.operational.pause('operator', 'lunch', { actor: 'operator', permission: 'critical_only' })
    await world.happens({ ...failing('a'), ...onRung('hard_stop_100') })
    expect(world.titles()).toEqual(['The model budget is used up (80 %)'])
  })

  it('for cost alerts are told as ever', async () => {
    world.operational.pause('cost', 'used up')
    await world.happens(failing('a'))
    expect(world.titles()).toEqual(['a: keeps failing'])
  })

  it('that it is paused by somebody else is told meanwhile', async () => {
    world.operational.pause('operator', 'an agent asked', { actor: 'agent' })
    const operational = known({
      primary: 'paused' as const,
      reasons: ['operator' as const],
      trigger: 'an agent asked',
      actor: 'agent' as const,
    })
    await world.happens({ operational, ...failing('a') })
    expect(world.titles()).toEqual(['Kora is paused'])
  })
})

describe('during planned work', () => {
  const plan = (scope: 'everything' | 'fly') => {
    const fromMs = world.clock.nowMs() - minuteMs
    const id = 'win_1'
    world.set({
      maintenance: {
        windows: [
          {
            id,
            title: 'the move',
            enabled: true,
            scope: scope === 'everything' ? { kind: 'everything' } : { kind: 'services', probeIds: ['fly'] },
            schedule: { kind: 'once', fromMs, toMs: fromMs + hourMs },
          },
        ],
      },
    })
    return fromMs + hourMs
  }

  it('on everything nothing is told before its end, criticals neither, and then what is still true', async () => {
    const untilMs = plan('everything')
    world.maintenance.start()
    await world.happens({ ...failing('a'), ...onRung('hard_stop_100') })
    expect(world.waiting()).toEqual([])
    expect(world.alerts.active().map(({ hold }) => hold)).toEqual(Array(2).fill({ by: 'maintenance', untilMs }))
    await world.clock.advance(untilMs - world.clock.nowMs() + 100)
    expect(world.titles()).toEqual(['The model budget is used up (80 %)', 'a: keeps failing'])
  })

  it('on a service alerts of Kora itself are told', async () => {
    plan('fly')
    await world.happens(failing('a'))
    expect(world.titles()).toEqual(['a: keeps failing'])
  })
})

describe('in quiet hours', () => {
  // It is 14:00 UTC.
  const quiet = { enabled: true, from: '13:00', to: '15:00' }

  it('warnings wait for the morning; criticals and the inbox do not', async () => {
    world.set({ notifications: { quietHours: quiet } })
    await world.happens({ ...failing('a'), ...infos, ...onRung('hard_stop_100') })
    expect(world.titles()).toEqual(['The model budget is used up (80 %)'])
    expect(world.inbox.view().items).toHaveLength(1)
    const held = world.alerts.active().find(({ id }) => id === 'task_failing:a')
    expect(held?.hold).toEqual({ by: 'quiet_hours', untilMs: Date.UTC(2026, 4, 11, 15) })
    await world.clock.advance(hourMs)
    expect(world.titles()).toEqual(['The model budget is used up (80 %)', 'a: keeps failing'])
  })

  it('that are switched off again nothing waits', async () => {
    world.set({ notifications: { quietHours: quiet } })
    await world.happens(failing('a'))
    expect(world.waiting()).toEqual([])
    world.set({ notifications: { quietHours: { ...quiet, enabled: false } } })
    await world.clock.advance(20)
    expect(world.titles()).toEqual(['a: keeps failing'])
  })
})

describe('what the operator put aside', () => {
  const snooze = async (forMs: number) => {
    world.operational.pause('operator', 'lunch', { actor: 'operator' })
    await world.happens(failing('a'))
    const { occurrenceId } = world.only()
    world.alerts.snooze(occurrenceId, forMs)
    world.operational.resume('operator', 'back', 'operator')
    await world.clock.advance(20)
    return occurrenceId
  }

  it('waits until then, and is told if it is still true', async () => {
    await snooze(hourMs)
    expect(holds()).toEqual({ 'task_failing:a': 'snoozed' })
    await world.clock.advance(hourMs - minuteMs)
    expect(world.waiting()).toEqual([])
    await world.clock.advance(2 * minuteMs)
    expect(world.titles()).toEqual(['a: keeps failing'])
  })

  it('and takes back is told at once', async () => {
    const id = await snooze(hourMs)
    world.alerts.resume(id)
    await world.clock.advance(20)
    expect(world.titles()).toEqual(['a: keeps failing'])
  })

  it('or took on is not told', async () => {
    const id = await snooze(minuteMs)
    world.alerts.acknowledge(id)
    await world.clock.advance(hourMs)
    expect(world.waiting()).toEqual([])
    expect(holds()).toEqual({ 'task_failing:a': null })
    world.alerts.resume(id)
    await world.clock.advance(20)
    expect(world.titles()).toEqual(['a: keeps failing'])
  })
})
