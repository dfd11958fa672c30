import { bearer, record, type Reply, type ServiceRequest } from '../http.ts'

export interface SlackMessage {
  /** `<seconds>.<micros>`, unique and growing across the workspace. */
  ts: string
  user: string
  text: string
  blocks: unknown[]
  thread_ts?: string
  metadata?: { event_type: string; event_payload: Record<string, unknown> }
  /** The other arguments of the call, as sent. */
  sent: Record<string, unknown>
}

export interface SlackChannel {
  id: string
  /** Partner of a direct conversation. */
  user: string | null
  messages: SlackMessage[]
}

export interface SlackState {
  token: string | null
  team: string
  teamId: string
  botUserId: string
  /** Ids of existing people; null lets every well-formed id exist. */
  users: string[] | null
  /** Error code a method answers with, by method name, until removed. */
  errors: Record<string, string>
  channels: Record<string, SlackChannel>
  lastTsMicros: number
}

type Arguments = Record<string, unknown>

const fail = (error: string): Reply => ({ status: 200, body: { ok: false, error } })
const fine = (fields: Record<string, unknown>): Reply => ({ status: 200, body: { ok: true, ...fields } })
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const truthy = (value: unknown): boolean => value === true || value === 'true' || value === '1'

/** Slack Web API, the methods we use: JSON or form bodies, `ok: false` envelopes. */
export function slack(request: ServiceRequest, state: SlackState, nowMs: number): Reply {
  const method = /^\/api\/([a-z]+\.[A-Za-z.]+)$/.exec(request.path)?.[1]
  if (method === undefined) return { status: 404, body: '<html><body>Not found</body></html>' }
  const args: Arguments = { ...Object.fromEntries(request.query), ...record(request.body) }
  const token = bearer(request) ?? text(args['token'])
  if (token === '') return fail('not_authed')
  if (state.token !== null && token !== state.token) return fail('invalid_auth')
  const forced = state.errors[method]
  if (forced !== undefined) return fail(forced)
  switch (method) {
    case 'auth.test':
      return fine({
        url: 'https://demo.slack.com/',
        team: state.team,
        team_id: state.teamId,
        user: 'kora',
        user_id: state.botUserId,
        bot_id: 'B0KORA001',
      })
    case 'conversations.open':
      return open(state, text(args['users']))
    case 'chat.postMessage':
      return post(state, args, nowMs)
    case 'chat.update':
      return update(state, args)
    case 'conversations.history':
      return history(state, args)
    case 'conversations.replies':
      return replies(state, args)
    default:
      return fail('unknown_method')
  }
}

function userExists(state: SlackState, user: string): boolean {
  return state.users === null ? /^[UW][A-Z0-9]+$/.test(user) : state.users.includes(user)
}

function direct(state: SlackState, user: string): SlackChannel {
  const known = Object.values(state.channels).find((channel) => channel.user === user)
  if (known !== undefined) return known
  const id = `D${user.slice(1)}`
  const channel = { id, user, messages: [] }
  state.channels[id] = channel
  return channel
}

function open(state: SlackState, user: string): Reply {
  if (!userExists(state, user)) return fail('users_not_found')
  return fine({ channel: { id: direct(state, user).id } })
}

function nextTs(state: SlackState, nowMs: number): string {
  const micros = Math.max(Math.trunc(nowMs) * 1000, state.lastTsMicros + 1)
  state.lastTsMicros = micros
  return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}`
}

interface Section {
  text?: { type?: unknown; text?: unknown }
}

function blocksAreValid(blocks: unknown[]): boolean {
  return (
    blocks.length <= 50 &&
    blocks.every((block) => {
      const content = (record(block) as Section).text?.text
      return content === undefined || (typeof content === 'string' && content.length > 0 && content.length <= 3_000)
    })
  )
}

function post(state: SlackState, args: Arguments, nowMs: number): Reply {
  const {
    channel: to,
    text: body,
    blocks: rawBlocks,
    thread_ts: thread,
    metadata: rawMetadata,
    token: _,
    ...sent
  } = args
  const name = text(to)
  const channel = userExists(state, name) ? direct(state, name) : state.channels[name]
  if (channel === undefined) return fail('channel_not_found')
  const blocks = Array.isArray(rawBlocks) ? rawBlocks : []
  if (text(body) === '' && blocks.length === 0) return fail('no_text')
  if (text(body).length > 40_000) return fail('msg_too_long')
  if (!blocksAreValid(blocks)) return fail('invalid_blocks')
  const message: SlackMessage = { ts: nextTs(state, nowMs), user: state.botUserId, text: text(body), blocks, sent }
  if (rawMetadata !== undefined) {
    const { event_type: type, event_payload: payload } = record(rawMetadata)
    if (typeof type !== 'string' || typeof payload !== 'object') return fail('invalid_metadata_format')
    message.metadata = { event_type: type, event_payload: record(payload) }
  }
  if (text(thread) !== '') message.thread_ts = text(thread)
  channel.messages.push(message)
  return fine({ channel: channel.id, ts: message.ts, message: shown(message, true) })
}

function update(state: SlackState, args: Arguments): Reply {
  const channel = state.channels[text(args['channel'])]
  if (channel === undefined) return fail('channel_not_found')
  const message = channel.messages.find((one) => one.ts === args['ts'])
  if (message === undefined) return fail('message_not_found')
  message.text = text(args['text'])
  if (Array.isArray(args['blocks'])) message.blocks = args['blocks']
  return fine({ channel: channel.id, ts: message.ts, text: message.text })
}

function shown(message: SlackMessage, withMetadata: boolean): Record<string, unknown> {
  const { sent: _, metadata, ...rest } = message
  return { type: 'message', ...rest, ...(withMetadata && metadata !== undefined ? { metadata } : {}) }
}

function page(messages: SlackMessage[], args: Arguments): Reply {
  const inclusive = truthy(args['inclusive'])
  const oldest = Number(args['oldest'] ?? 0)
  const latest = Number(args['latest'] ?? Number.POSITIVE_INFINITY)
  const matching = messages.filter((message) => {
    const ts = Number(message.ts)
    return inclusive ? ts >= oldest && ts <= latest : ts > oldest && ts < latest
  })
  const limit = Math.min(999, Math.max(1, Number(args['limit'] ?? 100) || 100))
  const offset = Number(/^next:(\d+)$/.exec(Buffer.from(text(args['cursor']), 'base64').toString())?.[1] ?? 0)
  const more = matching.length > offset + limit
  const cursor = more ? Buffer.from(`next:${offset + limit}`).toString('base64') : ''
  const withMetadata = truthy(args['include_all_metadata'])
  return fine({
    messages: matching.slice(offset, offset + limit).map((message) => shown(message, withMetadata)),
    has_more: more,
    response_metadata: { next_cursor: cursor },
  })
}

/** Newest first; replies in threads are not part of it. */
function history(state: SlackState, args: Arguments): Reply {
  const channel = state.channels[text(args['channel'])]
  if (channel === undefined) return fail('channel_not_found')
  return page(channel.messages.filter((one) => one.thread_ts === undefined || one.thread_ts === one.ts).reverse(), args)
}

/** The parent, then its replies, oldest first. */
function replies(state: SlackState, args: Arguments): Reply {
  const channel = state.channels[text(args['channel'])]
  if (channel === undefined) return fail('channel_not_found')
  const ts = text(args['ts'])
  if (!channel.messages.some((one) => one.ts === ts)) return fail('thread_not_found')
  return page(
    channel.messages.filter((one) => one.ts === ts || one.thread_ts === ts),
    args,
  )
}
