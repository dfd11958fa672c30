import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KoraError } from './errors.ts'
import { rungs } from './ledger.ts'
import {
  admit,
  criticalShare,
  decidingSpend,
  marks,
  pctUsed,
  publishedRung,
  rungOf,
  rungThresholdPct,
  type Thresholds,
} from './ladder.ts'
import { reconcile } from './reconciliation.ts'

const thresholds: Thresholds = { warnPct: 75, downshiftPct: 90, stopPct: 100 }
const usd = (amount: number): number => Math.round(amount * 1e9)
const poolNanoUsd = usd(200)
const rungAt = (spentNanoUsd: number, pool = poolNanoUsd) => rungOf({ spentNanoUsd, poolNanoUsd: pool, thresholds })

const anyPool = fc.integer({ min: 1, max: 1e15 })
const anySpent = fc.integer({ min: 0, max: 2e15 })
/** Rising, with two decimals. */
const anyThresholds = fc
  .uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 3, maxLength: 3 })
  .map((points): Thresholds => {
    const [warn = 0, downshift = 0, stop = 0] = points.toSorted((a, b) => a - b)
    return { warnPct: warn / 100, downshiftPct: downshift / 100, stopPct: stop / 100 }
  })

describe('rungs', () => {
  it.each([
    [0, 'normal'],
    [149.99, 'normal'],
    [149.999999999, 'normal'],
    [150, 'warn_75'],
    [179.99, 'warn_75'],
    [180, 'downshift_90'],
    [199.999, 'downshift_90'],
    [200, 'hard_stop_100'],
    [400, 'hard_stop_100'],
  ])('of a pool of 200 dollars, %d spent are %s (cost 14, 15, 16)', (spent, rung) => {
    expect(rungAt(usd(spent))).toBe(rung)
  })

  it.each([
    [149_999_999, 'normal'],
    [150_000_000, 'warn_75'],
    [180_000_000, 'downshift_90'],
    [200_000_000, 'hard_stop_100'],
  ])('%i microdollars are %s (metrics 27)', (micro, rung) => {
    expect(rungAt(micro * 1_000)).toBe(rung)
  })

  it('begin at the smallest whole nanodollar, with thresholds of two decimals', () => {
    expect(marks(poolNanoUsd, thresholds)).toEqual([
      { rung: 'warn_75', pct: 75, atNanoUsd: usd(150) },
      { rung: 'downshift_90', pct: 90, atNanoUsd: usd(180) },
      { rung: 'hard_stop_100', pct: 100, atNanoUsd: usd(200) },
    ])
    // 33.33 % of 1,000,000,001 is 333,300,000.3333.
    const odd = marks(1_000_000_001, { warnPct: 33.33, downshiftPct: 66.67, stopPct: 99.99 })
    expect(odd.map(({ atNanoUsd }) => atNanoUsd)).toEqual([333_300_001, 666_700_001, 999_900_001])
  })

  it('are exact where spent times 10,000 no longer fits a double', () => {
    const pool = 1_000_000_000_000_001
    const mark = 750_000_000_000_001
    expect(rungAt(mark - 1, pool)).toBe('normal')
    expect(rungAt(mark, pool)).toBe('warn_75')
  })

  it('stop the spending when what was spent is not a number', () => {
    expect(rungAt(Number.NaN)).toBe('hard_stop_100')
  })

  it('only rise while spending rises, and begin exactly at their marks', () => {
    fc.assert(
      fc.property(anyPool, anyThresholds, anySpent, anySpent, (pool, steps, a, b) => {
        const rank = (spentNanoUsd: number) =>
          rungs.indexOf(rungOf({ spentNanoUsd, poolNanoUsd: pool, thresholds: steps }))
        expect(rank(Math.min(a, b))).toBeLessThanOrEqual(rank(Math.max(a, b)))
        marks(pool, steps).forEach(({ atNanoUsd }, index) => {
          expect(rank(atNanoUsd)).toBeGreaterThanOrEqual(index + 1)
          expect(rank(atNanoUsd - 1)).toBeLessThan(index + 1)
        })
      }),
    )
  })
})

