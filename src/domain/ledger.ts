/** Activities that call a model; every literal is accepted from the first day (cost specification, 5.1). */
export const routes = [
  'slack_dm',
  'email_inbound',
  'email_outbound_compose',
  'mcp_tool',
  'alert_investigation',
  'probe_investigation',
  'tool_loop_iteration',
  'scheduled_task',
  'unknown',
] as const
export type Route = (typeof routes)[number]

export const rungs = ['normal', 'warn_75', 'downshift_90', 'hard_stop_100'] as const
export type Rung = (typeof rungs)[number]

/** Routes whose strong model follows from a rule, not from a signal: kept apart when escalations are judged. */
export const escalatedByRule = 'tool_loop_iteration'

/** The model label of a reply that needed no model call. */
export const shortCircuitModel = 'short_circuit'

/**
 * Where an amount comes from: the shipped prices, the operator's own, a stand-in price, a subscription that already
 * paid, what was set aside for a call whose end nobody saw, or nowhere.
 */
export const priceBases = ['table', 'override', 'fallback', 'included', 'reserved', 'unknown'] as const
export type PriceBasis = (typeof priceBases)[number]

export interface TokenUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  /** All cache writes, those that last an hour included. */
  readonly cacheCreationTokens: number
  /** Of the cache writes, those that last an hour instead of five minutes. */
  readonly cacheCreation1hTokens: number
}

export const noUsage: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheCreationTokens: 0,
  cacheCreation1hTokens: 0,
}

/** One provider call, or one reply that avoided it. Rows are never changed and never pruned under 13 months. */
export interface LedgerRow extends TokenUsage {
  /** ULID: that of the reservation it began as. */
  readonly id: string
  readonly atMs: number
  /** Start of the billing period whose pool was charged. */
  readonly periodMs: number
  readonly processId: string
  readonly provider: string
  /** Which account is billed, such as `api_key`. */
  readonly account: string
  readonly model: string
  readonly route: Route
  readonly parentRoute: Route | null
  readonly iteration: number
  /** Null when no price is known. */
  readonly costNanoUsd: number | null
  /** What the pool is charged: the cost, or the fallback of cost specification 4.4 when the cost is unknown. */
  readonly poolChargeNanoUsd: number
  readonly priceVersion: string
  /** Where the cost comes from; `unknown` when there is none. */
  readonly priceBasis: PriceBasis
  /** Where the pool's charge comes from; `fallback` stands beside an unknown cost (ruling 7). */
  readonly poolBasis: PriceBasis
  readonly escalated: boolean
  /** Why this model, as the router says it, such as `default_haiku`, `cost_clamp:warn_75`, `decision_language`. */
  readonly reason: string | null
  /** The signal that asked for the strong model and lost to the budget; null when none did. */
  readonly clampedSignal: string | null
  readonly rung: Rung
  /** Unique: recording the same request twice is one row. */
  readonly requestId: string
  /** Who reported the usage and under which id; `(sourceId, reportId)` is unique. */
  readonly sourceId: string
  readonly reportId: string
  /** What the call was for, such as `investigation:inv_…`; null when unknown. */
  readonly subject: string | null
  /** What a reply without a model call saved, by estimate; 0 for a real call. */
  readonly savedNanoUsd: number
  /** What was unusual about the usage, such as `usage_negative:input_tokens`, `settled_after_crash`; null as a rule. */
  readonly note: string | null
}

/** Money set aside before a call, given back or turned into a ledger row when it ends. */
export interface Reservation {
  /** ULID. */
  readonly id: string
  readonly atMs: number
  readonly periodMs: number
  readonly processId: string
  readonly provider: string
  readonly account: string
  readonly model: string
  readonly route: Route
  readonly parentRoute: Route | null
  readonly iteration: number
  readonly escalated: boolean
  readonly reason: string
  readonly clampedSignal: string | null
  readonly rung: Rung
  readonly subject: string | null
  /** The most the call can cost. */
  readonly amountNanoUsd: number
  /** Becomes part of its row's note, such as `route:newsletter` for a route nobody knows; null as a rule. */
  readonly note: string | null
}

/** A later price for a row that had none. The row itself stays as it is. */
export interface Correction {
  /** ULID. */
  readonly id: string
  readonly atMs: number
  readonly kind: 'repricing'
  /** Of the corrected row. */
  readonly requestId: string
  /** Copied from the row: when its call was made, and where its money counts. */
  readonly callAtMs: number
  readonly periodMs: number
  readonly route: Route
  readonly model: string
  /** What the call costs by the new price. */
  readonly costNanoUsd: number
  /** New charge minus the stand-in's: what the pool gets back when negative. */
  readonly poolDeltaNanoUsd: number
  readonly priceVersion: string
}

/** One comparison of our figure with the provider's (cost specification, 3.7). */
export interface Reconciliation {
  /** ULID. */
  readonly id: string
  readonly atMs: number
  readonly periodMs: number
  readonly source: 'operator' | 'usage_api'
  /** Spent at that moment by our own account. */
  readonly localNanoUsd: number
  readonly reportedNanoUsd: number
  /** |reported - local| / max(local, reported, 0.01 USD). */
  readonly diffPct: number
  readonly tolerance: number
  readonly withinTolerance: boolean
  /** What spent was raised by; 0 or more. */
  readonly adjustmentNanoUsd: number
  readonly breakerReTripped: boolean
}

/** Sums of calls that share everything one can ask for: the ledger's cells, from which every window is added up. */
export interface CellKey {
  readonly route: Route
  readonly model: string
  readonly escalated: boolean
  /** Empty when there was none. */
  readonly reason: string
  readonly clampedSignal: string
}
export interface CellSums {
  /** Avoided calls included. */
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheCreationTokens: number
  /** Of the calls with a price, corrections included. */
  readonly costNanoUsd: number
  /** What the pool was charged, corrections included. */
  readonly poolNanoUsd: number
  /** Calls still without a price of their own. */
  readonly unpriced: number
  readonly savedNanoUsd: number
}
export type LedgerCell = CellKey & CellSums
