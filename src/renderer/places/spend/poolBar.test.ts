import { describe, expect, it } from 'vitest'
import { poolBar } from './poolBar.ts'
import type { KnownBudget } from './spendWords.ts'

function budget(change: Partial<KnownBudget>, pcts: readonly number[] = [75, 90, 100]): KnownBudget {
  const rungs = ['warn_75', 'downshift_90', 'hard_stop_100'] as const
  return {
    kind: 'known',
    periodStartMs: 0,
    periodEndMs: 1,
    poolNanoUsd: 200,
    spentNanoUsd: 0,
    reservedNanoUsd: 0,
    remainingNanoUsd: 0,
    overdraftNanoUsd: 0,
    pctUsed: 0,
    rung: 'normal',
    marks: rungs.map((rung, index) => ({ rung, pct: pcts[index] ?? 0, atNanoUsd: 2 * (pcts[index] ?? 0) })),
    hiddenNanoUsd: 0,
    unpricedCalls: 0,
    extraUsageOff: true,
    pausedForCost: false,
    rampUntilMs: null,
    dailyCap: null,
    criticalShareNanoUsd: 0,
    lastReconciliation: null,
    clockBehind: false,
    ...change,
  }
}

describe('poolBar', () => {
  it('draws nothing for what is zero', () => {
    expect(poolBar(budget({})).parts).toEqual([])
  })

  it('puts spent, reported beyond it and set aside behind each other, and the kept part before the stop', () => {
    const { parts } = poolBar(
      budget({ spentNanoUsd: 80, hiddenNanoUsd: 4, reservedNanoUsd: 6, criticalShareNanoUsd: 20 }),
    )
    expect(parts).toEqual([
      { kind: 'critical', leftPct: 90, widthPct: 10, nanoUsd: 20 },
      { kind: 'spent', leftPct: 0, widthPct: 40, nanoUsd: 80 },
      { kind: 'hidden', leftPct: 40, widthPct: 2, nanoUsd: 4 },
      { kind: 'reserved', leftPct: 42, widthPct: 3, nanoUsd: 6 },
    ])
  })

  it('makes room for what is beyond the pool instead of cutting it off', () => {
    const { parts, marks } = poolBar(budget({ spentNanoUsd: 250 }))
    expect(parts).toEqual([
      { kind: 'spent', leftPct: 0, widthPct: 80, nanoUsd: 200 },
      { kind: 'overdraft', leftPct: 80, widthPct: 20, nanoUsd: 50 },
    ])
    expect(marks.map((mark) => mark.leftPct)).toEqual([60, 72, 80])
  })

  it('never lays the words of two marks over each other', () => {
    expect(poolBar(budget({})).marks.map((mark) => [mark.line, mark.narrowLine])).toEqual([
      [0, 0],
      [0, 1],
      [0, 0],
    ])
    expect(poolBar(budget({}, [97, 98, 99])).marks.map((mark) => mark.line)).toEqual([0, 1, 2])
    expect(poolBar(budget({}, [40, 60, 80])).marks.map((mark) => mark.line)).toEqual([0, 0, 0])
  })
})