describe('percent used', () => {
  it.each([
    [0, 0],
    [60, 30],
    [149.9999, 74.99],
    [150, 75],
    [199.999999999, 99.99],
    [200, 100],
    [400, 200],
    [82.4, 41.2],
  ])('%d of 200 dollars are %d %%: cut off, never rounded up over a mark', (spent, pct) => {
    expect(pctUsed(usd(spent), poolNanoUsd)).toBe(pct)
  })

  it('reaches a mark exactly when the rung does', () => {
    fc.assert(
      fc.property(anyPool, anyThresholds, anySpent, (pool, steps, spent) => {
        const pct = pctUsed(spent, pool)
        const reached = marks(pool, steps).filter((mark) => pct >= mark.pct)
        expect(rungOf({ spentNanoUsd: spent, poolNanoUsd: pool, thresholds: steps })).toBe(
          reached.at(-1)?.rung ?? 'normal',
        )
      }),
    )
  })

  it('of an empty pool is all of it', () => {
    expect(pctUsed(0, 0)).toBe(100)
    expect(rungAt(0, 0)).toBe('hard_stop_100')
  })
})

it('prints rungs in capitals for the snapshot alone', () => {
  expect(rungs.map(publishedRung)).toEqual(['NORMAL', 'WARN_75', 'DOWNSHIFT_90', 'HARD_STOP_100'])
})

it('publishes the mark of a rung, and the one ahead while normal', () => {
  expect(rungs.map((rung) => rungThresholdPct(rung, thresholds))).toEqual([75, 75, 90, 100])
})

describe('the deciding spend', () => {
  it('is our own figure without a reconciliation', () => {
    expect(decidingSpend({ spentNanoUsd: usd(12), lastReconciliation: null })).toEqual({
      decidingNanoUsd: usd(12),
      hiddenNanoUsd: 0,
    })
  })

  it.each([
    ['within tolerance, the provider higher: a pool of $100 that hid its stop', 90, 100, 10, 'hard_stop_100'],
    ['within tolerance, the provider lower', 90, 85, 0, 'downshift_90'],
    ['outside tolerance: spent was raised already', 50, 80, 0, 'warn_75'],
  ])('%s', (_, local, reported, hidden, rung) => {
    const result = reconcile({ localNanoUsd: usd(local), reportedNanoUsd: usd(reported), tolerance: 0.1 })
    const deciding = decidingSpend({
      spentNanoUsd: usd(local) + result.adjustmentNanoUsd,
      lastReconciliation: { localNanoUsd: usd(local), reportedNanoUsd: usd(reported), ...result },
    })
    expect(deciding.hiddenNanoUsd).toBe(usd(hidden))
    expect(rungAt(deciding.decidingNanoUsd, usd(100))).toBe(rung)
  })

  it('carries the hidden part along while spending goes on', () => {
    const lastReconciliation = { localNanoUsd: usd(80), reportedNanoUsd: usd(85), withinTolerance: true }
    expect(decidingSpend({ spentNanoUsd: usd(91), lastReconciliation })).toEqual({
      decidingNanoUsd: usd(96),
      hiddenNanoUsd: usd(5),
    })
  })
})

