import { KoraError } from './errors.ts'
import type { Rung } from './ledger.ts'

/** Where the three rungs begin, percent of the pool; two decimals count, `0 < warn < downshift < stop`. */
export interface Thresholds {
  readonly warnPct: number
  readonly downshiftPct: number
  readonly stopPct: number
}

/** The first whole nanodollar of spending that stands on a rung. */
export interface Mark {
  readonly rung: Rung
  readonly pct: number
  readonly atNanoUsd: number
}

const basisPoints = (pct: number): number => Math.round(pct * 100)

/** Share of the pool in whole nanodollars, rounded up: the smallest amount that is no less than the share. */
function shareUp(poolNanoUsd: number, pct: number): number {
  return Number((BigInt(poolNanoUsd) * BigInt(basisPoints(pct)) + 9_999n) / 10_000n)
}

/** The three marks, rising (cost specification, 3.1). */
export function marks(poolNanoUsd: number, thresholds: Thresholds): Mark[] {
  const mark = (rung: Rung, pct: number): Mark => ({ rung, pct, atNanoUsd: shareUp(poolNanoUsd, pct) })
  return [
    mark('warn_75', thresholds.warnPct),
    mark('downshift_90', thresholds.downshiftPct),
    mark('hard_stop_100', thresholds.stopPct),
  ]
}

/** The rung that an amount stands on: lower bound inclusive, compared in whole nanodollars. */
export function rungOf(input: { spentNanoUsd: number; poolNanoUsd: number; thresholds: Thresholds }): Rung {
  const { spentNanoUsd, poolNanoUsd, thresholds } = input
  // Asked this way round, what is not a number stops the spending.
  const reached = marks(poolNanoUsd, thresholds).filter(({ atNanoUsd }) => !(spentNanoUsd < atNanoUsd))
  return reached.at(-1)?.rung ?? 'normal'
}

/** Percent of the pool with two decimals, cut off: never a mark before its rung. May pass 100. */
export function pctUsed(spentNanoUsd: number, poolNanoUsd: number): number {
  if (poolNanoUsd <= 0) return 100
  return Number((BigInt(spentNanoUsd) * 10_000n) / BigInt(poolNanoUsd)) / 100
}

/** As the snapshot's `current_tier` and its placeholder print a rung; everywhere else it stays as it is (ruling 6). */
export function publishedRung(rung: Rung): string {
  return rung.toUpperCase()
}

/** The mark a rung is published with (cost specification, 5.6): `normal` carries the one ahead. */
export function rungThresholdPct(rung: Rung, thresholds: Thresholds): number {
  const { warnPct, downshiftPct, stopPct } = thresholds
  return { normal: warnPct, warn_75: warnPct, downshift_90: downshiftPct, hard_stop_100: stopPct }[rung]
}

/** What decides the rung: our own figure or, within tolerance too, the provider's when it is higher. */
export function decidingSpend(input: {
  spentNanoUsd: number
  lastReconciliation: { localNanoUsd: number; reportedNanoUsd: number; withinTolerance: boolean } | null
}): { decidingNanoUsd: number; hiddenNanoUsd: number } {
  const last = input.lastReconciliation
  // Outside tolerance the difference was already added to what is spent.
  const hiddenNanoUsd = last?.withinTolerance ? Math.max(0, last.reportedNanoUsd - last.localNanoUsd) : 0
  return { decidingNanoUsd: input.spentNanoUsd + hiddenNanoUsd, hiddenNanoUsd }
}

/** The part of the pool that is kept for critical calls, in whole nanodollars. */
export function criticalShare(poolNanoUsd: number, criticalSharePct: number): number {
  return shareUp(poolNanoUsd, criticalSharePct)
}

interface AdmissionRequest {
  /** See {@link decidingSpend}. */
  readonly decidingNanoUsd: number
  /** Set aside for calls under way. */
  readonly reservedNanoUsd: number
  readonly poolNanoUsd: number
  readonly thresholds: Thresholds
  /** The most the call can cost. */
  readonly amountNanoUsd: number
  readonly critical: boolean
  /** Percent of the pool that only critical calls may use. */
  readonly criticalSharePct: number
  /** What may be and what was charged in this UTC day; null for no such limit. */
  readonly dailyCap: { readonly capNanoUsd: number; readonly spentNanoUsd: number } | null
}

export type Admission =
  | { readonly kind: 'granted' }
  | { readonly kind: 'refused'; readonly why: 'hard_stop' | 'pool' | 'critical_share' | 'daily_cap' }

/**
 * Whether a call may be made: everything under way and this call together must not pass the stop mark, so that calls
 * made at the same time cannot overshoot it.
 * @throws KoraError bad_input when an amount is not a whole, non-negative number: such a call must never be let through
 */
export function admit(request: AdmissionRequest): Admission {
  const { decidingNanoUsd, reservedNanoUsd, poolNanoUsd, thresholds, amountNanoUsd, dailyCap } = request
  const amounts = { decidingNanoUsd, reservedNanoUsd, poolNanoUsd, amountNanoUsd, ...dailyCap }
  for (const [field, amount] of Object.entries(amounts)) {
    if (!Number.isSafeInteger(amount) || amount < 0)
      throw new KoraError('bad_input', 'An amount of the budget is not a whole number of nanodollars.', { field })
  }
  if (rungOf({ spentNanoUsd: decidingNanoUsd, poolNanoUsd, thresholds }) === 'hard_stop_100')
    return refused('hard_stop')
  const stopNanoUsd = shareUp(poolNanoUsd, thresholds.stopPct)
  const keptNanoUsd = request.critical ? 0 : criticalShare(poolNanoUsd, request.criticalSharePct)
  const calls = BigInt(reservedNanoUsd) + BigInt(amountNanoUsd)
  const total = BigInt(decidingNanoUsd) + calls
  if (total > BigInt(stopNanoUsd)) return refused('pool')
  if (total > BigInt(stopNanoUsd - keptNanoUsd)) return refused('critical_share')
  if (dailyCap && BigInt(dailyCap.spentNanoUsd) + calls > BigInt(dailyCap.capNanoUsd)) return refused('daily_cap')
  return { kind: 'granted' }
}

const refused = (why: Extract<Admission, { kind: 'refused' }>['why']): Admission => ({ kind: 'refused', why })
