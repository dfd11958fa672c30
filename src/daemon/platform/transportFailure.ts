import errors from 'undici/lib/core/errors.js'
import { BlockedAddress } from './addressGate.ts'
import { HttpFailure, type TransportCause } from './http.ts'

/**
 * The {@link HttpFailure} behind a failed request. What is no transport trouble (a header undici refuses, a mistake
 * of ours) is returned as it is.
 * @param signal the request's own; when it is aborted, its reason is what ended the request
 */
export function asFailure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return new HttpFailure('timeout', described(signal.reason), { cause: error })
  const told = firstOfMany(error)
  const cause = transportCause(told)
  return cause === null ? error : new HttpFailure(cause, described(told), { cause: error })
}

function described(reason: unknown): string {
  return reason instanceof Error ? `${reason.name}: ${reason.message}` : 'AbortError: the request was stopped'
}

/** Several addresses tried in vain arrive as one error without a message of its own. */
function firstOfMany(error: unknown): unknown {
  return error instanceof AggregateError && error.message === '' ? (error.errors[0] ?? error) : error
}

const timeoutCodes = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])
const resetCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_ABORTED',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
])
const dnsCodes = /^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL|EREFUSED|ECANCELLED)/
const tlsCodes =
  /^(CERT_|CRL_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|ERROR_IN_|INVALID_|PATH_LENGTH_|EPROTO)/
const connectCodes =
  /^(ECONNREFUSED|ECONNABORTED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM|EMFILE|ENFILE|ENOBUFS)$/

function transportCause(error: unknown): TransportCause | null {
  if (error instanceof BlockedAddress) return 'blocked_address'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (dnsCodes.test(code)) return 'dns'
  if (timeoutCodes.has(code)) return 'timeout'
  if (resetCodes.has(code) || error instanceof errors.HTTPParserError) return 'reset'
  if (tlsCodes.test(code)) return 'tls'
  return connectCodes.test(code) ? 'connect' : null
}
