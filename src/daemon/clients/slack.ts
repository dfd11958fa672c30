import type { Logger, WebClient } from '@slack/web-api'
import { boundedFetch, loadFetch } from './boundedFetch.ts'
import { slackText, type SlackBlock } from './slackBlocks.ts'
import { outcomeUnknown, SlackFailure, slackFailure, type Operation } from './slackFailure.ts'

export { slackBlocks } from './slackBlocks.ts'
export { SlackFailure } from './slackFailure.ts'

/** Marks a message of ours in its metadata, with the outbox id as payload. */
const eventType = 'kora_message'
/** Slack's clock and ours differ; a look-up begins this much earlier. */
const clockSlackMs = 600_000
const pageSize = 100
const maxPages = 50

// Opening and looking are steps of posting a message, and fail under its published name.
const openDm: Operation = { name: 'post_dm', outcome: 'nothing' }
const postDm: Operation = { name: 'post_dm', outcome: 'told' }
const findMessage: Operation = { name: 'post_dm', outcome: 'open' }
const authTest: Operation = { name: 'auth_test', outcome: 'nothing' }

interface FoundMessage {
  readonly ts?: string
  readonly metadata?: { readonly event_type?: string; readonly event_payload?: unknown }
}

interface Page {
  readonly messages?: readonly FoundMessage[]
  readonly response_metadata?: { readonly next_cursor?: string }
}

const silence = (): void => undefined

/** The SDK logs to the console by default, request bodies included at its lowest level. */
function silentLogger(level: ReturnType<Logger['getLevel']>): Logger {
  return {
    debug: silence,
    info: silence,
    warn: silence,
    error: silence,
    setLevel: silence,
    setName: silence,
    getLevel: () => level,
  }
}

/** The SDK forgets that a 429 without a usable Retry-After is one; it gets 30 s. */
async function slackFetch(url: string | URL, init?: RequestInit): Promise<Response> {
  const reply = await boundedFetch(url, init)
  if (reply.status !== 429 || /^\s*\d+/.test(reply.headers.get('retry-after') ?? '')) return reply
  return new Response(null, { status: 429, headers: { 'retry-after': '30' } })
}

/**
 * Slack's Web API, as far as Kora speaks it. One request per call and never a retry of its own: the outbox decides
 * when to try again, and looks first when {@link SlackFailure.outcomeUnknown} says so. The SDK is loaded when first
 * used.
 */
export class SlackClient {
  readonly #baseUrl: string
  readonly #token: string
  readonly #timeoutMs: number
  readonly #redact: (text: string) => string
  #client: Promise<WebClient> | null = null

  /**
   * @param options.baseUrl such as `https://slack.com/api/`
   * @param options.timeoutMs for one request with its body, 10 s by default (reliability specification, row 19)
   * @param options.redact removes secrets from error notes; the token itself always goes
   */
  constructor(options: { baseUrl: string; token: string; timeoutMs?: number; redact?: (text: string) => string }) {
    this.#baseUrl = options.baseUrl
    this.#token = options.token
    this.#timeoutMs = options.timeoutMs ?? 10_000
    this.#redact = options.redact ?? ((text) => text)
  }

