import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { countOf, processOn, refuseWrites, type ServiceWorld, serviceWorld } from '../../../test/fakes/serviceWorld.ts'
import type { Settings } from '../../contract/settings.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
type MaintenanceWindow = Settings['maintenance']['windows'][number]
let world: ServiceWorld

beforeEach(async () => {
  world = await serviceWorld()
  onTestFinished(() => world.maintenance.stop())
})

/** From in so many minutes on, for so many. */
function aWindow(inMinutes: number, minutes: number, changes: Partial<MaintenanceWindow> = {}): MaintenanceWindow {
  const fromMs = world.clock.nowMs() + inMinutes * minuteMs
  return {
    id: 'win_1',
    title: 'the move',
    enabled: true,
    scope: { kind: 'everything' },
    schedule: { kind: 'once', fromMs, toMs: fromMs + minutes * minuteMs },
    ...changes,
  }
}

const plan = (...windows: MaintenanceWindow[]) => world.settings.update({ maintenance: { windows } })
const records = () =>
  world.recorded('maintenance.changed').map(({ change, window }) => `${String(window)} ${String(change)}`)
const covered = () => world.maintenance.ofEverything(world.clock.nowMs())?.window.id ?? null

describe('a window', () => {
  it('that begins and ends is recorded and told at its moments', async () => {
    plan(aWindow(10, 30))
    world.maintenance.start()
    const told = countOf(world, 'maintenance.changed')
    await world.clock.advance(10 * minuteMs - 1)
    expect([records(), told(), covered()]).toEqual([[], 0, null])
    await world.clock.advance(1)
    expect([records(), told(), covered()]).toEqual([['win_1 began'], 1, 'win_1'])
    await world.clock.advance(30 * minuteMs - 1)
    expect([told(), covered()]).toEqual([1, 'win_1'])
    await world.clock.advance(1)
    expect([records(), told(), covered()]).toEqual([['win_1 began', 'win_1 ended'], 2, null])
    expect(world.recorded('maintenance.changed')[0]).toEqual({
      change: 'began',
      window: 'win_1',
      title: 'the move',
      scope: 'everything',
    })
  })

  it('in force at the start is recorded then', () => {
    plan(aWindow(-10, 30))
    world.maintenance.start()
    expect(records()).toEqual(['win_1 began'])
  })

  it('of some services covers those alone, and nothing Kora says of itself', () => {
    plan(aWindow(-10, 30, { scope: { kind: 'services', probeIds: ['fly', 'site'] } }))
    world.maintenance.start()
    const nowMs = world.clock.nowMs()
    expect(world.maintenance.ofProbe('fly', nowMs)).toMatchObject({ untilMs: nowMs + 20 * minuteMs })
    expect(world.maintenance.ofProbe('vercel', nowMs)).toBeNull()
    expect(world.maintenance.ofEverything(nowMs)).toBeNull()
    expect(world.recorded('maintenance.changed')).toMatchObject([{ scope: 'fly, site' }])
  })

  it('that is switched off is none', async () => {
    plan(aWindow(-10, 30, { enabled: false }))
    world.maintenance.start()
    expect([records(), covered(), world.maintenance.state()]).toEqual([[], null, { active: [], upcoming: [] }])
    await world.clock.advance(hourMs)
    expect(records()).toEqual([])
  })

  it('beside another is one of two', async () => {
    plan(aWindow(5, 30), aWindow(20, 30, { id: 'win_2', title: 'the other' }))
    world.maintenance.start()
    await world.clock.advance(hourMs)
    expect(records()).toEqual(['win_1 began', 'win_2 began', 'win_1 ended', 'win_2 ended'])
  })

  it('that goes over into its own next occurrence is one', async () => {
    const schedule = { kind: 'cron', expression: '0 0 * * *', minutes: 1_440, timeZone: 'UTC' } as const
    plan(aWindow(0, 0, { schedule }))
    world.maintenance.start()
    await world.clock.advance(48 * hourMs)
    expect(records()).toEqual(['win_1 began'])
  })
})

