import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMoney, nanoPerUsd, toMicroUsd, toUsd } from './money.ts'

describe('toMicroUsd and toUsd', () => {
  it.each([
    [0, 0, 0],
    [100, 0, 0],
    [499, 0, 0],
    [500, 1, 0.000001],
    [1_499, 1, 0.000001],
    [1_500, 2, 0.000002],
    [11_000_000, 11_000, 0.011],
    [nanoPerUsd, 1_000_000, 1],
    [82_400_000_000, 82_400_000, 82.4],
  ])('%i nanodollars are %i microdollars, %d dollars', (nanoUsd, micro, usd) => {
    expect([toMicroUsd(nanoUsd), toUsd(nanoUsd)]).toEqual([micro, usd])
  })

  it('rounds by half a microdollar at most, to whole ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 * nanoPerUsd }), (nanoUsd) => {
        const micro = toMicroUsd(nanoUsd)
        expect(Number.isSafeInteger(micro)).toBe(true)
        expect(Math.abs(micro * 1_000 - nanoUsd)).toBeLessThanOrEqual(500)
      }),
    )
  })
})

describe('formatMoney', () => {
  it.each([
    [null, '–', '–'],
    [0, '$0', '~$0'],
    [100, '<$0.0001', '<$0.0001'],
    [99_999, '<$0.0001', '<$0.0001'],
    [100_000, '$0.0001', '~$0.0001'],
    [12_300_000, '$0.0123', '~$0.0123'],
    [99_900_000, '$0.0999', '~$0.0999'],
    [100_000_000, '$0.10', '~$0.10'],
    [82_400_000_000, '$82.40', '~$82.40'],
  ])('%s nanodollars read %s, as an estimate %s', (nanoUsd, exact, estimate) => {
    expect([formatMoney(nanoUsd), formatMoney(nanoUsd, { estimate: true })]).toEqual([exact, estimate])
  })

  it('never shows a cost as nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 * nanoPerUsd }), (nanoUsd) => {
        expect(formatMoney(nanoUsd)).not.toMatch(/^\$0(\.0*)?$/)
      }),
    )
  })
})
