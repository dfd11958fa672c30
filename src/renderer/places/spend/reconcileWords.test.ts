import { describe, expect, it } from 'vitest'
import { outcomeText, previewText, readAmount } from './reconcileWords.ts'

const usd = 1_000_000_000

describe('readAmount', () => {
  it('reads what consoles print', () => {
    expect(readAmount(' $82.40 ')).toEqual({ kind: 'amount', nanoUsd: 82_400_000_000, usd: '82.40' })
    expect(readAmount('0')).toMatchObject({ kind: 'amount', nanoUsd: 0 })
  })
  it.each(['eighty', '82,40', '1 204.00', '-3', '1e3', 'NaN', '82.40 EUR'])('refuses %s', (text) => {
    expect(readAmount(text).kind).toBe('wrong')
  })
  it('does not complain before anything is typed', () => {
    expect([readAmount('').kind, readAmount('  $ ').kind]).toEqual(['empty', 'empty'])
  })
})

describe('what entering an amount will do', () => {
  it('leaves spent alone within tolerance, and says when the higher figure still decides', () => {
    expect(previewText(50 * usd, 52 * usd, 0.1)).toBe(
      'Kora’s estimate is ~$50.00, so the difference is +3.8 %. That is within 10 %: spent stays as it is. The higher figure decides the rung.',
    )
    expect(previewText(50 * usd, 49 * usd, 0.1)).not.toContain('decides the rung')
  })
  it('raises spent by a difference outside it', () => {
    expect(previewText(50 * usd, 80 * usd, 0.1)).toContain('spent will be raised by $30.00 to $80.00')
  })
  it('never lowers it', () => {
    expect(previewText(80 * usd, 30 * usd, 0.1)).toContain('Spent is never lowered')
  })
})

it('says what a comparison came to', () => {
  const made = { withinTolerance: true, adjustmentNanoUsd: 0, breakerReTripped: false }
  expect([
    outcomeText(made),
    outcomeText({ ...made, withinTolerance: false }),
    outcomeText({ withinTolerance: false, adjustmentNanoUsd: 30 * usd, breakerReTripped: true }),
  ]).toEqual([
    'Within tolerance: nothing changed.',
    'Lower than ours: nothing changed.',
    'Raised by $30.00: the budget’s rung was taken anew.',
  ])
})
