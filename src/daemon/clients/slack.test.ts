import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Fault } from '../../simulator/faults.ts'
import type { SlackMessage } from '../../simulator/services/slack.ts'
import { startSimulator, type Simulator } from '../../simulator/simulator.ts'
import { SlackClient, SlackFailure, slackBlocks } from './slack.ts'

const token = 'xoxb-canary-7f3b2c'
let simulator: Simulator
let client: SlackClient

beforeEach(async () => {
  simulator = await startSimulator()
  simulator.state.slack.token = token
  client = connect()
  await client.openDirect('U1OPERATOR')
  simulator.clearRequests()
})
afterEach(() => simulator.close())

function connect(options: { timeoutMs?: number; token?: string; redact?: (text: string) => string } = {}): SlackClient {
  return new SlackClient({ baseUrl: simulator.urls.slack, token, ...options })
}

const text = '🚨 Probe alert · fly\nT'

function post(slack: SlackClient, more: { messageId?: string; threadTs?: string; text?: string } = {}) {
  const body = more.text ?? text
  return slack.post({
    channelId: 'D1OPERATOR',
    text: body,
    blocks: slackBlocks(body),
    threadTs: more.threadTs ?? null,
    messageId: more.messageId ?? 'out_1',
  })
}

function posted(): SlackMessage[] {
  return simulator.state.slack.channels['D1OPERATOR']?.messages ?? []
}

async function failureOf(run: Promise<unknown>): Promise<SlackFailure> {
  const failure: unknown = await run.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(failure instanceof SlackFailure)) throw new Error(`expected a SlackFailure, got ${String(failure)}`)
  return failure
}

describe('what is sent', () => {
  test('a message: text, blocks, metadata, nothing unfurled or parsed, the token as a bearer', async () => {
    const { ts } = await post(client)
    expect(posted()).toMatchObject([{ ts, text: '🚨 Probe alert · fly\nT', blocks: slackBlocks(text) }])
    expect(simulator.requests).toHaveLength(1)
    expect(simulator.requests[0]).toMatchObject({
      path: '/api/chat.postMessage',
      headers: { authorization: `Bearer ${token}` },
      body: {
        channel: 'D1OPERATOR',
        text,
        mrkdwn: 'false',
        parse: 'none',
        link_names: 'false',
        unfurl_links: 'false',
        unfurl_media: 'false',
        metadata: { event_type: 'kora_message', event_payload: { message_id: 'out_1' } },
      },
    })
    expect(simulator.requests[0]?.body).not.toHaveProperty('thread_ts')
    expect(simulator.requests[0]?.body).not.toHaveProperty('token')
  })

  test('a reply goes into its thread', async () => {
    const { ts } = await post(client)
    await post(client, { threadTs: ts, messageId: 'out_2' })
    expect(posted()[1]).toMatchObject({ thread_ts: ts })
  })

  test('hostile text arrives as text', async () => {
    await post(client, { text: '<!channel> & <@U1>' })
    expect(posted()[0]).toMatchObject({
      text: '&lt;!channel&gt; &amp; &lt;@U1&gt;',
      blocks: [{ text: { type: 'plain_text', text: '<!channel> & <@U1>' } }],
    })
  })

  test('a text of 40,000 characters is accepted', async () => {
    await post(client, { text: '<é '.repeat(20_000) })
    expect(posted()).toHaveLength(1)
  })

  test('authTest names the workspace and the bot', async () => {
    expect(await client.authTest()).toEqual({ userId: 'U0KORA001', team: 'Demo' })
  })

  test('a conversation is opened once and stays the same', async () => {
    expect(await client.openDirect('U1OPERATOR')).toBe('D1OPERATOR')
    expect(simulator.requests).toMatchObject([{ path: '/api/conversations.open', body: { users: 'U1OPERATOR' } }])
  })

  test('a request may take 10 s unless told otherwise', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    await client.authTest()
    expect(timeout.mock.calls).toEqual([[10_000]])
    timeout.mockRestore()
  })
})

