import { describe, expect, it } from 'vitest'
import { aBudget, aSpendState, routeTallies } from '../../test/fakes/spendViews.ts'
import type { SpendState } from '../contract/spend.ts'
import { costReport } from './costReport.ts'

const usd = 1_000_000_000
const none = 'No model was called in the last 24 hours.'
const print = (state: Partial<SpendState>, byRoute = routeTallies()) => costReport(aSpendState(state), byRoute, 'UTC')

describe('costReport', () => {
  it('is four lines when nothing is going on', () => {
    expect(print({})).toEqual([
      'Spent $60.00 of $200.00 (30 %) since 1 May, by estimate.',
      'Well within the budget: the strong model may be used; only the cheap one from $150.00.',
      'Not enough data for a forecast yet.',
      none,
    ])
  })

  it.each([
    ['warn_75', 150, 'Past $150.00: only the cheap model is used; calls stop at $200.00.'],
    ['downshift_90', 180, 'Past $180.00, close to the end: only the cheap model is used; calls stop at $200.00.'],
    ['hard_stop_100', 200, 'Used up: no model is called before 1 Jun, when the next period begins.'],
  ] as const)('says what %s means', (rung, spent, words) => {
    const lines = print({ budget: aBudget({ rung, spentNanoUsd: spent * usd, pctUsed: spent / 2 }) })
    expect(lines.slice(0, 2)).toEqual([
      `Spent $${spent}.00 of $200.00 (${spent / 2} %) since 1 May, by estimate.`,
      words,
    ])
  })

  it('never reads as a mark that was not reached', () => {
    const budget = aBudget({ spentNanoUsd: 150 * usd - 1, pctUsed: 74.99 })
    expect(print({ budget })[0]).toBe('Spent $149.99 of $200.00 (74.99 %) since 1 May, by estimate.')
  })

  it('says what the provider reported beyond our own figure, since it decides the rung', () => {
    const budget = aBudget({ spentNanoUsd: 149 * usd, hiddenNanoUsd: 2 * usd, pctUsed: 75.5, rung: 'warn_75' })
    expect(print({ budget }).slice(0, 3)).toEqual([
      'Spent $149.00 of $200.00 (75.5 %) since 1 May, by estimate.',
      'The provider reported $2.00 more, within tolerance: it counts for the rung.',
      'Past $150.00: only the cheap model is used; calls stop at $200.00.',
    ])
  })

  it('forecasts with the pace, and a spike before that', () => {
    const forecast: SpendState['forecast'] = {
      kind: 'pace',
      rates: { low: usd, centre: 2 * usd, high: 3 * usd },
      end: { low: 81 * usd, centre: 102 * usd, high: 123 * usd },
      passings: [{ pct: 100, earliestMs: null, centreMs: null, latestMs: null }],
    }
    const spike = { hourNanoUsd: 20 * usd, emptyAtMs: Date.UTC(2026, 4, 11, 21, 20) }
    expect(print({ forecast })[2]).toBe('At this pace $102.00 of $200.00 is used by 31 May ($81.00–$123.00).')
    expect(print({ forecast, spike })[2]).toBe('At the pace of the last hour the pool is empty by 21:20.')
  })

  it('lists the routes that made calls, in their order, and what has no price beside what has', () => {
    const byRoute = routeTallies({
      slack_dm: { calls: 120, costNanoUsd: 1_250_000_000, avoided: 20 },
      email_inbound: { calls: 3, avoided: 3 },
      probe_investigation: { calls: 3, costNanoUsd: 4_000_000, unpriced: 1 },
      unknown: { calls: 1, unpriced: 1 },
    })
    const state = {
      budget: aBudget({ unpricedCalls: 2, reservedNanoUsd: 30_000_000 }),
      unpricedModels: [
        { model: 'mystery-1', calls: 2, chargedNanoUsd: 75_000_000 },
        { model: 'claude-haiku-9', calls: 1, chargedNanoUsd: 5_000_000 },
      ],
    }
    expect(print(state, byRoute)).toEqual([
      'Spent $60.00 of $200.00 (30 %) since 1 May, by estimate, +2 unpriced.',
      'Set aside for calls under way: $0.03.',
      expect.stringMatching(/^Well within/),
      'Not enough data for a forecast yet.',
      'The last 24 hours by route:',
      '  slack_dm             100 calls  $1.25, 20 avoided',
      '  email_inbound          0 calls  $0.00, 3 avoided',
      '  probe_investigation    3 calls  <$0.01, +1 unpriced',
      '  unknown                1 call   —, +1 unpriced',
      'No price is known for mystery-1: 2 calls, $0.07 charged in their place.',
      'No price is known for claude-haiku-9: 1 call, <$0.01 charged in its place.',
    ])
  })

  it('shows no money when it is unknown', () => {
    const lines = print({ budget: { kind: 'unknown', reason: 'The ledger could not be read.' } })
    expect(lines).toEqual([
      'What was spent is unknown. The ledger could not be read.',
      'Until it is known only the cheap model is used.',
      none,
    ])
  })
})
