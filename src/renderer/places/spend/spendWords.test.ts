import { describe, expect, it } from 'vitest'
import type { ReconciliationView, SpendState } from '../../../contract/spend.ts'
import {
  formatDiff,
  headline,
  type KnownBudget,
  notices,
  periodWords,
  reconciledWords,
  rungLine,
} from './spendWords.ts'

const usd = 1_000_000_000
const nowMs = Date.UTC(2026, 4, 12, 14, 14)

const budget: KnownBudget = {
  kind: 'known',
  periodStartMs: Date.UTC(2026, 4, 1),
  periodEndMs: Date.UTC(2026, 5, 1),
  poolNanoUsd: 200 * usd,
  spentNanoUsd: 82.4 * usd,
  reservedNanoUsd: 0,
  remainingNanoUsd: 117.6 * usd,
  overdraftNanoUsd: 0,
  pctUsed: 41.2,
  rung: 'normal',
  marks: [],
  hiddenNanoUsd: 0,
  unpricedCalls: 0,
  extraUsageOff: true,
  pausedForCost: false,
  rampUntilMs: null,
  dailyCap: null,
  criticalShareNanoUsd: 0,
  lastReconciliation: null,
  clockBehind: false,
}

const spend: SpendState = {
  budget,
  burn: { hourNanoUsd: 0, dayNanoUsd: 0, weekNanoUsd: 0 },
  forecast: { kind: 'not_enough_data', coveredMs: 0 },
  spike: null,
  models: { cheap: 'cheap', strong: 'strong' },
  pulse: null,
  prices: { version: 'v', checkedAtMs: nowMs, stale: false, overlayError: null, overlayRows: 0 },
  unpricedModels: [],
}

const reconciliation: ReconciliationView = {
  id: 'r',
  atMs: Date.UTC(2026, 4, 9, 12),
  periodMs: budget.periodStartMs,
  source: 'operator',
  localNanoUsd: 79.9 * usd,
  reportedNanoUsd: 80.12 * usd,
  diffPct: 0.0027,
  tolerance: 0.1,
  withinTolerance: true,
  adjustmentNanoUsd: 0,
  breakerReTripped: false,
}

describe('the sentence at the top', () => {
  it('says what is left, marked as the estimate it is', () => {
    expect(headline(budget)).toBe('~$117.60 left of $200')
    expect(headline({ ...budget, poolNanoUsd: 12.5 * usd })).toContain('of $12.50')
  })
  it('is exact while nothing was spent', () => {
    expect(headline({ ...budget, spentNanoUsd: 0, remainingNanoUsd: 200 * usd })).toBe('$200.00 left of $200')
  })
  it('says by how much the pool is passed', () => {
    expect(headline({ ...budget, spentNanoUsd: 204 * usd, remainingNanoUsd: 0, overdraftNanoUsd: 4 * usd })).toBe(
      '~$4.00 over the pool of $200',
    )
  })
  it('never prints an unknown budget as an amount', () => {
    expect(headline({ kind: 'unknown', reason: 'x' })).toBe('Budget unknown')
  })
  it('names the days of the period as the provider counts them', () => {
    expect(periodWords(budget, nowMs)).toBe('1 May to 31 May')
  })
  it('says when the provider was last asked, and by how much it differed', () => {
    expect(reconciledWords(budget, nowMs)).toBe('not reconciled yet')
    expect(reconciledWords({ ...budget, lastReconciliation: reconciliation }, nowMs)).toBe('reconciled 9 May, +0.3 %')
    expect(formatDiff({ localNanoUsd: 80, reportedNanoUsd: 30, diffPct: 0.625 })).toBe('-62.5 %')
    expect(formatDiff({ localNanoUsd: 80, reportedNanoUsd: 80, diffPct: 0 })).toBe('0.0 %')
  })
})

describe('the rung', () => {
  it('is quiet while all is normal', () => {
    expect(rungLine(budget, nowMs)).toMatchObject({ tone: 'well', word: 'Normal', held: false })
  })
  it.each(['warn_75', 'downshift_90'] as const)('%s keeps to the cheap model', (rung) => {
    expect(rungLine({ ...budget, rung }, nowMs)).toMatchObject({
      tone: 'attention',
      text: 'Cheap model only, until 1 Jun or a larger pool.',
      held: true,
    })
  })
  it('names both ways out of a stop', () => {
    const line = rungLine({ ...budget, rung: 'hard_stop_100', pausedForCost: true }, nowMs)
    expect(line).toMatchObject({ tone: 'trouble', word: 'Stopped, paused for cost' })
    expect(line.text).toMatch(/^No model calls until 1 Jun or a larger pool\./)
  })
})

describe('notices', () => {
  const facts = (change: Partial<SpendState>) => notices({ ...spend, ...change }, nowMs).map((one) => one.fact)

  it('has none when all is as usual', () => {
    expect(facts({})).toEqual([])
  })
  it('says loudly that the provider goes on billing at a stop, and only then', () => {
    const stopped: KnownBudget = { ...budget, rung: 'hard_stop_100', extraUsageOff: false }
    expect(facts({ budget: stopped })).toEqual(['Extra usage is on'])
    expect(facts({ budget: { ...stopped, rung: 'downshift_90' } })).toEqual([])
  })
  it('puts the worst first', () => {
    expect(
      facts({
        budget: { ...budget, clockBehind: true },
        spike: { hourNanoUsd: 9 * usd, emptyAtMs: nowMs },
        prices: { ...spend.prices, overlayError: 'Line 3: no output price.' },
        unpricedModels: [{ model: 'mystery-1', calls: 2, chargedNanoUsd: usd }],
      }),
    ).toEqual([
      '~$9.00 in the last hour',
      'The clock of this machine is behind',
      'Your own price file is not used',
      'No price for mystery-1',
    ])
  })
  it('says what an unpriced model was charged in its place', () => {
    const [notice] = notices(
      { ...spend, unpricedModels: [{ model: 'm', calls: 1, chargedNanoUsd: 120_000_000 }] },
      nowMs,
    )
    expect(notice?.text).toBe('1 call; the pool was charged ~$0.12 in place of the price.')
  })
})
