import { describe, expect, test } from 'vitest'
import json from '../../resources/prices.json' with { type: 'json' }
import { parseOverlay, parsePriceTable, withOverlay } from './priceTable.ts'

const table = parsePriceTable(json)
const haiku = json.rows.find(({ model }) => model === 'claude-haiku-4-5')!
const refused = (field: string, words: string) =>
  expect.objectContaining({ code: 'config_invalid', data: { field }, message: expect.stringContaining(words) })

describe('the shipped table', () => {
  const day = (text: string) => Date.parse(`${text}T00:00:00Z`)
  /** The dated rows of the cost specification, 4.3: input, output, cache read, five-minute cache write. */
  test.each([
    ['claude-opus-4-7', '2026-05-01', 5, 25, 0.5, 6.25],
    ['claude-opus-4-6', '2026-05-01', 5, 25, 0.5, 6.25],
    ['claude-opus-4-5', '2026-05-01', 5, 25, 0.5, 6.25],
    ['claude-opus-4-8', '2026-05-01', 5, 25, 0.5, 6.25],
    ['claude-sonnet-4-6', '2026-05-01', 3, 15, 0.3, 3.75],
    ['claude-sonnet-4-5', '2026-05-01', 3, 15, 0.3, 3.75],
    ['claude-sonnet-4-20250514', '2026-05-01', 3, 15, 0.3, 3.75],
    ['claude-haiku-4-5', '2026-05-01', 1, 5, 0.1, 1.25],
    ['claude-3-5-haiku-20241022', '2026-05-01', 0.8, 4, 0.08, 1],
    ['claude-3-haiku-20240307', '2026-05-01', 0.25, 1.25, 0.03, 0.3],
    ['claude-opus-4-20250514', '2026-05-01', 15, 75, 1.5, 18.75],
    ['claude-3-opus-20240229', '2026-05-01', 15, 75, 1.5, 18.75],
    ['claude-sonnet-5', '2026-06-01', 2, 10, 0.2, 2.5],
    ['claude-sonnet-5', '2026-09-01', 3, 15, 0.3, 3.75],
    ['gpt-4o', '2026-03-16', 2.5, 10, 1.25, null],
    ['gpt-4o-mini', '2026-03-16', 0.15, 0.6, 0.075, null],
    ['gpt-4.1', '2026-03-16', 2, 8, 0.5, null],
    ['gpt-4.1-mini', '2026-03-16', 0.4, 1.6, 0.1, null],
    ['gpt-4.1-nano', '2026-03-16', 0.1, 0.4, 0.025, null],
    ['gemini-2.5-pro', '2026-07-07', 1.25, 10, 0.125, null],
  ])('has %s from %s at %d / %d', (model, from, input, output, cacheRead, cacheWrite5m) => {
    const row = table.rows.find(
      (one) => [one.model, ...one.aliases].includes(model) && one.effectiveFromMs === day(from),
    )
    const nano = (usd: number | null) => usd && Math.round(usd * 1_000)
    const anthropic = model.startsWith('claude')
    expect(row?.price).toEqual({
      input: nano(input),
      output: nano(output),
      cacheRead: nano(cacheRead),
      cacheWrite5m: nano(cacheWrite5m),
      cacheWrite1h: anthropic ? nano(input * 2) : null,
    })
  })

  test('has no dearer Anthropic price than the one unknown models are charged by', () => {
    const anthropic = table.rows.filter(({ provider }) => provider === 'anthropic')
    expect(Math.max(...anthropic.map(({ price }) => price.input))).toBe(15_000)
    expect(Math.max(...anthropic.map(({ price }) => price.output))).toBe(75_000)
  })

  test('keeps the published ratios of cache writes, but for the oldest row, whose prices were rounded', () => {
    const rows = table.rows.filter((row) => row.provider === 'anthropic' && row.model !== 'claude-3-haiku-20240307')
    expect(rows.length).toBeGreaterThan(10)
    for (const { price, above } of rows) {
      for (const one of above ? [price, above.price] : [price]) {
        expect([one.cacheWrite5m, one.cacheWrite1h]).toEqual([one.input * 1.25, one.input * 2])
      }
    }
  })

  test('carries the prices of November 2026', () => {
    const now = Date.UTC(2026, 10, 21)
    const price = (model: string) => {
      const row = table.rows.find(
        (one) =>
          [one.model, ...one.aliases].includes(model) &&
          one.effectiveFromMs <= now &&
          (one.effectiveToMs === null || now < one.effectiveToMs),
      )
      return row && [row.price.input, row.price.output, row.price.cacheRead]
    }
    expect({
      fable52: price('claude-fable-5-2'),
      fable51: price('claude-fable-5-1'),
      fable5: price('claude-fable-5'),
      opus55: price('claude-opus-5-5'),
      opus5: price('claude-opus-5'),
      sonnet55: price('claude-sonnet-5-5'),
      sonnet5: price('claude-sonnet-5'),
      haiku55: price('claude-haiku-5-5'),
    }).toEqual({
      fable52: [8_000, 40_000, 200],
      fable51: [10_000, 50_000, 250],
      fable5: [10_000, 50_000, 1_000],
      opus55: [4_000, 20_000, 200],
      opus5: [5_000, 25_000, 500],
      sonnet55: [2_000, 10_000, 100],
      sonnet5: [2_000, 10_000, 200],
      haiku55: [100, 500, 10],
    })
  })
})

