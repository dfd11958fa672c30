import type { ActivityItem } from '../../contract/state.ts'
import type { AuditRow } from '../../domain/audit.ts'
import { deliveryReason } from '../../domain/deliveryReasons.ts'
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
    route: row.incidentId === null ? null : `/investigations/${row.incidentId}`,
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
    case 'probe.investigation_completed': {
      const cost = details['total_cost_usd']
      const failed = details['reasoning_error']
      const summary = text(details['investigation_summary_text']).split('\n')[0] ?? ''
      return {
        ...base,
        kind: 'investigated',
        text:
          typeof failed === 'string'
            ? `Could not investigate ${probe}: ${failed}`
            : `Investigated ${probe}: ${summary}`,
        costNanoUsd: typeof cost === 'number' ? Math.round(cost * 1e9) : null,
      }
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
