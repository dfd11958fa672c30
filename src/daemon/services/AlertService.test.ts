import { beforeEach, describe, expect, it } from 'vitest'
import {
  type AlertWorld,
  alertWorld,
  down,
  failing,
  infos,
  onRung,
  tasksUnreadable,
} from '../../../test/fakes/alertWorld.ts'
import { known } from '../../../test/fakes/alerts.ts'
import { countOf } from '../../../test/fakes/serviceWorld.ts'
import type { AlertOccurrence } from '../../domain/alert.ts'
import { ruleGroups } from '../../domain/alertRules.ts'

const minuteMs = 60_000
const idsOf = (alerts: readonly AlertOccurrence[]) => alerts.map(({ id }) => id)
let world: AlertWorld

beforeEach(async () => {
  world = await alertWorld()
})

describe('an alert that begins', () => {
  it('is stored, recorded and told on both channels in one step', async () => {
    world.alerts.start()
    await world.clock.advance(20)
    const changed = countOf(world, 'alerts.changed')
    await world.happens(failing('backup'))
    const alert = world.only()
    expect(world.store.alerts.get(alert.occurrenceId)).toEqual(alert)
    expect(alert).toMatchObject({
      id: 'task_failing:backup',
      severity: 'warning',
      firstSeenAtMs: world.clock.nowMs(),
      toldAtMs: world.clock.nowMs(),
      toldSeverity: 'warning',
      hold: null,
    })
    expect(world.recorded('alert.raised')).toEqual([
      {
        alert_id: 'task_failing:backup',
        occurrence_id: alert.occurrenceId,
        category: 'task_failing',
        severity: 'warning',
        title: 'backup: keeps failing',
        detail: 'no space left',
        voice: 'alert',
      },
    ])
    expect(world.store.audit.list({ seam: 'alert.raised', limit: 1 })).toMatchObject([
      { callerSessionId: 'alert:task_failing:warning', source: 'cron' },
    ])
    expect(changed()).toBe(1)
  })

  it('is a notification and a Slack message with its id, its page and what is known', async () => {
    world.alerts.start()
    await world.happens(failing('backup'))
    const { occurrenceId, messageIds } = world.only()
    const [native, slack] = world.waiting()
    expect(messageIds).toEqual([native?.id, slack?.id])
    expect(native).toMatchObject({
      channel: 'native',
      kind: 'system_alert',
      alertId: occurrenceId,
      incidentId: null,
      replyToId: null,
      payload: {
        title: 'backup: keeps failing',
        text: 'no space left',
        severity: 'warning',
        tag: `alert:${occurrenceId}`,
        silent: true,
        route: `/investigations/${occurrenceId}`,
      },
    })
    expect(slack).toMatchObject({
      channel: 'slack',
      kind: 'system_alert',
      alertId: occurrenceId,
      payload: { text: '🟡 WARNING backup: keeps failing\n\nno space left', route: `/investigations/${occurrenceId}` },
    })
  })

  it('that is critical, or takes something away, may be heard', async () => {
    world.alerts.start()
    for (const rung of ['warn_75', 'downshift_90', 'hard_stop_100'] as const) await world.happens(onRung(rung))
    expect(world.store.outbox.unsettled('native').map(({ payload }) => payload.silent)).toEqual([false])
    expect(world.only().id).toBe('cost_ladder_halted')
  })

  it('that its incident or a notice tells is listed and not told (ruling 15)', async () => {
    world.alerts.start()
    await world.happens({
      troubles: known([{ probeId: 'fly', incidentId: 'inc_1', title: 'fly', what: 'is down', severity: 'critical' }]),
      channels: known([{ name: 'Slack', why: 'timeout' }]),
    })
    expect(idsOf(world.alerts.active())).toEqual(['service_unhealthy:fly', 'delivery_failing:Slack'])
    expect(world.waiting()).toEqual([])
    await world.happens({})
    expect(world.waiting()).toEqual([])
    expect(world.recorded('alert.resolved')).toHaveLength(2)
  })

  it('with info goes into the inbox, silently', async () => {
    world.alerts.start()
    const changed = countOf(world, 'inbox.changed')
    await world.happens(infos)
    expect(world.waiting()).toEqual([])
    expect(world.inbox.view()).toMatchObject({
      unread: 1,
      items: [{ kind: 'info', severity: 'info', title: '12 calls of agents were denied in 24 h' }],
    })
    expect(changed()).toBe(1)
    const { occurrenceId } = world.only()
    expect(world.only()).toMatchObject({ toldAtMs: world.clock.nowMs(), messageIds: [] })
    expect(world.recorded('notification.dispatched')).toEqual([
      {
        channel: 'inbox',
        kind: 'system_alert',
        alert_id: 'capability_denied_24h',
        occurrence_id: occurrenceId,
        category: 'agent_capability_denied',
        severity: 'info',
        title: '12 calls of agents were denied in 24 h',
        status: 'ok',
      },
    ])
  })
})

