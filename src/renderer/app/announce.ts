import { type Looked, type Need, needsOf } from '../client/needs.ts'
import type { Severity } from '../../domain/severity.ts'

export interface Announcements {
  readonly polite: readonly string[]
  /** Criticals interrupt. */
  readonly assertive: readonly string[]
}

/** What came to need the operator between two looks at incidents and alerts, or became critical meanwhile. */
export function announcements(before: Looked, after: Looked, nowMs: number): Announcements {
  const known = new Map<string, Severity>([...before.incidents, ...before.alerts].map((one) => [one.id, one.severity]))
  const polite: string[] = []
  const assertive: string[] = []
  for (const need of needsOf(after, nowMs)) {
    const old = known.get(need.id)
    const worse = old !== undefined && old !== 'critical' && need.severity === 'critical'
    if (old !== undefined && !worse) continue
    if (need.severity === 'critical') assertive.push(`Critical. ${said(need)}`)
    else polite.push(said(need))
  }
  return { polite, assertive }
}

function said(need: Need): string {
  return need.kind === 'incident'
    ? `${need.incident.probeTitle} needs you: ${need.incident.title}`
    : `Kora needs you: ${need.alert.title}`
}
