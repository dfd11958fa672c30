import { describe, expect, it } from 'vitest'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { anObservation } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { ProbeStatus } from '../../domain/observation.ts'
import { type HttpClient, HttpFailure, type HttpReply } from '../platform/http.ts'
import { ConnectivityService } from './ConnectivityService.ts'
import { Events } from './Events.ts'
import { createNewId } from './ids.ts'
import { LateWrites } from './LateWrites.ts'
import { OutboxBook } from './OutboxBook.ts'
import { Problems } from './Problems.ts'
import { SettingsService } from './SettingsService.ts'

const reply: HttpReply = {
  status: 200,
  headers: {},
  body: '',
  truncated: false,
  latencyMs: 1,
  certificateExpiresAtMs: null,
}

async function service(options: { targets?: Record<string, boolean> } = {}) {
  const { store, clock } = await openTestStore()
  const logger = createMemoryLogger()
  const events = new Events(logger)
  const problems = new Problems({ clock, events, redact: (text) => text })
  const late = new LateWrites({ store, events, logger, problems })
  const book = new OutboxBook({ store, late })
  const settings = new SettingsService({ store, clock, events, fixed: [] })
  settings.update({ watching: { connectivityTargets: Object.keys(options.targets ?? {}) } })
  const asked: string[][] = []
  const http: HttpClient = {
    request: ({ url }) =>
      options.targets?.[url] ? Promise.resolve(reply) : Promise.reject(new HttpFailure('connect', 'Error: refused')),
    close: () => Promise.resolve(),
  }
  const deps = { store, book, clock, http, events, settings, newId: createNewId(clock) }
  const checkNow = (ids: readonly string[]) => {
    asked.push([...ids])
    return ids
  }
  const connectivity = new ConnectivityService({ ...deps, checkNow })
  const see = (probeId: string, status: ProbeStatus, settled = false): boolean =>
    connectivity.judge(anObservation({ probeId, status, observedAtMs: clock.nowMs() }), [`${probeId}.example`], settled)
  const notices = () => store.outbox.unsettled('native').map((row) => row.kind)
  return { connectivity, see, asked, notices, clock, again: () => new ConnectivityService({ ...deps, checkNow }) }
}

describe('without targets', () => {
  it('three hosts that fail within one doubt are the own link; one notice, and one on return', async () => {
    const { connectivity, see, notices } = await service()
    for (const id of ['a', 'b', 'c']) see(id, 'healthy')
    expect(see('a', 'unreachable')).toBe(true)
    await connectivity.drain()
    expect(see('b', 'unreachable')).toBe(true)
    expect(see('c', 'unreachable')).toBe(false)
    expect(connectivity.state().watching).toBe(false)
    expect(see('a', 'unreachable')).toBe(false)
    expect(notices()).toEqual(['not_watching'])
    expect(see('b', 'unhealthy')).toBe(true)
    expect(connectivity.state()).toEqual({ watching: true, sinceMs: null })
    expect(notices()).toEqual(['not_watching', 'watching_again'])
  })

  it('asks others at the first doubt, those that answered last first, once', async () => {
    const { connectivity, see, asked, clock } = await service()
    for (const id of ['dead1', 'dead2', 'dead3', 'dead4']) see(id, 'unreachable', true)
    await clock.advance(1_000)
    for (const id of ['old', 'young']) {
      see(id, 'healthy')
      await clock.advance(1_000)
    }
    see('a', 'unreachable')
    expect(asked).toEqual([['young', 'old', 'dead1', 'dead2']])
    await connectivity.drain()
    see('b', 'unreachable')
    expect(asked).toHaveLength(1)
  })

  it('does not judge before those asked have reported: hosts gone for long prove nothing', async () => {
    const { connectivity, see } = await service()
    see('well', 'healthy')
    for (const id of ['dead1', 'dead2', 'dead3']) see(id, 'unreachable', true)
    see('well', 'healthy')
    expect(see('a', 'unreachable')).toBe(true)
    await connectivity.drain()
    for (const id of ['dead1', 'dead2', 'dead3']) expect(see(id, 'unreachable', true)).toBe(true)
    see('well', 'healthy')
    expect(connectivity.state().watching).toBe(true)
    expect(see('a', 'unreachable')).toBe(true)
  })

  it('two hosts are too few; a credential that is missing says nothing', async () => {
    const { connectivity, see, asked } = await service()
    see('c', 'not_configured')
    expect(see('a', 'unreachable')).toBe(true)
    await connectivity.drain()
    expect(see('b', 'unreachable')).toBe(true)
    expect(see('c', 'not_configured')).toBe(true)
    expect(connectivity.state().watching).toBe(true)
    expect(asked).toHaveLength(1)
  })

  it('asks nobody for trouble that is an incident already', async () => {
    const { see, asked } = await service()
    see('b', 'healthy')
    see('a', 'unreachable', true)
    expect(asked).toEqual([])
  })
})

describe('with targets', () => {
  it('one that answers settles it', async () => {
    const { connectivity, see } = await service({
      targets: { 'http://up.example/': true, 'http://down.example/': false },
    })
    for (const id of ['a', 'b']) see(id, 'unreachable')
    await connectivity.drain()
    expect(connectivity.state().watching).toBe(true)
  })

  it('none that answers, and two hosts: said as soon as the last target was tried', async () => {
    const { connectivity, see, notices } = await service({ targets: { 'http://down.example/': false } })
    expect(see('a', 'unreachable')).toBe(true)
    expect(see('b', 'unreachable')).toBe(true)
    await connectivity.drain()
    expect(connectivity.state().watching).toBe(false)
    expect(notices()).toEqual(['not_watching'])
  })
})

it('an outage outlives the process and is not announced twice', async () => {
  const { connectivity, see, notices, clock, again } = await service()
  const sinceMs = clock.nowMs()
  for (const id of ['a', 'b', 'c']) {
    see(id, 'unreachable')
    await connectivity.drain()
  }
  const next = again()
  next.start()
  expect(next.state()).toEqual({ watching: false, sinceMs })
  await clock.advance(60_000)
  expect(next.judge(anObservation({ probeId: 'a', status: 'unreachable' }), ['a.example'], false)).toBe(false)
  expect(notices()).toEqual(['not_watching'])
})