describe('a look', () => {
  it('alerts 8: at two alerts tells two', async () => {
    world.say(failing('a', 'b'))
    world.alerts.start()
    await world.clock.advance(20)
    expect(world.titles()).toEqual(['a: keeps failing', 'b: keeps failing'])
  })

  it('follows a fact within a blink, many facts once', async () => {
    world.alerts.start()
    await world.clock.advance(20)
    world.say(failing('a'))
    const changed = countOf(world, 'alerts.changed')
    for (const type of ['spend.changed', 'problems.changed', 'daemon.changed', 'settings.changed'] as const) {
      world.events.publish(type, {})
    }
    await world.clock.advance(19)
    expect(world.alerts.active()).toEqual([])
    await world.clock.advance(1)
    expect(idsOf(world.alerts.active())).toEqual(['task_failing:a'])
    expect(changed()).toBe(1)
  })

  it('that finds nothing new writes nothing and tells nobody', async () => {
    world.alerts.start()
    await world.happens(failing('a'))
    const [changed, rows] = [countOf(world, 'alerts.changed'), world.store.audit.head().seq]
    for (let no = 0; no < 10; no++) {
      await world.clock.advance(minuteMs)
      world.alerts.look()
    }
    expect([changed(), world.store.audit.head().seq, world.waiting().length]).toEqual([0, rows, 2])
  })

  it('comes by itself when time alone makes something true', async () => {
    world.alerts.start()
    await world.happens({
      listeners: known([{ name: 'web', down: true, sinceMs: world.clock.nowMs(), why: 'no answer' }]),
    })
    await world.clock.advance(119_000)
    expect(world.alerts.active()).toEqual([])
    await world.clock.advance(2_000)
    expect(idsOf(world.alerts.active())).toEqual(['listener_down:web'])
  })

  it('that fails is logged and ends nothing: the next one makes up for it', async () => {
    world.alerts.start()
    await world.clock.advance(20)
    world.operational.holdsMessage = () => {
      throw new Error('the disk cannot be read')
    }
    await world.happens(failing('a'))
    expect(world.logger.messages('error')).toEqual(['the alerts could not be looked at'])
    expect(world.alerts.active()).toEqual([])
    Reflect.deleteProperty(world.operational, 'holdsMessage')
    world.alerts.look()
    expect(world.titles()).toEqual(['a: keeps failing'])
  })

  it('does not come after the stop', async () => {
    world.alerts.start()
    await world.happens(failing('a'))
    world.alerts.stop()
    world.say({})
    world.events.publish('daemon.changed', {})
    world.alerts.soon()
    await world.clock.advance(10 * minuteMs)
    expect(idsOf(world.alerts.active())).toEqual(['task_failing:a'])
    expect(world.clock.pendingTimers()).toBe(0)
  })

  it('is known with the groups that cannot tell; before the first nothing is', () => {
    expect(() => world.alerts.known()).toThrow(expect.objectContaining({ code: 'conflict' }))
    expect(world.alerts.blind).toEqual(ruleGroups)
    world.alerts.start()
    world.say({ ...failing('a'), ...down('web'), ...tasksUnreadable })
    world.alerts.look()
    expect(world.alerts.known()).toEqual({
      active: world.alerts.active(),
      blind: ['task_failing'],
      lookedAtMs: world.clock.nowMs(),
    })
  })
})

