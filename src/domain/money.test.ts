import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatMoney,
  formatRate,
  formatRound,
  formatTokens,
  formatTotal,
  nanoPerUsd,
  parseUsd,
  toMicroUsd,
  toUsd,
} from './money.ts'

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
    [null, '—', '—'],
    [0, '$0', '~$0'],
    [100, '<$0.0001', '<$0.0001'],
    [99_999, '<$0.0001', '<$0.0001'],
    [100_000, '$0.0001', '~$0.0001'],
    [12_300_000, '$0.0123', '~$0.0123'],
    [99_900_000, '$0.0999', '~$0.0999'],
    [100_000_000, '$0.10', '~$0.10'],
    [82_400_000_000, '$82.40', '~$82.40'],
    [-12_300_000, '-$0.0123', '-~$0.0123'],
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

describe('formatTotal', () => {
  it.each([
    [null, '—', '—'],
    [0, '$0.00', '~$0.00'],
    [1, '<$0.01', '<$0.01'],
    [4_000_000, '<$0.01', '<$0.01'],
    [9_999_999, '<$0.01', '<$0.01'],
    [10_000_000, '$0.01', '~$0.01'],
    [12_300_000_000, '$12.30', '~$12.30'],
    [1_234_567_890_000, '$1234.56', '~$1234.56'],
    [-2_500_000_000, '-$2.50', '-~$2.50'],
  ])('case 64: %s nanodollars read %s, as an estimate %s', (nanoUsd, exact, estimate) => {
    expect([formatTotal(nanoUsd), formatTotal(nanoUsd, { estimate: true })]).toEqual([exact, estimate])
  })

  it('never reads as a pool that is not yet used up', () => {
    expect(formatTotal(199_999_999_999)).toBe('$199.99')
    expect(formatTotal(200_000_000_000)).toBe('$200.00')
  })

  it('is at most the amount and less than a cent under it, and never shows a cost as nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (nanoUsd) => {
        const text = formatTotal(nanoUsd)
        const shown = text === '<$0.01' ? 0 : (parseUsd(text.slice(1)) ?? Number.NaN)
        expect(text === '<$0.01').toBe(nanoUsd < 10_000_000)
        expect(nanoUsd - shown).toBeGreaterThanOrEqual(0)
        expect(nanoUsd - shown).toBeLessThan(10_000_000)
      }),
    )
  })
})

describe('formatTokens', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1.0k'],
    [1_500, '1.5k'],
    [999_999, '999.9k'],
    [1_000_000, '1.00M'],
    [2_340_000, '2.34M'],
  ])('case 64: %i tokens read %s', (tokens, text) => {
    expect(formatTokens(tokens)).toBe(text)
  })
})

describe('parseUsd', () => {
  it.each([
    ['82.40', 82_400_000_000],
    [' 82.4 ', 82_400_000_000],
    ['0', 0],
    ['0.1', 100_000_000],
    ['007', 7 * nanoPerUsd],
    ['0.000000001', 1],
    ['0.0000000014', 1],
    ['0.0000000015', 2],
    ['9007199.254740991', Number.MAX_SAFE_INTEGER],
  ])('"%s" is %i nanodollars', (text, nanoUsd) => {
    expect(parseUsd(text)).toBe(nanoUsd)
  })

  it.each([
    '',
    ' ',
    '1e3',
    'NaN',
    'Infinity',
    '-1',
    '+1',
    '1,000',
    '1.',
    '.5',
    '$5',
    '0x10',
    '1 2',
    '9007199.254740992',
  ])('"%s" is no amount', (text) => {
    expect(parseUsd(text)).toBeNull()
  })

  it('reads back what was written, to the nanodollar', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (nanoUsd) => {
        const digits = String(nanoUsd).padStart(10, '0')
        expect(parseUsd(`${digits.slice(0, -9)}.${digits.slice(-9)}`)).toBe(nanoUsd)
      }),
    )
  })
})

it.each([
  [5, '$5.00'],
  [18.75, '$18.75'],
  [0.125, '$0.125'],
  [0.025, '$0.025'],
  [0.1, '$0.10'],
  [0.0625, '$0.0625'],
  [0, '$0.00'],
  [null, '—'],
])('a price of %s USD per million tokens reads %s', (usd, text) => {
  expect(formatRate(usd)).toBe(text)
})

it('leaves out cents that are none, and makes nothing up', () => {
  expect([200_000_000_000, 82_400_000_000, null].map(formatRound)).toEqual(['$200', '$82.40', '—'])
})
