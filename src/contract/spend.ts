import { z } from 'zod'
import { priceBases, routes, rungs } from '../domain/ledger.ts'
import { EpochMs, Gap, NanoUsd, procedure } from './common.ts'

export const Route = z.enum(routes)
export const Rung = z.enum(rungs)

/** Sums of calls. Money of unpriced calls is in `unpriced` alone, never counted as zero. */
export const Tally = z.object({
  calls: z.number().int(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  cacheReadTokens: z.number().int(),
  cacheCreationTokens: z.number().int(),
  /** Estimate from published prices. */
  costNanoUsd: NanoUsd,
  unpriced: z.number().int(),
  /** Calls sent to the strong model because of a signal. */
  escalations: z.number().int(),
  /** Those sent there by rule (`tool_loop_iteration`); not part of `escalations`. */
  escalationsByRule: z.number().int(),
  /** Signals that asked for the strong model and lost to the budget. */
  clamped: z.number().int(),
  /** Replies that needed no call, and what they saved by estimate. */
  avoided: z.number().int(),
  savedNanoUsd: NanoUsd,
})
export type Tally = z.infer<typeof Tally>

export const RouteTally = Tally.extend({
  route: Route,
  /** Escalations by signal, and signals that lost to the budget. */
  reasons: z.record(z.string(), z.number().int()),
  clampedSignals: z.record(z.string(), z.number().int()),
})
export type RouteTally = z.infer<typeof RouteTally>

export const ModelTally = Tally.extend({ model: z.string() })
export type ModelTally = z.infer<typeof ModelTally>

export const spendWindows = ['process_lifetime', 'rolling_24h', 'today', 'monthly'] as const
export type SpendWindow = (typeof spendWindows)[number]

export const ReconciliationView = z.object({
  id: z.string(),
  atMs: EpochMs,
  periodMs: EpochMs,
  source: z.enum(['operator', 'usage_api']),
  localNanoUsd: NanoUsd,
  reportedNanoUsd: NanoUsd,
  /** Share of the larger figure, 0 to 1. */
  diffPct: z.number(),
  tolerance: z.number(),
  withinTolerance: z.boolean(),
  adjustmentNanoUsd: NanoUsd,
  breakerReTripped: z.boolean(),
})
export type ReconciliationView = z.infer<typeof ReconciliationView>

export const BudgetState = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('known'),
    periodStartMs: EpochMs,
    /** Exclusive: the first moment of the next period. */
    periodEndMs: EpochMs,
    poolNanoUsd: NanoUsd,
    /** Estimates of this period, stand-in charges for unpriced calls and upward corrections included. */
    spentNanoUsd: NanoUsd,
    /** Set aside for calls under way. */
    reservedNanoUsd: NanoUsd,
    remainingNanoUsd: NanoUsd,
    overdraftNanoUsd: NanoUsd,
    /** Truncated to two decimals; may pass 100. */
    pctUsed: z.number(),
    rung: Rung,
    /** Where the three rungs begin. */
    marks: z.array(z.object({ rung: Rung, pct: z.number(), atNanoUsd: NanoUsd })),
    /** What the provider reported beyond our own figure, within tolerance: not spent, but it decides the rung. */
    hiddenNanoUsd: NanoUsd,
    /** Of this period, charged by a stand-in price. */
    unpricedCalls: z.number().int(),
    extraUsageOff: z.boolean(),
    /** Model calls are stopped because of money. */
    pausedForCost: z.boolean(),
    /** Until then investigations resume one at a time; null as a rule. */
    rampUntilMs: EpochMs.nullable(),
    dailyCap: z.object({ capNanoUsd: NanoUsd, spentNanoUsd: NanoUsd }).nullable(),
    /** Part of the pool that only critical investigations may use. */
    criticalShareNanoUsd: NanoUsd,
    lastReconciliation: ReconciliationView.nullable(),
    /** The machine's clock stands before the period began: the period is kept. */
    clockBehind: z.boolean(),
  }),
  /** The ledger could not be read: cheap model only until it can. */
  z.object({ kind: z.literal('unknown'), reason: z.string() }),
])
export type BudgetState = z.infer<typeof BudgetState>

