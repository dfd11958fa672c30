import type { Reply, Service } from './http.ts'

interface Scope {
  /** How many requests it strikes before it clears itself; until cleared when absent. */
  readonly times?: number
  /** Strikes only requests whose path contains this. */
  readonly on?: string
}

/** Trouble put in front of a service. Unless it says otherwise, the service's work is not done. */
export type Fault = Scope &
  (
    | {
        readonly kind: 'status'
        readonly status: number
        readonly body?: unknown
        readonly headers?: Record<string, string>
      }
    /** The work is done at once, the answer comes `ms` later. */
    | { readonly kind: 'delay'; readonly ms: number }
    /** Never answers. */
    | { readonly kind: 'hang' }
    /** The connection is reset after the request was read. */
    | { readonly kind: 'reset' }
    /** The work is done; the answer is a 200 whose JSON breaks off. */
    | { readonly kind: 'malformed' }
    | { readonly kind: 'rate_limit'; readonly retryAfterSeconds: number }
    /** The work is done; the connection ends before the answer. */
    | { readonly kind: 'reply_lost' }
    /** The work is done; the connection ends in the middle of the answer. */
    | { readonly kind: 'cut_off' }
    | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
    /** A 200 with a JSON string of about this many bytes. */
    | { readonly kind: 'huge_body'; readonly bytes: number }
    /** The work is done; headers come at once, the body in five pieces, `ms` apart. */
    | { readonly kind: 'slow_body'; readonly ms: number }
  )

const anthropicErrors: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** The error body with which each service accompanies a status. */
export function errorBody(service: Service, status: number): unknown {
  switch (service) {
    case 'anthropic':
      return anthropicError(anthropicErrors[status] ?? 'api_error', `simulated ${status}`).body
    case 'slack':
      return status === 429 ? { ok: false, error: 'ratelimited' } : `<html><body>Server Error ${status}</body></html>`
    case 'vercel':
      return { error: { code: status === 403 ? 'forbidden' : 'internal_error', message: `simulated ${status}` } }
    case 'sentry':
      return { detail: `simulated ${status}` }
    case 'doppler':
      return { messages: [`simulated ${status}`], success: false }
    case 'fly':
      return { error: `simulated ${status}` }
    case 'supabase':
      return { message: `simulated ${status}` }
    case 'site':
      return `<html><body>Error ${status}</body></html>`
  }
}

/** An error in the shape of the Messages API; the status follows from the type unless given. */
export function anthropicError(type: string, message: string, status?: number): Reply {
  const known = Object.entries(anthropicErrors).find(([, name]) => name === type)
  return { status: status ?? Number(known?.[0] ?? 500), body: { type: 'error', error: { type, message } } }
}
