import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import json from '../../resources/prices.json' with { type: 'json' }
import { noUsage, type TokenUsage } from './ledger.ts'
import { parseOverlay, parsePriceTable, withOverlay } from './priceTable.ts'
import {
  type ModelRef,
  pricesCheckedAtMs,
  pricesStale,
  priceUsage,
  resolvePrice,
  tierOf,
  worstCase,
} from './pricing.ts'
import { normalizeUsage } from './usage.ts'

const table = parsePriceTable(json)
const may = Date.UTC(2026, 4, 11)
const july = Date.UTC(2026, 6, 15)
const november = Date.UTC(2026, 10, 21)
const haikuRow = json.rows.find(({ model }) => model === 'claude-haiku-4-5')!

function usage(input: number, output = 0, cacheRead = 0, cacheCreation = 0, cacheCreation1h = 0): TokenUsage {
  return {
    inputTokens: input,
    outputTokens: output,
    cacheReadTokens: cacheRead,
    cacheCreationTokens: cacheCreation,
    cacheCreation1hTokens: cacheCreation1h,
  }
}

const price = (ref: string | ModelRef, used: TokenUsage, atMs = july, prices = table) =>
  priceUsage(prices, typeof ref === 'string' ? { model: ref } : ref, used, atMs)
const dollars = (value: number) => Math.round(value * 1_000_000_000)

describe('acceptance cases of the cost specification', () => {
  test.each([
    [1, 'claude-opus-4-7', usage(1_000_000), 5],
    [2, 'claude-haiku-4-5', usage(2_000, 500), 0.0045],
    [3, 'claude-opus-4-7', usage(1_200, 800, 50_000, 4_000), 0.076],
    [4, 'claude-sonnet-4-6', usage(10_000, 2_000, 100_000), 0.09],
    [6, 'anthropic/claude-opus-4.7', usage(1_000, 100), 0.0075],
    [10, 'gpt-4o', usage(400, 100, 600), 0.00275],
    [12, 'claude-haiku-4-5', usage(0, 0, 20_000), 0.002],
    [47, 'claude-haiku-4-5-20251001', usage(1_000, 200), 0.002],
    [47, 'claude-opus-4-7', usage(1_300, 300), 0.014],
  ])('case %i: %s', (_case, model, used, usd) => {
    for (const atMs of [july, november]) {
      expect(price(model, used, atMs)).toEqual({
        costNanoUsd: dollars(usd),
        poolChargeNanoUsd: dollars(usd),
        basis: 'table',
        status: 'estimated',
        source: 'official_docs_snapshot',
        version: 'prices-2026-11',
        notes: [],
      })
    }
  })

  test.each([
    ['mystery-1', 75_000_000],
    ['claude-haiku-9', 5_000_000],
  ])('case 7: %s has no cost, the pool is charged by the dearest row of its tier, or of all', (model, charge) => {
    for (const atMs of [may, november]) {
      expect(price(model, usage(5_000), atMs)).toEqual({
        costNanoUsd: null,
        poolChargeNanoUsd: charge,
        basis: 'fallback',
        status: 'unknown',
        source: 'none',
        version: 'prices-2026-11',
        notes: [`no_price:${model}`],
      })
    }
  })

  test.each([
    [{ model: 'gpt-5-codex', provider: 'openai-codex' }],
    [{ model: 'openai-codex/gpt-5-codex' }],
    [{ model: 'claude-opus-4-7', provider: 'openai-codex' }],
  ])('case 8: %j is paid by its subscription', (ref) => {
    expect(price(ref, usage(1_000_000, 1_000_000, 5, 5))).toEqual({
      costNanoUsd: 0,
      poolChargeNanoUsd: 0,
      basis: 'included',
      status: 'included',
      source: 'none',
      version: 'prices-2026-11',
      notes: [],
    })
    expect(worstCase(table, ref, { inputTokens: 1_000, maxOutputTokens: 1_000 }, july)).toBe(0)
  })

  test('case 10, as the provider reports it', () => {
    const raw = { prompt_tokens: 1_000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 600 } }
    expect(price('gpt-4o', normalizeUsage(raw, 'chat').usage).costNanoUsd).toBe(dollars(0.00275))
  })

  test('case 11: input and cache reads are separate classes, neither is subtracted from the other', () => {
    expect(price('claude-haiku-4-5', usage(400, 0, 600)).costNanoUsd).toBe(400 * 1_000 + 600 * 100)
  })

  test('one cached token of the cheap model is 100 nanodollars', () => {
    expect(price('claude-haiku-4-5', usage(0, 0, 1)).costNanoUsd).toBe(100)
  })
})

