import { describe, expect, test } from 'vitest'
import json from '../../resources/prices.json' with { type: 'json' }
import type { TokenUsage } from './ledger.ts'
import { parsePriceTable, priceUsage, resolvePrice } from './pricing.ts'

const table = parsePriceTable(json)
const july = Date.UTC(2026, 6, 15)

function usage(input: number, output = 0, cacheRead = 0, cacheCreation = 0): TokenUsage {
  return {
    inputTokens: input,
    outputTokens: output,
    cacheReadTokens: cacheRead,
    cacheCreationTokens: cacheCreation,
  }
}

const cost = (model: string, used: TokenUsage, atMs = july) => priceUsage(table, model, used, atMs)

describe('acceptance cases of the cost specification', () => {
  const dollars = (value: number) => Math.round(value * 1_000_000_000)

  test.each([
    [1, 'claude-opus-4-7', usage(1_000_000), 5],
    [2, 'claude-haiku-4-5', usage(2_000, 500), 0.0045],
    [3, 'claude-opus-4-7', usage(1_200, 800, 50_000, 4_000), 0.076],
    [4, 'claude-sonnet-4-6', usage(10_000, 2_000, 100_000), 0.09],
    [6, 'anthropic/claude-opus-4.7', usage(1_000, 100), 0.0075],
    [10, 'gpt-4o', usage(400, 100, 600), 0.00275],
    [12, 'claude-haiku-4-5', usage(0, 0, 20_000), 0.002],
  ])('case %i: %s', (_case, model, used, usd) => {
    expect(cost(model, used)).toEqual({
      costNanoUsd: dollars(usd),
      poolChargeNanoUsd: dollars(usd),
      basis: 'table',
      version: 'prices-2026-07',
    })
  })

  test('case 7: an unknown model has no cost, the pool is charged the dearest row of its tier, or of all', () => {
    const fallback = { costNanoUsd: null, basis: 'fallback', version: 'prices-2026-07' }
    expect(cost('mystery-1', usage(5_000))).toEqual({ ...fallback, poolChargeNanoUsd: 75_000_000 })
    expect(cost('claude-haiku-9', usage(5_000))).toEqual({ ...fallback, poolChargeNanoUsd: 5_000_000 })
  })

  test('case 11: input and cache reads are separate classes, neither is subtracted from the other', () => {
    expect(cost('claude-haiku-4-5', usage(400, 0, 600)).costNanoUsd).toBe(400 * 1_000 + 600 * 100)
  })

  test('one cached token of the cheap model is 100 nanodollars', () => {
    expect(cost('claude-haiku-4-5', usage(0, 0, 1)).costNanoUsd).toBe(100)
  })
})

describe('names', () => {
  test.each([
    ['claude-haiku-4-5-20251001', 'claude-haiku-4-5'],
    [' Claude-Opus-4.5 ', 'claude-opus-4-8'],
    ['openai/gpt-4.1-mini', 'gpt-4.1-mini'],
    ['claude-opus-4-20250514', 'claude-opus-4-20250514'],
    ['claude-3-opus-20240229', 'claude-opus-4-20250514'],
    ['claude-sonnet-4-20250514', 'claude-sonnet-4-6'],
    ['google/gemini-2.5-pro', 'gemini-2.5-pro'],
  ])('%s is priced as %s', (model, row) => {
    expect(resolvePrice(table, model, july)?.model).toBe(row)
  })

  test.each(['claude-haiku-4', 'openai/claude-opus-4-7', 'claude-haiku-4-5-2025', ''])('%s is not known', (model) => {
    expect(resolvePrice(table, model, july)).toBeNull()
  })

  test('the models the product is set up with have a price', () => {
    expect(resolvePrice(table, 'claude-haiku-4-5-20251001', july)).not.toBeNull()
    expect(resolvePrice(table, 'claude-opus-4-7', july)).not.toBeNull()
  })
})

