import type { SpendState } from '../../src/contract/spend.ts'
import { d, h, min } from './cockpitRows.ts'
import type { Scenario } from './cockpitScenarios.ts'
import {
  budgetOf,
  correctionsOf,
  ledgerOf,
  nightGap,
  pricesOf,
  reconciliation,
  type SpendWorld,
  spendStateOf,
  usd,
} from './cockpitSpend.ts'

const periodMs = Date.UTC(2026, 4, 1)
const month = { rows: 4_000, days: 40, spentUsd: 82.4, rung: 'normal', unpriced: 0 } as const

/** What a scenario knows of money, as of `nowMs`. */
export function spendOf(scenario: Scenario, nowMs: number): { state: SpendState; world: SpendWorld } {
  const ledger = (change: Partial<Parameters<typeof ledgerOf>[2]>) => ledgerOf(nowMs, periodMs, { ...month, ...change })
  const world = (rows: SpendWorld['ledger'], change: Partial<SpendWorld> = {}): SpendWorld => ({
    ledger: rows,
    corrections: correctionsOf(nowMs, rows),
    reconciliations: [reconciliation(nowMs - 3 * d)],
    prices: pricesOf(),
    gaps: [nightGap(nowMs)],
    sinceMs: nowMs - 40 * d,
    ...change,
  })
  const last = { lastReconciliation: reconciliation(nowMs - 3 * d) }
  const unpriced = (rows: SpendWorld['ledger']): SpendState['unpricedModels'] => {
    const own = rows.filter((row) => row.costNanoUsd === null && row.atMs >= periodMs)
    const charged = own.reduce((sum, row) => sum + row.poolChargeNanoUsd, 0)
    return own.length === 0 ? [] : [{ model: 'mystery-1', calls: own.length, chargedNanoUsd: charged }]
  }

  switch (scenario) {
    case 'calm':
      return {
        state: spendStateOf(nowMs, budgetOf(11.3), 0.94),
        world: world(ledger({ rows: 900, spentUsd: 11.3 }), { reconciliations: [], corrections: [] }),
      }
    case 'empty': {
      const state = spendStateOf(nowMs, budgetOf(0), 0)
      return {
        state: { ...state, forecast: { kind: 'not_enough_data', coveredMs: 0 }, pulse: null },
        world: world([], { reconciliations: [], corrections: [], gaps: [], sinceMs: nowMs - 5 * min }),
      }
    }
    case 'full': {
      const budget = budgetOf(184.2, { ...last, reservedNanoUsd: 2.1 * usd, criticalShareNanoUsd: 20 * usd })
      return {
        state: spendStateOf(nowMs, { ...budget, hiddenNanoUsd: 1.4 * usd }, 15.2),
        world: world(ledger({ rows: 10_000, spentUsd: 184.2, rung: 'downshift_90' })),
      }
    }
    case 'broken': {
      const rows = ledger({ spentUsd: 206.4, rung: 'hard_stop_100', unpriced: 5 })
      const state = spendStateOf(
        nowMs,
        budgetOf(206.4, { ...last, extraUsageOff: false, pausedForCost: true, unpricedCalls: 5 }),
        17,
      )
      return {
        state: {
          ...state,
          prices: { ...state.prices, overlayError: 'rows.2.usdPerMillion.output: a number is needed.' },
          unpricedModels: unpriced(rows),
        },
        world: world(rows),
      }
    }
    case 'stale': {
      const state = spendStateOf(nowMs, budgetOf(82.4, { clockBehind: true, rampUntilMs: nowMs + 40 * min }), 7.2)
      return {
        state: {
          ...state,
          pulse: state.pulse ? { ...state.pulse, capturedAtMs: nowMs - 9 * h } : null,
          prices: { ...state.prices, checkedAtMs: nowMs - 74 * d, stale: true },
        },
        world: world(ledger({})),
      }
    }
    case 'warn': {
      const rows = ledger({ spentUsd: 156.3, rung: 'warn_75', unpriced: 3 })
      const budget = budgetOf(156.3, {
        ...last,
        unpricedCalls: 3,
        reservedNanoUsd: 0.9 * usd,
        dailyCap: { capNanoUsd: 20 * usd, spentNanoUsd: 17.8 * usd },
      })
      const state = spendStateOf(nowMs, budget, 14)
      return {
        state: {
          ...state,
          burn: { ...state.burn, hourNanoUsd: 6.2 * usd },
          spike: { hourNanoUsd: 6.2 * usd, emptyAtMs: nowMs + 7 * h },
          unpricedModels: unpriced(rows),
          pulse: state.pulse
            ? {
                ...state.pulse,
                requests: { ...state.pulse.requests, remaining: 180 },
                tokens: { ...state.pulse.tokens, remaining: 21_000 },
              }
            : null,
        },
        world: world(rows),
      }
    }
    case 'unknown_budget': {
      const reason = 'The ledger could not be read: the database is being restored.'
      const state = spendStateOf(nowMs, { kind: 'unknown', reason }, 7.2)
      const burn = { hourNanoUsd: null, dayNanoUsd: null, weekNanoUsd: null }
      return { state: { ...state, burn, pulse: null }, world: world(ledger({})) }
    }
    default:
      return { state: spendStateOf(nowMs, budgetOf(82.4, last), 7.2), world: world(ledger({})) }
  }
}