describe('an alert that is over', () => {
  it('alerts 10: is recorded with how long it lasted, and its sibling goes on', async () => {
    world.alerts.start()
    await world.happens(failing('a', 'b'))
    const b = world.alerts.active()[1]
    await world.clock.advance(minuteMs - 20)
    await world.happens(failing('a', 'c'))
    expect(idsOf(world.alerts.active())).toEqual(['task_failing:a', 'task_failing:c'])
    expect(world.recorded('alert.resolved')).toMatchObject([{ alert_id: 'task_failing:b', lasted_ms: minuteMs }])
    expect(world.alerts.get(b?.occurrenceId ?? '')).toMatchObject({ resolvedAtMs: world.clock.nowMs() })
  })

  it('alerts 10: of {a, b} and then {a, c} only c is told, and of b nothing where that is switched off', async () => {
    world.set({ alerts: { tellResolved: false } })
    world.alerts.start()
    await world.happens({ ...failing('a'), ...down('b') })
    expect(world.titles()).toEqual(['b is down', 'a: keeps failing'])
    world.settle()
    await world.happens({ ...failing('a'), deadLetters: known(6) })
    expect(world.titles()).toEqual(['6 webhooks were refused in 24 h'])
    expect(world.recorded('alert.resolved')).toMatchObject([{ alert_id: 'listener_down:b' }])
  })

  it('alerts 32: is said where it was told: in its thread, and over its notification', async () => {
    world.alerts.start()
    await world.happens(failing('a'))
    const { occurrenceId } = world.only()
    const [native, slack] = world.settle()
    await world.clock.advance(2 * minuteMs)
    await world.happens({})
    expect(world.waiting()).toMatchObject([
      {
        channel: 'native',
        kind: 'alert_resolved',
        alertId: occurrenceId,
        replyToId: null,
        payload: { title: 'Over: a: keeps failing', tag: native?.payload.tag, severity: 'info', silent: true },
      },
      {
        channel: 'slack',
        kind: 'alert_resolved',
        alertId: occurrenceId,
        replyToId: slack?.id,
        payload: { text: '✅ Over after 2m: a: keeps failing', tag: null },
      },
    ])
  })

  it('alerts 32: that went into the inbox is said there, alone or in a digest', async () => {
    world.alerts.start()
    await world.happens(infos)
    await world.clock.advance(2 * minuteMs)
    await world.happens({})
    const over = () => world.inbox.view().items.filter(({ title }) => title.startsWith('Over: '))
    expect(over()).toMatchObject([
      {
        kind: 'info',
        severity: 'info',
        title: 'Over: 12 calls of agents were denied in 24 h',
        text: '✅ Over after 2m: 12 calls of agents were denied in 24 h',
      },
    ])
    expect(world.recorded('notification.dispatched').map(({ kind, channel }) => [kind, channel])).toEqual([
      ['system_alert', 'inbox'],
      ['alert_resolved', 'inbox'],
    ])
    world.set({ alerts: { mode: 'digest' } })
    await world.happens(failing('a'))
    world.alerts.flushDigest()
    world.set({ alerts: { tellResolved: false } })
    await world.happens({})
    expect(over()).toHaveLength(1)
    await world.happens(failing('b'))
    world.alerts.flushDigest()
    world.set({ alerts: { tellResolved: true } })
    const unread = countOf(world, 'inbox.changed')
    await world.happens({})
    expect(over().map(({ title }) => title)).toContain('Over: b: keeps failing')
    expect([over().length, unread()]).toEqual([2, 1])
    // What still waited for a digest was told nowhere.
    await world.happens(failing('c'))
    await world.happens({})
    expect(over()).toHaveLength(2)
    expect(world.waiting()).toEqual([])
  })

  it('alerts 32: is not said where that is switched off', async () => {
    world.set({ alerts: { tellResolved: false } })
    world.alerts.start()
    await world.happens(failing('a'))
    world.settle()
    await world.happens({})
    expect(world.waiting()).toEqual([])
    expect(world.recorded('alert.resolved')).toHaveLength(1)
  })

  it('is not said where the telling failed', async () => {
    world.alerts.start()
    await world.happens(failing('a'))
    world.settle('failed')
    await world.happens({})
    expect(world.waiting()).toEqual([])
  })

  it('before it was sent is neither told nor said to be over', async () => {
    world.alerts.start()
    await world.happens(failing('a'))
    const rows = world.waiting()
    await world.happens({})
    expect(rows.map(({ id }) => world.book.get(id)?.state)).toEqual(['superseded', 'superseded'])
    expect(rows.map(({ id }) => world.book.get(id)?.settledAtMs)).toEqual(Array(2).fill(world.clock.nowMs()))
    expect(world.waiting()).toEqual([])
  })

  it('on the way on one channel is said to be over on that one alone', async () => {
    world.alerts.start()
    await world.happens(failing('a'))
    const slack = world.waiting('slack')[0]
    if (slack) world.book.save([{ ...slack, state: 'sending', attempts: 1 }])
    await world.happens({})
    expect(world.waiting().map(({ channel, kind, replyToId }) => [channel, kind, replyToId])).toEqual([
      ['slack', 'alert_resolved', slack?.id],
    ])
  })

  it('by giving way to a worse step of its ladder is not said: that step is the news', async () => {
    world.alerts.start()
    await world.happens(onRung('warn_75'))
    world.settle()
    await world.happens(onRung('downshift_90'))
    expect(world.waiting().map(({ kind }) => kind)).toEqual(['system_alert', 'system_alert'])
    world.settle()
    await world.happens(onRung('normal'))
    expect(world.waiting().map(({ kind }) => kind)).toEqual(['alert_resolved', 'alert_resolved'])
  })

  it('by giving way to a milder step is said, and the milder one is no news', async () => {
    world.alerts.start()
    await world.happens(onRung('hard_stop_100'))
    world.settle()
    await world.happens(onRung('warn_75'))
    expect(world.waiting().map(({ kind }) => kind)).toEqual(['alert_resolved', 'alert_resolved'])
    expect(world.only()).toMatchObject({ id: 'cost_ladder_warned', toldSeverity: 'critical', toldLevel: 3 })
  })

  it('alerts 11: and comes back is told again at once, its category having been clear', async () => {
    world.alerts.start()
    await world.happens(failing('a'))
    world.settle()
    await world.happens({})
    world.settle()
    await world.happens(failing('a'))
    expect(world.titles()).toEqual(['a: keeps failing'])
    expect(world.only().hold).toBeNull()
  })
})

