import { z } from 'zod'
import { callStatuses } from '../../domain/panels/agentActivity.ts'
import { reasoningStatuses, rungValues } from '../../domain/panels/reasoning.ts'
import { webhookStatuses } from '../../domain/panels/webhookEvents.ts'
import { Count, countsOf, listOf, oneOf, Timestamp } from './common.ts'

/** Audit specification, 8. */
export const AgentActivity = z.object({
  calls: z.array(
    z.object({
      id: z.string(),
      tool_name: z.string(),
      caller_actor_kind: z.string(),
      called_at: Timestamp,
      duration_ms: Count,
      status: oneOf(callStatuses),
      result_summary: z.string().max(200).nullable(),
    }),
  ),
  stub: z.literal(false),
  generated_at: Timestamp,
  total_recent_24h: Count,
  by_caller_24h: z.record(z.string(), Count),
  status_values: listOf(callStatuses),
})
export type AgentActivity = z.infer<typeof AgentActivity>

/** Audit specification, 8. */
export const WebhookEvents = z.object({
  events: z.array(
    z.object({
      id: z.string(),
      endpoint: z.string(),
      received_at: Timestamp,
      status: z.enum(webhookStatuses),
      source_ip: z.string(),
      event_type: z.string(),
      details: z.object({ reason: z.string(), header_present: z.boolean() }),
    }),
  ),
  stub: z.literal(false),
  generated_at: Timestamp,
  total_recent_24h: Count,
  status_values: listOf(webhookStatuses),
})
export type WebhookEvents = z.infer<typeof WebhookEvents>

/** Audit specification, 9. */
export const ReasoningCalls = z.object({
  calls: z.array(
    z.object({
      id: z.string(),
      triggered_by: z.string().nullable(),
      started_at: Timestamp,
      duration_ms: Count,
      model_used: z.string().nullable(),
      cost_rung_at_call: z.enum(rungValues),
      input_tokens: Count,
      output_tokens: Count,
      status: z.enum(reasoningStatuses),
      error_code: z.string().nullable(),
      /** Two hundred characters, and an ellipsis when there were more. */
      response_text_truncated_200: z.string().max(201).nullable(),
      tools_used: z.array(z.string()),
    }),
  ),
  stub: z.literal(false),
  generated_at: Timestamp,
  total_recent_24h: Count,
  by_model_24h: z.record(z.string(), Count),
  by_status_24h: countsOf(reasoningStatuses),
  tokens_total_24h: z.object({ input: Count, output: Count }),
  status_values: listOf(reasoningStatuses),
})
export type ReasoningCalls = z.infer<typeof ReasoningCalls>
