import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ServerResponse } from 'node:http'
import { startTestServer } from '../../../test/fakes/httpServer.ts'
import { PauseClock, pauseClockStartMs } from '../../../test/fakes/pauseClock.ts'
import { watchFetch } from '../../../test/fakes/watchedFetch.ts'
import type { AnthropicAnswer } from '../../simulator/services/anthropic.ts'
import { startSimulator, type Simulator } from '../../simulator/simulator.ts'
import { ModelClient, ModelFailure, type ModelRequest } from './model.ts'

let simulator: Simulator
let clock: PauseClock
let client: ModelClient
let unwatch: (() => void) | null = null

beforeEach(async () => {
  simulator = await startSimulator()
  clock = new PauseClock(20_000)
  client = new ModelClient({ baseUrl: simulator.urls.anthropic, apiKey: 'sk-ant-test', clock })
})
afterEach(async () => {
  unwatch?.()
  unwatch = null
  await simulator.close()
})

const question: ModelRequest = {
  body: { model: 'claude-haiku-4-5', max_tokens: 600, messages: [{ role: 'user', content: 'Why?' }] },
}
const usage = {
  input_tokens: 1_200,
  output_tokens: 801,
  cache_read_input_tokens: 50_000,
  cache_creation_input_tokens: 4_000,
  cache_creation: { ephemeral_5m_input_tokens: 1_000, ephemeral_1h_input_tokens: 3_000 },
}
const spoken = 'Die Prüfung von „fly“ ist 🔥 gescheitert – 503 €.'

function script(answer: AnthropicAnswer): void {
  simulator.state.anthropic.reply = { text: spoken, usage, ...answer }
}

async function failureOf(run: Promise<unknown>): Promise<ModelFailure> {
  const failure: unknown = await run.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(failure instanceof ModelFailure)) throw new Error(`expected a ModelFailure, got ${String(failure)}`)
  return failure
}

/** What the meter says, in the provider's words. */
function metered(): Record<string, number> {
  const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens } = simulator.state.anthropic.meter
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cache_read_input_tokens: cacheReadTokens,
    cache_creation_input_tokens: cacheCreationTokens,
  }
}

/** A call whose caller gives up once all of `until` was read and worked through. */
function abortedAt(until: string): Promise<ModelFailure> {
  const giveUp = new AbortController()
  unwatch = watchFetch({ digested: (text) => text.includes(until) && giveUp.abort() })
  return failureOf(client.complete({ ...question, signal: giveUp.signal }))
}

describe('pieces', () => {
  test.each([1, 2, 3, 7, 64])('of %d bytes make the same reply', async (pieceBytes) => {
    const use = { type: 'tool_use', id: 'toolu_1', name: 'look', input: { word: 'ä😀€', list: [1, { a: null }] } }
    script({ content: [{ type: 'text', text: spoken }, use] })
    unwatch = watchFetch({ pieceBytes })
    expect(await client.complete(question)).toMatchObject({
      text: spoken,
      content: [{ type: 'text', text: spoken }, use],
      rawUsage: usage,
      stopReason: 'tool_use',
      complete: true,
    })
    expect(metered()).toMatchObject({ input_tokens: 1_200, output_tokens: 801 })
  })

  test('arrive one byte at a time over a slow socket', async () => {
    const stream = Buffer.from(events(started, block, said('Prüfung '), said('🔥'), finished, stopped))
    const { ask } = await scripted((response) => {
      let at = 0
      const next = (): void => {
        if (at === stream.length) return void response.end()
        response.write(stream.subarray(at, ++at), () => setImmediate(next))
      }
      next()
    })
    expect(await ask()).toMatchObject({ text: 'Prüfung 🔥', rawUsage: { input_tokens: 10, output_tokens: 7 } })
  })
})

