import { derived } from './billingPeriod.ts'
import { type Mark, rungThresholdPct, type Thresholds } from './ladder.ts'
import type { Reconciliation, Rung } from './ledger.ts'
import { taskDecision } from './taskTier.ts'
import { utcSeconds } from './time.ts'

/** What is needed of the budget; the contract's `BudgetState` fits. */
export type CostStateBudget =
  | {
      readonly kind: 'known'
      readonly periodStartMs: number
      readonly periodEndMs: number
      readonly poolNanoUsd: number
      readonly spentNanoUsd: number
      /** Two decimals, cut off. */
      readonly pctUsed: number
      readonly rung: Rung
      readonly marks: readonly Mark[]
      readonly extraUsageOff: boolean
    }
  | { readonly kind: 'unknown' }

interface PulseAxis {
  readonly limit: number
  readonly remaining: number
  readonly resetAtMs: number
}

interface CostStateInput {
  readonly budget: CostStateBudget
  readonly nowMs: number
  readonly thresholds: Thresholds
  readonly strongModel: string
  /** Newest first. */
  readonly reconciliations: readonly Reconciliation[]
  readonly pulse: { readonly capturedAtMs: number; readonly requests: PulseAxis; readonly tokens: PulseAxis } | null
}

const centNanoUsd = 10_000_000

/**
 * The body of `GET /api/cost-state` (cost specification, 5.6). Dollars and percent have two decimals and never show a
 * mark that was not reached (ruling 7); everything about an unknown budget is null.
 */
export function costState({ budget, nowMs, thresholds, strongModel, reconciliations, pulse }: CostStateInput) {
  const axis = ({ limit, remaining, resetAtMs }: PulseAxis) => ({ limit, remaining, reset_at: utcSeconds(resetAtMs) })
  return {
    state: budget.kind === 'known' ? ('available' as const) : ('unavailable' as const),
    current: budget.kind === 'known' ? known(budget, nowMs, thresholds, strongModel) : unknown,
    rate_limit_pulse: pulse && {
      captured_at: utcSeconds(pulse.capturedAtMs),
      requests: axis(pulse.requests),
      tokens: axis(pulse.tokens),
    },
    // Tasks are not queued here (ruling 4); consumers expect the key.
    deferred_tickets: [] as never[],
    reconciliation_history: reconciliations.map((row) => ({
      reconciled_at: utcSeconds(row.atMs),
      local_estimator_usd: dollars(row.localNanoUsd),
      anthropic_reported_usd: dollars(row.reportedNanoUsd),
      delta_usd: dollars(row.reportedNanoUsd - row.localNanoUsd),
      delta_pct: Math.round(row.diffPct * 10_000) / 100,
      within_tolerance: row.withinTolerance,
      synthesized: false,
    })),
    stub: false,
  }
}

type KnownBudget = Extract<CostStateBudget, { kind: 'known' }>

function known(budget: KnownBudget, nowMs: number, thresholds: Thresholds, strongModel: string) {
  const { periodStartMs: startMs, periodEndMs: endMs, poolNanoUsd, spentNanoUsd, rung } = budget
  const { burnPerDayNanoUsd, projectionNanoUsd, daysRemaining } = derived({ startMs, endMs, nowMs, spentNanoUsd })
  const task = taskDecision(rung, 'downshift_eligible', strongModel)
  return {
    billing_period_start: utcSeconds(startMs),
    billing_period_end: utcSeconds(endMs - 1_000),
    days_remaining: daysRemaining,
    credit_pool_usd: dollars(poolNanoUsd),
    spent_to_date_usd: dollars(spentNanoUsd, budget.marks),
    burn_rate_usd_per_day: dollars(burnPerDayNanoUsd),
    projected_end_of_period_usd: dollars(projectionNanoUsd, budget.marks),
    active_rung: rung,
    active_rung_threshold_pct: rungThresholdPct(rung, thresholds),
    current_pct_used: budget.pctUsed,
    effective_model_tier: task.effectiveTier === 'as_configured' ? null : task.effectiveTier,
    downshift_active: rung !== 'normal',
    downshift_reason: task.reason,
    extra_usage_off: budget.extraUsageOff,
  }
}

const unknown: { readonly [Key in keyof ReturnType<typeof known>]: null } = {
  billing_period_start: null,
  billing_period_end: null,
  days_remaining: null,
  credit_pool_usd: null,
  spent_to_date_usd: null,
  burn_rate_usd_per_day: null,
  projected_end_of_period_usd: null,
  active_rung: null,
  active_rung_threshold_pct: null,
  current_pct_used: null,
  effective_model_tier: null,
  downshift_active: null,
  downshift_reason: null,
  extra_usage_off: null,
}

/** USD with two decimals: rounded, but cut off where rounding up would show a mark too early. */
function dollars(nanoUsd: number, ahead: readonly Mark[] = []): number {
  const rounded = Math.round(nanoUsd / centNanoUsd)
  const early = ahead.some(({ atNanoUsd }) => nanoUsd < atNanoUsd && rounded * centNanoUsd >= atNanoUsd)
  // A difference of less than half a cent below zero is 0, not -0.
  return (early ? Math.floor(nanoUsd / centNanoUsd) : rounded) / 100 + 0
}
