/** A reading that could not be made. Never a zero, never healthy. */
export const unknown = 'unknown'
export type Unknown = typeof unknown

/** Newest shape of the published snapshot; raised with every change of a field, which so far only adds. */
export const snapshotVersion = 7

/** The sections of a snapshot, each computed behind a boundary of its own. */
export const snapshotSections = [
  'operational_state',
  'alerts',
  'cost_ladder',
  'cost_ladder_by_tenant',
  'tasks',
  'service_health',
  'cost_telemetry',
  'daemon_health',
] as const
export type SnapshotSection = (typeof snapshotSections)[number]

/** Services that are always named, watched or not. */
export const namedServices = ['vercel', 'sentry', 'doppler', 'supabase', 'fly'] as const

export const healthWords = ['healthy', 'degraded', 'unhealthy'] as const
export type Health = (typeof healthWords)[number] | Unknown

/** Least age, seconds, up to which a snapshot is fresh. */
export const leastFreshSeconds = 600
/** How far ahead of the reader's clock a snapshot may stand: a clock that was set by a breath. */
export const skewSeconds = 2

/** Whole seconds for which a snapshot is fresh: two intervals, rounded up, ten minutes at the least. */
export function freshForSeconds(intervalSeconds: number): number {
  return Math.max(leastFreshSeconds, Math.ceil(2 * intervalSeconds))
}

/** A day, a time and perhaps a zone; `Date.parse` alone reads much else, words among it. */
const isoTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/i

/**
 * Whether a snapshot may be shown, judged by the reader on what it says: missing, blank or unreadable times are stale,
 * and so is a time in the future beyond {@link skewSeconds}. A time without a zone is UTC. Exactly the limit is fresh.
 * @param computedAt as found in the file
 */
export function isFresh(computedAt: unknown, nowMs: number, limitSeconds: number = leastFreshSeconds): boolean {
  const found = typeof computedAt === 'string' ? isoTime.exec(computedAt.trim()) : null
  if (found === null) return false
  const [, day, time, zone = 'Z'] = found
  const ageMs = nowMs - Date.parse(`${day}T${time}${zone}`)
  return ageMs >= -skewSeconds * 1_000 && ageMs <= limitSeconds * 1_000
}

const listenersDownUnhealthy = 3
const errorsUnhealthy = 20
const errorsDegraded = 5

/**
 * How the daemon itself is, of its listeners and the errors of the last five minutes (snapshot specification, 4). One
 * that is off does not count; errors alone say nothing while no listener is known.
 */
export function overallStatus(
  listeners: readonly { readonly status: 'up' | 'down' | 'off' | Unknown }[],
  errorCount: number,
): Health {
  const counted = listeners.filter(({ status }) => status !== 'off')
  if (counted.every(({ status }) => status === unknown)) return unknown
  const down = counted.filter(({ status }) => status === 'down').length
  if (down >= listenersDownUnhealthy || errorCount >= errorsUnhealthy) return 'unhealthy'
  return down > 0 || errorCount >= errorsDegraded ? 'degraded' : 'healthy'
}

/**
 * Values of the snapshot that a phrasebook reply may name: texts, numbers and flags, never maps. A test holds the list
 * against what the collectors make.
 */
export const snapshotPaths = [
  'operational_state.primary',
  'operational_state.paused',
  'operational_state.pause_reason',
  'alerts.active_count',
  'alerts.by_severity.critical',
  'alerts.by_severity.warning',
  'alerts.by_severity.info',
  'cost_ladder.current_tier',
  'cost_ladder.monthly_budget_pct_used',
  'cost_ladder.model_default',
  'cost_ladder.spent_to_date_usd',
  'cost_ladder.credit_pool_usd',
  'service_health.supabase',
  'service_health.fly',
  'service_health.vercel',
  'service_health.sentry',
  'service_health.doppler',
  'daemon_health.overall_status',
  'daemon_health.boot_at',
  'daemon_health.uptime_seconds',
  'daemon_health.recent_error_count_5min',
  'tasks.open_count',
  'tasks.in_progress_count',
  'computed_at',
  'schema_version',
] as const
export type SnapshotPath = (typeof snapshotPaths)[number]

export function isSnapshotPath(path: string): path is SnapshotPath {
  return (snapshotPaths as readonly string[]).includes(path)
}
