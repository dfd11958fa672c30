export interface RateLimitAxis {
  readonly limit: number
  readonly remaining: number
  readonly resetAtMs: number
}

/** What the provider last said about its limits. Informational: nothing is decided by it. */
export interface RateLimitPulse {
  readonly capturedAtMs: number
  readonly requests: RateLimitAxis
  readonly tokens: RateLimitAxis
}

/**
 * Reads the six headers `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}` (cost specification, 3.4).
 * @param get a header's value by its lower-case name
 * @returns null unless all six are there and readable; the latest pulse then stays
 */
export function parsePulse(get: (name: string) => string | null, nowMs: number): RateLimitPulse | null {
  const requests = axis(get, 'requests')
  const tokens = axis(get, 'tokens')
  return requests === null || tokens === null ? null : { capturedAtMs: nowMs, requests, tokens }
}

function axis(get: (name: string) => string | null, name: 'requests' | 'tokens'): RateLimitAxis | null {
  const limit = count(get(`anthropic-ratelimit-${name}-limit`))
  const remaining = count(get(`anthropic-ratelimit-${name}-remaining`))
  const resetAtMs = moment(get(`anthropic-ratelimit-${name}-reset`))
  return limit === null || remaining === null || resetAtMs === null ? null : { limit, remaining, resetAtMs }
}

function count(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text.trim()) ? Number(text) : null
}

/** ISO 8601 with its zone, since a time without one would be read as this machine's. */
function moment(text: string | null): number | null {
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/i
  const atMs = text !== null && iso.test(text.trim()) ? Date.parse(text.trim()) : Number.NaN
  return Number.isNaN(atMs) ? null : atMs
}