describe('a count that wavers about its threshold', () => {
  it('raises one alert, once', async () => {
    world.alerts.start()
    for (const n of [6, 5, 6, 5, 6]) await world.happens({ deadLetters: known(n) })
    expect(world.recorded('alert.raised')).toHaveLength(1)
    await world.happens({ deadLetters: known(4) })
    expect(world.alerts.active()).toEqual([])
  })
})

describe('an alert that gets worse', () => {
  const problem = (code: string) => known([{ code, message: 'the matter', action: 'look', route: null, sinceMs: 0 }])
  const troubled = (severity: 'warning' | 'critical') => ({
    troubles: known([{ probeId: 'fly', incidentId: 'inc_1', title: 'fly', what: 'is down', severity }]),
  })

  it('or better is recorded as such', async () => {
    world.alerts.start()
    await world.happens(troubled('warning'))
    await world.happens(troubled('critical'))
    await world.happens(troubled('warning'))
    expect(world.recorded('alert.changed').map(({ change, why, severity }) => [change, why, severity])).toEqual([
      ['got worse', 'warning before', 'critical'],
      ['got better', 'critical before', 'warning'],
    ])
    expect(world.recorded('alert.raised')).toHaveLength(1)
  })

  it('alerts 24: up a ladder within half an hour is told at every step', async () => {
    world.alerts.start()
    for (const rung of ['warn_75', 'downshift_90', 'hard_stop_100'] as const) {
      await world.happens(onRung(rung))
      expect(world.titles()).toHaveLength(1)
      world.settle()
      await world.clock.advance(10 * minuteMs)
    }
    expect(world.only().id).toBe('cost_ladder_halted')
  })

  it('says something else without being told again', async () => {
    world.alerts.start()
    await world.happens({ problems: problem('x') })
    world.settle()
    const detail = { code: 'x', message: 'the matter', action: 'look again', route: null, sinceMs: 0 }
    await world.happens({ problems: known([detail]) })
    expect(world.only()).toMatchObject({ detail: 'look again' })
    expect(world.store.alerts.active()).toMatchObject([{ detail: 'look again' }])
    expect(world.waiting()).toEqual([])
  })
})

describe('alerts 27: a source that cannot be read', () => {
  it('keeps its alerts, stale, and is no news when it comes back', async () => {
    world.alerts.start()
    await world.happens({ ...failing('a'), ...down('web') })
    world.settle()
    const staleMs = world.clock.nowMs() + 20
    await world.happens(tasksUnreadable)
    expect(world.only()).toMatchObject({ id: 'task_failing:a', staleSinceMs: staleMs, resolvedAtMs: null })
    expect(world.recorded('alert.resolved')).toMatchObject([{ alert_id: 'listener_down:web' }])
    world.settle()
    await world.happens(failing('a'))
    expect(world.only().staleSinceMs).toBeNull()
    expect(world.waiting()).toEqual([])
    expect(world.recorded('alert.changed').map(({ change }) => change)).toEqual([
      'cannot be looked at',
      'can be looked at again',
    ])
  })
})