describe('when the settings change', () => {
  it('a window that is in force now begins at once, one that is taken away ends', async () => {
    world.maintenance.start()
    plan(aWindow(-10, 30))
    expect([records(), covered()]).toEqual([['win_1 began'], 'win_1'])
    plan()
    expect([records(), covered()]).toEqual([['win_1 began', 'win_1 ended'], null])
    await world.clock.advance(hourMs)
    expect(records()).toHaveLength(2)
  })

  it('another title changes nothing, another setting neither', () => {
    world.maintenance.start()
    const window = aWindow(-10, 30)
    plan(window)
    plan({ ...window, title: 'the long move' })
    world.settings.update({ notifications: { sound: false } })
    expect(records()).toEqual(['win_1 began'])
  })

  it('an earlier end is kept to', async () => {
    world.maintenance.start()
    plan(aWindow(-10, 600))
    plan(aWindow(-10, 15))
    await world.clock.advance(5 * minuteMs)
    expect(records()).toEqual(['win_1 began', 'win_1 ended'])
  })
})

describe('a clock that is set', () => {
  it('forward past the beginning is seen within a minute', async () => {
    plan(aWindow(600, 60))
    world.maintenance.start()
    world.clock.setWall(world.clock.nowMs() + 10 * hourMs)
    await world.clock.advance(minuteMs)
    expect(records()).toEqual(['win_1 began'])
  })

  it('past a whole window leaves it unseen, and back into it is seen at the next look', () => {
    plan(aWindow(10, 30))
    world.maintenance.start()
    const nowMs = world.clock.nowMs()
    world.clock.setWall(nowMs + 2 * hourMs)
    world.maintenance.look()
    expect(records()).toEqual([])
    world.clock.setWall(nowMs + 15 * minuteMs)
    world.maintenance.look()
    expect(records()).toEqual(['win_1 began'])
    world.clock.setWall(nowMs)
    world.maintenance.look()
    expect(records()).toEqual(['win_1 began', 'win_1 ended'])
  })
})

describe('what is shown', () => {
  it('is what is in force, and what comes, the next first', () => {
    const nowMs = world.clock.nowMs()
    plan(
      aWindow(-10, 30),
      aWindow(-5, 30, { id: 'win_2', title: 'fly alone', scope: { kind: 'services', probeIds: ['fly'] } }),
      aWindow(90, 30, { id: 'win_3', title: 'later' }),
      aWindow(60, 30, { id: 'win_4', title: 'soon' }),
      aWindow(1, 30, { id: 'win_5', title: 'switched off', enabled: false }),
    )
    expect(world.maintenance.state()).toEqual({
      active: [
        { id: 'win_1', title: 'the move', untilMs: nowMs + 20 * minuteMs, probeIds: null },
        { id: 'win_2', title: 'fly alone', untilMs: nowMs + 25 * minuteMs, probeIds: ['fly'] },
      ],
      upcoming: [
        { id: 'win_4', title: 'soon', fromMs: nowMs + 60 * minuteMs },
        { id: 'win_3', title: 'later', fromMs: nowMs + 90 * minuteMs },
      ],
    })
  })
})

describe('timers', () => {
  it('there are none without a window, and none after the stop', async () => {
    world.maintenance.start()
    expect(world.clock.pendingTimers()).toBe(0)
    plan(aWindow(10, 30))
    expect(world.clock.pendingTimers()).toBe(1)
    world.maintenance.stop()
    expect(world.clock.pendingTimers()).toBe(0)
    plan(aWindow(0, 30))
    await world.clock.advance(hourMs)
    expect([records(), world.clock.pendingTimers()]).toEqual([[], 0])
  })
})

describe('another process', () => {
  it('records what is in force when it starts', () => {
    plan(aWindow(-10, 30))
    world.maintenance.start()
    const next = processOn(world)
    onTestFinished(() => next.maintenance.stop())
    next.maintenance.start()
    expect(next.maintenance.ofEverything(world.clock.nowMs())?.window.id).toBe('win_1')
    expect(records()).toEqual(['win_1 began', 'win_1 began'])
  })
})

describe('a store that refuses', () => {
  it('keeps nobody from planned work, and gets the record later', () => {
    plan(aWindow(-10, 30))
    const allow = refuseWrites(world)
    world.maintenance.start()
    expect([records(), covered()]).toEqual([[], 'win_1'])
    allow()
    world.late.look()
    expect(records()).toEqual(['win_1 began'])
  })
})
