import type { AlertView } from '../../../contract/alerts.ts'
import type { IncidentSummary } from '../../../contract/incidents.ts'

export type TimeWindow = '24h' | '7d' | 'all'
export type StateFilter = 'any' | 'active' | 'resolved'
/** Whose trouble is listed: everybody's, that of services, or what Kora says about itself. */
export type KindFilter = 'all' | 'services' | 'kora'

/** One line of the list: an incident of a service, or an occurrence of an alert. */
export type Row =
  | { readonly kind: 'incident'; readonly id: string; readonly atMs: number; readonly incident: IncidentSummary }
  | { readonly kind: 'alert'; readonly id: string; readonly atMs: number; readonly alert: AlertView }

export function incidentRow(incident: IncidentSummary): Row {
  return { kind: 'incident', id: incident.id, atMs: incident.openedAtMs, incident }
}

export function alertRow(alert: AlertView): Row {
  return { kind: 'alert', id: alert.id, atMs: alert.firstSeenAtMs, alert }
}

const spans: Readonly<Record<TimeWindow, number | null>> = { '24h': 86_400_000, '7d': 7 * 86_400_000, all: null }

/** Whether a row belongs into the list as it is filtered now. What an incident speaks of has no line of its own. */
export function matchesFilter(row: Row, window: TimeWindow, state: StateFilter, nowMs: number): boolean {
  if (row.kind === 'alert' && row.alert.voice === 'incident') return false
  const span = spans[window]
  if (span !== null && row.atMs < nowMs - span) return false
  return state === 'any' || isResolved(row) === (state === 'resolved')
}

export function isResolved(row: Row): boolean {
  return row.kind === 'incident' ? row.incident.state === 'resolved' : row.alert.resolvedAtMs !== null
}

/**
 * What one list shows: the pages that were fetched, with what the mirror knows better laid over them, newest first.
 * What began since stands in front; what no longer matches the filter is gone.
 */
export function overlay(fetched: readonly Row[], live: readonly Row[], matches: (row: Row) => boolean): readonly Row[] {
  const oldest = fetched.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY
  const byId = new Map(fetched.map((row) => [row.id, row]))
  for (const row of live) {
    // Older than the last page: its page is not here yet.
    if (byId.has(row.id) || row.atMs >= oldest || fetched.length === 0) byId.set(row.id, row)
  }
  return [...byId.values()].filter(matches).sort(newestFirst)
}

function newestFirst(a: Row, b: Row): number {
  return b.atMs - a.atMs || (a.id < b.id ? 1 : -1)
}

/** A fresh first page in front of the pages that were fetched before. */
export function refreshed(before: readonly Row[], firstPage: readonly Row[]): readonly Row[] {
  const fresh = new Set(firstPage.map((row) => row.id))
  const oldest = firstPage.at(-1)?.atMs ?? Number.POSITIVE_INFINITY
  const further = before.filter((row) => !fresh.has(row.id) && row.atMs <= oldest)
  return [...firstPage, ...further]
}

/** A list that is read page by page, as far as it was read. */
export interface Source {
  readonly items: readonly Row[]
  /** Where reading stands: nothing older than this was read yet; null once everything was. */
  readonly readToMs: number | null
}

/**
 * Several lists as one, newest first. Nothing is shown that is older than what any of them was read to: it might not
 * be in its place.
 * @returns `next` is the list whose further page brings more into sight; null once all were read
 */
export function mergeByTime<Name extends string>(
  sources: Readonly<Record<Name, Source>>,
): { items: readonly Row[]; next: Name | null } {
  const names = Object.keys(sources) as Name[]
  let next: Name | null = null
  let horizonMs = Number.NEGATIVE_INFINITY
  for (const name of names) {
    const { readToMs } = sources[name]
    if (readToMs === null || readToMs < horizonMs) continue
    horizonMs = readToMs
    next = name
  }
  const items = names.flatMap((name) => sources[name].items.filter((row) => row.atMs >= horizonMs))
  return { items: items.sort(newestFirst), next }
}