describe('find', () => {
  const query = { channelId: 'D1OPERATOR', messageId: 'out_1', threadTs: null, oldestMs: Date.now() - 60_000 }

  test('sees a message of ours by its id, and only that', async () => {
    const { ts } = await post(client)
    await post(client, { messageId: 'out_2' })
    expect(await client.find(query)).toEqual({ ts })
    expect(await client.find({ ...query, messageId: 'out_3' })).toBeNull()
    expect(simulator.requests.at(-1)).toMatchObject({
      path: '/api/conversations.history',
      body: { include_all_metadata: 'true', oldest: ((query.oldestMs - 600_000) / 1000).toFixed(6) },
    })
  })

  test('looks into the thread when there is one', async () => {
    const { ts } = await post(client)
    const reply = await post(client, { threadTs: ts, messageId: 'out_2' })
    expect(await client.find({ ...query, messageId: 'out_2' })).toBeNull()
    expect(await client.find({ ...query, messageId: 'out_2', threadTs: ts })).toEqual({ ts: reply.ts })
  })

  test('turns every page', async () => {
    const { ts } = await post(client)
    const channel = simulator.state.slack.channels['D1OPERATOR']
    for (let index = 1; index <= 250; index++) {
      const micros = (Date.now() + index) * 1000
      const later = `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`
      channel?.messages.push({ ts: later, user: 'U1', text: 'chatter', blocks: [], sent: {} })
    }
    simulator.clearRequests()
    expect(await client.find(query)).toEqual({ ts })
    expect(simulator.requests).toHaveLength(3)
  })

  test('foreign metadata with the same id is not ours', async () => {
    await post(client)
    const [message] = posted()
    if (message?.metadata) message.metadata.event_type = 'other_app'
    expect(await client.find(query)).toBeNull()
  })

  test('a look-up that fails leaves the outcome open', async () => {
    simulator.setFault('slack', { kind: 'rate_limit', retryAfterSeconds: 3 })
    expect(await failureOf(client.find(query))).toMatchObject({
      reason: 'post_dm_raised:WebAPIRateLimitedError',
      outcomeUnknown: true,
      retryAfterMs: 3_000,
    })
  })
})

describe('an answer that never arrives', () => {
  test.each<[string, Fault]>([
    ['lost', { kind: 'reply_lost', times: 1 }],
    ['cut off', { kind: 'cut_off', times: 1 }],
    ['malformed', { kind: 'malformed', times: 1 }],
  ])('%s: look first, and no message is doubled', async (_, fault) => {
    simulator.setFault('slack', fault)
    const failure = await failureOf(post(client))
    expect(failure).toMatchObject({ retryable: true, outcomeUnknown: true, retryAfterMs: null })
    const found = await client.find({
      channelId: 'D1OPERATOR',
      messageId: 'out_1',
      threadTs: null,
      oldestMs: Date.now(),
    })
    expect(found).toEqual({ ts: posted()[0]?.ts })
    expect(posted()).toHaveLength(1)
    expect(simulator.requests.filter((request) => request.path === '/api/chat.postMessage')).toHaveLength(1)
  })

  test.each<[string, Fault]>([
    ['hang', { kind: 'hang' }],
    ['slow body', { kind: 'slow_body', ms: 60_000 }],
    ['late answer', { kind: 'delay', ms: 60_000 }],
  ])('%s: aborted at the time limit, whose outcome is unknown', async (_, fault) => {
    simulator.setFault('slack', fault)
    const hasty = connect({ timeoutMs: 60 })
    expect(await failureOf(post(hasty))).toMatchObject({
      reason: 'post_dm_raised:WebAPIRequestError',
      note: 'timed out',
      retryable: true,
      outcomeUnknown: true,
    })
    expect(simulator.requests).toHaveLength(1)
  })

  test('a body without end is not swallowed whole', async () => {
    simulator.setFault('slack', { kind: 'huge_body', bytes: 20 * 1024 * 1024 })
    expect(await failureOf(post(client))).toMatchObject({
      reason: 'post_dm_raised:WebAPIRequestError',
      note: 'reply longer than 16777216 bytes',
      outcomeUnknown: true,
    })
  })
})

