import { describe, expect, it } from 'vitest'
import { type CostStateBudget, costState } from './costState.ts'
import { marks, pctUsed, rungOf } from './ladder.ts'
import type { Reconciliation } from './ledger.ts'
import { reconcile } from './reconciliation.ts'

const usd = (amount: number): number => Math.round(amount * 1e9)
const thresholds = { warnPct: 75, downshiftPct: 90, stopPct: 100 }
const nowMs = Date.UTC(2026, 4, 11)

function budget(spentNanoUsd: number, poolNanoUsd = usd(200)): CostStateBudget {
  return {
    kind: 'known',
    periodStartMs: Date.UTC(2026, 4, 1),
    periodEndMs: Date.UTC(2026, 5, 1),
    poolNanoUsd,
    spentNanoUsd,
    pctUsed: pctUsed(spentNanoUsd, poolNanoUsd),
    rung: rungOf({ spentNanoUsd, poolNanoUsd, thresholds }),
    marks: marks(poolNanoUsd, thresholds),
    extraUsageOff: true,
  }
}

const input = { nowMs, thresholds, strongModel: 'claude-opus-4-7', reconciliations: [], pulse: null }
const state = (spentNanoUsd: number) => costState({ ...input, budget: budget(spentNanoUsd) })

describe('the published cost state', () => {
  it('has the published shape', () => {
    expect(state(usd(60))).toEqual({
      state: 'available',
      current: {
        billing_period_start: '2026-05-01T00:00:00Z',
        billing_period_end: '2026-05-31T23:59:59Z',
        days_remaining: 20,
        credit_pool_usd: 200,
        spent_to_date_usd: 60,
        burn_rate_usd_per_day: 6,
        projected_end_of_period_usd: 186,
        active_rung: 'normal',
        active_rung_threshold_pct: 75,
        current_pct_used: 30,
        effective_model_tier: 'opus',
        downshift_active: false,
        downshift_reason: expect.stringMatching(/\S/),
        extra_usage_off: true,
      },
      rate_limit_pulse: null,
      deferred_tickets: [],
      reconciliation_history: [],
      stub: false,
    })
  })

  it.each([
    [60, 'normal', 75, 'opus', false],
    [150, 'warn_75', 75, 'sonnet', true],
    [180, 'downshift_90', 90, 'haiku', true],
    [200, 'hard_stop_100', 100, null, true],
  ])('at %d of 200 dollars says %s', (spent, rung, threshold, tier, downshift) => {
    expect(state(usd(spent)).current).toMatchObject({
      active_rung: rung,
      active_rung_threshold_pct: threshold,
      effective_model_tier: tier,
      downshift_active: downshift,
    })
  })

  it.each([
    [usd(149.996), 149.99, 74.99, 'normal'],
    [usd(150) - 1, 149.99, 74.99, 'normal'],
    [usd(150), 150, 75, 'warn_75'],
    [usd(179.999), 179.99, 89.99, 'warn_75'],
    [usd(199.999), 199.99, 99.99, 'downshift_90'],
    [usd(200), 200, 100, 'hard_stop_100'],
    [usd(400), 400, 200, 'hard_stop_100'],
    [usd(12.346), 12.35, 6.17, 'normal'],
    [usd(12.344), 12.34, 6.17, 'normal'],
  ])('shows no mark one rung early: %i nanodollars', (spent, dollars, pct, rung) => {
    expect(state(spent).current).toMatchObject({
      spent_to_date_usd: dollars,
      current_pct_used: pct,
      active_rung: rung,
    })
  })

  it('does not round a projection up over the pool', () => {
    // 31 days of a tenth of this are $199.9999.
    expect(state(usd(64.516_097)).current).toMatchObject({ projected_end_of_period_usd: 199.99 })
  })

  it('names no tier when the strong model tells none', () => {
    const answer = costState({ ...input, strongModel: 'gpt-4o', budget: budget(usd(60)) })
    expect(answer.current.effective_model_tier).toBeNull()
  })

  it('shows nulls, never sample money, when the budget is unknown', () => {
    const answer = costState({ ...input, budget: { kind: 'unknown' } })
    expect(answer).toMatchObject({
      state: 'unavailable',
      stub: false,
      reconciliation_history: [],
      deferred_tickets: [],
    })
    expect(Object.keys(answer.current)).toEqual(Object.keys(state(usd(60)).current))
    expect(new Set(Object.values(answer.current))).toEqual(new Set([null]))
  })

  it('shows the last rate-limit headers in whole seconds', () => {
    const pulse = {
      capturedAtMs: Date.UTC(2026, 4, 11, 8, 0, 0, 999),
      requests: { limit: 50, remaining: 49, resetAtMs: Date.UTC(2026, 4, 11, 8, 1) },
      tokens: { limit: 40_000, remaining: 12_000, resetAtMs: Date.UTC(2026, 4, 11, 8, 2) },
    }
    expect(costState({ ...input, pulse, budget: budget(0) }).rate_limit_pulse).toEqual({
      captured_at: '2026-05-11T08:00:00Z',
      requests: { limit: 50, remaining: 49, reset_at: '2026-05-11T08:01:00Z' },
      tokens: { limit: 40_000, remaining: 12_000, reset_at: '2026-05-11T08:02:00Z' },
    })
  })

  it('lists reconciliations with the figures of their moment', () => {
    const row = (local: number, reported: number): Reconciliation => ({
      id: '01',
      atMs: Date.UTC(2026, 4, 9, 10),
      periodMs: Date.UTC(2026, 4, 1),
      source: 'operator',
      localNanoUsd: usd(local),
      reportedNanoUsd: usd(reported),
      tolerance: 0.1,
      ...reconcile({ localNanoUsd: usd(local), reportedNanoUsd: usd(reported), tolerance: 0.1 }),
    })
    const reconciliations = [row(50, 80), row(80, 30), row(0.002, 0)]
    const published = costState({ ...input, reconciliations, budget: budget(usd(80)) }).reconciliation_history
    expect(published[0]).toEqual({
      reconciled_at: '2026-05-09T10:00:00Z',
      local_estimator_usd: 50,
      anthropic_reported_usd: 80,
      delta_usd: 30,
      delta_pct: 37.5,
      within_tolerance: false,
      synthesized: false,
    })
    expect(published[1]).toMatchObject({ delta_usd: -50, delta_pct: 62.5, within_tolerance: false })
    expect(published[2]).toMatchObject({ local_estimator_usd: 0, delta_usd: 0 })
  })

  it('has no key that looks like a credential', () => {
    const keys: string[] = []
    JSON.stringify(state(usd(1)), (key, value: unknown) => {
      keys.push(key)
      return value
    })
    expect(keys).toContain('spent_to_date_usd')
    const words = keys.flatMap((key) => key.split('_')).concat(keys)
    for (const word of ['token', 'secret', 'api_key', 'password', 'bearer', 'authorization']) {
      expect(words).not.toContain(word)
    }
  })
})