  /** The direct conversation with a person, opened if need be. @throws SlackFailure */
  async openDirect(userId: string): Promise<string> {
    return this.#call(openDm, async (client) => {
      const reply = await client.conversations.open({ users: userId })
      return this.#expected(openDm, reply.channel?.id)
    })
  }

  /**
   * Posts one message. `text` is plain text, what notifications show; it is escaped here, so that nothing in it
   * becomes a mention or a link. What people read are the blocks, see `slackBlocks`.
   * @param message.messageId the outbox id by which {@link find} recognises the message
   * @throws SlackFailure
   */
  async post(message: {
    channelId: string
    text: string
    blocks: readonly SlackBlock[]
    threadTs: string | null
    messageId: string
  }): Promise<{ ts: string }> {
    return this.#call(postDm, async (client) => {
      const reply = await client.chat.postMessage({
        channel: message.channelId,
        text: slackText(message.text),
        blocks: [...message.blocks],
        mrkdwn: false,
        parse: 'none',
        link_names: false,
        unfurl_links: false,
        unfurl_media: false,
        metadata: { event_type: eventType, event_payload: { message_id: message.messageId } },
        ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
      })
      return { ts: this.#expected(postDm, reply.ts) }
    })
  }

  /**
   * Looks whether a message of ours has arrived: in the thread when there is one, else in the conversation.
   * @param query.oldestMs when it may have been sent at the earliest, epoch ms; ten minutes of clock difference are allowed
   * @returns null when every message since then was seen and none is it
   * @throws SlackFailure, always with `outcomeUnknown`
   */
  async find(query: {
    channelId: string
    messageId: string
    threadTs: string | null
    oldestMs: number
  }): Promise<{ ts: string } | null> {
    const oldest = (Math.max(0, query.oldestMs - clockSlackMs) / 1000).toFixed(6)
    let cursor: string | undefined
    for (let page = 0; page < maxPages; page++) {
      const scope = {
        channel: query.channelId,
        include_all_metadata: true,
        oldest,
        limit: pageSize,
        ...(cursor === undefined ? {} : { cursor }),
      }
      const reply: Page = await this.#call(findMessage, async (client) =>
        query.threadTs === null
          ? client.conversations.history(scope)
          : client.conversations.replies({ ...scope, ts: query.threadTs }),
      )
      for (const message of reply.messages ?? []) {
        if (message.ts !== undefined && messageIdOf(message) === query.messageId) return { ts: message.ts }
      }
      cursor = reply.response_metadata?.next_cursor || undefined
      if (cursor === undefined) return null
    }
    // "Not there" would be a guess, and a wrong one is a second message.
    throw slackFailure(findMessage, new Error('too many messages to look through'), (text) => this.#clean(text))
  }

  /** Who the token speaks for. @throws SlackFailure */
  async authTest(): Promise<{ userId: string; team: string }> {
    return this.#call(authTest, async (client) => {
      const reply = await client.auth.test()
      return { userId: this.#expected(authTest, reply.user_id), team: reply.team ?? '' }
    })
  }

  async #call<T>(operation: Operation, run: (client: WebClient) => Promise<T>): Promise<T> {
    try {
      return await run(await this.#open())
    } catch (thrown) {
      throw slackFailure(operation, thrown, (text) => this.#clean(text))
    }
  }

  #open(): Promise<WebClient> {
    return (this.#client ??= this.#load())
  }

  async #load(): Promise<WebClient> {
    const { WebClient, LogLevel } = await import('@slack/web-api')
    await loadFetch()
    return new WebClient(this.#token, {
      slackApiUrl: this.#baseUrl,
      timeout: this.#timeoutMs,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      fetch: slackFetch,
      logger: silentLogger(LogLevel.ERROR),
    })
  }

  /** A field without which a successful reply is none. */
  #expected(operation: Operation, value: string | undefined): string {
    if (value !== undefined && value !== '') return value
    throw new SlackFailure({
      reason: `${operation.name}_raised:UnexpectedReply`,
      note: 'unreadable_reply',
      retryable: true,
      outcomeUnknown: outcomeUnknown(operation, true),
      retryAfterMs: null,
    })
  }

  #clean(text: string): string {
    const redacted = this.#redact(text)
    return this.#token === '' ? redacted : redacted.replaceAll(this.#token, '<REDACTED>')
  }
}

function messageIdOf(message: FoundMessage): unknown {
  const { metadata } = message
  if (metadata?.event_type !== eventType || typeof metadata.event_payload !== 'object') return undefined
  return (metadata.event_payload as Record<string, unknown> | null)?.['message_id']
}
