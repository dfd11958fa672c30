/**
 * What one check of one probe found. `status` is what Kora keeps; `publishedStatus` is what the published
 * read API prints for it.
 */
export const probeStatuses = [
  'healthy',
  'degraded',
  'unhealthy',
  'unreachable',
  'not_configured',
  'not_watching',
  'unknown',
] as const
export type ProbeStatus = (typeof probeStatuses)[number]

/** Why a check ended as it did. `none` belongs to a healthy result. */
export const causes = [
  'none',
  'threshold',
  'auth_rejected',
  'rate_limited',
  'server_error',
  'unexpected_status',
  'assertion_failed',
  'bad_response',
  'too_slow',
  'dns',
  'connect',
  'tls',
  'timeout',
  'reset',
  'blocked_address',
  'credential_unset',
  'own_link_down',
  'probe_error',
] as const
export type Cause = (typeof causes)[number]

export type PublishedStatus = 'healthy' | 'degraded' | 'unhealthy' | 'unknown'

/** JSON details of an observation, as the provider's row in the probe specification names them. */
export type Details = Readonly<Record<string, unknown>>

/** What a provider returns: no identity, no clock; the caller adds those. */
export interface Outcome {
  readonly status: ProbeStatus
  readonly cause: Cause
  /** Whole milliseconds spent in HTTP calls, truncated; null when nothing was measured. */
  readonly latencyMs: number | null
  readonly details: Details
  /** One line for people, already redacted and truncated; null when there is nothing to say. */
  readonly error: string | null
}

export interface Observation extends Outcome {
  /** ULID, unique per observation. */
  readonly id: string
  readonly probeId: string
  readonly observedAtMs: number
  /** Counts this probe's checks since it was defined; grows by one a check. */
  readonly cycleSeq: number
}

/** The four literals of the published read API. */
export function publishedStatus(status: ProbeStatus): PublishedStatus {
  switch (status) {
    case 'healthy':
    case 'degraded':
    case 'unhealthy':
      return status
    case 'unreachable':
    case 'not_configured':
    case 'not_watching':
    case 'unknown':
      return 'unknown'
  }
}

/** True when the check itself shows trouble (the state machine decides whether anybody is told). */
export function isBad(status: ProbeStatus): boolean {
  return status === 'degraded' || status === 'unhealthy' || status === 'unreachable'
}
