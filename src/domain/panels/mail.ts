import type { AuditRow } from '../audit.ts'
import { utcSeconds } from '../time.ts'
import { countOf, type Details, jsonOf, memberOf, nameOf, numberOf, sessionOf, textOf, textsOf } from './fields.ts'
import { daily, lastDay, tally } from './windows.ts'

export const mailStatuses = ['sent', 'rejected', 'smtp_failure'] as const
export const intentActions = ['created', 'dry_run', 'logged_only', 'cap_exceeded', 'failed'] as const

/**
 * Body of `GET /api/outbound-email/recent`: mail to the operator, sizes only (audit specification, 8).
 * @param page rows of `tool.email_to_operator_sent` to list, newest first
 * @param recent all of them since the first day of the series
 */
export function outboundMail(page: readonly AuditRow[], recent: readonly AuditRow[], nowMs: number) {
  const statuses = lastDay(recent, nowMs).map(({ details }) => mailStatus(details))
  return {
    events: page.map((row) => ({
      id: row.eventId,
      emitted_at: utcSeconds(row.emittedAtMs),
      ...mailDetails(row.details),
      caller_session_id: sessionOf(row.callerSessionId),
    })),
    generated_at: utcSeconds(nowMs),
    total_recent_24h: statuses.length,
    by_status_24h: tally([...mailStatuses, 'unknown'], statuses),
    daily_sent_14d: daily(
      recent.filter(({ details }) => mailStatus(details) === 'sent'),
      nowMs,
    ),
    status_values: [...mailStatuses],
  }
}

/** What is published of one mail: never its words, its subject or to whom it went. */
export function mailDetails(details: Details) {
  return {
    status: mailStatus(details),
    subject_chars: countOf(details['subject_chars']),
    body_chars: countOf(details['body_chars']),
    attachment_count: countOf(details['attachment_count']),
    attachment_total_bytes: countOf(details['attachment_total_bytes']),
    smtp_status: countOf(details['smtp_status']) ?? textOf(details['smtp_status'], 64),
    sent_at: textOf(details['sent_at'], 40),
    rejection_reason: textOf(details['rejection_reason'], 120),
    rejection_detail: jsonOf(details['rejection_detail'], 200),
    error: textOf(details['error'], 200),
  }
}

export function mailStatus(details: Details) {
  return memberOf(mailStatuses, details['status'])
}

/**
 * Body of `GET /api/email-intent/recent`: mail from the operator looked at for a task-board item (audit
 * specification, 8). Subjects and the titles made from them are private: of a subject only its length is told (12.14).
 * @param page rows of `intent.email_to_sea_ticket` to list, newest first
 * @param recent all of them since the first day of the series
 */
export function mailIntents(page: readonly AuditRow[], recent: readonly AuditRow[], nowMs: number) {
  const actions = lastDay(recent, nowMs).map(({ details }) => intentAction(details))
  return {
    events: page.map((row) => ({
      id: row.eventId,
      emitted_at: utcSeconds(row.emittedAtMs),
      ...intentDetails(row.details),
      caller_session_id: sessionOf(row.callerSessionId),
    })),
    generated_at: utcSeconds(nowMs),
    total_recent_24h: actions.length,
    by_action_24h: tally([...intentActions, 'unknown'], actions),
    daily_created_14d: daily(
      recent.filter(({ details }) => intentAction(details) === 'created'),
      nowMs,
    ),
    action_values: [...intentActions],
  }
}

/** What is published of one mail that was looked at. */
export function intentDetails(details: Details) {
  const { subject } = details
  return {
    action: intentAction(details),
    pattern_matched: textOf(details['pattern_matched'], 120),
    confidence: numberOf(details['confidence']) ?? textOf(details['confidence'], 32),
    subject_chars: typeof subject === 'string' ? subject.length : null,
    ticket_id: ticketOf(details),
    tags: textsOf(details['tags'], 10, 48),
    reason: textOf(details['reason'], 200),
    hourly_cap: countOf(details['hourly_cap']),
    error: textOf(details['error'], 200),
  }
}

/** Id of the task-board item, which some boards count and others name. */
export function ticketOf(details: Details): string | null {
  const id = details['ticket_id']
  return typeof id === 'number' ? String(id) : textOf(id, 64)
}

export function intentAction(details: Details) {
  return memberOf(intentActions, details['action'])
}

export function intentPattern(details: Details): string {
  return nameOf(details['pattern_matched'], 80)
}
