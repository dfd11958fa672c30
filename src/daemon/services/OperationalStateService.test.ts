import { beforeEach, describe, expect, it } from 'vitest'
import { processOn, refuseWrites, type ServiceWorld, serviceWorld } from '../../../test/fakes/serviceWorld.ts'
import type { ClaimPermission, StopLevel } from '../../domain/operationalState.ts'
import { severities } from '../../domain/severity.ts'
import type { OperationalStateService } from './OperationalStateService.ts'

const minuteMs = 60_000
let world: ServiceWorld
let operational: OperationalStateService

beforeEach(async () => {
  world = await serviceWorld()
  operational = world.operational
})

/** Another process on the same data. */
function restarted(): OperationalStateService {
  const next = processOn(world).operational
  next.start()
  return next
}

const steps = (of: OperationalStateService = operational) => of.history().map(({ from, to }) => `${from} ${to}`)

describe('a start', () => {
  it('is booting, then ready with everything allowed, in two steps', () => {
    operational.start()
    expect(operational.state).toMatchObject({ primary: 'booting', permission: 'none' })
    const permissions: ClaimPermission[] = []
    world.events.on('operational.changed', () => permissions.push(operational.state.permission))
    operational.ready('everything was started')
    expect(permissions).toEqual(['none', 'normal'])
    expect(steps()).toEqual(['booting ready', 'ready ready'])
    expect(operational.state).toMatchObject({ primary: 'ready', trigger: 'everything was started', actor: 'daemon' })
  })

  it('leaves no record as a rule: it has one of its own', () => {
    operational.start()
    operational.ready('everything was started')
    operational.begun('a conversation')()
    expect(world.recorded('operational_state.changed')).toEqual([])
    expect(world.store.settings.get('operational.state')).toBeNull()
  })
})

describe('what may not follow', () => {
  it('daemon 19: leaves state, history, record and listeners as they were', () => {
    operational.ready('everything was started')
    operational.stopped('SIGTERM')
    const [state, history] = [operational.state, operational.history()]
    const rows = world.recorded('operational_state.changed').length
    let heard = 0
    world.events.on('operational.changed', () => heard++)
    expect(operational.pause('operator', 'lunch')).toBe(false)
    operational.ready('again')
    operational.stopped('again')
    expect([operational.state, operational.history()]).toEqual([state, history])
    expect(world.recorded('operational_state.changed')).toHaveLength(rows)
    expect(heard).toBe(0)
    expect(world.logger.messages('warn')).toEqual(['an operational state that may not follow'])
  })

  it('daemon 19: a run that begins while Kora is paused makes nothing active', () => {
    operational.ready('everything was started')
    operational.pause('operator', 'lunch')
    const ended = operational.begun('a conversation')
    expect(operational.primary).toBe('paused')
    ended()
    expect(operational.primary).toBe('paused')
  })
})

describe('what is wrong without pausing', () => {
  it('daemon 20: is a reason beside the same state, one row of history and one record', () => {
    operational.ready('everything was started')
    const { sinceMs } = operational.state
    operational.degrade('auth', 'the model key was rejected')
    expect(operational.state).toMatchObject({ primary: 'ready', reasons: ['auth'], sinceMs, permission: 'normal' })
    expect(steps().slice(2)).toEqual(['ready ready'])
    operational.degrade('auth', 'again')
    operational.restore('dispatch', 'was never there')
    expect(steps()).toHaveLength(3)
    operational.restore('auth', 'a model answered')
    expect(operational.reasons).toEqual([])
    expect(world.recorded('operational_state.changed')).toEqual([
      expect.objectContaining({ from: 'ready', to: 'ready', reasons: ['auth'], trigger: 'the model key was rejected' }),
      expect.objectContaining({ reasons: [], trigger: 'a model answered' }),
    ])
  })

  it('does not outlive the process', () => {
    operational.ready('everything was started')
    operational.degrade('dispatch', 'Slack takes no message')
    expect(restarted().state).toMatchObject({ primary: 'booting', reasons: [] })
  })
})