const Range = z.object({ low: z.number(), centre: z.number(), high: z.number() })
/** When a mark is passed: at the high, the centre and the low rate; null where the period ends first. */
const Passing = z.object({
  pct: z.number(),
  earliestMs: EpochMs.nullable(),
  centreMs: EpochMs.nullable(),
  latestMs: EpochMs.nullable(),
})

export const Forecast = z.discriminatedUnion('kind', [
  /** Fewer than six hours of history in all. */
  z.object({ kind: z.literal('not_enough_data'), coveredMs: z.number() }),
  z.object({
    kind: z.literal('pace'),
    /** Nanodollars a day. */
    rates: Range,
    /** Nanodollars at the end of the period, uncapped. */
    end: Range,
    passings: z.array(Passing).readonly(),
  }),
])
export type Forecast = z.infer<typeof Forecast>

export const RateLimitPulse = z.object({
  capturedAtMs: EpochMs,
  requests: z.object({ limit: z.number().int(), remaining: z.number().int(), resetAtMs: EpochMs }),
  tokens: z.object({ limit: z.number().int(), remaining: z.number().int(), resetAtMs: EpochMs }),
})
export type RateLimitPulse = z.infer<typeof RateLimitPulse>

/** The part of spending that every window mirrors. */
export const SpendState = z.object({
  budget: BudgetState,
  /** Charged in the last 60 minutes, 24 hours and 7 days; null while the ledger cannot be read. */
  burn: z.object({
    hourNanoUsd: NanoUsd.nullable(),
    dayNanoUsd: NanoUsd.nullable(),
    weekNanoUsd: NanoUsd.nullable(),
  }),
  forecast: Forecast,
  /** The last hour's pace would empty the pool within a day. */
  spike: z.object({ hourNanoUsd: NanoUsd, emptyAtMs: EpochMs }).nullable(),
  models: z.object({ cheap: z.string(), strong: z.string() }),
  pulse: RateLimitPulse.nullable(),
  prices: z.object({
    version: z.string(),
    /** Newest date on which a price was compared with the provider's page. */
    checkedAtMs: EpochMs,
    /** More than 60 days ago. */
    stale: z.boolean(),
    /** Why the operator's own price file is not used; null when it is, or when there is none. */
    overlayError: z.string().nullable(),
    overlayRows: z.number().int(),
  }),
  /** Models without a price in this period, dearest first. */
  unpricedModels: z.array(z.object({ model: z.string(), calls: z.number().int(), chargedNanoUsd: NanoUsd })),
})
export type SpendState = z.infer<typeof SpendState>

export const LedgerEntry = z.object({
  seq: z.number().int(),
  id: z.string(),
  atMs: EpochMs,
  route: Route,
  parentRoute: Route.nullable(),
  iteration: z.number().int(),
  model: z.string(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  cacheReadTokens: z.number().int(),
  cacheCreationTokens: z.number().int(),
  /** By the row, or by its correction; null when no price is known. */
  costNanoUsd: NanoUsd.nullable(),
  poolChargeNanoUsd: NanoUsd,
  priceVersion: z.string(),
  priceBasis: z.enum(priceBases),
  poolBasis: z.enum(priceBases),
  escalated: z.boolean(),
  reason: z.string().nullable(),
  clampedSignal: z.string().nullable(),
  rung: Rung,
  requestId: z.string(),
  account: z.string(),
  subject: z.string().nullable(),
  savedNanoUsd: NanoUsd,
  note: z.string().nullable(),
  /** When a later price was found for it. */
  correctedAtMs: EpochMs.nullable(),
  /** Place in the cockpit of what caused the call. */
  openRoute: z.string().nullable(),
})
export type LedgerEntry = z.infer<typeof LedgerEntry>

export const LedgerFilter = z.object({
  fromMs: EpochMs.optional(),
  /** Exclusive. */
  toMs: EpochMs.optional(),
  route: Route.optional(),
  model: z.string().max(200).optional(),
  only: z.enum(['unpriced', 'escalated', 'avoided', 'corrected']).optional(),
})
export type LedgerFilter = z.infer<typeof LedgerFilter>

export const CorrectionView = z.object({
  id: z.string(),
  atMs: EpochMs,
  requestId: z.string(),
  callAtMs: EpochMs,
  route: Route,
  model: z.string(),
  costNanoUsd: NanoUsd,
  poolDeltaNanoUsd: NanoUsd,
  priceVersion: z.string(),
})
export type CorrectionView = z.infer<typeof CorrectionView>

/** One bucket. Sums of real calls; `covered` says how much of the bucket Kora was running. */
export const SpendPoint = z.object({
  atMs: EpochMs,
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  cacheTokens: z.number().int(),
  cheapNanoUsd: NanoUsd,
  strongNanoUsd: NanoUsd,
  calls: z.number().int(),
  unpriced: z.number().int(),
  /** 0 to 1. */
  covered: z.number(),
})
export type SpendPoint = z.infer<typeof SpendPoint>

/** USD per million tokens as the provider prints it; null where it names no price. */
const PrintedPrice = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number().nullable(),
  cacheWrite5m: z.number().nullable(),
  cacheWrite1h: z.number().nullable(),
})