describe('a reply that ends half-way', () => {
  test.each([
    ['start', 'ping', 1],
    ['half', 'message_delta', 401],
  ] as const)('given up after %s: what was stated is what was metered', async (holdAfter, until, outputTokens) => {
    script({ holdAfter })
    const failure = await abortedAt(`event: ${until}`)
    expect(failure).toMatchObject({
      code: 'sdk_unknown_APIUserAbortError',
      billing: 'partial',
      tries: 1,
      retryable: false,
      model: 'claude-haiku-4-5',
      requestId: `req_${simulator.state.anthropic.ids.start}0000000001`,
      rawUsage: { ...usage, output_tokens: outputTokens },
    })
    expect(failure.rawUsage).toMatchObject(metered())
    expect(simulator.state.anthropic.meter.calls).toBe(1)
  })

  test.each([
    ['start', 1],
    ['half', 401],
  ] as const)('cut after %s: billed, and not asked for again', async (cutAfter, outputTokens) => {
    script({ cutAfter })
    const failure = await failureOf(client.complete(question))
    expect(failure).toMatchObject({ code: 'sdk_transport', billing: 'partial', tries: 1, retryable: false })
    expect(failure.rawUsage).toEqual({ ...usage, output_tokens: outputTokens })
    expect(failure.rawUsage).toMatchObject(metered())
    expect(simulator.requests).toHaveLength(1)
  })

  test('cut off by the transport: the same', async () => {
    script({})
    simulator.setFault('anthropic', { kind: 'cut_off' })
    const failure = await failureOf(client.complete(question))
    expect(failure).toMatchObject({ code: 'sdk_transport', billing: 'partial', tries: 1 })
    expect(failure.rawUsage).toMatchObject(metered())
  })

  test('a reply that trickles is whole in the end', async () => {
    script({})
    simulator.setFault('anthropic', { kind: 'slow_body', ms: 1 })
    expect(await client.complete(question)).toMatchObject({ text: spoken, rawUsage: metered(), complete: true })
  })

  test('the deadline ends a line that is held, and tells what was stated', async () => {
    script({ holdAfter: 'half' })
    unwatch = watchFetch({ digested: (text) => text.includes('event: message_delta') && clock.pass(60_000) })
    const failure = await failureOf(client.complete(question))
    expect(failure).toMatchObject({ code: 'sdk_timeout', billing: 'partial', tries: 1 })
    expect(failure.rawUsage).toMatchObject(metered())
    expect(clock.pending).toBe(0)
  })

  test.each([
    ['start', undefined, 'sdk_5xx', 'Overloaded'],
    ['half', undefined, 'sdk_5xx', 'Overloaded'],
    ['half', { type: 'api_error', message: 'oh' }, 'sdk_5xx', 'oh'],
    ['half', { type: 'rate_limit_error', message: 'slow' }, 'sdk_rate_limited', 'slow'],
    ['start', { type: 'invalid_request_error', message: 'no' }, 'sdk_4xx_400', 'no'],
    ['start', { type: 'new sk-ant-test kind!', message: 'sk-ant-test' }, 'sdk_unknown_newskanttestkind', '<REDACTED>'],
    ['start', { type: 'constructor', message: 'x' }, 'sdk_unknown_constructor', 'x'],
  ] as const)('an error event after %s: %o', async (errorAfter, error, code, message) => {
    script({ errorAfter, error })
    const failure = await failureOf(client.complete(question))
    expect(failure).toMatchObject({ code, message, billing: 'partial', tries: 1, retryable: false })
    expect(failure.rawUsage).toMatchObject(metered())
    expect(simulator.requests).toHaveLength(1)
  })
})

/** A server whose every answer is a stream of events the test writes itself. */
async function scripted(write: (response: ServerResponse, call: number) => void, type = 'text/event-stream') {
  const server = await startTestServer()
  let call = 0
  server.answer((_, response) => {
    response.writeHead(200, { 'content-type': type, 'request-id': `req_${++call}` })
    response.flushHeaders()
    write(response, call)
  })
  const own = new ModelClient({ baseUrl: server.url, apiKey: 'sk-ant-test', clock })
  return { server, ask: (more: Partial<ModelRequest> = {}) => own.complete({ ...question, ...more }) }
}

