import { certificateExpiresAtMs } from './classify.ts'
import type { Details, Observation } from './observation.ts'
import type { ProbeKind } from './probe.ts'

const dayMs = 86_400_000
/** A certificate is mentioned when it has fewer days left than this. */
const certificateShownDays = 60

type Seen = Pick<Observation, 'status' | 'cause' | 'error' | 'details'>

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) ? value : null
}

function unresolved(details: Details): string | null {
  const issues = count(details['unresolved_issues'])
  return issues === null || issues === 0 ? null : `${issues}${details['more'] === true ? '+' : ''} unresolved`
}

/** `1 of 2 machines started` over the apps that answered, or how many apps did when one did not. */
function machines(details: Details): string | null {
  const apps = Array.isArray(details['apps']) ? (details['apps'] as Readonly<Record<string, unknown>>[]) : []
  const answered = apps.filter((app) => count(app['machines_total']) !== null)
  if (answered.length === 0) return null
  if (answered.length < apps.length) return `${answered.length} of ${apps.length} apps answering`
  const sum = (key: string): number => answered.reduce((total, app) => total + (count(app[key]) ?? 0), 0)
  const total = sum('machines_total')
  return `${sum('machines_started')} of ${total} ${total === 1 ? 'machine' : 'machines'} started`
}

function certificate(details: Details, nowMs: number): string | null {
  const expiresAtMs = certificateExpiresAtMs(details)
  if (expiresAtMs === null) return null
  const days = Math.floor((expiresAtMs - nowMs) / dayMs)
  if (days >= certificateShownDays) return null
  return days < 0 ? 'certificate expired' : `certificate ${days} d`
}

function well(kind: ProbeKind, details: Details, nowMs: number): string {
  const asides = [kind === 'sentry' ? unresolved(details) : null, certificate(details, nowMs)]
  return ['Well', ...asides.filter((aside) => aside !== null)].join(', ')
}

function degraded(kind: ProbeKind, { cause, details }: Seen): string {
  if (cause === 'too_slow') return 'Slow'
  if (kind === 'fly') return machines(details) ?? 'Degraded'
  if (kind === 'sentry') return unresolved(details) ?? 'Degraded'
  const rate = details['error_rate_24h']
  if (kind === 'vercel' && typeof rate === 'number') return `Error rate ${(rate * 100).toFixed(1)} %`
  return 'Degraded'
}

function unhealthy(kind: ProbeKind, { cause, error, details }: Seen): string {
  switch (cause) {
    case 'auth_rejected':
      return kind === 'http' ? (error ?? 'Refused') : 'Token rejected'
    case 'rate_limited':
      return 'Rate limited'
    case 'assertion_failed':
      return 'Wrong content'
    case 'bad_response':
      return 'Unreadable answer'
    case 'server_error':
    case 'unexpected_status':
      return error ?? 'Failing'
    default:
      return (kind === 'fly' ? machines(details) : null) ?? 'Failing'
  }
}

/**
 * Short words for the state column of Now: `Well, 4 unresolved`, `Slow`, `HTTP 503`, `1 of 2 machines started`.
 * @param observation the newest one, null before the first
 */
export function serviceSummary(kind: ProbeKind, observation: Seen | null, nowMs: number): string {
  if (observation === null) return 'Waiting for the first check'
  switch (observation.status) {
    case 'healthy':
      return well(kind, observation.details, nowMs)
    case 'degraded':
      return degraded(kind, observation)
    case 'unhealthy':
      return unhealthy(kind, observation)
    case 'unreachable':
      return observation.cause === 'blocked_address' ? 'Address not allowed' : 'Unreachable'
    case 'not_configured':
      return 'Not configured'
    case 'not_watching':
      return 'Not watching'
    case 'unknown':
      return observation.cause === 'probe_error' ? 'Check failed' : 'Unknown'
  }
}
