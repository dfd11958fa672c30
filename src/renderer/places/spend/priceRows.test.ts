import { describe, expect, it } from 'vitest'
import type { PriceRowView } from '../../../contract/spend.ts'
import { openableSource, priceLines, sourceName } from './priceRows.ts'

const prices = { input: 1, output: 5, cacheRead: 0.1, cacheWrite5m: 1.25, cacheWrite1h: null }

function row(model: string, change: Partial<PriceRowView> = {}): PriceRowView {
  return {
    provider: 'anthropic',
    model,
    aliases: [],
    effectiveFromMs: 0,
    effectiveToMs: null,
    usdPerMillion: prices,
    above: null,
    sourceUrl: 'https://example.com/prices',
    checkedAtMs: 0,
    source: 'official_docs_snapshot',
    effective: true,
    ...change,
  }
}

describe('priceLines', () => {
  it('puts what is in force first, and the newest dates of a model before its older ones', () => {
    const lines = priceLines([
      row('z-old', { effective: false }),
      row('b', { effective: false, effectiveFromMs: 5 }),
      row('b', { effective: false, effectiveFromMs: 9 }),
      row('a', { provider: 'openai' }),
      row('b'),
    ])
    expect(lines.map(({ row: { model, effectiveFromMs } }) => `${model}${effectiveFromMs}`)).toEqual([
      'b0',
      'a0',
      'b9',
      'b5',
      'z-old0',
    ])
    expect(new Set(lines.map((line) => line.key)).size).toBe(5)
  })

  it('shows the rates of long prompts under their row', () => {
    const lines = priceLines([
      row('pro', { above: { promptTokens: 200_000, usdPerMillion: { ...prices, input: 2.5 } } }),
    ])
    expect(lines.map((line) => [line.aboveTokens, line.prices.input])).toEqual([
      [null, 1],
      [200_000, 2.5],
    ])
  })
})

describe('a source', () => {
  it.each(['http://example.com', 'javascript:alert(1)', 'file:///etc/passwd', 'https://u:p@example.com', 'contract'])(
    '%s is not opened',
    (url) => {
      expect(openableSource(url)).toBeNull()
    },
  )
  it('is opened over https, and named by its host', () => {
    expect(openableSource('https://example.com/a')).toBe('https://example.com/a')
    expect([sourceName('https://example.com/a'), sourceName('contract of 2025')]).toEqual([
      'example.com',
      'contract of 2025',
    ])
  })
})
