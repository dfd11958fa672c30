import type { AuditRow } from '../audit.ts'
import type { PublishedStatus } from '../observation.ts'
import { utcSeconds } from '../time.ts'
import { callerSessionId } from '../wake.ts'
import { fixedNames } from './heartbeat.ts'
import { memberOf, nameOf, sessionOf, textOf } from './fields.ts'
import { completed, dmStatus, dmStatuses, panelSeverities, toolCalls } from './investigationParts.ts'
import { dmEntry, type SlackLogEntry } from './slackLog.ts'
import { lastDay, tally, type WindowName } from './windows.ts'

/** Sessions of probes; records of every other session are not joined (probe specification, 9). */
const probeSession = /^probe:([a-zA-Z0-9_-]+):([a-zA-Z0-9_-]+)$/

export const resolutions = ['active', 'resolved', 'unknown'] as const
type Resolution = (typeof resolutions)[number]

/** The records of one session, newest first. */
export interface SessionRecords {
  /** Of `reasoning.tool_called`. */
  readonly calls: readonly AuditRow[]
  /** Of `probe.investigation_completed`. */
  readonly completed: readonly AuditRow[]
  readonly messages: readonly SlackLogEntry[]
}

interface Input {
  readonly window: WindowName
  /** Null when the window has no beginning. */
  readonly sinceMs: number | null
  /** Wakes to list: rows of `probe.wake_requested`, newest first. */
  readonly page: readonly AuditRow[]
  /** Every wake of the window; the counts are theirs. */
  readonly wakes: readonly AuditRow[]
  /** Rows of `probe.investigation_completed` of at least the last 24 hours. */
  readonly completedLately: readonly AuditRow[]
  /** By session id, of the sessions of `page`. */
  readonly sessions: ReadonlyMap<string, SessionRecords>
  /** The newest finding about each watched probe, by its id. */
  readonly health: ReadonlyMap<string, PublishedStatus>
  readonly nowMs: number
}

/** Body of `GET /api/probe-investigations` (probe specification, 9). */
export function probeInvestigations(input: Input) {
  const { window, sinceMs, page, wakes, completedLately, health, nowMs } = input
  const counts = tally(
    resolutions,
    wakes.map((wake) => resolutionOf(healthOf(health, wake))),
  )
  return {
    window,
    since: sinceMs === null ? null : utcSeconds(sinceMs),
    generated_at: utcSeconds(nowMs),
    total_count: wakes.length,
    active_count: counts.active,
    resolved_count: counts.resolved,
    unknown_count: counts.unknown,
    current_probe_health: currentHealth(health),
    items: page.map((wake) => item(wake, input)),
    dm_status_values: [...dmStatuses],
    by_dm_status_24h: tally(
      dmStatuses,
      lastDay(completedLately, nowMs).map(({ details }) => dmStatus(details)),
    ),
  }
}

/**
 * The session of a wake, from its probe and category; null when they make none. Whatever `caller_session_id` the row
 * carries, its other records are found by this one.
 */
export function wakeSession(wake: AuditRow): { id: string; probeId: string; category: string } | null {
  const { probe, category } = wake.details
  if (typeof probe !== 'string' || typeof category !== 'string') return null
  const id = callerSessionId(probe, category)
  return probeSession.test(id) ? { id, probeId: probe, category } : null
}

/** Probe and category of a session of a probe; null for any other session. */
export function probeOfSession(id: string): { probeId: string; category: string } | null {
  const [, probeId, category] = probeSession.exec(id) ?? []
  return probeId === undefined || category === undefined ? null : { probeId, category }
}

/** What is published of the wake itself; the drill-down shows the same. */
export function wakeDetails(wake: AuditRow) {
  const { details } = wake
  return {
    probe_name: nameOf(details['probe'], 64),
    issue_category: nameOf(details['category'], 64),
    severity: memberOf(panelSeverities, details['severity']),
    title: textOf(details['title'], 200),
    detail: textOf(details['detail'], 400),
    envelope_enabled: details['envelope_enabled'] === true,
    envelope_fix_name: textOf(details['envelope_fix_name'], 64),
  }
}

function item(wake: AuditRow, { sessions, health }: Input) {
  const session = wakeSession(wake)
  const records = session ? sessions.get(session.id) : undefined
  const about = wakeDetails(wake)
  const calls = ofWake(records?.calls ?? [], wake, timeOfRow)
  const done = newestOfWake(records?.completed ?? [], wake, timeOfRow)
  const message = newestOfWake(records?.messages ?? [], wake, (entry) => entry.sentAtMs)
  const status = healthOf(health, wake)
  return {
    id: wake.eventId,
    wake_event_id: `${utcSeconds(wake.emittedAtMs)}:${about.probe_name}:${about.issue_category}`,
    wake_timestamp: utcSeconds(wake.emittedAtMs),
    ...about,
    caller_session_id: sessionOf(session?.id ?? null),
    investigation: calls.length === 0 ? null : toolCalls(calls.toReversed()),
    investigation_completed: done ? { emitted_at: utcSeconds(done.emittedAtMs), ...completed(done.details) } : null,
    dm_entry: message ? dmEntry(message) : null,
    current_probe_health: status,
    resolution_status: resolutionOf(status),
  }
}

/**
 * Records of a session that belong to one of its wakes. A record that names its wake belongs to that one alone; only
 * where none is named the published rule decides: whatever is not older.
 */
function ofWake<T extends { readonly wakeEventId: string | null }>(
  records: readonly T[],
  wake: AuditRow,
  atMs: (record: T) => number,
): T[] {
  return records.filter((record) =>
    record.wakeEventId === null ? atMs(record) >= wake.emittedAtMs : record.wakeEventId === wake.wakeEventId,
  )
}

/** The newest record that names the wake; where none does, the newest that may belong to it. */
function newestOfWake<T extends { readonly wakeEventId: string | null }>(
  newestFirst: readonly T[],
  wake: AuditRow,
  atMs: (record: T) => number,
): T | null {
  const own = ofWake(newestFirst, wake, atMs)
  return own.find((record) => record.wakeEventId !== null) ?? own[0] ?? null
}

function timeOfRow(row: AuditRow): number {
  return row.emittedAtMs
}

function healthOf(health: ReadonlyMap<string, PublishedStatus>, wake: AuditRow): PublishedStatus {
  const { probe } = wake.details
  return (typeof probe === 'string' ? health.get(probe) : undefined) ?? 'unknown'
}

/** The five published names always; then every other probe by name. */
function currentHealth(health: ReadonlyMap<string, PublishedStatus>): Record<string, PublishedStatus> {
  const others = [...health.keys()].filter((name) => !fixedNames.includes(name)).sort()
  return Object.fromEntries([...fixedNames, ...others].map((name) => [name, health.get(name) ?? 'unknown']))
}

function resolutionOf(status: PublishedStatus): Resolution {
  switch (status) {
    case 'healthy':
      return 'resolved'
    case 'unhealthy':
    case 'degraded':
      return 'active'
    case 'unknown':
      return 'unknown'
  }
}
