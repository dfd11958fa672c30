import type { Anthropic } from '@anthropic-ai/sdk'
import { ulid } from 'ulid'
import type { TokenUsage } from '../../domain/ledger.ts'
import type { Clock } from '../platform/clock.ts'
import { boundedFetch } from './boundedFetch.ts'
import { failedTry, ModelFailure, type FailedTry } from './modelFailure.ts'

export { ModelFailure } from './modelFailure.ts'

/** Waits before the second and the third try, where the service names none. */
const pausesMs = [500, 2_000] as const
/** Reliability specification, row 28: the fallback message goes out within 60 s. */
const defaultTimeoutMs = 60_000

export interface ModelRequest {
  readonly model: string
  readonly system: string
  readonly prompt: string
  readonly maxTokens: number
  /** Ends the call at once; the failure is `sdk_unknown_APIUserAbortError`. */
  readonly signal?: AbortSignal
  /** Milliseconds from now for all tries together; the client's own limit when absent or longer. */
  readonly deadlineMs?: number
}

export interface ModelReply {
  /** All text blocks, in order; empty after a refusal or nonsense, which is billed like any other reply. */
  readonly text: string
  /** The model that answered. */
  readonly model: string
  readonly usage: TokenUsage
  /** The provider's request id, or a ULID when it sent none. */
  readonly requestId: string
  /** Such as `end_turn`, `max_tokens`, `refusal`; null when the reply names none. */
  readonly stopReason: string | null
  /** Requests made, the successful one included. */
  readonly tries: number
}

/**
 * The Messages API, without streaming and without tools. At most three requests, all within one deadline; the SDK's
 * own retries are off. The SDK is loaded when first used.
 */
export class ModelClient {
  readonly #baseUrl: string
  readonly #apiKey: string
  readonly #timeoutMs: number
  readonly #clock: Clock
  readonly #redact: (text: string) => string
  #client: Promise<Anthropic> | null = null

  /**
   * @param options.timeoutMs limit for a whole call with its retries, 60 s by default
   * @param options.redact removes secrets from error messages; the key itself always goes
   */
  constructor(options: {
    baseUrl: string
    apiKey: string
    clock: Clock
    timeoutMs?: number
    redact?: (text: string) => string
  }) {
    this.#baseUrl = options.baseUrl
    this.#apiKey = options.apiKey
    this.#clock = options.clock
    this.#timeoutMs = options.timeoutMs ?? defaultTimeoutMs
    this.#redact = options.redact ?? ((text) => text)
  }

  /**
   * One question, one answer.
   * @throws ModelFailure with a code of cost specification 3.8; never later than the deadline
   */
  async complete(request: ModelRequest): Promise<ModelReply> {
    const limitMs = Math.min(this.#timeoutMs, request.deadlineMs ?? this.#timeoutMs)
    const endsAtMs = this.#clock.monotonicMs() + limitMs
    const client = await this.#open()
    for (let tries = 1; ; tries++) {
      if (request.signal?.aborted) {
        throw new ModelFailure('sdk_unknown_APIUserAbortError', 'given up by the caller', tries - 1)
      }
      const outcome = await this.#try(client, request, endsAtMs, tries)
      if ('reply' in outcome) return outcome.reply
      const pauseMs = outcome.failed.retryAfterMs ?? pausesMs[tries - 1] ?? 0
      const fits = this.#clock.monotonicMs() + pauseMs < endsAtMs
      if (!outcome.failed.retryable || tries > pausesMs.length || !fits) {
        throw new ModelFailure(outcome.failed.code, this.#clean(outcome.failed.message), tries)
      }
      await this.#pause(pauseMs, request.signal)
    }
  }

  async #try(
    client: Anthropic,
    request: ModelRequest,
    endsAtMs: number,
    tries: number,
  ): Promise<{ reply: ModelReply } | { failed: FailedTry }> {
    const leftMs = Math.max(1, Math.ceil(endsAtMs - this.#clock.monotonicMs()))
    const deadline = new AbortController()
    const stopTimer = this.#clock.setTimer(leftMs, () => deadline.abort())
    const signal = request.signal ? AbortSignal.any([request.signal, deadline.signal]) : deadline.signal
    try {
      // `messages.create` writes to the console about models near their end; this is the same request without that.
      const body = await client.post<unknown>('/v1/messages', {
        body: {
          model: request.model,
          max_tokens: request.maxTokens,
          system: request.system,
          messages: [{ role: 'user', content: request.prompt }],
        },
        timeout: leftMs,
        signal,
        // Otherwise ANTHROPIC_CUSTOM_HEADERS could put another account in place of the chosen one.
        headers: { authorization: `Bearer ${this.#apiKey}` },
      })
      const reply = this.#read(body, request.model, tries)
      if (reply !== null) return { reply }
      return unusable('sdk_unknown_UnreadableReply', 'the reply is no message with its usage')
    } catch (thrown) {
      if (deadline.signal.aborted && request.signal?.aborted !== true) {
        return unusable('sdk_timeout', 'no reply within the deadline')
      }
      return { failed: failedTry(thrown, this.#clock.nowMs()) }
    } finally {
      stopTimer()
    }
  }

  /** Null when the body is no message, or one that says nothing about its usage and so cannot be billed. */
  #read(body: unknown, asked: string, tries: number): ModelReply | null {
    const message = record(body)
    const usage = record(message?.['usage'])
    if (message === null || usage === null) return null
    const { model, content, stop_reason: stopReason, _request_id: requestId } = message
    return {
      text: textOf(content),
      model: typeof model === 'string' && model !== '' ? model : asked,
      usage: {
        inputTokens: tokens(usage['input_tokens']),
        outputTokens: tokens(usage['output_tokens']),
        cacheReadTokens: tokens(usage['cache_read_input_tokens']),
        cacheCreationTokens: tokens(usage['cache_creation_input_tokens']),
      },
      requestId: typeof requestId === 'string' && requestId !== '' ? requestId : ulid(this.#clock.nowMs()),
      stopReason: typeof stopReason === 'string' ? stopReason : null,
      tries,
    }
  }

  /** Ends early when the caller gives up. */
  #pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        stopTimer()
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const stopTimer = this.#clock.setTimer(delayMs, end)
      signal?.addEventListener('abort', end, { once: true })
      if (signal?.aborted) end()
    })
  }

  #open(): Promise<Anthropic> {
    this.#client ??= import('@anthropic-ai/sdk').then(
      ({ Anthropic }) =>
        new Anthropic({
          baseURL: this.#baseUrl,
          apiKey: this.#apiKey,
          maxRetries: 0,
          fetch: boundedFetch,
          logLevel: 'off',
          openTelemetry: false,
        }),
    )
    return this.#client
  }

  #clean(text: string): string {
    const redacted = this.#redact(text)
    const clean = this.#apiKey === '' ? redacted : redacted.replaceAll(this.#apiKey, '<REDACTED>')
    return clean.slice(0, 300)
  }
}

function unusable(code: FailedTry['code'], message: string): { failed: FailedTry } {
  return { failed: { code, message, retryable: false, retryAfterMs: null } }
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}

/** Counters the provider garbled count as none (cost specification, 4.1). */
function tokens(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.trunc(value) : 0
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return ''
  return content
    .map(record)
    .map((block) => (block?.['type'] === 'text' && typeof block['text'] === 'string' ? block['text'] : ''))
    .join('')
}
