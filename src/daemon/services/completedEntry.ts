import type { AlertOccurrence } from '../../domain/alert.ts'
import type { AuditEntry } from '../../domain/audit.ts'
import type { Incident, Investigation, OutboxRow } from '../../domain/incident.ts'
import { unableMessage } from '../../domain/messages.ts'
import { callerSessionId } from '../../domain/wake.ts'
import type { AlertInvestigation } from '../store/AlertInvestigationRepository.ts'
import { alertSessionId } from './alertRecords.ts'

/**
 * The published record of a dispatched wake, written once its message's fate is final (probe specification, 8.5).
 * @param row the message with the result, settled
 */
export function completedEntry(investigation: Investigation, incident: Incident, row: OutboxRow): AuditEntry {
  return {
    seam: 'probe.investigation_completed',
    source: 'reasoning',
    callerSessionId: callerSessionId(incident.probeId, incident.category),
    incidentId: incident.id,
    wakeEventId: investigation.wakeEventId,
    details: {
      probe: incident.probeId,
      issue_category: incident.category,
      severity: row.payload.severity,
      ...finding(investigation, row),
      autofix_attempted: false,
    },
  }
}

/** The same of an alert (alerts specification, 6). */
export function alertCompletedEntry(done: AlertInvestigation, alert: AlertOccurrence, row: OutboxRow): AuditEntry {
  return {
    seam: 'alert.investigation_completed',
    source: 'reasoning',
    callerSessionId: alertSessionId(done),
    details: {
      alert_id: alert.id,
      occurrence_id: alert.occurrenceId,
      category: done.category,
      severity: done.severity,
      title: alert.title,
      ...finding(done, row),
      autoaction_attempted: false,
    },
  }
}

/** What both publish of the calls, the text and its delivery. */
function finding(done: Investigation | AlertInvestigation, row: OutboxRow): Readonly<Record<string, unknown>> {
  const failed = done.failure !== null
  const sent = row.state === 'sent'
  return {
    model_used: done.model,
    input_tokens: done.inputTokens,
    output_tokens: done.outputTokens,
    cache_creation_input_tokens: done.cacheCreationTokens,
    cache_read_input_tokens: done.cacheReadTokens,
    total_cost_usd: done.costNanoUsd === null ? null : done.costNanoUsd / 1e9,
    investigation_duration_ms: done.durationMs,
    investigation_summary_text: done.text ?? unableMessage(done.failure ?? 'unknown'),
    dm_status: dmStatus(failed, sent),
    investigation_id: done.id,
    ...(failed ? { reasoning_error: done.failure } : {}),
    ...(sent ? {} : { failure_reason: row.failure }),
  }
}

/** The published outcome: the last two whenever any reasoning error occurred, despite their names. */
function dmStatus(failed: boolean, sent: boolean): string {
  if (failed) return sent ? 'engine_unavailable_fallback' : 'engine_unavailable_failed_send'
  return sent ? 'sent' : 'failed_send'
}
