import type { Category, Issue } from './issue.ts'
import { type Details, type Observation, type Outcome, publishedStatus } from './observation.ts'
import type { ProbeKind } from './probe.ts'
import type { Severity } from './severity.ts'

type Config = Readonly<Record<string, unknown>>

const dayMs = 86_400_000
const defaultWarnDays = 14
/** The detail text has the whole error. */
const titleErrorLimit = 120

/** How a kind is called in messages, and what its trouble means for the operator (probe specification, section 4). */
const kinds: Readonly<Record<ProbeKind, { name: string; label: string; impact: string }>> = {
  supabase: {
    name: 'Supabase',
    label: 'Substrate-write impact',
    impact: 'tasks, events and snapshots may not be saved',
  },
  fly: {
    name: 'Fly',
    label: 'Deploy-control impact',
    impact: 'machines may not answer, and scaling or restarting them may not complete',
  },
  vercel: {
    name: 'Vercel',
    label: 'Recent-deploy impact',
    impact: 'visitors may still get an older version of the site',
  },
  sentry: {
    name: 'Sentry',
    label: 'Observability impact',
    impact: 'errors may go unseen; nothing else depends on it',
  },
  doppler: {
    name: 'Doppler',
    label: 'Credential-surface impact',
    impact: 'secrets may not be readable or rotatable, and a redeploy may start with old values',
  },
  http: {
    name: 'Web address',
    label: 'Service impact',
    impact: 'people and systems that use this address may be affected',
  },
}

/** The provider's own name for a probe that was left with its default title, else the operator's title. */
function nameOf(kind: ProbeKind, title: string): string {
  return kind !== 'http' && title.toLowerCase() === kind ? kinds[kind].name : title
}

/** A figure of the details as text; `unknown` when it was not measured. */
function figure(details: Details, key: string): string {
  const value = details[key]
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : 'unknown'
}

/** Whether trouble of this probe may be critical at all: every provider but Sentry, and `http` as it was set. */
export function isCriticalKind(kind: ProbeKind, config: Config): boolean {
  if (kind === 'http') return config['severity'] !== 'warning'
  return kind !== 'sentry'
}

/** Title of a probe whose service cannot be reached at all. */
export function unreachableTitle(kind: ProbeKind, title: string, error: string | null): string {
  const words = kind === 'http' ? 'unreachable' : 'unreachable (transport)'
  return withError(`${nameOf(kind, title)} ${words}`, error)
}

function withError(words: string, error: string | null): string {
  if (error === null) return words
  const short = error.length <= titleErrorLimit ? error : `${error.slice(0, titleErrorLimit - 1).toWellFormed()}…`
  return `${words}: ${short}`
}

function unhealthyTitle(kind: ProbeKind, title: string, { cause, error }: Outcome): string {
  const name = nameOf(kind, title)
  if (cause === 'bad_response') return withError(`${name} answer unreadable`, error)
  switch (kind) {
    case 'supabase':
      return withError(`${name} unreachable`, error)
    case 'fly':
      return withError(`${name} app(s) unreachable`, error)
    case 'vercel':
    case 'sentry':
    case 'doppler':
      return withError(`${name} API unreachable`, error)
    case 'http':
      return withError(`${name} failing`, error)
  }
}

function degradedTitle(kind: ProbeKind, title: string, { details, error }: Outcome): string {
  const name = nameOf(kind, title)
  switch (kind) {
    case 'supabase':
      return `${name} degraded (${figure(details, 'connections_pct')}% connections)`
    case 'fly':
      return `${name} degraded (${figure(details, 'apps_running')} app(s) running)`
    case 'vercel': {
      const rate = details['error_rate_24h']
      return `${name} error-rate elevated (${((typeof rate === 'number' ? rate : 0) * 100).toFixed(1)}%)`
    }
    case 'sentry': {
      const open = details['more'] === true ? '+' : ''
      return `${name}: ${figure(details, 'unresolved_issues')}${open} unresolved issue(s)`
    }
    case 'doppler':
      return `${name} secret-age elevated (${figure(details, 'oldest_secret_age_days')} days)`
    case 'http':
      return withError(`${name} slow`, error)
  }
}

function detailText(kind: ProbeKind, title: string, outcome: Outcome): string {
  const status = outcome.status === 'unreachable' ? outcome.status : publishedStatus(outcome.status)
  const error = outcome.error ?? '(no error)'
  const { label, impact } = kinds[kind]
  return `${nameOf(kind, title)} probe reported status=${status}. error='${error}'. ${label}: ${impact}.`
}

/**
 * What one check means, when it means trouble (probe specification, section 4; ruling 17). Transport failures come out
 * as a warning: whether and when they open an incident and turn critical is decided over several checks.
 * @param title the probe's title; the provider's name takes its place while it is the kind's own
 * @param config the probe's configuration; only `http` reads it (`severity`)
 * @returns null for healthy, unknown, not configured and not watching
 */
export function classify(kind: ProbeKind, title: string, outcome: Outcome, config: Config): Issue | null {
  const category: Category = 'service_unhealthy'
  const detail = detailText(kind, title, outcome)
  switch (outcome.status) {
    case 'unhealthy': {
      const critical = outcome.cause !== 'bad_response' && isCriticalKind(kind, config)
      const severity: Severity = critical ? 'critical' : 'warning'
      return { category, severity, title: unhealthyTitle(kind, title, outcome), detail }
    }
    case 'degraded':
      return { category, severity: 'warning', title: degradedTitle(kind, title, outcome), detail }
    case 'unreachable':
      return { category, severity: 'warning', title: unreachableTitle(kind, title, outcome.error), detail }
    case 'healthy':
    case 'unknown':
    case 'not_configured':
    case 'not_watching':
      return null
  }
}

/** End of the certificate an observation saw, epoch ms; null when it saw none. */
export function certificateExpiresAtMs(details: Details): number | null {
  const text = details['certificate_expires_at']
  const ms = typeof text === 'string' ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}

/**
 * The certificate of an `http` probe is about to expire, or has.
 * @param config `certificateWarnDays`, 0 to 365, default 14
 * @param title the probe's title; its id when it is left out
 * @returns null when there is time, and when no certificate was seen: ask {@link certificateExpiresAtMs} which
 */
export function certificateIssue(
  observation: Pick<Observation, 'probeId' | 'details'>,
  config: Config,
  nowMs: number,
  title: string = observation.probeId,
): Issue | null {
  const expiresAtMs = certificateExpiresAtMs(observation.details)
  if (expiresAtMs === null) return null
  const configured = config['certificateWarnDays']
  const warnDays = typeof configured === 'number' ? configured : defaultWarnDays
  const leftMs = expiresAtMs - nowMs
  if (leftMs > warnDays * dayMs) return null
  const days = Math.floor(Math.abs(leftMs) / dayMs)
  const when = leftMs <= 0 ? `expired ${days} d ago` : `expires in ${days} d`
  const at = new Date(expiresAtMs).toISOString()
  const effect = leftMs <= 0 ? 'browsers refuse the address' : 'browsers will refuse the address from then on'
  return {
    category: 'certificate_expiring',
    severity: 'warning',
    title: `${title} certificate ${when}`,
    detail: `${title} serves a certificate valid until ${at}. ${kinds.http.label}: ${effect}.`,
  }
}
