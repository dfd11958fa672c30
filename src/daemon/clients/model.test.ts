import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Fault } from '../../simulator/faults.ts'
import type { AnthropicAnswer } from '../../simulator/services/anthropic.ts'
import { startSimulator, type Simulator } from '../../simulator/simulator.ts'
import type { Clock } from '../platform/clock.ts'
import { ModelClient, ModelFailure, type ModelRequest } from './model.ts'

const apiKey = 'sk-ant-canary-51d0'
const startMs = Date.UTC(2026, 4, 11, 14, 0, 0)

/**
 * Pauses between tries pass at once; a deadline passes only when the test says so. Real sockets decide how long
 * anything takes, so a clock driven from outside would race them.
 */
class PauseClock implements Clock {
  readonly pauses: number[] = []
  #passedMs = 0
  readonly #deadlines = new Set<{ atMs: number; run: () => void }>()
  readonly #longestPauseMs: number

  constructor(longestPauseMs: number) {
    this.#longestPauseMs = longestPauseMs
  }

  nowMs = (): number => startMs + this.#passedMs
  monotonicMs = (): number => this.#passedMs
  bootMs = (): number => this.#passedMs

  setTimer(delayMs: number, run: () => void): () => void {
    if (delayMs <= this.#longestPauseMs) {
      this.pauses.push(delayMs)
      const pause = setImmediate(() => {
        this.pass(delayMs)
        run()
      })
      return () => clearImmediate(pause)
    }
    const deadline = { atMs: this.#passedMs + delayMs, run }
    this.#deadlines.add(deadline)
    return () => void this.#deadlines.delete(deadline)
  }

  pass(ms: number): void {
    this.#passedMs += ms
    for (const deadline of this.#deadlines) {
      if (deadline.atMs > this.#passedMs) continue
      this.#deadlines.delete(deadline)
      deadline.run()
    }
  }

  get pending(): number {
    return this.#deadlines.size
  }
}

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
  model: 'claude-haiku-4-5',
  system: 'You investigate.',
  prompt: 'Probe: fly\nError: HTTP 503',
  maxTokens: 600,
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

describe('a reply', () => {
  test('system and prompt go out as given; text, usage and the request id come back', async () => {
    const reply = await client.complete(question)
    expect(simulator.requests).toMatchObject([
      {
        method: 'POST',
        path: '/v1/messages',
        headers: { authorization: `Bearer ${apiKey}` },
        body: {
          model: 'claude-haiku-4-5',
          max_tokens: 600,
          system: 'You investigate.',
          messages: [{ role: 'user', content: 'Probe: fly\nError: HTTP 503' }],
        },
      },
    ])
    expect(reply).toEqual({
      text: expect.stringContaining('The check of fly ended with "HTTP 503".'),
      model: 'claude-haiku-4-5',
      usage: {
        inputTokens: simulator.state.anthropic.meter.inputTokens,
        outputTokens: simulator.state.anthropic.meter.outputTokens,
        cacheReadTokens: 0,
        cacheCreationTokens: 0,
      },
      requestId: 'req_000000000000000000000001',
      stopReason: 'end_turn',
      tries: 1,
    })
    expect(clock.pending).toBe(0)
  })

  test('text blocks are joined, other blocks left out', async () => {
    answer({
      content: [{ type: 'thinking', thinking: 'hm' }, { type: 'text', text: 'a' }, null, { type: 'text', text: 'b' }],
    })
    expect((await client.complete(question)).text).toBe('ab')
  })

  test.each<[string, AnthropicAnswer, string | null]>([
    ['a refusal', { text: '', stopReason: 'refusal' }, 'refusal'],
    ['an empty text', { text: '' }, 'end_turn'],
    ['content that is no list', { message: { content: 'nonsense', stop_reason: 7 } }, null],
  ])('%s has no text and still its usage', async (_, script, stopReason) => {
    answer({ ...script, usage: { input_tokens: 900, output_tokens: 4 } })
    expect(await client.complete(question)).toMatchObject({
      text: '',
      stopReason,
      usage: { inputTokens: 900, outputTokens: 4 },
      tries: 1,
    })
  })

  test('all four token classes are mapped; garbled ones count as none', async () => {
    answer({
      text: 'x',
      usage: {
        input_tokens: 10,
        output_tokens: 20,
        cache_read_input_tokens: 30,
        cache_creation_input_tokens: 40,
      },
      model: 'claude-haiku-4-5-20251001',
    })
    expect(await client.complete(question)).toMatchObject({
      model: 'claude-haiku-4-5-20251001',
      usage: { inputTokens: 10, outputTokens: 20, cacheReadTokens: 30, cacheCreationTokens: 40 },
    })
    answer({
      text: 'x',
      usage: {
        input_tokens: -3,
        output_tokens: '7',
        cache_read_input_tokens: null,
        cache_creation_input_tokens: 1.9,
      },
    })
    expect((await client.complete(question)).usage).toEqual({
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheCreationTokens: 1,
    })
  })

  test('a reply without a request id gets a ULID of the moment', async () => {
    answer({ text: 'x', headers: { 'request-id': '' } })
    expect((await client.complete(question)).requestId).toMatch(/^01[0-9A-HJKMNP-TV-Z]{24}$/)
  })
})

describe('failures', () => {
  test.each([
    ['authentication_error', 401, 'sdk_auth'],
    ['permission_error', 403, 'sdk_auth'],
    ['invalid_request_error', 400, 'sdk_4xx_400'],
    ['not_found_error', 404, 'sdk_4xx_404'],
    ['request_too_large', 413, 'sdk_4xx_413'],
  ])('%s is not tried again', async (type, status, code) => {
    answer({ error: { type, message: 'no', status } })
    expect(await failureOf(client.complete(question))).toMatchObject({ code, tries: 1, message: 'no' })
    expect(simulator.requests).toHaveLength(1)
  })

  test.each([
    ['rate_limit_error', 429, 'sdk_rate_limited'],
    ['api_error', 500, 'sdk_5xx'],
    ['overloaded_error', 529, 'sdk_5xx'],
    ['timeout_error', 504, 'sdk_5xx'],
  ])('%s is tried three times', async (type, status, code) => {
    answer({ error: { type, message: 'later', status } })
    expect(await failureOf(client.complete(question))).toMatchObject({ code, tries: 3, message: 'later' })
    expect(simulator.requests).toHaveLength(3)
    expect(clock.pauses).toEqual([500, 2_000])
    expect(clock.pending).toBe(0)
  })

  test.each<[string, Fault]>([
    ['a reset', { kind: 'reset' }],
    ['a lost reply', { kind: 'reply_lost' }],
    ['a reply cut off', { kind: 'cut_off' }],
    ['a redirect', { kind: 'redirect', to: 'http://127.0.0.1:9/', status: 307 }],
  ])('%s is transport trouble, tried three times', async (_, fault) => {
    simulator.setFault('anthropic', fault)
    expect(await failureOf(client.complete(question))).toMatchObject({ code: 'sdk_transport', tries: 3 })
    expect(simulator.requests).toHaveLength(3)
  })

  test('a refused connection too', async () => {
    await simulator.close()
    const failure = await failureOf(client.complete(question))
    expect(failure).toMatchObject({ code: 'sdk_transport', tries: 3 })
    expect(failure.message).toContain('ECONNREFUSED')
  })

  test('a service that recovers is answered for, and its tries are counted', async () => {
    simulator.setFault('anthropic', { kind: 'status', status: 529, times: 2 })
    expect(await client.complete(question)).toMatchObject({ tries: 3 })
    expect(simulator.state.anthropic.meter.calls).toBe(1)
  })

  test.each<[string, Fault, string]>([
    ['broken JSON', { kind: 'malformed' }, 'sdk_unknown_SyntaxError'],
    ['a portal page', { kind: 'status', status: 200, body: '<html></html>' }, 'sdk_unknown_UnreadableReply'],
    [
      'a message without usage',
      { kind: 'status', status: 200, body: { type: 'message', content: [] } },
      'sdk_unknown_UnreadableReply',
    ],
  ])('%s is nonsense, and paid for once', async (_, fault, code) => {
    simulator.setFault('anthropic', fault)
    expect(await failureOf(client.complete(question))).toMatchObject({ code, tries: 1 })
    expect(simulator.requests).toHaveLength(1)
  })

  test('a body without end is given up', async () => {
    simulator.setFault('anthropic', { kind: 'huge_body', bytes: 20 * 1024 * 1024, times: 1 })
    expect(await client.complete(question)).toMatchObject({ tries: 2 })
  })
})

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
    expect(await failure).toMatchObject({ code: 'sdk_timeout', tries: 1 })
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
    answer({ error: { type: 'rate_limit_error', message: 'later' }, headers: { 'retry-after': '15' } })
    const failure = failureOf(client.complete(question))
    await simulator.received('anthropic', 3)
    expect(await failure).toMatchObject({ code: 'sdk_rate_limited', tries: 3 })
    expect(clock.pauses).toEqual([15_000, 15_000])
    const timeouts = simulator.requests.map((request) => request.headers['x-stainless-timeout'])
    expect(timeouts).toEqual(['60', '45', '30'])
  })

  test('a Retry-After that does not fit ends the call at once, as a number or as a date', async () => {
    const date = new Date(startMs + 61_000).toUTCString()
    for (const value of ['3600', date]) {
      answer({ error: { type: 'overloaded_error', message: 'busy' }, headers: { 'retry-after': value } })
      expect(await failureOf(client.complete(question))).toMatchObject({ code: 'sdk_5xx', tries: 1 })
    }
    expect(clock.pauses).toEqual([])
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
    expect(await failure).toMatchObject({ code: 'sdk_unknown_APIUserAbortError', tries: 1 })
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
    expect(await failure).toMatchObject({ code: 'sdk_unknown_APIUserAbortError', tries: 1 })
    expect(simulator.requests).toHaveLength(1)
    expect(patient.pending).toBe(0)
  })

  test('that aborted before asks nothing', async () => {
    const signal = AbortSignal.abort()
    expect(await failureOf(client.complete({ ...question, signal }))).toMatchObject({
      code: 'sdk_unknown_APIUserAbortError',
      tries: 0,
    })
    expect(simulator.requests).toEqual([])
  })
})

