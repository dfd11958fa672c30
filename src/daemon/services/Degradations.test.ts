import { beforeEach, describe, expect, it } from 'vitest'
import { refuseWrites, type ServiceWorld, serviceWorld } from '../../../test/fakes/serviceWorld.ts'
import { Degradations } from './Degradations.ts'

let world: ServiceWorld

beforeEach(async () => {
  world = await serviceWorld()
  world.operational.ready('everything was started')
  new Degradations(world).start()
})

const reasons = () => world.operational.reasons
const called = (code: string | null) => world.events.publish('model.called', { code })
const delivered = (reason: string | null, channel: 'slack' | 'native' = 'slack') =>
  world.events.publish('delivery.recorded', { channel, reason })

describe('the key of the model', () => {
  it('that was rejected impairs Kora until a model answers', () => {
    called('sdk_auth')
    expect(reasons()).toEqual(['auth'])
    called('sdk_5xx')
    called('timeout')
    expect(reasons()).toEqual(['auth'])
    called(null)
    expect(reasons()).toEqual([])
  })

  it('or until the settings change, since it may be another one', () => {
    called('sdk_auth')
    world.events.publish('settings.changed', {})
    expect(reasons()).toEqual([])
    called('sdk_auth')
    expect(reasons()).toEqual(['auth'])
  })

  it('is not in question when a model does not answer for another reason', () => {
    for (const code of ['sdk_5xx', 'sdk_rate_limited', 'timeout', 'cost_ladder_halted']) called(code)
    expect(reasons()).toEqual([])
  })
})

describe('the way to the operator', () => {
  it('is impaired by the third message in a row that Slack does not take, until it takes one', () => {
    delivered('http_503')
    delivered('http_503')
    expect(reasons()).toEqual([])
    delivered('rate_limited')
    expect(reasons()).toEqual(['dispatch'])
    expect(world.operational.state.trigger).toBe('Slack takes no message (rate_limited)')
    delivered(null)
    expect(reasons()).toEqual([])
    delivered('http_503')
    delivered('http_503')
    expect(reasons()).toEqual([])
  })

  it('is not counted across a message that got through', () => {
    for (const reason of ['http_503', 'http_503', null, 'http_503', 'http_503']) delivered(reason)
    expect(reasons()).toEqual([])
  })

  it('is not impaired by what was never set up, nor by a notification that is not shown', () => {
    for (let no = 0; no < 5; no++) {
      delivered('slack_client_unavailable')
      delivered('channel_id_unset')
      delivered('denied', 'native')
    }
    expect(reasons()).toEqual([])
  })

  it('a shown notification does not say that Slack works', () => {
    for (let no = 0; no < 3; no++) delivered('http_503')
    delivered(null, 'native')
    expect(reasons()).toEqual(['dispatch'])
  })
})

describe('the store', () => {
  it('that refuses impairs Kora until it takes records again', () => {
    const allow = refuseWrites(world)
    world.late.write(() => world.store.settings.set('x', 1))
    expect(reasons()).toEqual(['substrate'])
    expect(world.operational.state.trigger).toBe('the store refuses (store_full)')
    world.late.look()
    expect(reasons()).toEqual(['substrate'])
    allow()
    world.late.look()
    expect(reasons()).toEqual([])
  })

  it('is not in question when there is another problem', () => {
    world.problems.raise({ code: 'backup_overdue', message: 'x', action: 'x', route: null })
    expect(reasons()).toEqual([])
  })
})

describe('all of them', () => {
  it('stand beside each other, and pause nothing', () => {
    called('sdk_auth')
    for (let no = 0; no < 3; no++) delivered('http_503')
    refuseWrites(world)
    world.late.write(() => undefined)
    expect(reasons()).toEqual(['auth', 'dispatch', 'substrate'])
    expect(world.operational.state).toMatchObject({ primary: 'ready', permission: 'normal' })
  })
})