describe('runs', () => {
  it('make Kora active from the first to the last', () => {
    operational.ready('everything was started')
    const [first, second] = [operational.begun('a'), operational.begun('b')]
    expect(operational.state).toMatchObject({ primary: 'active', trigger: 'a' })
    first()
    first()
    expect(operational.primary).toBe('active')
    second()
    expect(operational.state).toMatchObject({ primary: 'ready', trigger: 'nothing runs any more' })
    expect(steps().slice(2)).toEqual(['ready active', 'active ready'])
  })

  it('that go on through a pause make it active again afterwards', () => {
    operational.ready('everything was started')
    const ended = operational.begun('a')
    operational.pause('operator', 'lunch')
    operational.resume('operator', 'back', 'operator')
    expect(operational.primary).toBe('active')
    ended()
    expect(operational.primary).toBe('ready')
  })
})

describe('a pause', () => {
  beforeEach(() => operational.ready('everything was started'))

  it('says who wanted it, what for, until when, and how firmly', () => {
    const untilMs = world.clock.nowMs() + minuteMs
    const options = { actor: 'operator', untilMs, permission: 'critical_only', level: 2 } as const
    expect(operational.pause('operator', 'a move', options)).toBe(true)
    expect(operational.state).toEqual({
      primary: 'paused',
      reasons: ['operator'],
      permission: 'critical_only',
      stopLevel: 2,
      sinceMs: world.clock.nowMs(),
      trigger: 'a move',
      actor: 'operator',
      untilMs,
    })
    expect(world.recorded('operational_state.changed')).toEqual([
      {
        from: 'ready',
        to: 'paused',
        reasons: ['operator'],
        claim_permission: 'critical_only',
        stop_level: 2,
        trigger: 'a move',
        actor: 'operator',
        until_ms: untilMs,
      },
    ])
  })

  it('asked for again takes the place of the earlier one', async () => {
    operational.pause('operator', 'lunch', { untilMs: world.clock.nowMs() + minuteMs, level: 3 })
    const { sinceMs } = operational.state
    await world.clock.advance(1_000)
    operational.pause('operator', 'a long lunch', { actor: 'command_line' })
    expect(operational.state).toMatchObject({
      trigger: 'a long lunch',
      actor: 'command_line',
      untilMs: null,
      stopLevel: 1,
      sinceMs,
    })
  })

  it('for cost is begun once, however often the budget says so', () => {
    operational.pause('cost', 'used up')
    const rows = steps().length
    expect(operational.pause('cost', 'still used up')).toBe(true)
    expect(steps()).toHaveLength(rows)
  })

  it('ends when its time is over, and not before', async () => {
    operational.pause('operator', 'lunch', { untilMs: world.clock.nowMs() + minuteMs })
    await world.clock.advance(minuteMs - 1)
    operational.tick(world.clock.nowMs())
    expect(operational.primary).toBe('paused')
    await world.clock.advance(1)
    operational.tick(world.clock.nowMs())
    expect(operational.state).toMatchObject({
      primary: 'ready',
      reasons: [],
      permission: 'normal',
      stopLevel: 0,
      untilMs: null,
      trigger: 'its time was over',
    })
  })

  it('for two reasons ends with the last of them', () => {
    operational.pause('cost', 'used up')
    operational.pause('operator', 'lunch', { level: 3 })
    expect(operational.resume('operator', 'back', 'operator')).toBe(true)
    expect(operational.state).toMatchObject({ primary: 'paused', reasons: ['cost'], stopLevel: 0, permission: 'none' })
    expect(operational.resume('operator', 'back', 'operator')).toBe(false)
    expect(operational.resume('cost', 'a new period')).toBe(true)
    expect(operational.state).toMatchObject({ primary: 'ready', reasons: [], permission: 'normal' })
  })

  it('for cost leaves to the operator’s what that lets through', () => {
    operational.pause('operator', 'lunch', { permission: 'critical_only', untilMs: world.clock.nowMs() + minuteMs })
    operational.pause('cost', 'used up')
    expect(operational.state).toMatchObject({
      reasons: ['cost', 'operator'],
      permission: 'critical_only',
      untilMs: world.clock.nowMs() + minuteMs,
    })
  })

  it('for cost that ends leaves the operator’s as it was, criticals let through', () => {
    const untilMs = world.clock.nowMs() + minuteMs
    operational.pause('operator', 'lunch', { permission: 'critical_only', untilMs, level: 2 })
    operational.pause('cost', 'used up')
    expect(operational.resume('cost', 'a new period')).toBe(true)
    expect(operational.state).toMatchObject({
      primary: 'paused',
      reasons: ['operator'],
      permission: 'critical_only',
      stopLevel: 2,
      untilMs,
    })
    expect(operational.holdsMessage('critical')).toBe(false)
  })

  it('that ends in a process which has stopped allows nothing', () => {
    operational.pause('operator', 'lunch', { untilMs: world.clock.nowMs() })
    operational.stopped('the start failed')
    operational.tick(world.clock.nowMs())
    expect(operational.state).toMatchObject({ primary: 'stopped', reasons: [], permission: 'none' })
  })

  it('that ends leaves other reasons as they are', () => {
    operational.degrade('auth', 'the model key was rejected')
    operational.pause('operator', 'lunch')
    operational.resume('operator', 'back', 'operator')
    expect(operational.state).toMatchObject({ primary: 'ready', reasons: ['auth'] })
  })
})

