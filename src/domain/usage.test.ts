import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalizeUsage, type UsageShape } from './usage.ts'

const shapes: UsageShape[] = ['anthropic', 'responses', 'chat']

function tokens(input: number, output = 0, cacheRead = 0, cacheCreation = 0, cacheCreation1h = 0) {
  return {
    inputTokens: input,
    outputTokens: output,
    cacheReadTokens: cacheRead,
    cacheCreationTokens: cacheCreation,
    cacheCreation1hTokens: cacheCreation1h,
  }
}

describe('the three shapes', () => {
  it('case 11: Anthropic counts fresh input apart from the cache', () => {
    const raw = { input_tokens: 400, output_tokens: 7, cache_read_input_tokens: 600, cache_creation_input_tokens: 50 }
    expect(normalizeUsage(raw, 'anthropic')).toEqual({
      usage: tokens(400, 7, 600, 50),
      notes: [],
      implausible: false,
    })
  })

  it('tells one-hour cache writes from five-minute ones', () => {
    const raw = {
      input_tokens: 1,
      cache_creation_input_tokens: 500,
      cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 300 },
    }
    expect(normalizeUsage(raw, 'anthropic')).toMatchObject({ usage: tokens(1, 0, 0, 500, 300), notes: [] })
  })

  it('adds up cache writes that are only told by their life, and believes the larger of two sums', () => {
    const cache_creation = { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 300 }
    expect(normalizeUsage({ cache_creation }, 'anthropic')).toMatchObject({
      usage: tokens(0, 0, 0, 500, 300),
      notes: [],
    })
    expect(normalizeUsage({ cache_creation, cache_creation_input_tokens: 100 }, 'anthropic')).toMatchObject({
      usage: tokens(0, 0, 0, 500, 300),
      notes: ['usage_inconsistent:cache_creation_input_tokens'],
    })
  })

  it('case 10: chat completions count the cache among the prompt', () => {
    const raw = { prompt_tokens: 1_000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 600 } }
    expect(normalizeUsage(raw, 'chat').usage).toEqual(tokens(400, 100, 600))
  })

  it.each([
    [{ prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 20 } }],
    [{ prompt_tokens_details: { cached_tokens: 10, cache_creation_tokens: 20 } }],
    [{ cache_read_input_tokens: 10, cache_creation_input_tokens: 20 }],
    [{ prompt_tokens_details: null, cache_read_input_tokens: 10, cache_creation_input_tokens: 20 }],
  ])('chat completions name the cache in several ways: %j', (cache) => {
    expect(normalizeUsage({ prompt_tokens: 100, completion_tokens: 1, ...cache }, 'chat').usage).toEqual(
      tokens(70, 1, 10, 20),
    )
  })

  it.each(['cache_write_tokens', 'cache_creation_tokens'])('responses name cache writes %s', (name) => {
    const raw = { input_tokens: 100, output_tokens: 5, input_tokens_details: { cached_tokens: 60, [name]: 30 } }
    expect(normalizeUsage(raw, 'responses').usage).toEqual(tokens(10, 5, 60, 30))
  })

  it('a prompt smaller than its parts leaves nothing fresh, and says so', () => {
    const raw = { input_tokens: 50, input_tokens_details: { cached_tokens: 60 } }
    expect(normalizeUsage(raw, 'responses')).toMatchObject({
      usage: tokens(0, 0, 60),
      notes: ['usage_inconsistent:input_tokens'],
    })
  })
})

describe('numbers one cannot use', () => {
  it('negative counts are 0 and noted', () => {
    expect(normalizeUsage({ input_tokens: -5, output_tokens: 3 }, 'anthropic')).toEqual({
      usage: tokens(0, 3),
      notes: ['usage_negative:input_tokens'],
      implausible: false,
    })
  })

  it.each(['1500', 'abc', Number.NaN, Number.POSITIVE_INFINITY, true, {}, []])('%j is 0 and noted', (value) => {
    expect(normalizeUsage({ input_tokens: 1, output_tokens: value }, 'anthropic')).toEqual({
      usage: tokens(1),
      notes: ['usage_unreadable:output_tokens'],
      implausible: false,
    })
  })

  it.each([null, undefined, 'x', 7])('usage that is %j is 0 and noted', (raw) => {
    for (const shape of shapes) {
      expect(normalizeUsage(raw, shape)).toEqual({
        usage: tokens(0),
        notes: ['usage_unreadable:usage'],
        implausible: false,
      })
    }
  })

  it('what is missing is 0 without a word', () => {
    for (const shape of shapes) {
      expect(normalizeUsage({}, shape)).toEqual({ usage: tokens(0), notes: [], implausible: false })
    }
  })

  it('more than ten million tokens of a class are not believed', () => {
    const judge = (output_tokens: number) => normalizeUsage({ output_tokens }, 'anthropic')
    expect(judge(10_000_000)).toMatchObject({ notes: [], implausible: false })
    expect(judge(10_000_001)).toMatchObject({ notes: ['usage_implausible:output_tokens'], implausible: true })
    const cached = { prompt_tokens: 11_000_000, prompt_tokens_details: { cached_tokens: 10_500_000 } }
    expect(normalizeUsage(cached, 'chat')).toMatchObject({
      notes: ['usage_implausible:prompt_tokens_details.cached_tokens'],
      implausible: true,
    })
  })
})

it('whatever comes, whole tokens from 0 to what a number holds go out', () => {
  const keys = [
    'input_tokens',
    'output_tokens',
    'cache_read_input_tokens',
    'cache_creation_input_tokens',
    'cache_creation',
    'prompt_tokens',
    'completion_tokens',
    'prompt_tokens_details',
    'input_tokens_details',
    'cached_tokens',
    'ephemeral_1h_input_tokens',
  ]
  const value = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.constant(null))
  const part = fc.dictionary(fc.constantFrom(...keys), value)
  const raw = fc.dictionary(fc.constantFrom(...keys), fc.oneof(value, part))
  fc.assert(
    fc.property(raw, fc.constantFrom(...shapes), (said, shape) => {
      const { usage } = normalizeUsage(said, shape)
      for (const count of Object.values(usage)) {
        expect(Number.isSafeInteger(count)).toBe(true)
        expect(count).toBeGreaterThanOrEqual(0)
      }
      expect(usage.cacheCreation1hTokens).toBeLessThanOrEqual(usage.cacheCreationTokens)
    }),
  )
})
