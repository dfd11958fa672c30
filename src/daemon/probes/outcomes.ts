import type { Cause, Details, Outcome } from '../../domain/observation.ts'
import type { HttpFailure } from '../platform/http.ts'
import type { Redactor } from '../platform/redactor.ts'

const errorLimit = 300
/** Control and formatting characters: they hide text, reorder it, or split a secret so that it is not recognised. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]+/gu

/**
 * Text from outside as one printable line without secrets, at most `limit` characters.
 * Cleaned before it is redacted and cut after, so that no part of a secret survives either step.
 */
export function plainText(redactor: Redactor, text: string, limit: number = errorLimit): string {
  const line = redactor
    .text(text.replace(unprintable, (run) => (/\s/.test(run) ? ' ' : '')))
    .replace(/\s+/g, ' ')
    .trim()
  return line.length <= limit ? line : `${line.slice(0, limit - 1).toWellFormed()}…`
}

/** What an HTTP status outside the expected ones means. */
function statusCause(status: number): Cause {
  if (status === 401 || status === 403) return 'auth_rejected'
  if (status === 429) return 'rate_limited'
  return status >= 500 ? 'server_error' : 'unexpected_status'
}

export function healthy(latencyMs: number, details: Details): Outcome {
  return { status: 'healthy', cause: 'none', latencyMs, details, error: null }
}

/** A threshold of the provider was passed; the details say which. */
export function degraded(latencyMs: number, details: Details, error: string | null = null): Outcome {
  return { status: 'degraded', cause: 'threshold', latencyMs, details, error }
}

/** The service answered with a status outside the expected ones: `HTTP <code>`. */
export function rejected(status: number, latencyMs: number, details: Details = {}): Outcome {
  return { status: 'unhealthy', cause: statusCause(status), latencyMs, details, error: `HTTP ${status}` }
}

/** The service answered, but not in the form it should. `reason` is our own words, never the body. */
export function unreadable(reason: string, latencyMs: number, details: Details = {}): Outcome {
  return { status: 'unhealthy', cause: 'bad_response', latencyMs, details, error: reason }
}

/**
 * A credential is missing, so nothing was asked.
 * @param names every variable the probe needs, set or not
 */
export function notConfigured(names: readonly string[]): Outcome {
  const list = names.map((name) => `'${name}'`).join(', ')
  return {
    status: 'not_configured',
    cause: 'credential_unset',
    latencyMs: null,
    details: {},
    error: `auth env unset or empty: ${list}`,
  }
}

/** How a transport failure reads; a timeout always names the check's own limit. */
export function failureText(redactor: Redactor, failure: HttpFailure, limitMs: number): string {
  if (failure.transport === 'timeout') return `probe timed out after ${limitMs / 1000}s`
  return plainText(redactor, failure.message)
}

/** The service could not be reached. */
export function unreachable(redactor: Redactor, failure: HttpFailure, limitMs: number): Outcome {
  const error = failureText(redactor, failure, limitMs)
  return { status: 'unreachable', cause: failure.transport, latencyMs: null, details: {}, error }
}

/** The check itself went wrong; nothing is known about the service. */
export function probeError(redactor: Redactor, error: unknown): Outcome {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `Error: ${String(error)}`
  return { status: 'unknown', cause: 'probe_error', latencyMs: null, details: {}, error: plainText(redactor, text) }
}
