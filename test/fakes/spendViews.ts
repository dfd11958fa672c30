import type { BudgetState, RouteTally, SpendState, Tally } from '../../src/contract/spend.ts'
import { type Route, routes } from '../../src/domain/ledger.ts'

type KnownBudget = Extract<BudgetState, { kind: 'known' }>

const usd = 1_000_000_000

/** May 2026, ten days in: $60 of $200. */
export function aBudget(changes: Partial<KnownBudget> = {}): KnownBudget {
  return {
    kind: 'known',
    periodStartMs: Date.UTC(2026, 4, 1),
    periodEndMs: Date.UTC(2026, 5, 1),
    poolNanoUsd: 200 * usd,
    spentNanoUsd: 60 * usd,
    reservedNanoUsd: 0,
    remainingNanoUsd: 140 * usd,
    overdraftNanoUsd: 0,
    pctUsed: 30,
    rung: 'normal',
    marks: [
      { rung: 'warn_75', pct: 75, atNanoUsd: 150 * usd },
      { rung: 'downshift_90', pct: 90, atNanoUsd: 180 * usd },
      { rung: 'hard_stop_100', pct: 100, atNanoUsd: 200 * usd },
    ],
    hiddenNanoUsd: 0,
    unpricedCalls: 0,
    extraUsageOff: true,
    pausedForCost: false,
    rampUntilMs: null,
    dailyCap: null,
    criticalShareNanoUsd: 0,
    lastReconciliation: null,
    clockBehind: false,
    ...changes,
  }
}

export function aSpendState(changes: Partial<SpendState> = {}): SpendState {
  return {
    budget: aBudget(),
    burn: { hourNanoUsd: 0, dayNanoUsd: 6 * usd, weekNanoUsd: 42 * usd },
    forecast: { kind: 'not_enough_data', coveredMs: 3_600_000 },
    spike: null,
    models: { cheap: 'claude-haiku-4-5-20251001', strong: 'claude-opus-4-7' },
    pulse: null,
    prices: {
      version: 'anthropic-pricing-2026-11',
      checkedAtMs: Date.UTC(2026, 3, 20),
      stale: false,
      overlayError: null,
      overlayRows: 0,
    },
    unpricedModels: [],
    ...changes,
  }
}

export const noCalls: Tally = {
  calls: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheCreationTokens: 0,
  costNanoUsd: 0,
  unpriced: 0,
  escalations: 0,
  escalationsByRule: 0,
  clamped: 0,
  avoided: 0,
  savedNanoUsd: 0,
}

/** Every route in the published order, zeros but for those named. */
export function routeTallies(active: Partial<Record<Route, Partial<Tally>>> = {}): RouteTally[] {
  return routes.map((route) => ({ ...noCalls, ...active[route], route, reasons: {}, clampedSignals: {} }))
}
