import { afterEach, beforeEach, expect, test } from 'vitest'
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

async function ask(prompt: string, more: Record<string, unknown> = {}): Promise<{ reply: Response; body: Message }> {
  const reply = await fetch(`${simulator.urls.anthropic}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'sk-ant-test', 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'claude-haiku-4-5',
      max_tokens: 600,
      messages: [{ role: 'user', content: prompt }],
      ...more,
    }),
  })
  return { reply, body: (await reply.json()) as Message }
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
  expect(reply.headers.get('request-id')).toMatch(/^req_\d+$/)
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
  expect(simulator.state.anthropic.meter).toEqual({
    calls: 2,
    inputTokens: 117,
    outputTokens: (first.body.usage['output_tokens'] ?? 0) + 1,
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
