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

/** Where the amount comes from: the price table, a stand-in price, or nowhere. */
export const priceBases = ['table', 'fallback', 'included', 'unknown'] as const
export type PriceBasis = (typeof priceBases)[number]

export interface TokenUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheCreationTokens: number
}

/** One provider call. Rows are never changed and never pruned under 13 months. */
export interface LedgerRow extends TokenUsage {
  /** ULID. */
  readonly id: string
  readonly atMs: number
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
  readonly reason: string | null
  readonly rung: Rung
  /** Unique: recording the same request twice is one row. */
  readonly requestId: string
  /** Who reported the usage and under which id; `(sourceId, reportId)` is unique. */
  readonly sourceId: string
  readonly reportId: string
  /** What the call was for, such as `investigation:inv_…`; null when unknown. */
  readonly subject: string | null
}
