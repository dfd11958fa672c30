import { beforeEach, describe, expect, it } from 'vitest'
import { type AlertWorld, alertWorld, failing, onRung } from '../../../test/fakes/alertWorld.ts'
import { refuseWrites } from '../../../test/fakes/serviceWorld.ts'
import type { AlertOccurrence } from '../../domain/alert.ts'

const minuteMs = 60_000
const idsOf = (alerts: readonly AlertOccurrence[]) => alerts.map(({ id }) => id)
let world: AlertWorld

beforeEach(async () => {
  world = await alertWorld()
})

describe('another process', () => {
  it('alerts 28: says nothing twice, and keeps since when an alert is true', async () => {
    world.say(failing('a'))
    world.alerts.start()
    await world.clock.advance(20)
    world.settle()
    const before = world.only()
    await world.clock.advance(5 * minuteMs)
    const next = world.restarted()
    next.alerts.start()
    expect(idsOf(next.alerts.active())).toEqual(['task_failing:a'])
    await next.clock.advance(minuteMs)
    expect(next.only()).toMatchObject({
      occurrenceId: before.occurrenceId,
      firstSeenAtMs: before.firstSeenAtMs,
      toldAtMs: before.toldAtMs,
    })
    expect(next.waiting()).toEqual([])
    expect(next.recorded('alert.raised')).toHaveLength(1)
  })

  it('that has not started, or has stopped, neither looks nor writes a digest', async () => {
    world.set({ alerts: { mode: 'digest' } })
    world.say(failing('a'))
    world.alerts.start()
    await world.clock.advance(20)
    const next = world.restarted()
    const rows = next.store.audit.head().seq
    next.alerts.look()
    world.alerts.look()
    expect([next.alerts.flushDigest(), world.alerts.flushDigest()]).toEqual([0, 0])
    expect([next.alerts.active(), next.store.audit.head().seq]).toEqual([[], rows])
    next.alerts.start()
    next.alerts.look()
    expect(next.alerts.flushDigest()).toBe(1)
  })

  it('lists what an earlier one knew by urgency, before it has looked itself', async () => {
    world.say({ ...failing('a'), ...onRung('warn_75') })
    world.alerts.start()
    await world.clock.advance(20)
    await world.happens({ ...failing('a'), ...onRung('hard_stop_100') })
    const next = world.restarted()
    next.alerts.start()
    expect(idsOf(next.alerts.active())).toEqual(['cost_ladder_halted', 'task_failing:a'])
  })

  it('tells that something is over which was told before', async () => {
    world.say(failing('a'))
    world.alerts.start()
    await world.clock.advance(20)
    const [, slack] = world.settle()
    const next = world.restarted()
    next.say({})
    next.alerts.start()
    await next.clock.advance(20)
    expect(next.waiting('slack')).toMatchObject([{ kind: 'alert_resolved', replyToId: slack?.id }])
  })

  it('alerts 11: knows of no cooldown of a category that had cleared', async () => {
    world.alerts.start()
    await world.happens(failing('a'))
    world.settle()
    await world.happens({})
    world.settle()
    const next = world.restarted()
    next.say(failing('b'))
    next.alerts.start()
    await next.clock.advance(20)
    expect(next.titles()).toEqual(['b: keeps failing'])
  })

  it('goes on with a cooldown', async () => {
    world.say(failing('a'))
    world.alerts.start()
    await world.clock.advance(20)
    world.settle()
    const next = world.restarted()
    next.say(failing('a', 'b'))
    next.alerts.start()
    await next.clock.advance(minuteMs)
    expect(next.titles()).toEqual([])
    await next.clock.advance(30 * minuteMs)
    expect(next.titles()).toEqual(['b: keeps failing'])
  })
})

describe('a clock that is set back', () => {
  it('has nothing last for less than no time', async () => {
    world.alerts.start()
    await world.happens(failing('a'))
    world.settle()
    world.clock.setWall(world.clock.nowMs() - 60 * minuteMs)
    await world.happens({})
    expect(world.waiting('slack').map(({ payload }) => payload.text)).toEqual(['✅ Over after 0s: a: keeps failing'])
    expect(world.recorded('alert.resolved')).toMatchObject([{ lasted_ms: 0 }])
  })
})

describe('the operator', () => {
  beforeEach(async () => {
    world.alerts.start()
    await world.happens(failing('a'))
    world.settle()
  })

  it('takes an alert on, puts it aside, and takes both back; each is recorded', async () => {
    const { occurrenceId } = world.only()
    expect(world.alerts.acknowledge(occurrenceId)).toMatchObject({ acknowledgedAtMs: world.clock.nowMs() })
    const untilMs = world.clock.nowMs() + 3_600_000
    expect(world.alerts.snooze(occurrenceId, 3_600_000)).toMatchObject({ snoozedUntilMs: untilMs })
    expect(world.alerts.resume(occurrenceId)).toMatchObject({ acknowledgedAtMs: null, snoozedUntilMs: null })
    expect(world.store.alerts.get(occurrenceId)).toEqual(world.only())
    expect(world.recorded('alert.operator_action').map(({ action, until_ms }) => [action, until_ms])).toEqual([
      ['acknowledged', undefined],
      ['snoozed', untilMs],
      ['resumed', undefined],
    ])
    expect(world.store.audit.list({ seam: 'alert.operator_action', limit: 1 })[0]?.source).toBe('operator')
  })

  it('cannot act on what is over, or was never there', async () => {
    const { occurrenceId } = world.only()
    await world.happens({})
    expect(() => world.alerts.acknowledge(occurrenceId)).toThrow(expect.objectContaining({ code: 'conflict' }))
    expect(() => world.alerts.snooze('alt_nobody', 1)).toThrow(expect.objectContaining({ code: 'not_found' }))
    expect(world.recorded('alert.operator_action')).toEqual([])
  })

  it('is not told that something was done which the store did not take', () => {
    const { occurrenceId } = world.only()
    refuseWrites(world)
    expect(() => world.alerts.acknowledge(occurrenceId)).toThrow(expect.objectContaining({ code: 'store_full' }))
    expect(world.only().acknowledgedAtMs).toBeNull()
  })
})

describe('a store that refuses', () => {
  it('does not keep an alert from being told; the records follow', async () => {
    world.alerts.start()
    await world.clock.advance(20)
    const allow = refuseWrites(world)
    await world.happens(failing('a'))
    expect(world.book.unsettled('slack').map(({ payload }) => payload.title)).toEqual(['a: keeps failing'])
    expect(world.store.alerts.active()).toEqual([])
    allow()
    world.late.look()
    await world.clock.advance(20)
    const { occurrenceId, messageIds, toldAtMs } = world.only()
    expect(world.store.alerts.active()).toMatchObject([{ occurrenceId, messageIds, toldAtMs }])
    expect(world.titles()).toEqual(['a: keeps failing'])
    expect(world.recorded('alert.raised')).toHaveLength(1)
  })

  it('knows what was over before it could be written, so that messages about it still go out', async () => {
    world.alerts.start()
    await world.clock.advance(20)
    const allow = refuseWrites(world)
    await world.happens(failing('a'))
    const { occurrenceId } = world.only()
    await world.happens({})
    const over = { occurrenceId, resolvedAtMs: world.clock.nowMs() }
    expect(world.alerts.get(occurrenceId)).toMatchObject(over)
    allow()
    world.late.look()
    expect(world.store.alerts.get(occurrenceId)).toMatchObject(over)
    expect(world.alerts.get(occurrenceId)).toMatchObject(over)
  })
})