export const PriceRowView = z.object({
  provider: z.string(),
  model: z.string(),
  aliases: z.array(z.string()),
  effectiveFromMs: EpochMs,
  effectiveToMs: EpochMs.nullable(),
  usdPerMillion: PrintedPrice,
  above: z.object({ promptTokens: z.number().int(), usdPerMillion: PrintedPrice }).nullable(),
  sourceUrl: z.string(),
  checkedAtMs: EpochMs,
  source: z.enum(['official_docs_snapshot', 'user_override']),
  /** In force now. */
  effective: z.boolean(),
})
export type PriceRowView = z.infer<typeof PriceRowView>

export const RouterSuggestion = z.object({
  kind: z.enum(['tighten', 'loosen']),
  route: Route,
  /** 0 to 1. */
  confidence: z.number(),
  calls: z.number().int(),
  /** Escalations for `tighten`, the operator's overrides for `loosen`. */
  count: z.number().int(),
})
export type RouterSuggestion = z.infer<typeof RouterSuggestion>

export const spend = {
  state: procedure.output(SpendState),
  /** Calls of a window by route and by model. Every route is there, zeros included, in the published order. */
  window: procedure.input(z.object({ window: z.enum(spendWindows) })).output(
    z.object({
      /** Null for the life of this process. */
      sinceMs: EpochMs.nullable(),
      total: Tally,
      byRoute: z.array(RouteTally),
      byModel: z.array(ModelTally),
      suggestions: z.array(RouterSuggestion),
    }),
  ),
  /** Newest first. */
  ledger: procedure
    .input(
      LedgerFilter.extend({
        beforeSeq: z.number().int().optional(),
        limit: z.number().int().min(1).max(1_000).default(100),
      }),
    )
    .output(z.object({ rows: z.array(LedgerEntry), nextBeforeSeq: z.number().int().nullable() })),
  /** How much a filter holds, for an export's progress. */
  ledgerTotals: procedure
    .input(LedgerFilter)
    .output(z.object({ rows: z.number().int(), costNanoUsd: NanoUsd, unpriced: z.number().int() })),
  series: procedure
    .input(z.object({ fromMs: EpochMs, toMs: EpochMs, points: z.number().int().min(2).max(720).default(120) }))
    .output(z.object({ bucketMs: z.number().int(), points: z.array(SpendPoint), gaps: z.array(Gap) })),
  /** Every billing period there is, newest first. */
  months: procedure.output(
    z.array(
      z.object({
        periodMs: EpochMs,
        spentNanoUsd: NanoUsd,
        adjustmentNanoUsd: NanoUsd,
        reportedNanoUsd: NanoUsd.nullable(),
        calls: z.number().int(),
        unpriced: z.number().int(),
        avoided: z.number().int(),
        savedNanoUsd: NanoUsd,
      }),
    ),
  ),
  corrections: procedure.output(
    z.object({ corrections: z.array(CorrectionView), reconciliations: z.array(ReconciliationView) }),
  ),
  /** Compares with what the provider's console says, in USD since the period began, such as `82.40`. */
  reconcile: procedure.input(z.object({ reportedUsd: z.string().trim().min(1).max(30) })).output(ReconciliationView),
  /** The same with the figure of the provider's cost report; needs an admin key. */
  fetchReported: procedure.output(ReconciliationView),
  prices: procedure.output(
    z.object({
      version: z.string(),
      rows: z.array(PriceRowView),
      overlayFile: z.string(),
      overlayError: z.string().nullable(),
    }),
  ),
}