describe('what a pause lets through', () => {
  beforeEach(() => operational.ready('everything was started'))
  const begins = () => severities.filter((severity) => operational.mayBegin(severity))
  const held = () => severities.filter((severity) => operational.holdsMessage(severity))

  it('without one everything may be begun and told', () => {
    expect([begins(), held(), operational.refusal(false)]).toEqual([[...severities], [], null])
    expect(operational.holdsMessage(null)).toBe(false)
  })

  it.each<[StopLevel, boolean, string | null, string | null]>([
    [0, true, 'operator', null],
    [1, false, 'operator', null],
    [2, false, 'operator', 'operator'],
    [3, false, 'operator', 'operator'],
  ])('at level %i new work may begin: %s; new calls and further calls are refused for %s and %s', (level, ...rest) => {
    const [mayBegin, atFirst, underWay] = rest
    operational.pause('operator', 'lunch', { level })
    expect(operational.mayBegin('critical')).toBe(mayBegin)
    expect([operational.refusal(false), operational.refusal(true)]).toEqual([atFirst, underWay])
  })

  it('that lets criticals through begins and tells those alone', () => {
    operational.pause('operator', 'lunch', { permission: 'critical_only' })
    expect([begins(), held()]).toEqual([['critical'], ['info', 'warning']])
    expect(operational.holdsMessage(null)).toBe(true)
    operational.pause('operator', 'lunch')
    expect([begins(), held()]).toEqual([[], [...severities]])
  })

  it('for cost silences nobody and leaves beginning to the budget, but no call is made', () => {
    operational.pause('cost', 'used up')
    expect([begins(), held()]).toEqual([[...severities], []])
    expect([operational.refusal(false), operational.refusal(true)]).toEqual(['cost', 'cost'])
  })

  it('a process that has stopped makes no call', () => {
    operational.stopped('SIGTERM')
    expect([operational.refusal(false), operational.refusal(true)]).toEqual(['operator', 'operator'])
  })
})

