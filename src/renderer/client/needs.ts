import type { AlertView } from '../../contract/alerts.ts'
import type { IncidentSummary } from '../../contract/incidents.ts'
import { alertNeedsOperator } from '../../domain/alert.ts'
import { compareSeverity, type Severity } from '../../domain/severity.ts'
import { needsOperator } from '../components/status.ts'
import { useMirror } from './mirror.ts'
import { useTick } from './ticker.ts'

/** Where things that wait for the operator are found. */
export interface Looked {
  readonly incidents: readonly IncidentSummary[]
  readonly alerts: readonly AlertView[]
}

/** One thing that waits for the operator. */
export type Need = {
  readonly id: string
  readonly severity: Severity
  readonly sinceMs: number
} & (
  | { readonly kind: 'incident'; readonly incident: IncidentSummary }
  | { readonly kind: 'alert'; readonly alert: AlertView }
)

/** Everything that waits for the operator, worst first, newest first within. */
export function needsOf({ incidents, alerts }: Looked, nowMs: number): readonly Need[] {
  const ofIncidents = incidents
    .filter((incident) => needsOperator(incident, nowMs))
    .map((incident): Need => {
      const { id, severity, openedAtMs } = incident
      return { kind: 'incident', id, severity, sinceMs: openedAtMs, incident }
    })
  const ofAlerts = alerts
    .filter((alert) => alertNeedsOperator(alert, nowMs))
    .map((alert): Need => {
      const { id, severity, firstSeenAtMs } = alert
      return { kind: 'alert', id, severity, sinceMs: firstSeenAtMs, alert }
    })
  return [...ofIncidents, ...ofAlerts].toSorted(
    (a, b) => compareSeverity(b.severity, a.severity) || b.sinceMs - a.sinceMs || (a.id < b.id ? 1 : -1),
  )
}

/** How many things wait for the operator right now. */
export function useNeedsCount(): number {
  const incidents = useMirror((mirror) => mirror.incidents)
  const alerts = useMirror((mirror) => mirror.alerts)
  return useTick((nowMs) => needsOf({ incidents, alerts }, nowMs).length)
}