describe('failures', () => {
  test.each([
    'invalid_auth',
    'account_inactive',
    'token_revoked',
    'token_expired',
    'not_authed',
    'missing_scope',
    'channel_not_found',
    'user_not_found',
    'not_in_channel',
    'is_archived',
    'msg_too_long',
    'restricted_action',
    'users_not_found',
    'user_disabled',
    'cannot_dm_bot',
    'invalid_blocks',
  ])('%s will not pass by itself', async (code) => {
    simulator.state.slack.errors['chat.postMessage'] = code
    expect(await failureOf(post(client))).toMatchObject({
      reason: 'post_dm_raised:WebAPIPlatformError',
      note: code,
      retryable: false,
      outcomeUnknown: false,
      retryAfterMs: null,
    })
    expect(simulator.requests).toHaveLength(1)
  })

  test.each([
    ['internal_error', true],
    ['fatal_error', true],
    ['service_unavailable', true],
    ['team_added_to_org', false],
    ['a_code_of_tomorrow', false],
  ])('%s may pass; outcome unknown: %s', async (code, outcomeUnknown) => {
    simulator.state.slack.errors['chat.postMessage'] = code
    expect(await failureOf(post(client))).toMatchObject({ note: code, retryable: true, outcomeUnknown })
  })

  test.each([
    [429, { 'retry-after': '30' }, 30_000],
    [429, { 'retry-after': '0' }, 0],
    [429, {}, 30_000],
    [429, { 'retry-after': 'soon' }, 30_000],
  ])('%s with %o waits %s ms', async (status, headers, retryAfterMs) => {
    simulator.setFault('slack', { kind: 'status', status, headers })
    expect(await failureOf(post(client))).toEqual(
      expect.objectContaining({
        reason: 'post_dm_raised:WebAPIRateLimitedError',
        note: 'ratelimited',
        retryable: true,
        outcomeUnknown: false,
        retryAfterMs,
      }),
    )
    expect(simulator.requests).toHaveLength(1)
  })

  test('a rate limit inside an envelope is one too', async () => {
    simulator.state.slack.errors['chat.postMessage'] = 'ratelimited'
    expect(await failureOf(post(client))).toMatchObject({ retryable: true, retryAfterMs: 30_000 })
  })

  test.each([
    [500, true],
    [503, true],
    [404, false],
  ])('HTTP %s: retryable, outcome unknown: %s, asked once', async (status, outcomeUnknown) => {
    simulator.setFault('slack', { kind: 'status', status })
    expect(await failureOf(post(client))).toMatchObject({
      reason: 'post_dm_raised:WebAPIHTTPError',
      note: `http_${status}`,
      retryable: true,
      outcomeUnknown,
    })
    expect(simulator.requests).toHaveLength(1)
  })

  test('a reset leaves the outcome open, a refused connection does not', async () => {
    simulator.setFault('slack', { kind: 'reset' })
    expect(await failureOf(post(client))).toMatchObject({ retryable: true, outcomeUnknown: true })
    await simulator.close()
    expect(await failureOf(post(client))).toMatchObject({
      reason: 'post_dm_raised:WebAPIRequestError',
      note: 'ECONNREFUSED',
      retryable: true,
      outcomeUnknown: false,
    })
  })

  test('a portal page is no success, and a redirect is not followed', async () => {
    simulator.setFault('slack', { kind: 'status', status: 200, body: '<html>Please sign in</html>' })
    expect(await failureOf(post(client))).toMatchObject({ note: 'unreadable_reply', retryable: true })
    simulator.setFault('slack', { kind: 'redirect', to: `${simulator.urls.site}/`, status: 307 })
    simulator.clearRequests()
    expect(await failureOf(post(client))).toMatchObject({ retryable: true })
    expect(simulator.requests.map((request) => request.service)).toEqual(['slack'])
  })

  test.each([
    ['null', 'TypeError'],
    ['{"ok":true}', 'UnexpectedReply'],
  ])('a reply of %s is a failure with an unknown outcome', async (body, type) => {
    simulator.setFault('slack', { kind: 'status', status: 200, body, headers: { 'content-type': 'application/json' } })
    expect(await failureOf(post(client))).toMatchObject({ reason: `post_dm_raised:${type}`, outcomeUnknown: true })
  })

  test('opening a conversation and asking who we are post nothing', async () => {
    simulator.setFault('slack', { kind: 'status', status: 500 })
    expect(await failureOf(client.openDirect('U1'))).toMatchObject({
      reason: 'post_dm_raised:WebAPIHTTPError',
      outcomeUnknown: false,
    })
    expect(await failureOf(client.authTest())).toMatchObject({
      reason: 'auth_test_raised:WebAPIHTTPError',
      outcomeUnknown: false,
    })
  })
})

describe('secrets and silence', () => {
  test('neither the token nor anything redacted appears in a failure', async () => {
    const shy = connect({ redact: (value) => value.replaceAll('hunter2', '<REDACTED>') })
    for (const fault of [
      { kind: 'status', status: 200, body: `{"ok":false,"error":"${token}"}` },
      { kind: 'status', status: 500, body: token, headers: { 'x-echo': token } },
      { kind: 'reset' },
    ] satisfies Fault[]) {
      simulator.setFault('slack', fault)
      const failure = await failureOf(post(shy))
      expect(`${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`).not.toContain(token)
    }
    // The runtime's complaint about such a header quotes it.
    const garbled = 'xoxb-canary\nhunter'
    const lost = connect({ token: garbled, redact: (value) => value.replaceAll('Bearer', '<BEARER>') })
    const failure = await failureOf(lost.authTest())
    expect(failure.note).toContain('<BEARER> <REDACTED>')
    expect(`${failure.stack} ${JSON.stringify(failure)}`).not.toMatch(/canary|hunter/)
  })

  test('nothing is written to the console', async () => {
    const methods = ['log', 'info', 'warn', 'error', 'debug'] as const
    const spies = methods.map((method) => vi.spyOn(console, method).mockImplementation(() => undefined))
    await post(client)
    simulator.setFault('slack', { kind: 'rate_limit', retryAfterSeconds: 1 })
    await failureOf(post(client))
    simulator.setFault('slack', { kind: 'reset' })
    await failureOf(post(client))
    expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([])
    for (const spy of spies) spy.mockRestore()
  })
})
