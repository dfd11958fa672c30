import { beforeEach, describe, expect, it } from 'vitest'
import { type AlertLooking, alertLooking, answered, refused } from '../../../test/fakes/alertLooking.ts'
import { down, failing } from '../../../test/fakes/alertWorld.ts'
import { refuseWrites } from '../../../test/fakes/serviceWorld.ts'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'

let world: AlertLooking

beforeEach(async () => {
  world = await alertLooking(await tempFolder())
  world.alerts.start()
  world.investigations.start()
})

/** The alert begins, is told, and is looked into. */
async function tell(facts: Parameters<AlertLooking['happens']>[0]) {
  await world.happens(facts)
  return world.deliver()
}

describe('a pause', () => {
  it('that lets nothing begin keeps what waits, and its end begins it', async () => {
    const first = Promise.withResolvers<void>()
    world.answers(async () => {
      await first.promise
      return answered('Fine.')
    })
    await world.happens({ ...failing('a'), ...down('web') })
    for (const row of world.settle()) world.investigations.settled(row)
    await world.clock.advance(0)
    world.operational.pause('operator', 'lunch', { actor: 'operator' })
    first.resolve()
    await world.investigations.drain()
    expect([world.of('listener_down:web')?.state, world.of('task_failing:a')?.state]).toEqual(['finished', 'pending'])
    world.operational.resume('operator', 'back', 'operator')
    await world.investigations.drain()
    expect(world.of('task_failing:a')?.state).toBe('finished')
  })

  it('of the third level ends what runs; it is begun again afterwards', async () => {
    world.answers(
      ({ signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(refused('engine_exception:Abort')))),
    )
    await world.happens(failing('a'))
    for (const row of world.settle()) world.investigations.settled(row)
    await world.clock.advance(0)
    world.operational.pause('operator', 'stop', { actor: 'operator', level: 3 })
    await world.investigations.drain()
    expect(world.of('task_failing:a')).toMatchObject({ state: 'pending', tries: 1, failure: null })
    expect(world.waiting()).toEqual([])
    world.answers(() => answered('Fine.'))
    world.operational.resume('operator', 'back', 'operator')
    await world.investigations.drain()
    expect(world.of('task_failing:a')).toMatchObject({ state: 'finished', tries: 2 })
  })
})

describe('another process', () => {
  const hang = () => {
    world.answers(
      ({ signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(refused('engine_exception:Abort')))),
    )
  }
  async function interrupted(how: 'stop' | 'crash') {
    hang()
    await world.happens(failing('a'))
    for (const row of world.settle()) world.investigations.settled(row)
    await world.clock.advance(0)
    expect(world.of('task_failing:a')).toMatchObject({ state: 'running', tries: 1 })
    return world.again(how)
  }

  it.each(['stop', 'crash'] as const)('begins once more what a %s cut off', async (how) => {
    const next = await interrupted(how)
    next.alerts.start()
    next.investigations.kick()
    await next.investigations.drain()
    expect(next.asked).toEqual([])
    next.investigations.start()
    await next.clock.advance(20)
    await next.investigations.drain()
    expect(next.asked).toHaveLength(1)
    expect(next.of('task_failing:a')).toMatchObject({ state: 'finished', tries: 2 })
  })

  it('does not begin a third time, and says so', async () => {
    await interrupted('crash')
    const one = world.of('task_failing:a')
    if (one) world.store.alertInvestigations.save({ ...one, tries: 2 })
    const next = await world.again('crash')
    next.alerts.start()
    next.investigations.start()
    await next.investigations.drain()
    expect(next.asked).toEqual([])
    expect(next.of('task_failing:a')).toMatchObject({ state: 'failed', failure: 'engine_exception:Interrupted' })
    expect(next.waiting('slack')).toMatchObject([{ kind: 'alert_finding' }])
  })

  it('alerts 30: looks into what was told just before a crash', async () => {
    await world.happens(failing('a'))
    world.settle()
    const next = await world.again('crash')
    next.alerts.start()
    next.investigations.start()
    await next.clock.advance(20)
    await next.investigations.drain()
    expect(next.asked).toHaveLength(1)
    expect(next.of('task_failing:a')).toMatchObject({ state: 'finished', tries: 1 })
  })

  it('looks into nothing that was looked into before', async () => {
    await tell(failing('a'))
    const next = await world.again()
    next.alerts.start()
    next.investigations.start()
    await next.clock.advance(20)
    await next.deliver()
    expect(next.asked).toEqual([])
    expect(next.recorded('alert.investigation_completed')).toHaveLength(1)
  })
})

describe('a store that refuses', () => {
  it('when an alert was told has it looked into later, once', async () => {
    await world.happens(failing('a'))
    const rows = world.settle()
    const allow = refuseWrites(world)
    for (const row of rows) world.investigations.settled(row)
    await world.investigations.drain()
    expect(world.asked).toEqual([])
    allow()
    world.late.look()
    await world.investigations.drain()
    expect(world.asked).toHaveLength(1)
    expect(world.of('task_failing:a')).toMatchObject({ state: 'finished', tries: 1 })
  })

  it('alerts 20: when two of one category and severity were told has one of them looked into', async () => {
    await world.happens(failing('a', 'b'))
    const rows = world.settle()
    const allow = refuseWrites(world)
    for (const row of rows) world.investigations.settled(row)
    allow()
    world.late.look()
    await world.investigations.drain()
    expect(world.asked).toHaveLength(1)
    expect(world.of('task_failing:a')).toMatchObject({ state: 'finished' })
    expect(world.of('task_failing:b')).toMatchObject({ state: 'skipped', failure: 'debounced' })
  })

  it('when the answer is there has it told all the same, and kept later without asking again', async () => {
    let allow = (): void => undefined
    world.answers(() => {
      allow = refuseWrites(world)
      return answered('The disk is full.\nFree some space.')
    })
    await tell(failing('a'))
    expect(world.book.unsettled('slack').map(({ kind }) => kind)).toEqual(['alert_finding'])
    expect(world.of('task_failing:a')?.state).toBe('running')
    allow()
    world.late.look()
    await world.investigations.drain()
    expect(world.of('task_failing:a')).toMatchObject({ state: 'finished', tries: 1 })
    expect(world.asked).toHaveLength(1)
  })
})
