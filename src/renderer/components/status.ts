import type { IncidentSummary } from '../../contract/incidents.ts'
import type { ServiceRow } from '../../contract/probes.ts'
import type { Severity } from '../../domain/severity.ts'

/** Every state a thing on screen can have; each has one glyph, one colour and one word. */
export type Tone = 'well' | 'attention' | 'trouble' | 'unknown' | 'paused' | 'not_watching'

export const toneWords: Readonly<Record<Tone, string>> = {
  well: 'Well',
  attention: 'Needs attention',
  trouble: 'Trouble',
  unknown: 'Unknown',
  paused: 'Paused',
  not_watching: 'Not watching',
}

export function severityTone(severity: Severity): Tone {
  switch (severity) {
    case 'critical':
      return 'trouble'
    case 'warning':
      return 'attention'
    case 'info':
      return 'unknown'
  }
}

/** The state of a service: its incident's severity where there is one, else what the newest check said. */
export function serviceTone(
  row: Pick<ServiceRow, 'enabled' | 'status' | 'severity' | 'incidentId' | 'suspectSinceMs'>,
): Tone {
  if (!row.enabled) return 'paused'
  switch (row.status) {
    case 'not_watching':
      return 'not_watching'
    case 'not_configured':
    case 'unknown':
      return 'unknown'
    case 'healthy':
      // A flapping incident stays open over single good checks.
      return row.incidentId && row.severity ? severityTone(row.severity) : 'well'
    case 'degraded':
    case 'unhealthy':
    case 'unreachable':
      if (row.incidentId && row.severity) return severityTone(row.severity)
      // A first bad check is doubted before anybody is alarmed.
      return row.status === 'unhealthy' && row.suspectSinceMs === null ? 'trouble' : 'attention'
  }
}

export function incidentTone(
  incident: Pick<IncidentSummary, 'state' | 'severity' | 'handledAtMs' | 'snoozedUntilMs'>,
  nowMs: number,
): Tone {
  if (incident.state === 'resolved') return 'well'
  if (incident.handledAtMs !== null || isSnoozed(incident, nowMs)) return 'paused'
  return severityTone(incident.severity)
}

export function isSnoozed(incident: Pick<IncidentSummary, 'snoozedUntilMs'>, nowMs: number): boolean {
  return incident.snoozedUntilMs !== null && incident.snoozedUntilMs > nowMs
}

/**
 * Whether an incident still waits for the operator. Acknowledging only ends its reminders; snoozing and marking it
 * handled take it off Now.
 */
export function needsOperator(
  incident: Pick<IncidentSummary, 'state' | 'handledAtMs' | 'snoozedUntilMs'>,
  nowMs: number,
): boolean {
  return incident.state !== 'resolved' && incident.handledAtMs === null && !isSnoozed(incident, nowMs)
}
