const dayMs = 86_400_000

/** One billing period; `endMs` is exclusive, the first moment of the next. */
export interface PeriodSpan {
  readonly startMs: number
  readonly endMs: number
}

/**
 * The period that a moment lies in.
 * @param anchorDay day of the month on which the provider begins a new period, 1 to 28, 00:00 UTC
 */
export function periodAt(nowMs: number, anchorDay: number): PeriodSpan {
  const now = new Date(nowMs)
  const month = now.getUTCMonth() - (now.getUTCDate() < anchorDay ? 1 : 0)
  // Months outside 0 to 11 roll the year.
  return {
    startMs: Date.UTC(now.getUTCFullYear(), month, anchorDay),
    endMs: Date.UTC(now.getUTCFullYear(), month + 1, anchorDay),
  }
}

export type NextPeriod =
  | { readonly kind: 'same' }
  /** `first`: there was no period before, so nothing is rolled over. */
  | { readonly kind: 'open'; readonly startMs: number; readonly endMs: number; readonly first: boolean }
  /** The clock stands before the current period began: the period and what was spent in it are kept. */
  | { readonly kind: 'clock_behind' }

/**
 * What becomes of the current period now (cost specification, 3.5). A new period begins strictly later than the current
 * one; after any time asleep only the newest opens. A changed anchor day counts from the next boundary on: the current
 * period keeps its end, and the first one after it may be shorter than a month.
 */
export function nextPeriod(input: { current: PeriodSpan | null; nowMs: number; anchorDay: number }): NextPeriod {
  const { current, nowMs } = input
  const newest = periodAt(nowMs, input.anchorDay)
  if (current === null) return { kind: 'open', ...newest, first: true }
  if (nowMs < current.startMs) return { kind: 'clock_behind' }
  if (nowMs < current.endMs) return { kind: 'same' }
  return { kind: 'open', startMs: Math.max(newest.startMs, current.endMs), endMs: newest.endMs, first: false }
}

/**
 * Burn, projection and days left as published (cost specification, 3.3): burn and projection are 0 in the first 24
 * hours, both cut off to whole nanodollars; days left are whole days until the period's last second.
 */
export function derived(input: PeriodSpan & { nowMs: number; spentNanoUsd: number }): {
  burnPerDayNanoUsd: number
  projectionNanoUsd: number
  daysRemaining: number
} {
  const elapsedMs = input.nowMs - input.startMs
  const over = (ms: number): number =>
    elapsedMs < dayMs ? 0 : Number((BigInt(input.spentNanoUsd) * BigInt(ms)) / BigInt(elapsedMs))
  return {
    burnPerDayNanoUsd: over(dayMs),
    projectionNanoUsd: over(input.endMs - input.startMs),
    daysRemaining: Math.max(0, Math.floor((input.endMs - 1_000 - input.nowMs) / dayMs)),
  }
}
