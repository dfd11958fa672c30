import type { AuditRow, Seam } from '../audit.ts'
import { utcSeconds } from '../time.ts'
import { actionLabel, autofixDetails, stateLabel } from './autofix.ts'
import { countOf, type Details, nameOf, numberOf, sessionOf, textOf } from './fields.ts'
import { dmStatus } from './investigationParts.ts'
import { intentAction, intentPattern, mailStatus, ticketOf } from './mail.ts'
import { categoryOf, proposalOf } from './promotions.ts'
import { daily, lastDay, tally } from './windows.ts'

export const actionCategories = [
  'email_sent',
  'sea_ticket_created',
  'autofix_attempted',
  'investigation_completed',
  'alert_investigation_completed',
  'phrasebook_proposal_approved',
  'promotion_proposed',
  'promotion_approved',
  'promotion_rejected',
  'other',
] as const
type ActionCategory = (typeof actionCategories)[number]

/** Records from which the timeline is made. */
export const actionSeams = [
  'tool.email_to_operator_sent',
  'tool.probe_autofix_attempted',
  'probe.investigation_completed',
  'intent.email_to_sea_ticket',
  'phrasebook.updated',
  'promotion.proposed',
  'promotion.approved',
  'promotion.rejected',
  'alert.investigation_completed',
] as const satisfies Seam[]

interface Action {
  readonly category: ActionCategory
  readonly summary: string
  /** `unknown` where the record has none. */
  readonly status: string
  readonly deepLink: string
}

/** Whether something was done: not a refused fix, a mail that was only looked at, or the operator's own edit. */
export function isAction(row: AuditRow): boolean {
  return actionOf(row) !== null
}

/**
 * Body of `GET /api/kora-actions/recent`: what was done (audit specification, 8.1).
 * @param page rows of {@link actionSeams} to list, newest first; those that are no action are left out
 * @param recent all of them since the first day of the series
 */
export function koraActions(page: readonly AuditRow[], recent: readonly AuditRow[], nowMs: number) {
  const done = recent.filter(isAction)
  const lately = lastDay(done, nowMs)
  return {
    items: page.flatMap(item),
    generated_at: utcSeconds(nowMs),
    total_recent_24h: lately.length,
    by_category_24h: tally(
      actionCategories,
      lately.map((row) => actionOf(row)?.category ?? 'other'),
    ),
    daily_actions_14d: daily(done, nowMs),
    action_categories: [...actionCategories],
  }
}

function item(row: AuditRow) {
  const action = actionOf(row)
  if (!action) return []
  return [
    {
      id: row.eventId,
      emitted_at: utcSeconds(row.emittedAtMs),
      action_category: action.category,
      caller_session_id: sessionOf(row.callerSessionId),
      summary: action.summary,
      status: action.status,
      deep_link: action.deepLink,
    },
  ]
}

/** Null for a row that is no action. */
function actionOf({ seam, details }: AuditRow): Action | null {
  switch (seam) {
    case 'tool.email_to_operator_sent':
      return mailSent(details)
    case 'intent.email_to_sea_ticket':
      return intentAction(details) === 'created' ? ticketCreated(details) : null
    case 'tool.probe_autofix_attempted':
      return details['status'] === 'attempted' ? autofixAttempted(details) : null
    case 'probe.investigation_completed':
      return investigated('Probe', nameOf(details['probe'], 64), details)
    case 'alert.investigation_completed':
      return investigated('Alert', nameOf(details['category'], 64), details)
    case 'phrasebook.updated':
      return details['actor'] === 'operator' ? null : phrasebookUpdated(details)
    case 'promotion.proposed':
      return promotion('promotion_proposed', proposedSummary(details), details)
    case 'promotion.approved':
      return promotion('promotion_approved', `Promotion approved · ${categoryOf(details)}`, details)
    case 'promotion.rejected':
      return promotion('promotion_rejected', `Promotion rejected · ${categoryOf(details)}`, details)
    default:
      return null
  }
}

/** Every try is listed, as published; one that did not reach anybody does not claim that it did. */
function mailSent(details: Details): Action {
  const status = mailStatus(details)
  const [subject, body, attachments] = ['subject_chars', 'body_chars', 'attachment_count'].map(
    (field) => countOf(details[field]) ?? 0,
  )
  const what = status === 'sent' ? 'Sent email to operator' : 'Email to operator not sent'
  const counted = attachments === 1 ? '1 attachment' : `${attachments} attachments`
  return {
    category: 'email_sent',
    summary: `${what} · ${subject}-char subject · ${body}-char body · ${counted}`,
    status,
    deepLink: '/outbound-email-log',
  }
}

function ticketCreated(details: Details): Action {
  const id = ticketOf(details)
  return {
    category: 'sea_ticket_created',
    summary: `Saved task-board item${id === null ? '' : ` #${id}`} from email · ${intentPattern(details)}`,
    status: 'created',
    deepLink: id === null ? '/email-intent-log' : `/sea-tickets?focus=${encodeURIComponent(id)}`,
  }
}

function autofixAttempted(details: Details): Action {
  const { probe, target_id: target } = autofixDetails(details)
  const before = stateLabel(details['before_state'])
  const after = stateLabel(details['after_state'])
  const change = before === null ? '' : after === null ? ` · before: ${before}` : ` · ${before}→${after}`
  return {
    category: 'autofix_attempted',
    summary: `${actionLabel(details)} on ${target === null ? probe : `${probe}/${target}`}${change}`,
    status: 'attempted',
    deepLink: '/probe-autofix-log',
  }
}

function investigated(kind: 'Probe' | 'Alert', about: string, details: Details): Action {
  const fixed = details['autofix_attempted'] === true ? ' · 🔧 fix attempted' : ''
  return {
    category: kind === 'Probe' ? 'investigation_completed' : 'alert_investigation_completed',
    summary: `${kind} investigation completed · ${about}${fixed}`,
    status: dmStatus(details),
    deepLink: kind === 'Probe' ? '/probe-investigations' : '/alert-investigations',
  }
}

function phrasebookUpdated(details: Details): Action {
  const [before, after] = ['entry_count_before', 'entry_count_after'].map((field) => countOf(details[field]) ?? '?')
  return {
    category: 'phrasebook_proposal_approved',
    summary: `Phrasebook updated · ${before}→${after} entries`,
    status: 'unknown',
    deepLink: '/phrasebook',
  }
}

function promotion(category: ActionCategory, summary: string, details: Details): Action {
  const id = proposalOf(details)
  return {
    category,
    summary,
    status: textOf(details['status'], 32) ?? 'unknown',
    deepLink: `/promotions/phrasebook${id === null ? '' : `?focus=${encodeURIComponent(id)}`}`,
  }
}

function proposedSummary(details: Details): string {
  const confidence = numberOf(details['confidence'])?.toFixed(2) ?? '?'
  const size = countOf(details['cluster_size']) ?? '?'
  return `💡 proposal awaiting review · ${categoryOf(details)} · cluster ${size} · conf ${confidence}`
}
