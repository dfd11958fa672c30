import type { ActivityItem } from '../../contract/state.ts'
import type { AuditRow } from '../../domain/audit.ts'
import { deliveryReason } from '../../domain/deliveryReasons.ts'
import { occurrenceRoute } from '../../domain/historyWords.ts'
import { severities } from '../../domain/severity.ts'

/** Seams that say something an operator would want to know on coming back. */
export const activitySeams = new Set([
  'incident.transitioned',
  'probe.investigation_completed',
  'notification.dispatched',
  'watch.interrupted',
  'watch.resumed',
  'incident.operator_action',
  'backup.failed',
  'budget.rung_changed',
  'budget.period_opened',
  'alert.raised',
  'alert.resolved',
  'alert.operator_action',
  'alert.investigation_completed',
  'operational_state.changed',
  'maintenance.changed',
])

/** One audit row as a line of "since you last looked"; null when it is not worth one. */
export function activityItem(row: AuditRow, title: (probeId: string) => string): ActivityItem | null {
  const { details } = row
  const probe = typeof details['probe'] === 'string' ? title(details['probe']) : ''
  const what = typeof details['title'] === 'string' ? details['title'] : ''
  const base = {
    key: row.eventId,
    atMs: row.emittedAtMs,
    severity: severities.find((severity) => severity === details['severity']) ?? null,
    costNanoUsd: null,
    route: occurrenceRoute(row.incidentId ?? (text(details['occurrence_id']) || null)),
  }
  switch (row.seam) {
    case 'incident.transitioned': {
      const { from, to, why } = details
      if (to === 'open' && from !== 'open') return { ...base, kind: 'opened', text: `${probe}: ${what}` }
      if (to === 'resolved')
        return {
          ...base,
          kind: 'resolved',
          severity: null,
          text: `${probe}: ${typeof why === 'string' ? why : 'well again'}`,
        }
      return null
    }
    case 'probe.investigation_completed':
    case 'alert.investigation_completed': {
      const about = row.seam === 'probe.investigation_completed' ? probe : `“${what}”`
      const cost = details['total_cost_usd']
      const failed = details['reasoning_error']
      const summary = text(details['investigation_summary_text']).split('\n')[0] ?? ''
      return {
        ...base,
        kind: 'investigated',
        text:
          typeof failed === 'string'
            ? `Could not investigate ${about}: ${failed}`
            : `Investigated ${about}: ${summary}`,
        costNanoUsd: typeof cost === 'number' ? Math.round(cost * 1e9) : null,
      }
    }
    case 'alert.raised':
      return speaksHere(details) ? { ...base, kind: 'opened', text: what } : null
    case 'alert.resolved':
      return speaksHere(details) ? { ...base, kind: 'resolved', severity: null, text: `Over: ${what}` } : null
    case 'alert.operator_action':
      return { ...base, kind: 'operator', text: `You: ${text(details['action'])}, ${what}` }
    case 'operational_state.changed':
      return pauseItem(row, base)
    case 'maintenance.changed':
      return {
        ...base,
        kind: 'system',
        text: `Maintenance ${text(details['change'])}: ${what}`,
        route: '/settings/maintenance',
      }
    case 'notification.dispatched':
      if (details['status'] !== 'failed' || !['slack', 'slack_dm'].includes(text(details['channel']))) return null
      return {
        ...base,
        kind: 'undelivered',
        text: `Slack message not sent: ${text(details['note']) || deliveryReason(text(details['error']))}`,
      }
    case 'watch.interrupted':
      return { ...base, kind: 'not_watching', text: 'Kora was cut off: nothing answered' }
    case 'watch.resumed':
      return { ...base, kind: 'watching_again', text: text(details['text']) || 'Watching again' }
    case 'incident.operator_action':
      return {
        ...base,
        kind: 'operator',
        text: `You: ${text(details['action']).replaceAll('_', ' ')}, ${probe}`,
      }
    case 'backup.failed':
      return { ...base, kind: 'system', text: `A backup failed: ${text(details['error'])}` }
    case 'budget.rung_changed':
      return { ...base, kind: 'budget', text: rungText(text(details['to'])), route: '/spend' }
    case 'budget.period_opened':
      return { ...base, kind: 'budget', text: 'A new billing period began', route: '/spend' }
    default:
      return null
  }
}

/** An alert that has a line of no other kind: rungs, and what an incident or a notice speaks of, have theirs. */
function speaksHere(details: AuditRow['details']): boolean {
  return details['voice'] === 'alert' && details['category'] !== 'cost_ladder'
}

/** A pause that somebody asked for, and its end; one for cost has a line as a rung. */
function pauseItem(
  { details }: Pick<AuditRow, 'details'>,
  base: Omit<ActivityItem, 'kind' | 'text'>,
): ActivityItem | null {
  const { from, to } = details
  const reasons = Array.isArray(details['reasons']) ? details['reasons'] : []
  const item = { ...base, kind: 'operator' as const, severity: null, route: '/system/daemon' }
  if (to === 'paused' && reasons.includes('operator')) {
    return { ...item, text: `Paused: ${text(details['trigger'])}` }
  }
  return from === 'paused' && to === 'ready' ? { ...item, text: `Kora goes on: ${text(details['trigger'])}` } : null
}

function rungText(rung: string): string {
  switch (rung) {
    case 'normal':
      return 'Model budget: back to normal'
    case 'hard_stop_100':
      return 'Model budget: used up, no model calls'
    default:
      return 'Model budget: cheap model only'
  }
}

/** Rows of other versions may hold anything here. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
