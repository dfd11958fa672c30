/** Error codes of a model call (cost specification, 3.8). */
export type ModelFailureCode =
  | 'sdk_timeout'
  | 'sdk_auth'
  | 'sdk_rate_limited'
  | 'sdk_5xx'
  | `sdk_4xx_${number}`
  | 'sdk_transport'
  | `sdk_unknown_${string}`

/** A model call that brought no reply. Carries nothing secret. */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure'
  readonly code: ModelFailureCode
  /** Requests made, the last one included. */
  readonly tries: number

  constructor(code: ModelFailureCode, message: string, tries: number) {
    super(message)
    this.code = code
    this.tries = tries
  }
}

/** What one try came to, before it is decided whether there is another. */
export interface FailedTry {
  readonly code: ModelFailureCode
  /** Redaction is still to come. */
  readonly message: string
  readonly retryable: boolean
  /** What Retry-After asks for, ms; null when absent or unreadable. */
  readonly retryAfterMs: number | null
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

function codeOfStatus(status: number): ModelFailureCode {
  if (status === 401 || status === 403) return 'sdk_auth'
  if (status === 429) return 'sdk_rate_limited'
  if (status >= 500 && status <= 599) return 'sdk_5xx'
  if (status >= 400 && status <= 499) return `sdk_4xx_${status}`
  return `sdk_unknown_http_${status}`
}

/** Maps what the SDK threw by its names and statuses; class identity is not relied upon. */
export function failedTry(thrown: unknown, nowMs: number): FailedTry {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const { status, headers, apiMessage } = error as SdkFacts
  if (typeof status === 'number') {
    const code = codeOfStatus(status)
    return {
      code,
      message: typeof apiMessage === 'string' ? apiMessage : `HTTP ${status}`,
      retryable: code === 'sdk_rate_limited' || code === 'sdk_5xx',
      retryAfterMs: retryAfter(headers, nowMs),
    }
  }
  const message = error.cause instanceof Error ? rootMessage(error.cause) : error.message
  switch (error.name) {
    case 'APIConnectionTimeoutError':
      return { code: 'sdk_timeout', message, retryable: true, retryAfterMs: null }
    case 'APIConnectionError':
      return { code: 'sdk_transport', message, retryable: true, retryAfterMs: null }
    default:
      return { code: `sdk_unknown_${error.name}`, message, retryable: false, retryAfterMs: null }
  }
}

function rootMessage(error: Error): string {
  let current = error
  for (let depth = 0; depth < 5 && current.cause instanceof Error; depth++) current = current.cause
  return current.message === '' ? current.name : current.message
}
