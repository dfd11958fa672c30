import type { CallEnd } from '../../src/daemon/services/CostService.ts'
import { noUsage, type Reservation } from '../../src/domain/ledger.ts'
import type { CostWorld } from '../fakes/costWorld.ts'

/** Sets money aside for one call to the cheap model. */
export function setAside(world: CostWorld, amountNanoUsd: number): Reservation {
  return world.costs.reserve({
    provider: 'anthropic',
    model: 'claude-haiku-4-5',
    route: 'slack_dm',
    parentRoute: null,
    iteration: 1,
    escalated: false,
    reason: 'default_haiku',
    clampedSignal: null,
    rung: 'normal',
    subject: 'chat',
    amountNanoUsd,
  })
}

/** A call that was answered with so many tokens, each of which costs five thousand nanodollars. */
export function answered(requestId: string, outputTokens: number): CallEnd {
  return { kind: 'used', model: 'claude-haiku-4-5', usage: { ...noUsage, outputTokens }, requestId, note: null }
}

/** What is spent in the current period by the budget's own account. */
export function spentNanoUsd(world: CostWorld): number {
  const state = world.budget.state()
  if (state.kind === 'unknown') throw new Error('the budget is unknown')
  return state.spentNanoUsd
}
