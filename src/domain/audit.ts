/**
 * Seams of the audit log. The first 23 are published; the rest are ours. Strict on write, lenient on read:
 * a stored seam that is not in this list is kept and shown as `unknown`.
 */
export const seams = [
  'mcp.tool_called',
  'webhook.dead_letter',
  'slack_dm.reply_failed',
  'reasoning.tool_called',
  'notification.dispatched',
  'probe.wake_requested',
  'tool.email_to_operator_sent',
  'tool.probe_autofix_attempted',
  'probe.investigation_completed',
  'intent.email_to_sea_ticket',
  'phrasebook.updated',
  'promotion.proposed',
  'promotion.approved',
  'promotion.rejected',
  'promotion.snapshot_field_added',
  'promotion.router_trigger_proposed',
  'promotion.tool_trim_proposed',
  'promotion.probe_envelope_action_proposed',
  'promotion.probe_envelope_action_auto_approved',
  'promotion.email_intent_pattern_proposed',
  'alert.wake_requested',
  'alert.investigation_completed',
  'opus_override.applied',
  'daemon.started',
  'daemon.stopped',
  'incident.transitioned',
  'incident.operator_action',
  'watch.interrupted',
  'watch.resumed',
  'probe.definition_changed',
  'settings.changed',
  'secret.changed',
  'backup.created',
  'backup.failed',
  'task.failed',
  'audit.pruned',
  'operational_state.changed',
  'budget.rung_changed',
  'budget.period_opened',
  'budget.reconciled',
  'budget.reservation_recovered',
  'ledger.corrected',
  'alert.raised',
  'alert.changed',
  'alert.held',
  'alert.resolved',
  'alert.operator_action',
  'listener.changed',
  'daemon.stalled',
  'maintenance.changed',
  'history.file_opened',
  'views.erased',
] as const
export type Seam = (typeof seams)[number]

export const auditSources = ['mcp_http', 'slack_dm', 'email', 'cron', 'reasoning', 'operator'] as const
export type AuditSource = (typeof auditSources)[number]

/** What a site asks to have recorded. `details` must be free of secrets; the sink redacts once more. */
export interface AuditEntry {
  readonly seam: Seam
  readonly details?: Readonly<Record<string, unknown>>
  readonly callerSessionId?: string | null
  readonly source?: AuditSource | null
  readonly incidentId?: string | null
  readonly wakeEventId?: string | null
}

export interface AuditRow {
  /** Monotonic, without reuse; the cursor. */
  readonly seq: number
  /** ULID. */
  readonly eventId: string
  /** Microseconds are not kept: epoch ms, UTC. */
  readonly emittedAtMs: number
  /** A known seam, or whatever an older or newer version wrote. */
  readonly seam: string
  readonly known: boolean
  readonly details: Readonly<Record<string, unknown>>
  readonly callerSessionId: string | null
  readonly source: string | null
  readonly incidentId: string | null
  readonly wakeEventId: string | null
  readonly schemaVersion: number
  /** SHA-256 of the previous row's hash and this row's content, hex. */
  readonly hash: string
  readonly prevHash: string
}
