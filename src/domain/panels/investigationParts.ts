import type { AuditRow } from '../audit.ts'
import { utcSeconds } from '../time.ts'
import { countOf, type Details, memberOf, nameOf, numberOf, textOf } from './fields.ts'

/** How the operator was told of a finding (probe specification, 8.5). */
export const dmStatuses = [
  'sent',
  'failed_send',
  'engine_unavailable_fallback',
  'engine_unavailable_failed_send',
] as const
export const panelSeverities = ['critical', 'warning', 'info'] as const

/** What is published of one tool call of the model: never what went in or came out. */
export function toolCall(details: Details) {
  const exception = textOf(details['exc_type'], 80)
  return {
    tool_name: nameOf(details['tool_name'], 128),
    triggered_by: textOf(details['triggered_by'], 64),
    tool_duration_ms: countOf(details['tool_duration_ms']),
    tool_status: nameOf(details['tool_status'], 48),
    ...(exception === null ? {} : { exc_type: exception }),
  }
}

/**
 * The calls of one investigation.
 * @param rows of `reasoning.tool_called`, oldest first
 */
export function toolCalls(rows: readonly AuditRow[]) {
  const calls = rows.map(({ emittedAtMs, details }) => ({ ...toolCall(details), emitted_at: utcSeconds(emittedAtMs) }))
  return {
    tool_calls: calls,
    total_duration_ms: calls.reduce((sum, call) => sum + (call.tool_duration_ms ?? 0), 0),
    any_errored: rows.some(({ details }) => isErrored(details)),
    call_count: calls.length,
  }
}

/** What is published of a finished investigation of a probe's trouble. */
export function completed(details: Details) {
  return { ...finding(details), autofix_attempted: details['autofix_attempted'] === true }
}

/** What is published of a finished investigation of an alert. */
export function alertCompleted(details: Details) {
  return {
    alert_id: textOf(details['alert_id'], 128),
    ...finding(details),
    autoaction_attempted: details['autoaction_attempted'] === true,
  }
}

export function dmStatus(details: Details) {
  return memberOf(dmStatuses, details['dm_status'])
}

function finding(details: Details) {
  return {
    summary_text: textOf(details['investigation_summary_text'], 600),
    model_used: textOf(details['model_used'], 64),
    total_cost_usd: numberOf(details['total_cost_usd']),
    investigation_duration_ms: countOf(details['investigation_duration_ms']),
    dm_status: dmStatus(details),
    reasoning_error: textOf(details['reasoning_error'], 200),
  }
}

function isErrored(details: Details): boolean {
  const status = details['tool_status']
  return (status !== 'ok' && status !== 'success' && status !== '') || textOf(details['exc_type'], 80) !== null
}