describe('validity', () => {
  test('an introductory price ends with its last day', () => {
    const lastMoment = Date.UTC(2026, 8, 1) - 1
    expect(cost('claude-sonnet-5', usage(1_000_000), lastMoment).costNanoUsd).toBe(2_000_000_000)
    expect(cost('claude-sonnet-5', usage(1_000_000), lastMoment + 1).costNanoUsd).toBe(3_000_000_000)
  })

  test('before a price holds the model is unpriced, and the pool is charged all the same', () => {
    const early = cost('claude-haiku-4-5', usage(1_000), Date.UTC(2026, 3, 30))
    expect(early).toMatchObject({ costNanoUsd: null, basis: 'fallback', poolChargeNanoUsd: 1_000_000 })
  })

  test('a prompt strictly above the threshold pays the higher rate for all of it', () => {
    expect(cost('gemini-2.5-pro', usage(200_000)).costNanoUsd).toBe(250_000_000)
    expect(cost('gemini-2.5-pro', usage(200_001)).costNanoUsd).toBe(200_001 * 2_500)
  })
})

describe('partial knowledge', () => {
  test('a class of tokens without a price leaves the whole call unpriced', () => {
    expect(cost('gpt-4o', usage(1_000, 100, 0, 50))).toMatchObject({
      costNanoUsd: null,
      basis: 'fallback',
      poolChargeNanoUsd: 1_000 * 15_000 + 100 * 75_000 + 50 * 18_750,
    })
    expect(cost('gpt-4o', usage(1_000, 100, 0, 0)).costNanoUsd).toBe(1_000 * 2_500 + 100 * 10_000)
  })

  test('counters that are negative or no numbers count as nothing', () => {
    const odd = { ...usage(-5, 100), cacheReadTokens: Number.NaN, cacheCreationTokens: Number.POSITIVE_INFINITY }
    expect(cost('claude-haiku-4-5', odd).costNanoUsd).toBe(500_000)
  })
})

describe('reading the table', () => {
  const first = json.rows[0]!

  test('USD per million become nanodollars per token', () => {
    expect(resolvePrice(table, 'claude-3-haiku-20240307', july)?.price).toEqual({
      input: 250,
      output: 1_250,
      cacheRead: 30,
      cacheWrite: 300,
    })
  })

  test('Anthropic rows keep the published ratios, but for the oldest, whose cache prices were rounded', () => {
    const rows = table.rows.filter((row) => row.provider === 'anthropic' && row.model !== 'claude-3-haiku-20240307')
    expect(rows.length).toBeGreaterThan(5)
    for (const { price } of rows) {
      expect(price.cacheRead).toBe(price.input / 10)
      expect(price.cacheWrite).toBe(price.input * 1.25)
    }
  })

  test.each([
    [
      'a fraction of a nanodollar',
      { usdPerMillion: { ...first.usdPerMillion, cacheRead: 0.0005 } },
      'usdPerMillion.cacheRead',
    ],
    ['a negative price', { usdPerMillion: { ...first.usdPerMillion, input: -1 } }, 'usdPerMillion.input'],
    ['a missing class', { usdPerMillion: { input: 1, output: 2, cacheRead: 1 } }, 'usdPerMillion.cacheWrite'],
    ['a date that is none', { effectiveFrom: '2026-02-30' }, 'effectiveFrom'],
    ['an address that is not https', { sourceUrl: 'ftp://prices' }, 'sourceUrl'],
  ])('%s is refused, naming the field', (_name, change, field) => {
    const broken = { ...json, rows: [{ ...first, ...change }] }
    expect(() => parsePriceTable(broken)).toThrow(
      expect.objectContaining({ code: 'config_invalid', data: { field: `rows.0.${field}` } }),
    )
  })

  test('a table without a row to fall back to is refused', () => {
    const rows = json.rows.filter((row) => row.provider !== 'anthropic')
    expect(() => parsePriceTable({ ...json, rows })).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })
})
