import { describe, expect, it } from 'vitest'
import { Settings } from '../../contract/settings.ts'
import { type Env, parseConfig } from './config.ts'
import { parseSpending } from './spendingConfig.ts'

const fixedOf = (env: Env): Record<string, unknown> =>
  Object.fromEntries(parseSpending(env).fixed.map(({ path, value }) => [path, value]))

const defaults = parseSpending({}).config

describe('what the environment says about spending', () => {
  it('fixes nothing and warns of nothing when it is empty or blank', () => {
    const names = ['KORA_CREDIT_POOL_USD', 'KORA_OPUS_PREFIX', 'KORA_OPUS_TRIGGER_PATTERNS', 'KORA_FORCE_OPUS']
    const blank = Object.fromEntries(names.map((name) => [name, '  ']))
    for (const env of [{}, blank]) expect(parseSpending(env)).toEqual({ config: defaults, fixed: [], warnings: [] })
  })

  it.each([
    ['200', 200],
    [' 82.40 ', 82.4],
    ['0.01', 0.01],
    ['1000000', 1_000_000],
  ])('a pool of "%s" is the pool', (value, poolUsd) => {
    expect(parseSpending({ KORA_CREDIT_POOL_USD: value })).toEqual({
      config: defaults,
      fixed: [{ path: 'budget.poolUsd', variable: 'KORA_CREDIT_POOL_USD', value: poolUsd }],
      warnings: [],
    })
    expect(Settings.shape.budget.shape.poolUsd.safeParse(poolUsd).success).toBe(true)
  })

  it.each([
    '0',
    '0.0000000001',
    '-5',
    'abc',
    'NaN',
    'Infinity',
    '1e3',
    '$200',
    '200 USD',
    '1000000.01',
    '9'.repeat(40),
  ])('snapshot 8: a pool of "%s" is ignored with a warning', (value) => {
    expect(parseSpending({ KORA_CREDIT_POOL_USD: value })).toEqual({
      config: defaults,
      fixed: [],
      warnings: ['KORA_CREDIT_POOL_USD is not an amount of USD above 0, up to 1000000; it is ignored.'],
    })
  })

  it.each([
    ['true', true],
    [' TRUE ', true],
    ['True', true],
    ['false', false],
    ['1', undefined],
    ['yes', undefined],
    ['truer', undefined],
  ])('only the word itself forces the strong model: "%s"', (value, forced) => {
    const { fixed, warnings } = parseSpending({ KORA_FORCE_OPUS: value })
    expect(fixed.map((one) => one.value)).toEqual(forced === undefined ? [] : [forced])
    expect(warnings).toEqual(forced === undefined ? ['KORA_FORCE_OPUS is neither true nor false; it is ignored.'] : [])
  })

  it.each([
    ['true', false],
    ['FALSE', true],
    ['on', undefined],
  ])('asking again is disabled by the word itself: "%s"', (value, asksAgain) => {
    expect(fixedOf({ KORA_DISABLE_POST_CALL_ESCALATION: value })['routing.postCallEscalation']).toBe(asksAgain)
  })

  it('takes a prefix of its own, up to what a message may begin with', () => {
    expect(fixedOf({ KORA_OPUS_PREFIX: ' !deep ' })).toEqual({ 'routing.prefix': '!deep' })
    expect(parseSpending({ KORA_OPUS_PREFIX: 'x'.repeat(41) })).toEqual({
      config: defaults,
      fixed: [],
      warnings: ['KORA_OPUS_PREFIX is not 1 to 40 characters long; it is ignored.'],
    })
  })

  it.each([
    ['KORA_OPUS_TRIGGER_PATTERNS', 'routing.decisionPatterns'],
    ['KORA_HAIKU_LOW_CONFIDENCE_PATTERNS', 'routing.lowConfidencePatterns'],
  ])('%s is a list by comma or a JSON array, in which a comma may occur', (name, path) => {
    expect(fixedOf({ [name]: String.raw`\bship\b, go/no-go ,` })).toEqual({
      [path]: [String.raw`\bship\b`, 'go/no-go'],
    })
    expect(fixedOf({ [name]: '["a{1,2}", "b"]' })).toEqual({ [path]: ['a{1,2}', 'b'] })
  })

  it.each(['[]', ',', ' , ,', '["", " "]', `["${'x'.repeat(301)}"]`])(
    'patterns of %j are ignored as a whole, with a warning',
    (value) => {
      expect(parseSpending({ KORA_OPUS_TRIGGER_PATTERNS: value })).toEqual({
        config: defaults,
        fixed: [],
        warnings: ['KORA_OPUS_TRIGGER_PATTERNS is no list of patterns; it is ignored.'],
      })
    },
  )

  it('keeps of too many patterns, or too long ones, what settings can hold', () => {
    const many = Array.from({ length: 60 }, (_, index) => `p${index}`)
    const { fixed, warnings } = parseSpending({ KORA_OPUS_TRIGGER_PATTERNS: ['x'.repeat(301), ...many].join(',') })
    expect(fixed[0]?.value).toEqual(many.slice(0, 50))
    expect(warnings).toEqual([
      'KORA_OPUS_TRIGGER_PATTERNS holds more than 50 patterns of 300 characters; the rest is ignored.',
    ])
    expect(Settings.shape.routing.shape.decisionPatterns.safeParse(fixed[0]?.value).success).toBe(true)
  })

  // Case 59 of the cost specification.
  it.each([
    ['abc', 300_000, 1],
    ['0', 300_000, 1],
    ['-1', 300_000, 1],
    ['60', 60_000, 0],
    ['2.5', 2_500, 0],
    ['999999', 86_400_000, 1],
  ])('an interval of "%s" between exports', (value, persistMs, warned) => {
    const { config, warnings } = parseSpending({ KORA_COST_TELEMETRY_PERSIST_INTERVAL_SEC: value })
    expect([config.costTelemetry.persistMs, warnings.length]).toEqual([persistMs, warned])
  })

  it('exports to an absolute path only: another would depend on where Kora was started', () => {
    const path = process.platform === 'win32' ? 'C:\\kora\\telemetry.json' : '/var/lib/kora/telemetry.json'
    expect(parseSpending({ KORA_COST_TELEMETRY_PATH: ` ${path} ` }).config.costTelemetry.path).toBe(path)
    expect(parseSpending({ KORA_COST_TELEMETRY_PATH: 'cache/telemetry.json' })).toEqual({
      config: defaults,
      fixed: [],
      warnings: ['KORA_COST_TELEMETRY_PATH is not an absolute path; it is ignored.'],
    })
  })

  it('accepts the reset interval of old without a word: nothing is ever reset', () => {
    const env = { KORA_COST_TELEMETRY_RESET_TICK_SEC: 'often' }
    expect(parseSpending(env)).toEqual({ config: defaults, fixed: [], warnings: [] })
  })

  it.each([
    ['MIN_CALLS', '40', { minCalls: 40 }, 0],
    ['MIN_CALLS', '1', { minCalls: 2 }, 1],
    ['MIN_CALLS', '0', { minCalls: 2 }, 1],
    ['MIN_CALLS', '2.5', {}, 1],
    ['MIN_CALLS', 'many', {}, 1],
    ['TIGHTEN_THRESHOLD', '0.25', { tightenAt: 0.25 }, 0],
    ['TIGHTEN_THRESHOLD', '1', { tightenAt: 1 }, 0],
    ['TIGHTEN_THRESHOLD', '7', { tightenAt: 1 }, 1],
    ['TIGHTEN_THRESHOLD', '0', {}, 1],
    ['TIGHTEN_THRESHOLD', '40%', {}, 1],
    ['LOOSEN_OVERRIDE_THRESHOLD', '9', { loosenAt: 9 }, 0],
    ['LOOSEN_OVERRIDE_THRESHOLD', '0', { loosenAt: 1 }, 1],
    ['LOOSEN_OVERRIDE_THRESHOLD', '-3', {}, 1],
  ])('KORA_PROMOTE_ROUTER_TUNING_%s of "%s"', (name, value, changed, warned) => {
    const { config, warnings } = parseSpending({ [`KORA_PROMOTE_ROUTER_TUNING_${name}`]: value })
    expect(config.routerTuning).toEqual({ ...defaults.routerTuning, ...changed })
    expect(warnings).toHaveLength(warned)
  })

  it('reaches the whole configuration, and no warning repeats a value', () => {
    const names = [
      'KORA_CREDIT_POOL_USD',
      'KORA_FORCE_OPUS',
      'KORA_DISABLE_POST_CALL_ESCALATION',
      'KORA_COST_TELEMETRY_PATH',
      'KORA_COST_TELEMETRY_PERSIST_INTERVAL_SEC',
      'KORA_PROMOTE_ROUTER_TUNING_MIN_CALLS',
      'KORA_PROMOTE_ROUTER_TUNING_TIGHTEN_THRESHOLD',
      'KORA_PROMOTE_ROUTER_TUNING_LOOSEN_OVERRIDE_THRESHOLD',
    ]
    const { config, warnings } = parseConfig(Object.fromEntries(names.map((name) => [name, 'sk-in-the-wrong-place'])))
    expect(config).toEqual(parseConfig({}).config)
    expect(warnings.map((warning) => warning.slice(0, warning.indexOf(' '))).toSorted()).toEqual(names.toSorted())
    expect(warnings.join('\n')).not.toContain('sk-in')
    expect(parseConfig({ KORA_CREDIT_POOL_USD: '50' }).config.fixed).toEqual([
      { path: 'budget.poolUsd', variable: 'KORA_CREDIT_POOL_USD', value: 50 },
    ])
    expect(parseConfig({ KORA_ANTHROPIC_ADMIN_KEY: 'canary' }).config.secretsSet).toEqual(['KORA_ANTHROPIC_ADMIN_KEY'])
  })
})
