import { z } from 'zod'
import { routes, rungs } from '../../domain/ledger.ts'
import { Count, Timestamp } from './common.ts'

const Counters = z.object({
  calls_count: Count,
  input_tokens_total: Count,
  output_tokens_total: Count,
  cache_read_tokens_total: Count,
  cache_creation_tokens_total: Count,
  cost_estimate_usd_total: z.number(),
  escalation_count: Count,
  model_breakdown: z.record(z.string(), Count),
  escalation_reason_breakdown: z.record(z.string(), Count),
})
const Window = z.record(z.enum(routes), Counters)

/** Cost specification, 5.2 and 5.6. */
export const CostTelemetry = z.object({ process_lifetime: Window, rolling_24h: Window, monthly: Window })
export type CostTelemetry = z.infer<typeof CostTelemetry>

const Axis = z.object({ limit: Count, remaining: Count, reset_at: Timestamp })

/** Cost specification, 5.6; everything in `current` is null while the budget is unknown. */
export const CostState = z.object({
  state: z.enum(['available', 'unavailable']),
  current: z.object({
    billing_period_start: Timestamp.nullable(),
    billing_period_end: Timestamp.nullable(),
    days_remaining: z.number().nullable(),
    credit_pool_usd: z.number().nullable(),
    spent_to_date_usd: z.number().nullable(),
    burn_rate_usd_per_day: z.number().nullable(),
    projected_end_of_period_usd: z.number().nullable(),
    active_rung: z.enum(rungs).nullable(),
    active_rung_threshold_pct: z.number().nullable(),
    current_pct_used: z.number().nullable(),
    effective_model_tier: z.string().nullable(),
    downshift_active: z.boolean().nullable(),
    downshift_reason: z.string().nullable(),
    extra_usage_off: z.boolean().nullable(),
  }),
  rate_limit_pulse: z.object({ captured_at: Timestamp, requests: Axis, tokens: Axis }).nullable(),
  deferred_tickets: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      criticality: z.string(),
      state: z.string(),
      deferred_at: Timestamp,
      reason: z.string(),
    }),
  ),
  reconciliation_history: z.array(
    z.object({
      reconciled_at: Timestamp,
      local_estimator_usd: z.number(),
      anthropic_reported_usd: z.number(),
      delta_usd: z.number(),
      delta_pct: z.number(),
      within_tolerance: z.boolean(),
      synthesized: z.boolean(),
    }),
  ),
  stub: z.boolean(),
})
export type CostState = z.infer<typeof CostState>
