import type { RateLimitPulse } from '../../domain/rateLimit.ts'
import { HttpFailure } from '../platform/http.ts'
import { asFailure } from '../platform/transportFailure.ts'

/** Error codes of a model call (cost specification, 3.8). */
export type ModelFailureCode =
  | 'sdk_timeout'
  | 'sdk_auth'
  | 'sdk_rate_limited'
  | 'sdk_5xx'
  | `sdk_4xx_${number}`
  | 'sdk_transport'
  | `sdk_unknown_${string}`

/**
 * What a failed try may have cost. `none`: the provider refused it, or it never left. `partial`: the provider stated
 * usage before the reply broke off. `unknown`: it was sent and nothing was heard about usage.
 */
export type Billing = 'none' | 'unknown' | 'partial'

/** What is known of a call that brought no reply. */
export interface FailureFacts {
  /** Requests made, the last one included. */
  readonly tries: number
  /** Of the last try. */
  readonly billing: Billing
  /** Another request could succeed; the client made none for want of tries or time, or since this one may be billed. */
  readonly retryable: boolean
  /** The model that was answering; the one that was asked until it says so. */
  readonly model: string
  /** The provider's own usage, as far as it was stated; null unless `billing` is `partial`. */
  readonly rawUsage: unknown
  /** The provider's id of the last request; a ULID when `billing` is `partial` and it sent none; null otherwise. */
  readonly requestId: string | null
  /** The newest rate limits seen; null when there were none. */
  readonly pulse: RateLimitPulse | null
}

/** A model call that brought no reply. Carries nothing secret. */
export class ModelFailure extends Error implements FailureFacts {
  override readonly name = 'ModelFailure'
  readonly code: ModelFailureCode
  readonly tries: number
  readonly billing: Billing
  readonly retryable: boolean
  readonly model: string
  readonly rawUsage: unknown
  readonly requestId: string | null
  readonly pulse: RateLimitPulse | null

  constructor(code: ModelFailureCode, message: string, facts: FailureFacts) {
    super(message)
    this.code = code
    this.tries = facts.tries
    this.billing = facts.billing
    this.retryable = facts.retryable
    this.model = facts.model
    this.rawUsage = facts.rawUsage
    this.requestId = facts.requestId
    this.pulse = facts.pulse
  }
}

/** What went wrong with one try, before it is decided whether there is another. */
export interface Trouble {
  readonly code: ModelFailureCode
  /** Redaction is still to come. */
  readonly message: string
  /** Whether the same request may succeed a moment later. */
  readonly retryable: boolean
  /** What Retry-After asks for, ms; null when absent or unreadable. */
  readonly retryAfterMs: number | null
}

/** A try that cannot be told from nonsense: it is not repeated. */
export function unreadable(message: string): Trouble {
  return { code: 'sdk_unknown_UnreadableReply', message, retryable: false, retryAfterMs: null }
}

export function timedOut(): Trouble {
  return { code: 'sdk_timeout', message: 'no reply within the deadline', retryable: false, retryAfterMs: null }
}

export function givenUp(): Trouble {
  const code = 'sdk_unknown_APIUserAbortError'
  return { code, message: 'given up by the caller', retryable: false, retryAfterMs: null }
}

function codeOfStatus(status: number): ModelFailureCode {
  if (status >= 300 && status <= 399) return 'sdk_transport'
  if (status === 401 || status === 403) return 'sdk_auth'
  if (status === 429) return 'sdk_rate_limited'
  if (status >= 500 && status <= 599) return 'sdk_5xx'
  if (status >= 400 && status <= 499) return `sdk_4xx_${status}`
  return `sdk_unknown_http_${status}`
}

const passing = (code: ModelFailureCode): boolean => code === 'sdk_rate_limited' || code === 'sdk_5xx'

/** The statuses that go with the error types of the API, for errors told inside a stream. */
const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
}

/** An error event of a stream. @param type the provider's; text from outside, so only its letters reach a code */
export function toldInStream(type: unknown, message: unknown): Trouble {
  const name = typeof type === 'string' ? type : ''
  const status = Object.hasOwn(statuses, name) ? statuses[name] : undefined
  const code: ModelFailureCode =
    status === undefined ? `sdk_unknown_${name.replaceAll(/\W/g, '').slice(0, 60) || 'error'}` : codeOfStatus(status)
  return {
    code,
    message: typeof message === 'string' ? message : 'the reply ended with an error',
    retryable: passing(code),
    retryAfterMs: null,
  }
}

interface SdkFacts {
  readonly status?: unknown
  readonly headers?: unknown
  readonly apiMessage?: unknown
}

/** @param nowMs turns a Retry-After date into a wait */
function retryAfter(headers: unknown, nowMs: number): number | null {
  const value = headers instanceof Headers ? headers.get('retry-after')?.trim() : undefined
  if (value === undefined || value === '') return null
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs)
}

/** The headers of an error status; null when the provider answered with none. */
export function refusalOf(thrown: unknown): Headers | null {
  const { status, headers } = (thrown instanceof Error ? thrown : {}) as SdkFacts
  return typeof status === 'number' ? (headers instanceof Headers ? headers : new Headers()) : null
}

/** Maps what the SDK or the socket threw by names and statuses; class identity is not relied upon. */
export function troubleOf(thrown: unknown, nowMs: number): Trouble {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const { status, headers, apiMessage } = error as SdkFacts
  if (typeof status === 'number') {
    const code = codeOfStatus(status)
    const message = typeof apiMessage === 'string' ? apiMessage : `HTTP ${status}`
    return { code, message, retryable: passing(code), retryAfterMs: retryAfter(headers, nowMs) }
  }
  const root = rootOf(error)
  const message = root.message === '' ? root.name : root.message
  if (error.name === 'APIConnectionTimeoutError') {
    return { code: 'sdk_timeout', message, retryable: true, retryAfterMs: null }
  }
  // A body that breaks off ends with a TypeError that names its cause, one that is too long with a RangeError.
  const broke = error instanceof RangeError || (error instanceof TypeError && error.cause instanceof Error)
  if (broke || error.name === 'APIConnectionError')
    return { code: 'sdk_transport', message, retryable: true, retryAfterMs: null }
  return { code: `sdk_unknown_${error.name}`, message, retryable: false, retryAfterMs: null }
}

/** What lies at the bottom of an error; of several addresses tried in vain, the first one's. */
function rootOf(error: Error): Error {
  let current = error
  for (let depth = 0; depth < 5; depth++) {
    const next: unknown = current instanceof AggregateError ? current.errors[0] : current.cause
    if (!(next instanceof Error)) break
    current = next
  }
  return current
}

const notAborted = new AbortController().signal

/** Whether no connection was made, so that nothing was sent. In doubt it was. */
export function neverLeft(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const root: Error & { code?: unknown; syscall?: unknown } = rootOf(thrown)
  if (root.syscall === 'connect' || root.code === 'UND_ERR_CONNECT_TIMEOUT') return true
  const failure = asFailure(root, notAborted)
  return failure instanceof HttpFailure && ['dns', 'connect', 'tls'].includes(failure.transport)
}