describe('what is refused, naming the field', () => {
  test.each([
    ['no table', null, '', 'cannot be used: null'],
    ['nothing at all', undefined, '', 'it is empty'],
    ['no version', { ...json, version: undefined }, 'version', 'the version (version) is missing'],
    ['no rows', { ...json, rows: undefined }, 'rows', 'the rows (rows) is missing'],
    ['no list of included providers', { ...json, includedProviders: undefined }, 'includedProviders', 'is missing'],
    [
      'no Anthropic row to fall back to',
      { ...json, rows: json.rows.filter(({ provider }) => provider !== 'anthropic') },
      'rows',
      'no price of anthropic to fall back to',
    ],
  ])('%s', (_what, content, field, words) => {
    expect(() => parsePriceTable(content)).toThrow(refused(field, words))
  })

  const prices = haiku.usdPerMillion
  const { cacheRead: _cacheRead, ...withoutCacheRead } = prices
  const { cacheWrite1h: _cacheWrite1h, ...withoutHour } = prices
  test.each([
    ['a string', { usdPerMillion: { ...prices, input: 'abc' } }, 'usdPerMillion.input', 'is not a number: "abc"'],
    ['a quoted number', { usdPerMillion: { ...prices, output: '5' } }, 'usdPerMillion.output', 'is not a number: "5"'],
    ['NaN', { usdPerMillion: { ...prices, output: Number.NaN } }, 'usdPerMillion.output', 'is not a number: NaN'],
    ['no end', { usdPerMillion: { ...prices, output: Infinity } }, 'usdPerMillion.output', 'is not a number'],
    ['a negative price', { usdPerMillion: { ...prices, input: -1 } }, 'usdPerMillion.input', 'is too small: -1'],
    ['a missing class', { usdPerMillion: withoutCacheRead }, 'usdPerMillion.cacheRead', 'is missing'],
    [
      'a missing one-hour class',
      { usdPerMillion: withoutHour },
      'usdPerMillion.cacheWrite1h',
      'the price of one-hour cache writes (usdPerMillion.cacheWrite1h) is missing',
    ],
    ['no input price', { usdPerMillion: { ...prices, input: null } }, 'usdPerMillion.input', 'is not a number: null'],
    [
      'a fraction of a nanodollar',
      { usdPerMillion: { ...prices, cacheRead: 0.0005 } },
      'usdPerMillion.cacheRead',
      'whole nanodollar',
    ],
    ['an unknown class', { usdPerMillion: { ...prices, inptu: 1 } }, 'usdPerMillion', 'nobody knows: inptu'],
    ['an unknown field', { efectiveTo: null }, '', 'nobody knows: efectiveTo'],
    ['a day that is none', { effectiveFrom: '2026-02-30' }, 'effectiveFrom', 'cannot be used: "2026-02-30"'],
    ['an end before the start', { effectiveTo: '2026-04-30' }, 'effectiveTo', 'does not lie after the first day'],
    ['an empty span', { effectiveTo: '2026-05-01' }, 'effectiveTo', 'does not lie after the first day'],
    ['an address that is not https', { sourceUrl: 'ftp://prices' }, 'sourceUrl', 'the address of the source'],
    ['a price per request in words', { usdPerRequest: 'one' }, 'usdPerRequest', 'the price per request'],
    [
      'long prompts without a class',
      { above: { promptTokens: 1, usdPerMillion: withoutHour } },
      'above.usdPerMillion.cacheWrite1h',
      'one-hour cache writes of long prompts',
    ],
    ['no model', { model: '' }, 'model', 'the model (model) cannot be used'],
  ])('%s', (_what, change, field, words) => {
    const path = field === '' ? 'rows.1' : `rows.1.${field}`
    const rows = [
      { ...haiku, model: 'other' },
      { ...haiku, ...change },
    ]
    expect(() => parseOverlay({ rows })).toThrow(refused(path, words))
    expect(() => parsePriceTable({ ...json, rows })).toThrow(refused(path, words))
    expect(() => parseOverlay({ rows })).toThrow(/row 2/)
  })

  test.each([
    ['the same model', { model: 'claude-haiku-4-5' }],
    ['an alias', { model: 'x', aliases: ['Claude-Haiku-4.5'] }],
    ['a later start in an open end', { effectiveFrom: '2027-01-01' }],
    ['an earlier start with an open end', { effectiveFrom: '2025-01-01' }],
    ['an end one day into the other', { effectiveFrom: '2025-01-01', effectiveTo: '2026-05-02' }],
  ])('overlapping days: %s', (_what, change) => {
    const rows = [haiku, { ...haiku, ...change }]
    expect(() => parseOverlay({ rows })).toThrow(
      refused('rows.1.effectiveFrom', 'falls into the days of row 1, which prices the same model'),
    )
  })

  test('days that touch do not overlap, nor do those of another provider', () => {
    const before = { ...haiku, effectiveFrom: '2025-01-01', effectiveTo: '2026-05-01' }
    expect(parseOverlay({ rows: [haiku, before, { ...haiku, provider: 'other' }] })).toHaveLength(3)
  })
})

test('the operator’s rows are marked as theirs and come first', () => {
  const own = parseOverlay({ rows: [{ ...haiku, usdPerRequest: 0.01 }] })
  expect(own).toMatchObject([{ model: 'claude-haiku-4-5', source: 'user_override', requestNanoUsd: 10_000_000 }])
  const merged = withOverlay(table, own)
  expect(merged.rows).toEqual([...own, ...table.rows])
  expect(merged).toMatchObject({ version: table.version, includedProviders: ['openai-codex'] })
  expect(table.rows.every(({ source }) => source === 'official_docs_snapshot')).toBe(true)
})