describe('secrets and silence', () => {
  test('the key is in no failure', async () => {
    const shy = new ModelClient({
      baseUrl: simulator.urls.anthropic,
      apiKey,
      clock,
      redact: (value) => value.replaceAll('hunter2', '<REDACTED>'),
    })
    answer({ error: { type: 'invalid_request_error', message: `bad ${apiKey} and hunter2` } })
    const failure = await failureOf(shy.complete(question))
    expect(failure.message).toBe('bad <REDACTED> and <REDACTED>')
    expect(`${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`).not.toMatch(/canary|hunter2/)
  })

  test('the environment does not swap the account, the address or the log level', async () => {
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'other')
    vi.stubEnv('ANTHROPIC_API_KEY', 'other')
    vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:9')
    vi.stubEnv('ANTHROPIC_CUSTOM_HEADERS', 'Authorization: Bearer other')
    vi.stubEnv('ANTHROPIC_LOG', 'debug')
    const methods = ['log', 'info', 'warn', 'error', 'debug'] as const
    const spies = methods.map((method) => vi.spyOn(console, method).mockImplementation(() => undefined))
    try {
      const fresh = new ModelClient({ baseUrl: simulator.urls.anthropic, apiKey, clock })
      // A model near its end: the SDK's own method would say so on the console.
      await fresh.complete({ ...question, model: 'claude-sonnet-4-5' })
      expect(simulator.requests[0]?.headers['authorization']).toBe(`Bearer ${apiKey}`)
      expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([])
    } finally {
      for (const spy of spies) spy.mockRestore()
      vi.unstubAllEnvs()
    }
  })
})