describe('names', () => {
  test.each([
    ['claude-haiku-4-5-20251001', 'claude-haiku-4-5'],
    [' Claude-Opus-4.5 ', 'claude-opus-4-8'],
    ['claude-opus-4-5-20251101', 'claude-opus-4-8'],
    ['openai/gpt-4.1-mini', 'gpt-4.1-mini'],
    ['claude-opus-4-20250514', 'claude-opus-4-20250514'],
    ['claude-3-opus-20240229', 'claude-opus-4-20250514'],
    ['claude-sonnet-4-20250514', 'claude-sonnet-4-6'],
    ['google/gemini-2.5-pro', 'gemini-2.5-pro'],
  ])('%s is priced as %s', (model, row) => {
    expect(resolvePrice(table, { model }, july)?.model).toBe(row)
  })

  test.each(['claude-haiku-4', 'openai/claude-opus-4-7', 'claude-haiku-4-5-2025', ''])('%s is not known', (model) => {
    expect(resolvePrice(table, { model }, july)).toBeNull()
  })

  test.each([
    [{ model: 'gpt-4o', provider: 'anthropic' }, false],
    [{ model: 'openai/gpt-4o', provider: 'anthropic' }, false],
    [{ model: 'anthropic/gpt-4o', provider: 'OpenAI' }, true],
    [{ model: 'openai/gpt-4o', baseUrl: 'https://api.anthropic.com' }, true],
    [{ model: 'gpt-4o', baseUrl: 'https://api.anthropic.com/v1' }, false],
    [{ model: 'gpt-4o', baseUrl: 'https://api.openai.com/v1' }, true],
    [{ model: 'gpt-4o', baseUrl: 'https://generativelanguage.googleapis.com/' }, false],
    [{ model: 'gpt-4o', baseUrl: 'http://127.0.0.1:8080' }, true],
    [{ model: 'gpt-4o', baseUrl: 'not an address' }, true],
    [{ model: 'gpt-4o', provider: null, baseUrl: null }, true],
    [{ model: 'gpt-4o', provider: '', baseUrl: '' }, true],
  ])('the provider is the one given, else the prefix, else behind the address: %j', (ref, known) => {
    expect(resolvePrice(table, ref, july) !== null).toBe(known)
  })

  test.each([
    ['claude-OPUS-9', 'opus'],
    ['my-sonnet', 'sonnet'],
    ['claude-haiku-4-5', 'haiku'],
    ['opus-haiku', 'opus'],
    ['claude-fable-5', null],
    ['', null],
  ])('%s is of tier %s', (model, tier) => {
    expect(tierOf(model)).toBe(tier)
  })
})

describe('validity', () => {
  const sonnet5 = (atMs: number) => price('claude-sonnet-5', usage(1_000_000), atMs).costNanoUsd

  test('an introductory price ends with its last day', () => {
    const lastMoment = Date.UTC(2026, 8, 1) - 1
    expect([sonnet5(lastMoment), sonnet5(lastMoment + 1)]).toEqual([2_000_000_000, 3_000_000_000])
  })

  test('what the provider published later holds from then on', () => {
    const october = Date.UTC(2026, 9, 1)
    expect([sonnet5(october - 1), sonnet5(october), sonnet5(november)]).toEqual([
      3_000_000_000, 2_000_000_000, 2_000_000_000,
    ])
  })

  test('before a price holds the model is unpriced, and the pool is charged all the same', () => {
    const early = price('claude-haiku-4-5', usage(1_000), Date.UTC(2026, 3, 30))
    expect(early).toMatchObject({ costNanoUsd: null, basis: 'fallback', poolChargeNanoUsd: 1_000_000 })
  })

  test('a prompt strictly above the threshold pays the higher rate for all of it', () => {
    expect(price('gemini-2.5-pro', usage(200_000)).costNanoUsd).toBe(250_000_000)
    expect(price('gemini-2.5-pro', usage(200_001)).costNanoUsd).toBe(200_001 * 2_500)
  })

  test('cached tokens count towards the length of a prompt', () => {
    const within = usage(40_000, 1_000, 30_000, 30_000, 10_000)
    expect(price('claude-haiku-5-5', within, november).costNanoUsd).toBe(
      40_000 * 100 + 1_000 * 500 + 30_000 * 10 + 20_000 * 125 + 10_000 * 200,
    )
    expect(price('claude-haiku-5-5', { ...within, inputTokens: 40_001 }, november).costNanoUsd).toBe(
      40_001 * 500 + 1_000 * 2_500 + 30_000 * 50 + 20_000 * 625 + 10_000 * 1_000,
    )
  })
})