describe('admission', () => {
  const request = {
    decidingNanoUsd: usd(100),
    reservedNanoUsd: 0,
    poolNanoUsd,
    thresholds,
    amountNanoUsd: usd(1),
    critical: false,
    criticalSharePct: 0,
    dailyCap: null,
  }
  const granted = { kind: 'granted' }
  const refusedFor = (why: string) => ({ kind: 'refused', why })

  it('is granted up to the stop mark and not one nanodollar beyond', () => {
    expect(admit({ ...request, decidingNanoUsd: usd(150), reservedNanoUsd: usd(49) })).toEqual(granted)
    expect(admit({ ...request, decidingNanoUsd: usd(150), reservedNanoUsd: usd(49) + 1 })).toEqual(refusedFor('pool'))
    expect(admit({ ...request, thresholds: { ...thresholds, stopPct: 95.5 }, amountNanoUsd: usd(91) + 1 })).toEqual(
      refusedFor('pool'),
    )
  })

  it('names the hard stop before anything else', () => {
    expect(admit({ ...request, decidingNanoUsd: usd(200), amountNanoUsd: 0, critical: true })).toEqual(
      refusedFor('hard_stop'),
    )
  })

  it('keeps the critical share for critical calls', () => {
    const close = { ...request, decidingNanoUsd: usd(179), criticalSharePct: 10 }
    expect(criticalShare(poolNanoUsd, 10)).toBe(usd(20))
    expect(admit(close)).toEqual(granted)
    expect(admit({ ...close, amountNanoUsd: usd(1) + 1 })).toEqual(refusedFor('critical_share'))
    expect(admit({ ...close, amountNanoUsd: usd(21), critical: true })).toEqual(granted)
    expect(admit({ ...close, amountNanoUsd: usd(21) + 1, critical: true })).toEqual(refusedFor('pool'))
  })

  it('counts what is under way against the daily cap, for critical calls too', () => {
    const capped = { ...request, reservedNanoUsd: usd(2), dailyCap: { capNanoUsd: usd(10), spentNanoUsd: usd(7) } }
    expect(admit(capped)).toEqual(granted)
    expect(admit({ ...capped, amountNanoUsd: usd(1) + 1 })).toEqual(refusedFor('daily_cap'))
    expect(admit({ ...capped, amountNanoUsd: usd(1) + 1, critical: true })).toEqual(refusedFor('daily_cap'))
  })

  it.each([
    ['amountNanoUsd', Number.NaN],
    ['amountNanoUsd', -1],
    ['amountNanoUsd', 0.5],
    ['reservedNanoUsd', Number.POSITIVE_INFINITY],
    ['decidingNanoUsd', Number.NaN],
  ])('is never granted with %s %d', (field, amount) => {
    expect(() => admit({ ...request, [field]: amount })).toThrow(
      expect.objectContaining({ name: KoraError.name, code: 'bad_input', data: { field } }),
    )
  })

  it('lets none of 20 calls at 99 % of the pool overshoot it', () => {
    const amountNanoUsd = usd(0.3)
    let reservedNanoUsd = 0
    const answers = Array.from({ length: 20 }, () => {
      const answer = admit({ ...request, decidingNanoUsd: usd(198), reservedNanoUsd, amountNanoUsd })
      if (answer.kind === 'granted') reservedNanoUsd += amountNanoUsd
      return answer.kind
    })
    expect(answers.filter((kind) => kind === 'granted')).toHaveLength(6)
    expect(reservedNanoUsd).toBe(usd(1.8))
  })

  it('never lets what is spent and set aside pass the stop mark, whatever calls begin and end', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('begin' as const),
        amount: fc.integer({ min: 0, max: 400 }),
        critical: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant('end' as const),
        which: fc.nat(),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    )
    const run = fc.record({
      pool: fc.integer({ min: 1, max: 2_000 }),
      thresholds: anyThresholds,
      criticalSharePct: fc.integer({ min: 0, max: 50 }),
      steps: fc.array(step, { maxLength: 80 }),
    })
    fc.assert(
      fc.property(run, ({ pool, thresholds: rising, criticalSharePct, steps }) => {
        const stop = marks(pool, rising)[2]?.atNanoUsd ?? 0
        const underWay: number[] = []
        let spent = 0
        const reserved = () => underWay.reduce((sum, amount) => sum + amount, 0)
        for (const next of steps) {
          let limit = stop
          if (next.kind === 'begin') {
            const answer = admit({
              decidingNanoUsd: spent,
              reservedNanoUsd: reserved(),
              poolNanoUsd: pool,
              thresholds: rising,
              amountNanoUsd: next.amount,
              critical: next.critical,
              criticalSharePct,
              dailyCap: null,
            })
            if (answer.kind === 'granted') {
              underWay.push(next.amount)
              if (!next.critical) limit -= criticalShare(pool, criticalSharePct)
            }
          } else if (underWay.length > 0) {
            const [amount = 0] = underWay.splice(next.which % underWay.length, 1)
            spent += Math.floor(amount * next.share)
          }
          expect(spent + reserved()).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })
})