function events(...list: readonly { type: string }[]): string {
  return list.map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`).join('')
}
const started = {
  type: 'message_start',
  message: { model: 'claude-haiku-4-5-20251001', usage: { input_tokens: 10, output_tokens: 1 } },
}
const block = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }
const said = (text: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })
const finished = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } }
const stopped = { type: 'message_stop' }
const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }

describe('events', () => {
  test('lines end any way, and what nobody knows is passed over', async () => {
    const { ask } = await scripted((response) => {
      const known = events(started, block, said('a'), { type: 'message_rated' }, said('b'), finished, stopped)
      response.end(`\uFEFF: a comment\r\nretry: 5\r\n\r\n${known.replaceAll('\n', '\r\n')}data: {"type":`)
    })
    expect(await ask()).toMatchObject({ text: 'ab', model: 'claude-haiku-4-5-20251001', complete: true })
  })

  test('usage is cumulative: the newest figure stands, and one that is null was not stated', async () => {
    const delta = (output: number, input: number | null) => ({
      ...finished,
      usage: { input_tokens: input, cache_read_input_tokens: null, output_tokens: output },
    })
    const start = {
      ...started,
      message: { usage: { input_tokens: 10, cache_read_input_tokens: 30, service_tier: 'x' } },
    }
    const { ask } = await scripted((response) => response.end(events(start, delta(5, null), delta(9, 12), stopped)))
    expect((await ask()).rawUsage).toEqual({
      input_tokens: 12,
      cache_read_input_tokens: 30,
      output_tokens: 9,
      service_tier: 'x',
    })
  })

  test('a tool’s input that broke off at the limit is null', async () => {
    const tool = {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'tool_use', id: 't', name: 'n', input: {} },
    }
    const part = { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"a":"b' } }
    const limit = { ...finished, delta: { stop_reason: 'max_tokens' } }
    const { ask } = await scripted((response) => response.end(events(started, tool, part, limit, stopped)))
    expect(await ask()).toMatchObject({
      content: [{ type: 'tool_use', id: 't', name: 'n', input: null }],
      stopReason: 'max_tokens',
      text: '',
    })
  })

  test.each<[string, (response: ServerResponse) => void]>([
    ['cut', (response) => response.write(' ', () => response.destroy())],
    ['closed', (response) => response.end()],
    ['held past the deadline', () => undefined],
    ['broken off by an error', (response) => response.end(events(overloaded))],
  ])('a line %s after the last word takes nothing away', async (how, end) => {
    const { ask } = await scripted((response) => {
      response.write(events(started, block, said('all'), finished))
      end(response)
    })
    if (how.startsWith('held')) {
      unwatch = watchFetch({ digested: (text) => text.includes('event: message_delta') && clock.pass(60_000) })
    }
    expect(await ask()).toMatchObject({ text: 'all', rawUsage: { output_tokens: 7 }, complete: false, tries: 1 })
  })

  test('but a caller who gave up has given up, and knows what it cost', async () => {
    const { ask } = await scripted((response) => void response.write(events(started, block, said('all'), finished)))
    const giveUp = new AbortController()
    unwatch = watchFetch({ digested: (text) => text.includes('event: message_delta') && giveUp.abort() })
    expect(await failureOf(ask({ signal: giveUp.signal }))).toMatchObject({
      code: 'sdk_unknown_APIUserAbortError',
      billing: 'partial',
      rawUsage: { input_tokens: 10, output_tokens: 7 },
      requestId: 'req_1',
      model: 'claude-haiku-4-5-20251001',
    })
  })

  test('an error before the reply began costs nothing and is tried again', async () => {
    const { ask, server } = await scripted((response, call) =>
      response.end(call < 3 ? events(overloaded) : events(started, finished, stopped)),
    )
    expect(await ask()).toMatchObject({ tries: 3, requestId: 'req_3' })
    expect(clock.pauses).toEqual([500, 2_000])
    const refused = { type: 'error', error: { type: 'authentication_error', message: 'no' } }
    server.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(events(refused))
    })
    expect(await failureOf(ask())).toMatchObject({ code: 'sdk_auth', billing: 'none', tries: 1, rawUsage: null })
  })

  test.each([
    ['nothing', '', 'unknown'],
    ['no start', events(block, said('x'), stopped), 'unknown'],
    ['a start without a message', events({ type: 'message_start' }), 'unknown'],
    ['broken JSON before the start', 'event: message_start\ndata: {"type":\n\n', 'unknown'],
    ['broken JSON after it', `${events(started)}event: message_delta\ndata: {"usage":\n\n`, 'partial'],
    ['no object', `${events(started)}event: message_delta\ndata: 7\n\n`, 'partial'],
  ] as const)('%s is nonsense, asked for once', async (_, stream, billing) => {
    const { ask, server } = await scripted((response) => response.end(stream))
    expect(await failureOf(ask())).toMatchObject({ code: 'sdk_unknown_UnreadableReply', billing, tries: 1 })
    expect(server.requests).toHaveLength(1)
  })

  test('a reply that ends without its last word is transport trouble, billed so far', async () => {
    const { ask, server } = await scripted((response) => response.end(events(started, block, said('x'))))
    expect(await failureOf(ask())).toMatchObject({
      code: 'sdk_transport',
      billing: 'partial',
      rawUsage: { input_tokens: 10, output_tokens: 1 },
    })
    expect(server.requests).toHaveLength(1)
  })

  test('a partial bill without a request id gets one of our own', async () => {
    const { ask, server } = await scripted(() => undefined)
    server.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(events(started))
    })
    expect((await failureOf(ask())).requestId).toMatch(/^01[0-9A-HJKMNP-TV-Z]{24}$/)
  })

  test.each([
    ['before it begins', '', 'unknown'],
    ['once it began', events(started), 'partial'],
  ] as const)('a stream without end is given up %s', async (_, before, billing) => {
    const filler = `: ${'x'.repeat(1024 * 1024)}\n\n`
    const { ask } = await scripted((response) => {
      response.write(before)
      for (let sent = 0; sent < 20; sent++) response.write(filler)
    })
    expect(await failureOf(ask())).toMatchObject({ code: 'sdk_transport', billing, tries: 1 })
  })
})

describe('rate limits', () => {
  const axis = (remaining: unknown, limit: unknown = 50) => ({ limit, remaining, reset: '2026-05-11T14:01:00Z' })
  const resetAtMs = Date.UTC(2026, 4, 11, 14, 1, 0)

  test('come with each answer', async () => {
    simulator.state.anthropic.rateLimit = { requests: axis(49), tokens: axis(39_000, 40_000) }
    expect((await client.complete(question)).pulse).toEqual({
      capturedAtMs: pauseClockStartMs,
      requests: { limit: 50, remaining: 49, resetAtMs },
      tokens: { limit: 40_000, remaining: 39_000, resetAtMs },
    })
    script({ error: { type: 'invalid_request_error', message: 'no' } })
    expect((await failureOf(client.complete(question))).pulse).toMatchObject({ requests: { remaining: 49 } })
    script({ cutAfter: 'start' })
    expect((await failureOf(client.complete(question))).pulse).toMatchObject({ tokens: { remaining: 39_000 } })
  })

  test('with one axis missing or garbled are no pulse, and the one before stands', async () => {
    for (const broken of [{ requests: axis(1) }, { requests: axis(1), tokens: axis('many') }, null]) {
      simulator.state.anthropic.rateLimit = broken
      expect((await client.complete(question)).pulse).toBeNull()
      simulator.clearRequests()
      simulator.state.anthropic.reply = () => {
        const first = simulator.requests.length === 1
        simulator.state.anthropic.rateLimit = first ? { requests: axis(7), tokens: axis(8) } : broken
        return first ? { error: { type: 'overloaded_error', message: 'busy' } } : 'there'
      }
      expect(await client.complete(question)).toMatchObject({
        tries: 2,
        pulse: { capturedAtMs: expect.any(Number), requests: { remaining: 7 }, tokens: { remaining: 8 } },
      })
      simulator.state.anthropic.reply = null
    }
  })
})
