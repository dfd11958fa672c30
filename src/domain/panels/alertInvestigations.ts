import type { AuditRow } from '../audit.ts'
import { utcSeconds } from '../time.ts'
import { type Details, memberOf, nameOf, sessionOf } from './fields.ts'
import { alertCompleted, dmStatus, dmStatuses, panelSeverities } from './investigationParts.ts'
import { dmEntry, type SlackLogEntry } from './slackLog.ts'
import { lastDay, tally, type WindowName } from './windows.ts'

interface Input {
  readonly window: WindowName
  /** Null when the window has no beginning. */
  readonly sinceMs: number | null
  /** Rows of `alert.investigation_completed` to list, newest first. */
  readonly page: readonly AuditRow[]
  /** All of them of the window. */
  readonly all: readonly AuditRow[]
  /** All of them of at least the last 24 hours. */
  readonly recent: readonly AuditRow[]
  /** Newest first. */
  readonly slack: readonly SlackLogEntry[]
  readonly nowMs: number
}

/** Body of `GET /api/alert-investigations` (alert specification, 6), driven by what was completed. */
export function alertInvestigations({ window, sinceMs, page, all, recent, slack, nowMs }: Input) {
  const lately = lastDay(recent, nowMs)
  return {
    window,
    since: sinceMs === null ? null : utcSeconds(sinceMs),
    generated_at: utcSeconds(nowMs),
    items: page.map((row) => item(row, slack)),
    total_count: all.length,
    dm_status_values: [...dmStatuses],
    by_severity_24h: tally(
      panelSeverities,
      lately.map(({ details }) => severityOf(details)),
    ),
    by_dm_status_24h: tally(
      dmStatuses,
      lately.map(({ details }) => dmStatus(details)),
    ),
  }
}

/** The message that carried a finding: named by the investigation, or itself the alert's (never guessed by time). */
export function messageOf(details: Details, slack: readonly SlackLogEntry[]): SlackLogEntry | null {
  const { investigation_id: investigationId, alert_id: alertId } = details
  const byInvestigation = slack.find(
    (entry) => entry.investigationId !== null && entry.investigationId === investigationId,
  )
  return byInvestigation ?? slack.find((entry) => entry.messageId === alertId) ?? null
}

function item(row: AuditRow, slack: readonly SlackLogEntry[]) {
  const { details } = row
  const category = nameOf(details['category'], 64)
  const severity = severityOf(details)
  const message = messageOf(details, slack)
  return {
    id: row.eventId,
    emitted_at: utcSeconds(row.emittedAtMs),
    alert_category: category,
    severity,
    caller_session_id: sessionOf(row.callerSessionId) ?? `alert:${category}:${severity}`,
    investigation_completed: alertCompleted(details),
    dm_entry: message ? dmEntry(message) : null,
  }
}

function severityOf(details: Details) {
  return memberOf(panelSeverities, details['severity'])
}
