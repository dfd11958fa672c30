import { z } from 'zod'
import { publishedStatuses } from '../../domain/panels/heartbeat.ts'
import { dmStatuses, panelSeverities } from '../../domain/panels/investigationParts.ts'
import { resolutions } from '../../domain/panels/probeInvestigations.ts'
import { sendStatuses } from '../../domain/panels/slackLog.ts'
import { windowNames } from '../../domain/panels/windows.ts'
import { Count, countsOf, listOf, oneOf, SessionId, Timestamp } from './common.ts'

const ProbeHealth = z.enum(publishedStatuses)

const DmEntry = z.object({
  sent_at: Timestamp,
  send_status: z.enum(sendStatuses),
  channel_id: z.string().nullable(),
  slack_message_ts: z.string().nullable(),
  failure_reason: z.string().max(120).nullable(),
})

const Finding = z.object({
  summary_text: z.string().max(600).nullable(),
  model_used: z.string().nullable(),
  total_cost_usd: z.number().nullable(),
  investigation_duration_ms: Count.nullable(),
  dm_status: oneOf(dmStatuses),
  reasoning_error: z.string().max(200).nullable(),
})

const ToolCalls = z.object({
  tool_calls: z.array(
    z.object({
      tool_name: z.string(),
      triggered_by: z.string().nullable(),
      tool_duration_ms: Count.nullable(),
      tool_status: z.string(),
      emitted_at: Timestamp,
      exc_type: z.string().optional(),
    }),
  ),
  total_duration_ms: Count,
  any_errored: z.boolean(),
  call_count: Count,
})

/** What both lists say about their window. */
const window = {
  window: z.enum(windowNames),
  since: Timestamp.nullable(),
  generated_at: Timestamp,
}

/** Probe specification, 9. */
export const ProbeInvestigations = z.object({
  ...window,
  total_count: Count,
  active_count: Count,
  resolved_count: Count,
  unknown_count: Count,
  current_probe_health: z.record(z.string(), ProbeHealth),
  items: z.array(
    z.object({
      id: z.string(),
      wake_event_id: z.string(),
      wake_timestamp: Timestamp,
      probe_name: z.string(),
      issue_category: z.string(),
      severity: oneOf(panelSeverities),
      title: z.string().max(200).nullable(),
      detail: z.string().max(400).nullable(),
      envelope_enabled: z.boolean(),
      envelope_fix_name: z.string().nullable(),
      caller_session_id: SessionId.nullable(),
      investigation: ToolCalls.nullable(),
      investigation_completed: Finding.extend({ emitted_at: Timestamp, autofix_attempted: z.boolean() }).nullable(),
      dm_entry: DmEntry.nullable(),
      current_probe_health: ProbeHealth,
      resolution_status: z.enum(resolutions),
    }),
  ),
  dm_status_values: listOf(dmStatuses),
  by_dm_status_24h: countsOf(dmStatuses),
})
export type ProbeInvestigations = z.infer<typeof ProbeInvestigations>

/** Alert specification, 6. */
export const AlertInvestigations = z.object({
  ...window,
  items: z.array(
    z.object({
      id: z.string(),
      emitted_at: Timestamp,
      alert_category: z.string(),
      severity: oneOf(panelSeverities),
      caller_session_id: SessionId,
      investigation_completed: Finding.extend({ alert_id: z.string().nullable(), autoaction_attempted: z.boolean() }),
      dm_entry: DmEntry.nullable(),
    }),
  ),
  total_count: Count,
  dm_status_values: listOf(dmStatuses),
  by_severity_24h: countsOf(panelSeverities),
  by_dm_status_24h: countsOf(dmStatuses),
})
export type AlertInvestigations = z.infer<typeof AlertInvestigations>
