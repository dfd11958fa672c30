import { ulid } from 'ulid'
import type { MessagesBody } from '../../domain/modelRequest.ts'
import { parsePulse, type RateLimitPulse } from '../../domain/rateLimit.ts'
import type { Clock } from '../platform/clock.ts'
import { exchange, loadSdk, type ModelSdk } from './modelExchange.ts'
import { type Billing, givenUp, ModelFailure, type Trouble } from './modelFailure.ts'

export { ModelFailure } from './modelFailure.ts'

/** Waits before the second and every later try, where the service names none. */
const pausesMs = [500, 2_000] as const
/** A Retry-After beyond this ends the call (reasoning specification, section 11). */
const longestRetryAfterMs = 10_000
/** Reliability specification, row 28: the fallback message goes out within 60 s. */
const defaultTimeoutMs = 60_000
const maxTries = 3

export interface ModelRequest {
  readonly body: MessagesBody
  /** Ends the call at once; the failure is `sdk_unknown_APIUserAbortError`. */
  readonly signal?: AbortSignal
  /** Milliseconds from now for all tries together; the client's own limit when absent or longer. */
  readonly deadlineMs?: number
}

export interface ModelReply {
  /** All text blocks, in order; empty after a refusal or nonsense, which is billed like any other reply. */
  readonly text: string
  /** The blocks as the provider tells them, put together; a tool's input is data, or null when its JSON broke off. */
  readonly content: readonly unknown[]
  /** The model that answered. */
  readonly model: string
  /** The provider's own usage object, as last stated. */
  readonly rawUsage: unknown
  /** The provider's request id, or a ULID when it sent none. */
  readonly requestId: string
  /** Such as `end_turn`, `max_tokens`, `refusal`; null when the reply names none. */
  readonly stopReason: string | null
  /** Requests made, the successful one included. */
  readonly tries: number
  /** The newest rate limits seen; null when there were none. */
  readonly pulse: RateLimitPulse | null
  /** False when the connection ended after the last word and the final usage, but before the farewell. */
  readonly complete: boolean
}

/** What came of a call, as the provider says it. */
interface Told {
  readonly tries: number
  readonly pulse: RateLimitPulse | null
  readonly model: string | null
  readonly rawUsage: unknown
  readonly requestId: string | null
}

const nothingTold = { model: null, rawUsage: null, requestId: null, billing: 'none' } as const

/**
 * The Messages API, streamed, so that a reply broken off half-way still states its usage. All requests of a call lie
 * within one deadline; the SDK's own retries are off. What began, or was sent and never answered, is not asked for
 * again: it may be billed, and another try needs money of its own. The SDK is loaded when first used.
 */
export class ModelClient {
  readonly #baseUrl: string
  readonly #apiKey: string
  readonly #timeoutMs: number
  readonly #clock: Clock
  readonly #redact: (text: string) => string
  #sdk: Promise<ModelSdk> | null = null

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
   * @throws ModelFailure with a code of cost specification 3.8 and what the call may have cost; never later than the
   * deadline
   */
  async complete(request: ModelRequest): Promise<ModelReply> {
    const { body, signal } = request
    const endsAtMs = this.#clock.monotonicMs() + Math.min(this.#timeoutMs, request.deadlineMs ?? this.#timeoutMs)
    this.#sdk ??= loadSdk({ baseUrl: this.#baseUrl, apiKey: this.#apiKey })
    const sdk = await this.#sdk
    let pulse: RateLimitPulse | null = null
    for (let tries = 1; ; tries++) {
      if (signal?.aborted) throw this.#failure(givenUp(), body, { ...nothingTold, tries: tries - 1, pulse })
      const leftMs = Math.max(1, Math.ceil(endsAtMs - this.#clock.monotonicMs()))
      const attempt = await exchange(sdk, body, { caller: signal, leftMs, clock: this.#clock })
      const { trouble, told, headers, billing } = attempt
      pulse = (headers && parsePulse((name) => headers.get(name), this.#clock.nowMs())) ?? pulse
      const { model, rawUsage } = told
      const facts = { tries, pulse, model, rawUsage, requestId: headers?.get('request-id') || null }
      if (trouble === null) {
        const { text, content, stopReason, ended: complete } = told
        return { ...facts, text, content, stopReason, complete, ...this.#identity(facts, body) }
      }
      const pauseMs = trouble.retryAfterMs ?? pausesMs[Math.min(tries, pausesMs.length) - 1] ?? 0
      const patient = (trouble.retryAfterMs ?? 0) <= longestRetryAfterMs
      const fits = patient && this.#clock.monotonicMs() + pauseMs < endsAtMs
      if (!trouble.retryable || !fits || tries >= maxTries || billing === 'unknown') {
        throw this.#failure(trouble, body, { ...facts, billing })
      }
      await this.#pause(pauseMs, signal)
    }
  }

  #failure(trouble: Trouble, body: MessagesBody, facts: Told & { billing: Billing }): ModelFailure {
    const { code, message, retryable } = trouble
    const { model, requestId } = this.#identity(facts, body)
    return new ModelFailure(code, this.#clean(message), {
      ...facts,
      retryable,
      model,
      requestId: facts.requestId !== null || facts.billing === 'partial' ? requestId : null,
    })
  }

  /** Names from outside end up in records: without secrets, of bounded length, and never missing. */
  #identity(facts: Told, body: MessagesBody): { model: string; requestId: string } {
    return {
      model: this.#clean(facts.model ?? body.model),
      requestId: facts.requestId === null ? ulid(this.#clock.nowMs()) : this.#clean(facts.requestId),
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

  #clean(text: string): string {
    const redacted = this.#redact(text)
    const clean = this.#apiKey === '' ? redacted : redacted.replaceAll(this.#apiKey, '<REDACTED>')
    return clean.slice(0, 300)
  }
}
