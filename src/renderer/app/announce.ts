import type { IncidentSummary } from '../../contract/incidents.ts'
import { needsOperator } from '../components/status.ts'

export interface Announcements {
  readonly polite: readonly string[]
  /** Criticals interrupt. */
  readonly assertive: readonly string[]
}

/** What came to need the operator between two looks at the open incidents, or became critical meanwhile. */
export function announcements(
  before: readonly IncidentSummary[],
  after: readonly IncidentSummary[],
  nowMs: number,
): Announcements {
  const known = new Map(before.map((incident) => [incident.id, incident]))
  const polite: string[] = []
  const assertive: string[] = []
  for (const incident of after) {
    const old = known.get(incident.id)
    const worse = old !== undefined && old.severity !== 'critical' && incident.severity === 'critical'
    if ((old && !worse) || !needsOperator(incident, nowMs)) continue
    const text = `${incident.probeTitle} needs you: ${incident.title}`
    if (incident.severity === 'critical') assertive.push(`Critical. ${text}`)
    else polite.push(text)
  }
  return { polite, assertive }
}
