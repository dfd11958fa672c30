import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Fault } from '../../simulator/faults.ts'
import type { AnthropicAnswer } from '../../simulator/services/anthropic.ts'
import { startSimulator, type Simulator } from '../../simulator/simulator.ts'
import { PauseClock } from '../../../test/fakes/pauseClock.ts'
import { startTestServer } from '../../../test/fakes/httpServer.ts'
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

describe('a reply', () => {
  test('the body goes out as given, streamed; text, usage and the request id come back', async () => {
    const reply = await client.complete(question)
    expect(simulator.requests).toMatchObject([
      {
        method: 'POST',
        path: '/v1/messages',
        headers: { authorization: `Bearer ${apiKey}`, 'x-stainless-retry-count': '0' },
      },
    ])
    expect(simulator.requests[0]?.body).toEqual({ ...question.body, stream: true })
    const { inputTokens, outputTokens } = simulator.state.anthropic.meter
    expect(outputTokens).toBeGreaterThan(1)
    expect(reply).toEqual({
      text: expect.stringContaining('The check of fly ended with "HTTP 503".'),
      content: [{ type: 'text', text: reply.text, citations: null }],
      model: 'claude-haiku-4-5',
      rawUsage: {
        input_tokens: inputTokens,
        output_tokens: outputTokens,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 0,
      },
      requestId: `req_${simulator.state.anthropic.ids.start}0000000001`,
      stopReason: 'end_turn',
      tries: 1,
      pulse: null,
      complete: true,
    })
    expect(clock.pending).toBe(0)
  })

  test('text blocks are joined; every block is kept', async () => {
    const blocks = [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]
    answer({ content: blocks })
    expect(await client.complete(question)).toMatchObject({ text: 'ab', content: blocks })
  })

  test('a tool is called with data', async () => {
    const use = {
      type: 'tool_use',
      id: 'toolu_1',
      name: 'probe_history',
      input: { probe: 'fly', words: ['ä', '€', '😀'] },
    }
    const empty = { type: 'tool_use', id: 'toolu_2', name: 'now', input: {} }
    answer({ content: [{ type: 'text', text: 'Let me look.' }, use, empty] })
    expect(await client.complete(question)).toMatchObject({
      text: 'Let me look.',
      content: [{ type: 'text', text: 'Let me look.' }, use, empty],
      stopReason: 'tool_use',
    })
  })

  test.each<[string, AnthropicAnswer, string | null]>([
    ['a refusal', { text: '', stopReason: 'refusal' }, 'refusal'],
    ['an answer cut at its limit', { text: '', stopReason: 'max_tokens' }, 'max_tokens'],
    ['an empty text', { text: '' }, 'end_turn'],
    ['content that is no list', { message: { content: 'nonsense' } }, 'end_turn'],
    ['content that is no block', { content: [null, 'text', 7] }, 'end_turn'],
    ['a stop that is no word', { text: '', message: { stop_reason: 7 } }, null],
  ])('%s has no text and still its usage', async (_, script, stopReason) => {
    answer({ ...script, usage: { input_tokens: 900, output_tokens: 4 } })
    expect(await client.complete(question)).toMatchObject({
      text: '',
      stopReason,
      rawUsage: { input_tokens: 900, output_tokens: 4 },
      tries: 1,
    })
  })

  test('usage is handed on as it was stated, garbled figures and cache lives included', async () => {
    const usage = {
      input_tokens: -3,
      output_tokens: '7',
      cache_read_input_tokens: 9_007_199_254_740_991,
      cache_creation_input_tokens: 1.9,
      cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 0.9 },
    }
    answer({ text: 'x', usage, model: 'claude-haiku-4-5-20251001' })
    expect(await client.complete(question)).toMatchObject({ model: 'claude-haiku-4-5-20251001', rawUsage: usage })
  })

  test('a reply without a request id gets a ULID of the moment', async () => {
    answer({ text: 'x', headers: { 'request-id': '' } })
    expect((await client.complete(question)).requestId).toMatch(/^01[0-9A-HJKMNP-TV-Z]{24}$/)
  })

  test('connections are used again', async () => {
    const server = await startTestServer()
    server.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const start = { type: 'message_start', message: { usage: { input_tokens: 1, output_tokens: 1 } } }
      response.end(`event: message_start\ndata: ${JSON.stringify(start)}\n\ndata: {"type":"message_stop"}\n\n`)
    })
    const other = new ModelClient({ baseUrl: server.url, apiKey, clock })
    for (let call = 0; call < 10; call++) await other.complete(question)
    expect(server.requests).toHaveLength(10)
    // One may still be closing its reply when the next request goes out.
    expect(server.connections()).toBeLessThanOrEqual(2)
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
    expect(await failureOf(client.complete(question))).toMatchObject({
      code,
      tries: 1,
      message: 'no',
      billing: 'none',
      retryable: false,
      rawUsage: null,
      model: 'claude-haiku-4-5',
      requestId: `req_${simulator.state.anthropic.ids.start}0000000001`,
    })
    expect(simulator.requests).toHaveLength(1)
  })

  test.each([
    ['rate_limit_error', 429, 'sdk_rate_limited'],
    ['api_error', 500, 'sdk_5xx'],
    ['overloaded_error', 529, 'sdk_5xx'],
    ['timeout_error', 504, 'sdk_5xx'],
  ])('%s is tried three times', async (type, status, code) => {
    answer({ error: { type, message: 'later', status } })
    expect(await failureOf(client.complete(question))).toMatchObject({
      code,
      tries: 3,
      message: 'later',
      billing: 'none',
      retryable: true,
    })
    expect(simulator.requests).toHaveLength(3)
    expect(clock.pauses).toEqual([500, 2_000])
    expect(clock.pending).toBe(0)
  })

  test.each<[string, Fault]>([
    ['a reset', { kind: 'reset' }],
    ['a lost reply', { kind: 'reply_lost' }],
  ])(
    '%s is transport trouble that may have been billed: whether it is asked again is for the caller',
    async (_, fault) => {
      simulator.setFault('anthropic', fault)
      expect(await failureOf(client.complete(question))).toMatchObject({
        code: 'sdk_transport',
        tries: 1,
        billing: 'unknown',
        retryable: true,
        rawUsage: null,
        requestId: null,
      })
      expect(simulator.requests).toHaveLength(1)
      expect(simulator.state.anthropic.meter.calls).toBe(fault.kind === 'reply_lost' ? 1 : 0)
    },
  )

  test('a redirect is not followed and costs nothing', async () => {
    simulator.setFault('anthropic', { kind: 'redirect', to: `${simulator.urls.site}/`, status: 307 })
    expect(await failureOf(client.complete(question))).toMatchObject({
      code: 'sdk_transport',
      tries: 1,
      billing: 'none',
    })
    expect(simulator.requests).toHaveLength(1)
  })

  test('a refused connection costs nothing', async () => {
    await simulator.close()
    const failure = await failureOf(client.complete(question))
    expect(failure).toMatchObject({ code: 'sdk_transport', tries: 3, billing: 'none', retryable: true })
    expect(failure.message).toContain('ECONNREFUSED')
  })

  test('nor does a name nobody knows, or a partner who does not speak TLS', async () => {
    const lost = new ModelClient({ baseUrl: 'http://nowhere.invalid', apiKey, clock })
    expect(await failureOf(lost.complete(question))).toMatchObject({ code: 'sdk_transport', billing: 'none' })
    const baseUrl = simulator.urls.anthropic.replace('http:', 'https:')
    const plain = new ModelClient({ baseUrl, apiKey, clock })
    expect(await failureOf(plain.complete(question))).toMatchObject({ code: 'sdk_transport', billing: 'none' })
  })

  test('a service that recovers is answered for, and its tries are counted', async () => {
    simulator.setFault('anthropic', { kind: 'status', status: 529, times: 2 })
    expect(await client.complete(question)).toMatchObject({ tries: 3 })
    expect(simulator.state.anthropic.meter.calls).toBe(1)
  })

  test.each<[string, Fault]>([
    ['broken JSON', { kind: 'malformed' }],
    ['a portal page', { kind: 'status', status: 200, body: '<html></html>' }],
    ['a message that is not streamed', { kind: 'status', status: 200, body: { type: 'message', usage: {} } }],
    ['an answer without a body', { kind: 'status', status: 204 }],
    ['a body without end', { kind: 'huge_body', bytes: 20 * 1024 * 1024 }],
  ])('%s is nonsense, and paid for once at most', async (_, fault) => {
    simulator.setFault('anthropic', fault)
    expect(await failureOf(client.complete(question))).toMatchObject({
      code: 'sdk_unknown_UnreadableReply',
      tries: 1,
      billing: 'unknown',
      retryable: false,
    })
    expect(simulator.requests).toHaveLength(1)
  })

  test('so is a message without usage', async () => {
    answer({ text: 'x', message: { usage: undefined } })
    expect(await failureOf(client.complete(question))).toMatchObject({
      code: 'sdk_unknown_UnreadableReply',
      tries: 1,
      billing: 'unknown',
      rawUsage: null,
    })
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
      await fresh.complete({ body: { ...question.body, model: 'claude-sonnet-4-5' } })
      expect(simulator.requests[0]?.headers['authorization']).toBe(`Bearer ${apiKey}`)
      expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([])
    } finally {
      for (const spy of spies) spy.mockRestore()
      vi.unstubAllEnvs()
    }
  })
})
