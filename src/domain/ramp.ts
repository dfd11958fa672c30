/** How long work resumes slowly after a new period began, and the least time between two claims in it (3.5). */
export const rampWindowMs = 3_600_000
const betweenClaimsMs = 30_000

/**
 * How long the next claim waits; 0 when it may go at once, as the first of a ramp and everything after it may.
 * @param input.rampUntilMs end of the ramp; null when there is none
 * @param input.lastClaimAtMs when work was last taken up; null when never
 */
export function rampWaitMs(input: { rampUntilMs: number | null; lastClaimAtMs: number | null; nowMs: number }): number {
  const { rampUntilMs, lastClaimAtMs, nowMs } = input
  if (rampUntilMs === null || nowMs >= rampUntilMs) return 0
  if (lastClaimAtMs === null || lastClaimAtMs < rampUntilMs - rampWindowMs) return 0
  // A clock set back must not turn half a minute into hours.
  const sinceMs = Math.max(0, nowMs - lastClaimAtMs)
  return Math.max(0, Math.min(betweenClaimsMs - sinceMs, rampUntilMs - nowMs))
}