describe('cache writes', () => {
  test('those of an hour have their own price, the rest is written for five minutes', () => {
    expect(price('claude-opus-4-7', usage(0, 0, 0, 1_000, 400)).costNanoUsd).toBe(600 * 6_250 + 400 * 10_000)
  })

  test('an hour’s writes that are missing in the sum are charged all the same', () => {
    expect(price('claude-opus-4-7', usage(0, 0, 0, 100, 400)).costNanoUsd).toBe(400 * 10_000)
  })
})

describe('partial knowledge', () => {
  test('a class of tokens without a price leaves the whole call unpriced', () => {
    expect(price('gpt-4o', usage(1_000, 100, 0, 50, 20))).toMatchObject({
      costNanoUsd: null,
      basis: 'fallback',
      status: 'unknown',
      poolChargeNanoUsd: 1_000 * 15_000 + 100 * 75_000 + 30 * 18_750 + 20 * 30_000,
      notes: ['class_unpriced:cacheWrite5m', 'class_unpriced:cacheWrite1h'],
    })
    expect(price('gpt-4o', usage(1_000, 100)).costNanoUsd).toBe(1_000 * 2_500 + 100 * 10_000)
  })

  test('a long prompt may know less than a short one', () => {
    expect(price('gemini-2.5-pro', usage(100_000, 0, 100_000)).costNanoUsd).toBe(100_000 * (1_250 + 125))
    expect(price('gemini-2.5-pro', usage(100_001, 0, 100_000)).notes).toEqual(['class_unpriced:cacheRead'])
  })

  test('counters that are negative or no numbers count as nothing', () => {
    const odd = { ...usage(-5, 100), cacheReadTokens: Number.NaN, cacheCreationTokens: Number.POSITIVE_INFINITY }
    expect(price('claude-haiku-4-5', odd).costNanoUsd).toBe(500_000)
  })

  test('an absurd count never leaves what the ledger can hold', () => {
    expect(price('claude-opus-4-7', usage(1e300)).costNanoUsd).toBe(Number.MAX_SAFE_INTEGER)
    expect(price('mystery', usage(1e300)).poolChargeNanoUsd).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('the operator’s own prices', () => {
  const own = (change: object) =>
    withOverlay(table, parseOverlay({ rows: [{ ...haikuRow, effectiveFrom: '2026-07-01', ...change }] }))
  const cheaper = { usdPerMillion: { ...haikuRow.usdPerMillion, input: 0.5 } }

  test('win for their dates, under every spelling of the name', () => {
    const prices = own({ ...cheaper, effectiveTo: '2026-08-01' })
    for (const model of ['claude-haiku-4-5', 'anthropic/claude-haiku-4.5', 'claude-haiku-4-5-20251001']) {
      expect(price(model, usage(1_000), july, prices)).toMatchObject({
        costNanoUsd: 500_000,
        basis: 'override',
        source: 'user_override',
        version: 'prices-2026-11+override',
      })
    }
    expect(price('claude-haiku-4-5', usage(1_000), november, prices)).toMatchObject({
      costNanoUsd: 1_000_000,
      basis: 'table',
      version: 'prices-2026-11',
    })
  })

  test('give a price to a model nobody knew, and to the call itself', () => {
    const prices = own({ model: 'mystery-1', usdPerRequest: 0.01 })
    expect(price('mystery-1', usage(5_000), july, prices)).toMatchObject({ costNanoUsd: 15_000_000, basis: 'override' })
    expect(price('mystery-1', noUsage, july, prices).costNanoUsd).toBe(10_000_000)
    expect(worstCase(prices, { model: 'mystery-1' }, { inputTokens: 0, maxOutputTokens: 0 }, july)).toBe(10_000_000)
  })

  test('never make the stand-in cheaper, but may make it dearer', () => {
    expect(price('claude-haiku-9', usage(1_000), july, own(cheaper)).poolChargeNanoUsd).toBe(1_000_000)
    const dearer = own({ usdPerMillion: { ...haikuRow.usdPerMillion, input: 2 } })
    expect(price('claude-haiku-9', usage(1_000), july, dearer).poolChargeNanoUsd).toBe(2_000_000)
  })
})

describe('worstCase', () => {
  const most = { inputTokens: 1_000, maxOutputTokens: 2_048 }

  test.each([
    ['claude-haiku-4-5-20251001', 1_000 * 2_000 + 2_048 * 5_000],
    ['claude-opus-4-7', 1_000 * 10_000 + 2_048 * 25_000],
    ['claude-haiku-5-5', 1_000 * 200 + 2_048 * 500],
    ['mystery-1', 1_000 * 30_000 + 2_048 * 75_000],
    ['claude-haiku-9', 1_000 * 2_000 + 2_048 * 5_000],
    // Cache writes have no price there: a call that reports some is charged by the stand-in.
    ['gpt-4o', 1_000 * 30_000 + 2_048 * 75_000],
  ])('%s', (model, nanoUsd) => {
    expect(worstCase(table, { model }, most, november)).toBe(nanoUsd)
  })

  test('takes the rates of long prompts from where a prompt may be that long', () => {
    const of = (inputTokens: number) =>
      worstCase(table, { model: 'claude-haiku-5-5' }, { inputTokens, maxOutputTokens: 10 }, november)
    expect(of(100_000)).toBe(100_000 * 200 + 10 * 500)
    expect(of(100_001)).toBe(100_001 * 1_000 + 10 * 2_500)
  })
})

describe('staleness', () => {
  const checked = Date.UTC(2026, 10, 12)
  const day = 86_400_000

  test('begins after 60 days, not with them', () => {
    expect(pricesCheckedAtMs(table)).toBe(checked)
    expect(pricesStale(table, checked + 60 * day)).toBe(false)
    expect(pricesStale(table, checked + 60 * day + 1)).toBe(true)
    expect(pricesStale(table, checked - day)).toBe(false)
  })

  test('does not hide behind the operator’s own rows', () => {
    const prices = withOverlay(table, parseOverlay({ rows: [{ ...haikuRow, checkedAt: '2027-06-01' }] }))
    expect(pricesStale(prices, checked + 61 * day)).toBe(true)
  })
})

describe('properties', () => {
  const models = [...table.rows.flatMap(({ model, aliases }) => [model, ...aliases]), 'mystery-1', 'claude-haiku-9']
  const model = fc.constantFrom(...models)
  const tokens = fc.integer({ min: 0, max: 2_000_000 })
  const used = fc
    .tuple(tokens, tokens, tokens, tokens, tokens)
    .map(([input, output, read, fiveMinutes, hour]) => usage(input, output, read, fiveMinutes + hour, hour))
  const parts = (all: TokenUsage) => [
    usage(all.inputTokens),
    usage(0, all.outputTokens),
    usage(0, 0, all.cacheReadTokens),
    usage(0, 0, 0, all.cacheCreationTokens - all.cacheCreation1hTokens),
    usage(0, 0, 0, all.cacheCreation1hTokens, all.cacheCreation1hTokens),
  ]

  test('a price is the sum of its classes’ prices, and there is none when one of them has none', () => {
    const flat = { ...table, rows: table.rows.map((row) => ({ ...row, above: null })) }
    fc.assert(
      fc.property(model, used, (name, all) => {
        const whole = price(name, all, november, flat)
        const each = parts(all).map((part) => price(name, part, november, flat))
        const unknown = each.some(({ costNanoUsd }) => costNanoUsd === null)
        const sum = each.reduce((total, { costNanoUsd }) => total + (costNanoUsd ?? 0), 0)
        expect(whole.costNanoUsd).toBe(unknown ? null : sum)
        expect(whole.notes.length > 0).toBe(unknown)
      }),
    )
  })

  test('whole nanodollars come out, the pool is charged the cost where there is one and something where there is none', () => {
    fc.assert(
      fc.property(model, used, (name, all) => {
        const { costNanoUsd, poolChargeNanoUsd, basis } = price(name, all, november)
        expect(Number.isSafeInteger(poolChargeNanoUsd)).toBe(true)
        expect(basis).toBe(costNanoUsd === null ? 'fallback' : 'table')
        const anything = Object.values(all).some((tokens) => tokens > 0)
        expect(poolChargeNanoUsd > 0).toBe(anything)
        expect(costNanoUsd ?? poolChargeNanoUsd).toBe(poolChargeNanoUsd)
      }),
    )
  })

  test('no call within the bounds is charged more than its worst case', () => {
    fc.assert(
      fc.property(model, used, tokens, tokens, (name, all, moreInput, moreOutput) => {
        const prompt = all.inputTokens + all.cacheReadTokens + all.cacheCreationTokens
        const most = { inputTokens: prompt + moreInput, maxOutputTokens: all.outputTokens + moreOutput }
        expect(price(name, all, november).poolChargeNanoUsd).toBeLessThanOrEqual(
          worstCase(table, { model: name }, most, november),
        )
      }),
    )
  })
})
