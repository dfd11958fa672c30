import type { Anthropic } from '@anthropic-ai/sdk'
import type { ServerSentEvent } from '@anthropic-ai/sdk/core/streaming'
import type { MessagesBody } from '../../domain/modelRequest.ts'
import type { Clock } from '../platform/clock.ts'
import { boundedStream, loadFetch } from './boundedFetch.ts'
import {
  type Billing,
  givenUp,
  neverLeft,
  refusalOf,
  timedOut,
  type Trouble,
  troubleOf,
  unreadable,
} from './modelFailure.ts'
import { StreamedReply } from './modelStream.ts'

/** An account at the provider, reached through the SDK. */
export interface ModelSdk {
  readonly client: Anthropic
  readonly apiKey: string
  readonly events: (response: Response) => AsyncIterable<ServerSentEvent>
}

/** What one request came to. */
export interface Attempt {
  /** Null: the reply is there. */
  readonly trouble: Trouble | null
  readonly told: StreamedReply
  /** Of the answer, error or not; null when none came. */
  readonly headers: Headers | null
  readonly billing: Billing
}

/** Loads the SDK. It keeps to itself: no retries of its own, nothing on the console. */
export async function loadSdk({ baseUrl, apiKey }: { baseUrl: string; apiKey: string }): Promise<ModelSdk> {
  const { Anthropic } = await import('@anthropic-ai/sdk')
  const { Stream } = await import('@anthropic-ai/sdk/core/streaming')
  await loadFetch()
  const client = new Anthropic({
    baseURL: baseUrl,
    apiKey,
    maxRetries: 0,
    fetch: boundedStream,
    logLevel: 'off',
    openTelemetry: false,
  })
  return { client, apiKey, events: (response) => Stream.rawEvents(response) }
}

/**
 * One streamed request, read to its end. Never throws: what went wrong is in the attempt, beside everything that was
 * stated before.
 * @param limits.caller ends it at once
 * @param limits.leftMs milliseconds from now, 1 or more, for the reply's last byte
 */
export async function exchange(
  { client, apiKey, events }: ModelSdk,
  body: MessagesBody,
  { caller, leftMs, clock }: { caller: AbortSignal | undefined; leftMs: number; clock: Clock },
): Promise<Attempt> {
  const ending = new AbortController()
  let late = false
  const stopTimer = clock.setTimer(leftMs, () => {
    late = true
    ending.abort()
  })
  const told = new StreamedReply()
  let headers: Headers | null = null
  const attempt = (trouble: Trouble | null, otherwise: 'none' | 'unknown' = 'unknown'): Attempt => ({
    // A reply that began is billed; to ask for it again would be to pay twice.
    trouble: trouble && { ...trouble, retryable: trouble.retryable && !told.begun },
    told,
    headers,
    billing: told.rawUsage === null ? otherwise : 'partial',
  })
  try {
    // `messages.create` writes to the console about models near their end; this is the same request without that.
    const response = await client
      .post('/v1/messages', {
        body: { ...body, stream: true },
        stream: true,
        timeout: leftMs,
        signal: caller ? AbortSignal.any([caller, ending.signal]) : ending.signal,
        // Otherwise ANTHROPIC_CUSTOM_HEADERS could put another account in place of the chosen one.
        headers: { authorization: `Bearer ${apiKey}` },
      })
      .asResponse()
    headers = response.headers
    if (headers.get('content-type')?.startsWith('text/event-stream') !== true) {
      return attempt(unreadable('the reply is no stream of events'))
    }
    for await (const event of events(response)) {
      const trouble = told.take(event)
      if (trouble !== null && told.stopReason !== null) break
      // An error before the reply began is a refusal, like an error status.
      if (trouble !== null) return attempt(trouble, event.event === 'error' && !told.begun ? 'none' : 'unknown')
    }
    return attempt(troubleAtEnd(told))
  } catch (thrown) {
    // Once the last word and the final usage are told, what breaks takes nothing away.
    if (told.ended || (told.stopReason !== null && caller?.aborted !== true)) return attempt(troubleAtEnd(told))
    const refusal = refusalOf(thrown)
    if (refusal !== null) return { ...attempt(troubleOf(thrown, clock.nowMs()), 'none'), headers: refusal }
    if (caller?.aborted) return attempt(givenUp())
    if (late) return attempt(timedOut())
    const unsent = headers === null && neverLeft(thrown)
    return attempt(troubleOf(thrown, clock.nowMs()), unsent ? 'none' : 'unknown')
  } finally {
    stopTimer()
    // Ends what was left unread, and lets go of the caller's signal, which may outlive many calls.
    ending.abort()
  }
}

/** What is wrong with a stream that is over; null when it is a whole reply. */
function troubleAtEnd(told: StreamedReply): Trouble | null {
  if (!told.begun) return unreadable('the reply has no message')
  if (told.rawUsage === null) return unreadable('the reply says nothing about its usage')
  if (told.ended || told.stopReason !== null) return null
  return { code: 'sdk_transport', message: 'the reply broke off', retryable: false, retryAfterMs: null }
}