describe('another process on the same data', () => {
  beforeEach(() => operational.ready('everything was started'))

  it('goes on with a pause as it was, also where the one between could not start', () => {
    const untilMs = world.clock.nowMs() + 60 * minuteMs
    const options = { actor: 'operator', untilMs, permission: 'critical_only', level: 3 } as const
    operational.pause('operator', 'a move', options)
    operational.stopped('SIGTERM')
    const next = restarted()
    expect(next.state).toMatchObject({
      primary: 'paused',
      reasons: ['operator'],
      permission: 'critical_only',
      stopLevel: 3,
      untilMs,
    })
    next.ready('everything was started')
    expect(next.primary).toBe('paused')
  })

  it('ends one whose time is over', () => {
    operational.pause('operator', 'lunch', { untilMs: world.clock.nowMs() + minuteMs })
    operational.pause('cost', 'used up')
    world.clock.setWall(world.clock.nowMs() + minuteMs)
    expect(restarted().state).toMatchObject({ primary: 'paused', reasons: ['cost'], untilMs: null, stopLevel: 0 })
  })

  it('is not ready before it was started, also where the pause it finds is over', () => {
    operational.pause('operator', 'lunch', { untilMs: world.clock.nowMs() + minuteMs })
    world.clock.setWall(world.clock.nowMs() + minuteMs)
    const next = restarted()
    expect(next.state).toMatchObject({ primary: 'booting', reasons: [], permission: 'none', untilMs: null })
    expect(world.recorded('operational_state.changed').at(-1)).toMatchObject({ trigger: 'its time was over' })
    next.ready('everything was started')
    expect(next.state).toMatchObject({ primary: 'ready', reasons: [], permission: 'normal' })
    expect(restarted().history()).toEqual([])
  })

  it('is not paused by one that ended', () => {
    operational.pause('operator', 'lunch')
    operational.resume('operator', 'back', 'operator')
    expect(restarted().primary).toBe('booting')
  })

  it.each([
    ['nothing', null, []],
    ['no object', 'paused', []],
    ['no list of reasons', { reasons: 'operator' }, []],
    ['reasons that nobody knows', { reasons: ['boredom', 'auth'] }, []],
    [
      'a reason beside others',
      { reasons: ['boredom', 'operator'], permission: 7, stopLevel: 'x', untilMs: 'x' },
      ['operator'],
    ],
    ['a reason alone', { reasons: ['cost'] }, ['cost']],
  ])('that finds %s pauses for what it can read', (_, stored, reasons) => {
    world.store.settings.set('operational.state', stored)
    const next = restarted()
    expect(next.reasons).toEqual(reasons)
    expect(next.primary).toBe(reasons.length > 0 ? 'paused' : 'booting')
  })

  it('takes a level that nobody knows as the strictest', () => {
    world.store.settings.set('operational.state', { reasons: ['operator'], stopLevel: 5 })
    expect(restarted().state.stopLevel).toBe(3)
  })
})

describe('history', () => {
  it('has the last ten changes, oldest first, updates of the same state included', async () => {
    operational.ready('everything was started')
    for (let no = 1; no <= 6; no++) {
      await world.clock.advance(1_000)
      operational.pause('operator', `pause ${no}`)
      operational.resume('operator', `resume ${no}`, 'operator')
    }
    const history = operational.history()
    expect(history).toHaveLength(10)
    expect(history.map(({ trigger }) => trigger)).toEqual(
      [2, 3, 4, 5, 6].flatMap((no) => [`pause ${no}`, `resume ${no}`]),
    )
    expect(history.at(-1)).toEqual({ atMs: world.clock.nowMs(), from: 'paused', to: 'ready', trigger: 'resume 6' })
  })
})

describe('whoever listens', () => {
  it('daemon 22: and throws changes nothing, and the next one is told', () => {
    const heard: string[] = []
    world.events.on('operational.changed', () => {
      throw new Error('not now')
    })
    world.events.on('operational.changed', ({ from, to }) => heard.push(`${from} ${to}`))
    operational.ready('everything was started')
    expect(operational.pause('operator', 'lunch')).toBe(true)
    expect(operational.primary).toBe('paused')
    expect(heard).toEqual(['booting ready', 'ready ready', 'ready paused'])
    expect(restarted().primary).toBe('paused')
  })

  it('daemon 32: and asks for a change meanwhile is served one after the other', () => {
    operational.ready('everything was started')
    world.events.on('operational.changed', ({ to }) => {
      if (to === 'paused') operational.resume('operator', 'at once', 'operator')
    })
    operational.pause('operator', 'lunch')
    expect(operational.primary).toBe('ready')
    expect(steps().slice(2)).toEqual(['ready paused', 'paused ready'])
    expect(world.recorded('operational_state.changed').map(({ to }) => to)).toEqual(['paused', 'ready'])
    expect(restarted().primary).toBe('booting')
  })
})

describe('a store that refuses', () => {
  it('does not keep Kora from pausing, and gets the record later', () => {
    operational.ready('everything was started')
    const allow = refuseWrites(world)
    expect(operational.pause('operator', 'lunch')).toBe(true)
    expect(operational.primary).toBe('paused')
    allow()
    expect(world.recorded('operational_state.changed')).toEqual([])
    world.late.look()
    expect(world.recorded('operational_state.changed')).toMatchObject([{ to: 'paused' }])
    expect(restarted().primary).toBe('paused')
  })
})
