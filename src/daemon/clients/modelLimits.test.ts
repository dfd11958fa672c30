import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Fault } from '../../simulator/faults.ts'
import type { AnthropicAnswer } from '../../simulator/services/anthropic.ts'
import { startSimulator, type Simulator } from '../../simulator/simulator.ts'
import { pauseClockStartMs as startMs, PauseClock } from '../../../test/fakes/pauseClock.ts'
import { ModelClient, ModelFailure, type ModelRequest } from './model.ts'

const apiKey = 'sk-ant-canary-51d0'

let simulator: Simulator
let clock: PauseClock
let client: ModelClient

beforeEach(async () => {
  simulator = await startSimulator()
  simulator.state.anthropic.apiKey = apiKey
  clock = new PauseClock(20_000)
  client = new ModelClient({ baseUrl: simulator.urls.anthropic, apiKey, clock })
})
afterEach(() => simulator.close())

const question: ModelRequest = {
  body: {
    model: 'claude-haiku-4-5',
    max_tokens: 600,
    system: [{ type: 'text', text: 'You investigate.', cache_control: { type: 'ephemeral' } }],
    messages: [{ role: 'user', content: 'Probe: fly\nError: HTTP 503' }],
  },
}

function answer(value: AnthropicAnswer | string): void {
  simulator.state.anthropic.reply = value
}

async function failureOf(run: Promise<unknown>): Promise<ModelFailure> {
  const failure: unknown = await run.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(failure instanceof ModelFailure)) throw new Error(`expected a ModelFailure, got ${String(failure)}`)
  return failure
}

describe('the deadline', () => {
  test.each<[string, Fault]>([
    ['a service that hangs', { kind: 'hang' }],
    ['a body that trickles', { kind: 'slow_body', ms: 60_000 }],
    ['an answer that is late', { kind: 'delay', ms: 120_000 }],
  ])('ends %s', async (_, fault) => {
    simulator.setFault('anthropic', fault)
    const failure = failureOf(client.complete(question))
    await simulator.received('anthropic', 1)
    clock.pass(60_000)
    expect(await failure).toMatchObject({ code: 'sdk_timeout', tries: 1, billing: 'unknown', retryable: false })
    expect(simulator.state.anthropic.meter.calls).toBe(0)
    expect(clock.pending).toBe(0)
  })

  test('is the shorter of the client’s and the call’s', async () => {
    simulator.setFault('anthropic', { kind: 'hang' })
    const shorter = failureOf(client.complete({ ...question, deadlineMs: 30_000 }))
    await simulator.received('anthropic', 1)
    clock.pass(30_000)
    expect(await shorter).toMatchObject({ code: 'sdk_timeout' })
    const longer = failureOf(client.complete({ ...question, deadlineMs: 600_000 }))
    await simulator.received('anthropic', 2)
    clock.pass(60_000)
    expect(await longer).toMatchObject({ code: 'sdk_timeout' })
  })

  test('covers all tries together: the last one gets what is left', async () => {
    answer({ error: { type: 'rate_limit_error', message: 'later' }, headers: { 'retry-after': '10' } })
    const failure = failureOf(client.complete(question))
    await simulator.received('anthropic', 3)
    expect(await failure).toMatchObject({ code: 'sdk_rate_limited', tries: 3 })
    expect(clock.pauses).toEqual([10_000, 10_000])
    const timeouts = simulator.requests.map((request) => request.headers['x-stainless-timeout'])
    expect(timeouts).toEqual(['60', '50', '40'])
  })

  test('a Retry-After over ten seconds ends the call at once, as a number or as a date', async () => {
    const date = new Date(startMs + 11_000).toUTCString()
    for (const value of ['11', '3600', date]) {
      answer({ error: { type: 'overloaded_error', message: 'busy' }, headers: { 'retry-after': value } })
      expect(await failureOf(client.complete(question))).toMatchObject({ code: 'sdk_5xx', tries: 1, retryable: true })
    }
    expect(clock.pauses).toEqual([])
  })

  test('and so does one that does not fit', async () => {
    answer({ error: { type: 'rate_limit_error', message: 'busy' }, headers: { 'retry-after': '9' } })
    const patient = new ModelClient({ baseUrl: simulator.urls.anthropic, apiKey, clock: new PauseClock(0) })
    const failure = await failureOf(patient.complete({ ...question, deadlineMs: 8_000 }))
    expect(failure).toMatchObject({ code: 'sdk_rate_limited', tries: 1 })
  })

  test('a Retry-After date that fits is waited for', async () => {
    simulator.setFault('anthropic', {
      kind: 'status',
      status: 429,
      headers: { 'retry-after': new Date(startMs + 9_000).toUTCString() },
      times: 1,
    })
    expect(await client.complete(question)).toMatchObject({ tries: 2 })
    expect(clock.pauses).toEqual([9_000])
  })
})

describe('the caller', () => {
  test('can abort while waiting for the reply', async () => {
    simulator.setFault('anthropic', { kind: 'hang' })
    const controller = new AbortController()
    const failure = failureOf(client.complete({ ...question, signal: controller.signal }))
    await simulator.received('anthropic', 1)
    controller.abort()
    expect(await failure).toMatchObject({ code: 'sdk_unknown_APIUserAbortError', tries: 1, billing: 'unknown' })
  })

  test('can abort during a pause, which starts no further request', async () => {
    const patient = new PauseClock(0)
    const slow = new ModelClient({ baseUrl: simulator.urls.anthropic, apiKey, clock: patient })
    simulator.setFault('anthropic', { kind: 'status', status: 500 })
    const controller = new AbortController()
    const setTimer = vi.spyOn(patient, 'setTimer')
    const failure = failureOf(slow.complete({ ...question, signal: controller.signal }))
    await vi.waitFor(() => expect(setTimer).toHaveBeenLastCalledWith(500, expect.any(Function)))
    controller.abort()
    expect(await failure).toMatchObject({ code: 'sdk_unknown_APIUserAbortError', tries: 1, billing: 'none' })
    expect(simulator.requests).toHaveLength(1)
    expect(patient.pending).toBe(0)
  })

  test('that aborted before asks nothing', async () => {
    const signal = AbortSignal.abort()
    expect(await failureOf(client.complete({ ...question, signal }))).toMatchObject({
      code: 'sdk_unknown_APIUserAbortError',
      tries: 0,
      billing: 'none',
      requestId: null,
    })
    expect(simulator.requests).toEqual([])
  })
})
