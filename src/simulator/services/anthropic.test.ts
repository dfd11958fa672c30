import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../simulator.ts'

let simulator: Simulator

beforeEach(async () => {
  simulator = await startSimulator()
})
afterEach(() => simulator.close())

interface Message {
  content: { type: string; text: string }[]
  stop_reason: string
  usage: Record<string, number>
  model: string
}

function post(body: Record<string, unknown>): Promise<Response> {
  const usual = { model: 'claude-haiku-4-5', max_tokens: 600, messages: [{ role: 'user', content: 'Why?' }] }
  return fetch(`${simulator.urls.anthropic}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'sk-ant-test', 'content-type': 'application/json' },
    body: JSON.stringify({ ...usual, ...body }),
  })
}

async function ask(prompt: string, more: Record<string, unknown> = {}): Promise<{ reply: Response; body: Message }> {
  const reply = await post({ messages: [{ role: 'user', content: prompt }], ...more })
  return { reply, body: (await reply.json()) as Message }
}

interface StreamEvent {
  type: string
  index?: number
  delta?: { text?: string; partial_json?: string }
}

function eventsOf(text: string): StreamEvent[] {
  return [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, name, data = '']) => {
    const event = JSON.parse(data) as StreamEvent
    expect(event.type).toBe(name)
    return event
  })
}

test('the default answer is a short diagnosis of what the prompt names, with a next step', async () => {
  const { reply, body } = await ask('Probe: fly\nSeverity: critical\nError: HTTP 503\n')
  const [text = '', ...rest] = body.content.map((block) => block.text)
  expect(rest).toEqual([])
  const [diagnosis = '', next, ...none] = text.split('\n')
  expect(none).toEqual([])
  expect(diagnosis).toContain('The check of fly ended with "HTTP 503".')
  expect(diagnosis.split(/\.(?:\s|$)|"\.\s/).filter((sentence) => sentence !== '').length).toBeLessThanOrEqual(4)
  expect(next).toMatch(/^Next step: Restart/)
  expect(reply.headers.get('request-id')).toMatch(/^req_[0-9a-f]{14}\d{10}$/)
  expect(body).toMatchObject({ model: 'claude-haiku-4-5', stop_reason: 'end_turn' })
})

test.each(['vercel', 'sentry', 'doppler', 'supabase', 'website'])('it has something to say about %s', async (probe) => {
  const { body } = await ask(`Probe: ${probe}\nDetail: status=degraded. error='(no error)'.\nError: (none)`)
  expect(body.content[0]?.text).toMatch(new RegExp(`^The check of ${probe} completed.*\\nNext step: .+\\.$`, 's'))
})

test('usage is counted and metered', async () => {
  const first = await ask('a'.repeat(400), { system: 'b'.repeat(40) })
  expect(first.body.usage).toMatchObject({ input_tokens: 110, cache_read_input_tokens: 0 })
  simulator.state.anthropic.reply = { text: 'ok', usage: { input_tokens: 7, cache_read_input_tokens: 3 } }
  const second = await ask('hello')
  expect(second.body.usage).toEqual({
    input_tokens: 7,
    output_tokens: 1,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 3,
  })
  const served = {
    calls: 2,
    inputTokens: 117,
    outputTokens: (first.body.usage['output_tokens'] ?? 0) + 1,
    cacheReadTokens: 3,
    cacheCreationTokens: 0,
  }
  expect(simulator.state.anthropic.meter).toEqual({ ...served, byModel: { 'claude-haiku-4-5': served } })
})

test('what a script states is sent; only what can be billed is metered, under the model that answered', async () => {
  const { meter } = simulator.state.anthropic
  const usage = {
    input_tokens: -5,
    output_tokens: 'many',
    cache_read_input_tokens: 2.5,
    cache_creation_input_tokens: 1e15,
  }
  simulator.state.anthropic.reply = { text: 'x', model: 'claude-opus-4-7', usage }
  expect((await ask('x')).body.usage).toEqual(usage)
  const events = eventsOf(await (await post({ stream: true })).text())
  expect(events.at(-2)).toMatchObject({ type: 'message_delta', usage })
  const served = { calls: 2, inputTokens: 0, outputTokens: 0, cacheReadTokens: 4, cacheCreationTokens: 2e15 }
  expect(meter).toEqual({ ...served, byModel: { 'claude-opus-4-7': served } })
})

test('request ids differ from request to request and from start to start', async () => {
  const other = await startSimulator()
  const ids = new Set<string | null>()
  for (const url of [simulator.urls.anthropic, other.urls.anthropic]) {
    for (let call = 0; call < 3; call++) ids.add((await fetch(`${url}/v1/messages`)).headers.get('request-id'))
  }
  expect(ids.size).toBe(6)
  await other.close()
})

test('rate limits are sent with each answer, as far as there are any', async () => {
  const limits = (reply: Response): [string, string][] =>
    [...reply.headers].filter(([name]) => name.startsWith('anthropic-ratelimit'))
  expect(limits((await ask('x')).reply)).toEqual([])
  simulator.state.anthropic.rateLimit = { tokens: { limit: 40_000, remaining: 39_000, reset: '2026-05-11T14:01:00Z' } }
  for (const reply of [(await ask('x')).reply, (await ask('x', { model: null })).reply]) {
    expect(limits(reply)).toEqual([
      ['anthropic-ratelimit-tokens-limit', '40000'],
      ['anthropic-ratelimit-tokens-remaining', '39000'],
      ['anthropic-ratelimit-tokens-reset', '2026-05-11T14:01:00Z'],
    ])
  }
})

describe('a stream', () => {
  const usage = {
    input_tokens: 1_200,
    output_tokens: 801,
    cache_read_input_tokens: 50_000,
    cache_creation_input_tokens: 4_000,
    cache_creation: { ephemeral_5m_input_tokens: 1_000, ephemeral_1h_input_tokens: 3_000 },
  }
  const meter = () => {
    const { inputTokens, outputTokens, calls } = simulator.state.anthropic.meter
    return { calls, inputTokens, outputTokens }
  }

  test('tells the message in its events', async () => {
    simulator.state.anthropic.reply = {
      content: [
        { type: 'text', text: 'Let me look at the machines.' },
        { type: 'tool_use', id: 'toolu_1', name: 'look', input: { app: 'fly' } },
      ],
      usage,
    }
    const reply = await post({ stream: true })
    expect(reply.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const events = eventsOf(await reply.text())
    expect(events.map(({ type }) => type).filter((type) => type !== 'content_block_delta')).toEqual([
      'message_start',
      'ping',
      'content_block_start',
      'content_block_stop',
      'content_block_start',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    expect(events[0]).toMatchObject({
      message: { role: 'assistant', content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
    })
    expect(events.filter(({ type }) => type === 'content_block_start')).toMatchObject([
      { index: 0, content_block: { type: 'text', text: '' } },
      { index: 1, content_block: { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} } },
    ])
    const deltas = events.flatMap(({ delta, index }) => (index === undefined || !delta ? [] : [{ index, ...delta }]))
    expect(deltas.length).toBeGreaterThan(4)
    const told = (index: number, field: 'text' | 'partial_json') =>
      deltas.map((delta) => (delta.index === index ? (delta[field] ?? '') : '')).join('')
    expect(told(0, 'text')).toBe('Let me look at the machines.')
    expect(told(1, 'partial_json')).toBe('{"app":"fly"}')
    expect(events.at(-2)).toMatchObject({
      delta: { stop_reason: 'tool_use' },
      usage: { input_tokens: 1_200, output_tokens: 801, cache_read_input_tokens: 50_000 },
    })
    expect(meter()).toEqual({ calls: 1, inputTokens: 1_200, outputTokens: 801 })
  })

  test.each([
    ['start', 1],
    ['half', 401],
  ] as const)('ends with an error after %s and counts what it told', async (errorAfter, outputTokens) => {
    simulator.state.anthropic.reply = { text: 'one two three four', usage, errorAfter }
    const events = eventsOf(await (await post({ stream: true })).text())
    expect(events.at(-1)).toEqual({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })
    const text = events.map(({ delta }) => delta?.text ?? '').join('')
    expect(text).toBe(errorAfter === 'start' ? '' : 'one two t')
    expect(events.some(({ type }) => type === 'message_stop')).toBe(false)
    expect(meter()).toEqual({ calls: 1, inputTokens: 1_200, outputTokens })
  })

  test.each([
    ['start', 1],
    ['half', 401],
  ] as const)('is cut after %s and counts what it told', async (cutAfter, outputTokens) => {
    simulator.state.anthropic.reply = { text: 'one two three four', usage, cutAfter }
    const reply = await post({ stream: true })
    await expect(reply.text()).rejects.toThrow('terminated')
    expect(meter()).toEqual({ calls: 1, inputTokens: 1_200, outputTokens })
  })

  test.each([
    ['start', 'ping', 1],
    ['half', 'message_delta', 401],
  ] as const)('holds the line after %s until the client goes away', async (holdAfter, last, outputTokens) => {
    simulator.state.anthropic.reply = { text: 'one two three four', usage, holdAfter }
    const reader = (await post({ stream: true })).body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes(`event: ${last}`)) text += (await reader?.read())?.value ?? ''
    expect(eventsOf(text).at(-1)).toMatchObject({ type: last })
    await reader?.cancel()
    expect(meter()).toEqual({ calls: 1, inputTokens: 1_200, outputTokens })
  })

  test('has little to say: nothing is invented', async () => {
    simulator.state.anthropic.reply = { text: '', usage: { output_tokens: 0 }, errorAfter: 'half' }
    const events = eventsOf(await (await post({ stream: true })).text())
    expect(events.map(({ type }) => type)).toEqual(['message_start', 'ping', 'message_delta', 'error'])
    expect(meter()).toMatchObject({ calls: 1, outputTokens: 0 })
  })

  test('under faults: lost and garbled replies count as served, cut ones as far as they went, unasked ones not', async () => {
    simulator.state.anthropic.reply = { text: 'one two three four', usage }
    simulator.setFault('anthropic', { kind: 'reply_lost', times: 1 })
    await expect(post({ stream: true })).rejects.toThrow('fetch failed')
    expect(meter()).toEqual({ calls: 1, inputTokens: 1_200, outputTokens: 801 })
    simulator.setFault('anthropic', { kind: 'malformed', times: 1 })
    const garbled = await (await post({ stream: true })).text()
    expect(() => eventsOf(garbled)).toThrow(SyntaxError)
    expect(meter()).toEqual({ calls: 2, inputTokens: 2_400, outputTokens: 1_602 })
    simulator.setFault('anthropic', { kind: 'cut_off', times: 1 })
    await expect((await post({ stream: true })).text()).rejects.toThrow('terminated')
    expect(meter()).toEqual({ calls: 3, inputTokens: 3_600, outputTokens: 1_603 })
    simulator.setFault('anthropic', { kind: 'slow_body', ms: 1, times: 1 })
    expect(eventsOf(await (await post({ stream: true })).text()).at(-1)).toEqual({ type: 'message_stop' })
    expect(meter()).toEqual({ calls: 4, inputTokens: 4_800, outputTokens: 2_404 })
    simulator.setFault('anthropic', { kind: 'reset', times: 1 })
    await expect(post({ stream: true })).rejects.toThrow('fetch failed')
    simulator.setFault('anthropic', { kind: 'rate_limit', retryAfterSeconds: 1, times: 1 })
    expect((await post({ stream: true })).status).toBe(429)
    expect(meter().calls).toBe(4)
  })
})

describe('the cost report', () => {
  const report = async (query: string, headers: Record<string, string> = {}) => {
    const reply = await fetch(`${simulator.urls.anthropic}/v1/organizations/cost_report?${query}`, {
      headers: { 'x-api-key': 'sk-ant-admin', 'anthropic-version': '2023-06-01', ...headers },
    })
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
  }

  test('tells whole UTC days that are over, a page at a time', async () => {
    simulator.state.costReport.dailyCents = { '2026-05-01': '12.5', '2026-05-03': '7' }
    const range = 'starting_at=2026-05-01T06:00:00Z&ending_at=2026-05-04T12:00:00Z&limit=2'
    const first = await report(range)
    expect(first.body).toEqual({
      data: [
        {
          starting_at: '2026-05-01T00:00:00.000Z',
          ending_at: '2026-05-02T00:00:00.000Z',
          results: [{ currency: 'USD', amount: '12.5', workspace_id: null }],
        },
        { starting_at: '2026-05-02T00:00:00.000Z', ending_at: '2026-05-03T00:00:00.000Z', results: [] },
      ],
      has_more: true,
      next_page: 'page_2',
    })
    const second = await report(`${range}&page=page_2`)
    expect(second.body).toMatchObject({
      data: [{ starting_at: '2026-05-03T00:00:00.000Z', results: [{ amount: '7' }] }],
      has_more: false,
      next_page: null,
    })
  })

  test('wants the admin key and a range', async () => {
    const range = 'starting_at=2026-05-01T00:00:00Z&ending_at=2026-05-04T00:00:00Z'
    simulator.state.costReport.adminKey = 'sk-ant-other'
    expect((await report(range)).status).toBe(401)
    simulator.state.costReport.adminKey = null
    expect((await report('starting_at=2026-05-01T00:00:00Z')).status).toBe(400)
    expect((await report(`${range}&limit=32`)).status).toBe(400)
    expect((await report(range)).status).toBe(200)
  })
})

test('scripts: text, refusal, nothing, a function, an error', async () => {
  simulator.state.anthropic.reply = 'plain'
  expect((await ask('x')).body.content[0]?.text).toBe('plain')
  simulator.state.anthropic.reply = { text: '', stopReason: 'refusal' }
  expect((await ask('x')).body).toMatchObject({ content: [], stop_reason: 'refusal' })
  simulator.state.anthropic.reply = ({ prompt, call }) => `${prompt} ${call}`
  expect((await ask('x')).body.content[0]?.text).toBe('x 3')
  simulator.state.anthropic.reply = { error: { type: 'overloaded_error', message: 'Overloaded' } }
  const { reply, body } = await ask('x')
  expect([reply.status, body]).toEqual([
    529,
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  ])
  expect(simulator.state.anthropic.meter.calls).toBe(3)
})

test('requests that are not well formed, and wrong keys', async () => {
  for (const broken of [{ model: null }, { max_tokens: 0 }, { messages: [] }]) {
    const { reply, body } = await ask('x', broken)
    expect([reply.status, body]).toMatchObject([400, { error: { type: 'invalid_request_error' } }])
  }
  simulator.state.anthropic.apiKey = 'sk-ant-right'
  expect((await ask('x')).reply.status).toBe(401)
  expect(simulator.state.anthropic.meter.calls).toBe(0)
})
