import type { AuditEntry } from '../../domain/audit.ts'
import type { Incident, Investigation, OutboxRow } from '../../domain/incident.ts'
import { unableMessage } from '../../domain/messages.ts'
import { callerSessionId } from '../../domain/wake.ts'

/**
 * The published record of a dispatched wake, written once its message's fate is final (probe specification, 8.5).
 * @param row the message with the result, settled
 */
export function completedEntry(investigation: Investigation, incident: Incident, row: OutboxRow): AuditEntry {
  const failed = investigation.failure !== null
  const sent = row.state === 'sent'
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
      model_used: investigation.model,
      input_tokens: investigation.inputTokens,
      output_tokens: investigation.outputTokens,
      cache_creation_input_tokens: investigation.cacheCreationTokens,
      cache_read_input_tokens: investigation.cacheReadTokens,
      total_cost_usd: investigation.costNanoUsd === null ? null : investigation.costNanoUsd / 1e9,
      investigation_duration_ms: investigation.durationMs,
      investigation_summary_text: investigation.text ?? unableMessage(investigation.failure ?? 'unknown'),
      dm_status: dmStatus(failed, sent),
      autofix_attempted: false,
      investigation_id: investigation.id,
      ...(failed ? { reasoning_error: investigation.failure } : {}),
      ...(sent ? {} : { failure_reason: row.failure }),
    },
  }
}

/** The published outcome: the last two whenever any reasoning error occurred, despite their names. */
function dmStatus(failed: boolean, sent: boolean): string {
  if (failed) return sent ? 'engine_unavailable_fallback' : 'engine_unavailable_failed_send'
  return sent ? 'sent' : 'failed_send'
}
