import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../simulator.ts'

let simulator: Simulator
let nowMs = 1_800_000_000_000

beforeEach(async () => {
  nowMs = 1_800_000_000_000
  simulator = await startSimulator({ nowMs: () => nowMs })
})
afterEach(() => simulator.close())

interface Answer {
  ok: boolean
  error?: string
  ts?: string
  channel?: { id: string }
  messages?: { ts: string; text: string; metadata?: unknown; thread_ts?: string }[]
  has_more?: boolean
  response_metadata?: { next_cursor: string }
}

async function call(method: string, args: Record<string, unknown>, token = 'xoxb-test'): Promise<Answer> {
  const reply = await fetch(`${simulator.urls.slack}/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(args),
  })
  expect(reply.status).toBe(200)
  return (await reply.json()) as Answer
}

const metadata = (id: string): unknown => ({ event_type: 'kora_message', event_payload: { message_id: id } })

test('opening a conversation twice gives the same channel', async () => {
  const first = await call('conversations.open', { users: 'U123' })
  expect(first).toMatchObject({ ok: true, channel: { id: 'D123' } })
  expect(await call('conversations.open', { users: 'U123' })).toEqual(first)
  simulator.state.slack.users = ['U9']
  expect(await call('conversations.open', { users: 'U5' })).toEqual({ ok: false, error: 'users_not_found' })
})

test('posted messages keep text, metadata and thread, under growing timestamps', async () => {
  await call('conversations.open', { users: 'U123' })
  const parent = await call('chat.postMessage', { channel: 'D123', text: 'one', metadata: metadata('m1') })
  const reply = await call('chat.postMessage', { channel: 'D123', text: 'two', thread_ts: parent.ts })
  expect(parent.ts).toBe('1800000000.000000')
  expect(reply.ts).toBe('1800000000.000001')
  expect(simulator.state.slack.channels['D123']?.messages).toMatchObject([
    { text: 'one', metadata: metadata('m1') },
    { text: 'two', thread_ts: parent.ts },
  ])
})

test('history is newest first, without replies, paged, and shows metadata only when asked', async () => {
  await call('conversations.open', { users: 'U123' })
  for (let index = 1; index <= 5; index++) {
    nowMs += 1_000
    await call('chat.postMessage', { channel: 'D123', text: `m${index}`, metadata: metadata(`m${index}`) })
  }
  const [first] = simulator.state.slack.channels['D123']?.messages ?? []
  await call('chat.postMessage', { channel: 'D123', text: 'reply', thread_ts: first?.ts })

  const page = await call('conversations.history', { channel: 'D123', limit: 3, oldest: '1800000001' })
  expect(page.messages?.map((message) => message.text)).toEqual(['m5', 'm4', 'm3'])
  expect(page.messages?.[0]?.metadata).toBeUndefined()
  expect(page.has_more).toBe(true)
  const rest = await call('conversations.history', {
    channel: 'D123',
    limit: 3,
    oldest: '1800000001',
    cursor: page.response_metadata?.next_cursor,
    include_all_metadata: true,
  })
  expect(rest).toMatchObject({ has_more: false, messages: [{ text: 'm2', metadata: metadata('m2') }] })

  const thread = await call('conversations.replies', { channel: 'D123', ts: first?.ts })
  expect(thread.messages?.map((message) => message.text)).toEqual(['m1', 'reply'])
})

test('chat.update changes a message; auth.test says who we are', async () => {
  const { ts } = await call('chat.postMessage', { channel: 'U123', text: 'before' })
  expect(await call('chat.update', { channel: 'D123', ts, text: 'after' })).toMatchObject({ ok: true })
  expect(simulator.state.slack.channels['D123']?.messages[0]?.text).toBe('after')
  expect(await call('auth.test', {})).toMatchObject({ ok: true, user_id: 'U0KORA001', team: 'Demo' })
})

test.each([
  ['channel_not_found', { channel: 'D404', text: 'x' }],
  ['no_text', { channel: 'U123' }],
  ['msg_too_long', { channel: 'U123', text: 'x'.repeat(40_001) }],
  [
    'invalid_blocks',
    { channel: 'U123', blocks: [{ type: 'section', text: { type: 'plain_text', text: 'x'.repeat(3_001) } }] },
  ],
  ['invalid_metadata_format', { channel: 'U123', text: 'x', metadata: { event_type: 'a' } }],
])('refuses with %s', async (error, args) => {
  expect(await call('chat.postMessage', args)).toEqual({ ok: false, error })
  expect(simulator.state.slack.channels['D123']?.messages ?? []).toEqual([])
})

test('tokens and scripted errors', async () => {
  simulator.state.slack.token = 'xoxb-right'
  expect(await call('auth.test', {})).toEqual({ ok: false, error: 'invalid_auth' })
  simulator.state.slack.errors['auth.test'] = 'missing_scope'
  expect(await call('auth.test', {}, 'xoxb-right')).toEqual({ ok: false, error: 'missing_scope' })
  expect(await call('no.suchMethod', {}, 'xoxb-right')).toEqual({ ok: false, error: 'unknown_method' })
})
