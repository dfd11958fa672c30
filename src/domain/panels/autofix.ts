import type { AuditRow } from '../audit.ts'
import { utcSeconds } from '../time.ts'
import { countOf, type Details, jsonOf, memberOf, nameOf, sessionOf, textOf } from './fields.ts'
import { daily, lastDay, tally } from './windows.ts'

export const autofixStatuses = ['attempted', 'rejected', 'execution_failed'] as const

/**
 * Body of `GET /api/probe-autofix/recent`: fixes tried and refused (probe specification, 9).
 * @param page rows of `tool.probe_autofix_attempted` to list, newest first
 * @param recent all of them since the first day of the series
 */
export function autofixLog(page: readonly AuditRow[], recent: readonly AuditRow[], nowMs: number) {
  const statuses = lastDay(recent, nowMs).map(({ details }) => statusOf(details))
  return {
    events: page.map((row) => ({
      id: row.eventId,
      emitted_at: utcSeconds(row.emittedAtMs),
      ...autofixDetails(row.details),
      caller_session_id: sessionOf(row.callerSessionId),
    })),
    generated_at: utcSeconds(nowMs),
    total_recent_24h: statuses.length,
    by_status_24h: tally([...autofixStatuses, 'unknown'], statuses),
    daily_attempted_14d: daily(
      recent.filter(({ details }) => statusOf(details) === 'attempted'),
      nowMs,
    ),
    status_values: [...autofixStatuses],
  }
}

/** What is published of one attempt. Of a machine's state nothing but its name. */
export function autofixDetails(details: Details) {
  const status = statusOf(details)
  const canonical = textOf(details['action_canonical'], 64)
  return {
    status,
    probe: nameOf(details['probe'], 64),
    action: nameOf(details['action'], 64),
    target_id: textOf(details['target_id'], 128),
    reason_from_reasoning: textOf(details['reason_from_reasoning'], 300),
    ...(canonical === null ? {} : { action_canonical: canonical }),
    ...outcomeOf(status, details),
  }
}

/** What was done, as people read it: canonical, else taken, else requested. */
export function actionLabel(details: Details): string {
  return textOf(details['action_canonical'], 64) ?? textOf(details['action_taken'], 64) ?? nameOf(details['action'], 64)
}

/** Name of a machine's state, from a record that may hold much more; null when it has none. */
export function stateLabel(state: unknown): string | null {
  return typeof state === 'object' && state !== null && 'state' in state ? textOf(state.state, 48) : null
}

function outcomeOf(status: ReturnType<typeof statusOf>, details: Details) {
  switch (status) {
    case 'attempted':
      return {
        executor_duration_ms: countOf(details['executor_duration_ms']),
        before_state_label: stateLabel(details['before_state']),
        after_state_label: stateLabel(details['after_state']),
        action_taken: textOf(details['action_taken'], 64),
      }
    case 'rejected':
      return {
        rejection_reason: textOf(details['rejection_reason'], 120),
        rejection_detail: jsonOf(details['rejection_detail'], 200),
      }
    case 'execution_failed':
      return {
        error: textOf(details['error'], 200),
        executor_duration_ms: countOf(details['executor_duration_ms']),
        before_state_label: stateLabel(details['before_state']),
      }
    case 'unknown':
      return {}
  }
}

function statusOf(details: Details) {
  return memberOf(autofixStatuses, details['status'])
}
