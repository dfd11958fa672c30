import type { IncidentSummary } from '../../../contract/incidents.ts'

export type TimeWindow = '24h' | '7d' | 'all'
export type StateFilter = 'any' | 'active' | 'resolved'

const spans: Readonly<Record<TimeWindow, number | null>> = { '24h': 86_400_000, '7d': 7 * 86_400_000, all: null }

/** Whether an incident belongs into the list as it is filtered now. */
export function matchesFilter(
  incident: IncidentSummary,
  window: TimeWindow,
  state: StateFilter,
  nowMs: number,
): boolean {
  const span = spans[window]
  if (span !== null && incident.openedAtMs < nowMs - span) return false
  if (state === 'any') return true
  return (incident.state === 'resolved') === (state === 'resolved')
}

/**
 * What the list shows: the pages that were fetched, with what the mirror knows better laid over them, newest first.
 * An incident that opened since stands in front; one that no longer matches the filter is gone.
 */
export function overlay(
  fetched: readonly IncidentSummary[],
  live: readonly IncidentSummary[],
  matches: (incident: IncidentSummary) => boolean,
): readonly IncidentSummary[] {
  const oldest = fetched.at(-1)?.openedAtMs ?? Number.NEGATIVE_INFINITY
  const byId = new Map(fetched.map((incident) => [incident.id, incident]))
  for (const incident of live) {
    // Older than the last page: its page is not here yet.
    if (byId.has(incident.id) || incident.openedAtMs >= oldest || fetched.length === 0) byId.set(incident.id, incident)
  }
  return [...byId.values()].filter(matches).sort((a, b) => b.openedAtMs - a.openedAtMs || (a.id < b.id ? 1 : -1))
}

/** A fresh first page in front of the pages that were fetched before. */
export function refreshed(
  before: readonly IncidentSummary[],
  firstPage: readonly IncidentSummary[],
): readonly IncidentSummary[] {
  const fresh = new Set(firstPage.map((incident) => incident.id))
  const oldest = firstPage.at(-1)?.openedAtMs ?? Number.POSITIVE_INFINITY
  const further = before.filter((incident) => !fresh.has(incident.id) && incident.openedAtMs <= oldest)
  return [...firstPage, ...further]
}
