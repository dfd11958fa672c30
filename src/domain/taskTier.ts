import type { Rung } from './ledger.ts'
import { tierOf } from './pricing.ts'

type Tier = NonNullable<ReturnType<typeof tierOf>>

/** A task is deferred exactly when it has no effective tier. */
export type TaskDecision =
  | { readonly defer: true; readonly effectiveTier: null; readonly reason: string }
  /** `as_configured`: the model's name tells no tier, so it is never stepped down. */
  | { readonly defer: false; readonly effectiveTier: Tier | 'as_configured'; readonly reason: string }

const oneDown: Readonly<Record<Tier, Tier>> = { opus: 'sonnet', sonnet: 'haiku', haiku: 'haiku' }

/**
 * How a queued task runs on a rung (cost specification, 3.1). Not the clamp of single calls, which is the router's.
 * @param criticality `downshift_eligible`; anything else counts as `frontier_only`
 * @param model the model the task is configured for
 */
export function taskDecision(rung: Rung, criticality: unknown, model: string): TaskDecision {
  const defer = (reason: string): TaskDecision => ({ defer: true, effectiveTier: null, reason })
  const run = (effectiveTier: Tier | 'as_configured', reason: string): TaskDecision => {
    return { defer: false, effectiveTier, reason }
  }
  const tier = tierOf(model)

  if (rung === 'hard_stop_100') return defer('The pool is used up: every task waits for the next period.')
  if (rung === 'normal') return run(tier ?? 'as_configured', 'The budget is at ease: tasks run as configured.')
  if (criticality !== 'downshift_eligible') return defer(`At ${rung} only tasks that accept a cheaper model run.`)
  if (tier === null) return run('as_configured', `The tier of ${model} is not known: it is not stepped down.`)
  if (rung === 'warn_75') return run(oneDown[tier], `At ${rung} an eligible task runs one tier lower.`)
  return run('haiku', `At ${rung} an eligible task runs on the cheapest tier.`)
}
