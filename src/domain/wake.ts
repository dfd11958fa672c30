import type { Category } from './issue.ts'
import type { ProbeStatus } from './observation.ts'
import type { Severity } from './severity.ts'

/** Why a wake was emitted: an incident opened, reopened, got worse, or has lasted. */
export const wakeReasons = ['opened', 'reopened', 'severity_rose', 'reminder'] as const
export type WakeReason = (typeof wakeReasons)[number]

/**
 * A wake event. The eight fields of the published row keep their names on export (`probe`, `severity`, `category`,
 * `title`, `detail`, `snapshot_details`, `envelope_enabled`, `envelope_fix_name`); the others are new.
 */
export interface WakeEvent {
  readonly eventId: string
  readonly incidentId: string
  readonly reason: WakeReason
  readonly probe: string
  readonly severity: Severity
  readonly category: Category
  readonly title: string
  readonly detail: string
  readonly snapshotDetails: Readonly<Record<string, unknown>>
  readonly envelopeEnabled: boolean
  readonly envelopeFixName: string
  readonly observedAtMs: number
  readonly status: ProbeStatus
  readonly error: string | null
  readonly latencyMs: number | null
  readonly cycleSeq: number
  readonly firstSeenAtMs: number
  readonly consecutive: number
  /** Ids of every incident the wake speaks for; more than one when all services failed at once. */
  readonly groupedIncidentIds: readonly string[]
}

/** `probe:{probe}:{category}`: the published grouping key; records are joined on incident and wake ids first. */
export function callerSessionId(probe: string, category: string): string {
  return `probe:${probe}:${category}`
}

/** The published audit details of a wake, eight original fields first. */
export function wakeAuditDetails(wake: WakeEvent): Record<string, unknown> {
  return {
    probe: wake.probe,
    severity: wake.severity,
    category: wake.category,
    title: wake.title,
    detail: wake.detail,
    snapshot_details: wake.snapshotDetails,
    envelope_enabled: wake.envelopeEnabled,
    envelope_fix_name: wake.envelopeFixName,
    event_id: wake.eventId,
    incident_id: wake.incidentId,
    reason: wake.reason,
    observed_at: new Date(wake.observedAtMs).toISOString(),
    status: wake.status,
    error: wake.error,
    latency_ms: wake.latencyMs,
    cycle_seq: wake.cycleSeq,
    first_seen_at: new Date(wake.firstSeenAtMs).toISOString(),
    consecutive: wake.consecutive,
    grouped_incident_ids: wake.groupedIncidentIds,
  }
}
