import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Env, parseConfig, readDebounce } from './config.ts'
import { environmentVariables } from './environment.ts'

const fixedOf = (env: Env): Record<string, unknown> =>
  Object.fromEntries(parseConfig(env).config.fixed.map(({ path, value }) => [path, value]))

describe('parseConfig', () => {
  it('starts from an empty environment with defaults and no warning', () => {
    expect(parseConfig({})).toEqual({
      config: {
        deployEnv: null,
        probeIntervalMs: 300_000,
        wakeSweepMs: 30_000,
        web: { host: '127.0.0.1', port: 9_119 },
        providers: { sentryOrg: null, supabaseUrl: null, flyAppName: null, flyStagingAppName: null },
        costTelemetry: { path: null, persistMs: 300_000 },
        routerTuning: { minCalls: 20, tightenAt: 0.4, loosenAt: 3 },
        alerts: { notifyMs: 180_000, digestMs: 86_400_000, wakeSweepMs: 30_000 },
        snapshot: { path: null, intervalMs: 300_000 },
        cockpitUrl: null,
        fixed: [],
        secretsSet: [],
      },
      warnings: [],
    })
  })

  it.each(['abc', '0', '-5', 'NaN', '1e999', '0x10', '5s'])(
    'daemon 18: takes the default for a cadence of "%s"',
    (value) => {
      const { config, warnings } = parseConfig({ KORA_HEARTBEAT_PROBE_INTERVAL_SEC: value })
      expect(config.probeIntervalMs).toBe(300_000)
      expect(warnings).toEqual(['KORA_HEARTBEAT_PROBE_INTERVAL_SEC is not a number above 0; 300 is used.'])
    },
  )

  it.each([
    [' 60 ', 60_000, 0],
    ['7.5', 7_500, 0],
    ['  ', 300_000, 0],
    ['1', 5_000, 1],
    ['999999', 86_400_000, 1],
  ])('reads a cadence of "%s"', (value, expected, warned) => {
    const { config, warnings } = parseConfig({ KORA_HEARTBEAT_PROBE_INTERVAL_SEC: value })
    expect(config.probeIntervalMs).toBe(expected)
    expect(warnings).toHaveLength(warned)
  })

  it.each([
    ['0', 0],
    ['65535', 65_535],
    ['', 9_119],
  ])('takes "%s" as port', (value, expected) => {
    expect(parseConfig({ KORA_WEB_PORT: value }).config.web.port).toBe(expected)
  })

  it.each(['http', '65536', '-1', '80.5', '1e3'])(
    'refuses "%s" as port, in one line that names the variable',
    (value) => {
      expect(() => parseConfig({ KORA_WEB_PORT: value })).toThrow(
        expect.objectContaining({
          code: 'config_invalid',
          message: 'KORA_WEB_PORT must be a port: a whole number from 0 to 65535.',
          data: { variable: 'KORA_WEB_PORT', exitCode: 2 },
        }),
      )
    },
  )

  it('fixes settings', () => {
    const env = {
      KORA_MODEL: 'claude-haiku-4-5',
      KORA_ANTHROPIC_BASE_URL: 'http://127.0.0.1:4010',
      KORA_SLACK_BASE_URL: 'https://slack.example/api/',
      KORA_SLACK_OPERATOR_USER_ID: ' U0123ABC ',
      KORA_PROBE_DEBOUNCE_SECONDS: '0',
      KORA_PROBE_DEBOUNCE_BYPASS_CRITICAL: 'Yes',
      KORA_PROBE_DEBOUNCE_CONSECUTIVE_REQUIRED: '2',
    }
    expect(fixedOf(env)).toEqual({
      'model.id': 'claude-haiku-4-5',
      'model.baseUrl': 'http://127.0.0.1:4010',
      'slack.baseUrl': 'https://slack.example/api/',
      'slack.operatorUserId': 'U0123ABC',
      'watching.debounceSeconds': 0,
      'watching.debounceBypassCritical': true,
      'watching.consecutiveRequired': 2,
    })
    expect(parseConfig(env).warnings).toEqual([])
  })

  it('ignores what it cannot understand, and names each variable without its value', () => {
    const env = {
      KORA_MODEL: 'two words',
      KORA_ANTHROPIC_BASE_URL: 'xoxb-in-the-wrong-place',
      KORA_SLACK_BASE_URL: 'ftp://files.example',
      KORA_SUPABASE_URL: 'nowhere',
      KORA_WEB_HOST: 'http://0.0.0.0/',
      KORA_PROBE_WAKE_POLL_SEC: 'often',
      KORA_SLACK_OPERATOR_USER_ID: 'the operator',
      KORA_PROBE_DEBOUNCE_SECONDS: '-1',
      KORA_PROBE_DEBOUNCE_BYPASS_CRITICAL: 'maybe',
      KORA_PROBE_DEBOUNCE_CONSECUTIVE_REQUIRED: '0',
    }
    const { config, warnings } = parseConfig(env)
    expect(config).toEqual(parseConfig({}).config)
    expect(warnings.map((warning) => warning.slice(0, warning.indexOf(' '))).toSorted()).toEqual(
      Object.keys(env).toSorted(),
    )
    for (const value of ['xoxb', 'two words', 'nowhere']) expect(warnings.join('\n')).not.toContain(value)
  })

  it('accepts a variable with a name in it for the operator, but never the bot', () => {
    expect(fixedOf({ KORA_SLACK_SOMEBODY_USER_ID: 'U1' })).toEqual({ 'slack.operatorUserId': 'U1' })
    expect(fixedOf({ KORA_SLACK_BOT_USER_ID: 'U1' })).toEqual({})
    expect(fixedOf({ KORA_SLACK_OPERATOR_USER_ID: '  ', KORA_SLACK_SOMEBODY_USER_ID: 'U1' })).toEqual({
      'slack.operatorUserId': 'U1',
    })
    const both = parseConfig({
      KORA_SLACK_B_USER_ID: 'U2',
      KORA_SLACK_OPERATOR_USER_ID: 'U1',
      KORA_SLACK_A_USER_ID: 'U1',
    })
    expect(both.config.fixed).toEqual([
      { path: 'slack.operatorUserId', variable: 'KORA_SLACK_OPERATOR_USER_ID', value: 'U1' },
    ])
    expect(both.warnings).toEqual(['KORA_SLACK_B_USER_ID is ignored: KORA_SLACK_OPERATOR_USER_ID says who is told.'])
  })

  it('knows which secrets are set and holds none of them', () => {
    const names = environmentVariables.filter(({ secret }) => secret).map(({ name }) => name)
    const env = Object.fromEntries(names.map((name) => [name, `canary-${name}`]))
    const parsed = parseConfig({ ...env, KORA_FLY_API_TOKEN: ' ' })
    expect(parsed.config.secretsSet).toEqual(names.filter((name) => name !== 'KORA_FLY_API_TOKEN'))
    expect(JSON.stringify(parsed)).not.toContain('canary')
  })
})

it('reads the debounce variables anew', () => {
  const env: Record<string, string> = {}
  expect(readDebounce(env)).toEqual({ fixed: [], warnings: [] })
  env['KORA_PROBE_DEBOUNCE_SECONDS'] = '30'
  expect(readDebounce(env).fixed).toEqual([
    { path: 'watching.debounceSeconds', variable: 'KORA_PROBE_DEBOUNCE_SECONDS', value: 30 },
  ])
})

it('documents every variable that is read, once', () => {
  const documented = environmentVariables.map(({ name }) => name)
  expect(new Set(documented).size).toBe(documented.length)
  const source = ['config.ts', 'spendingConfig.ts', 'paths.ts', 'secrets.ts']
    .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
    .join('\n')
  const read = new Set(source.match(/(?<=')(?:KORA|ANTHROPIC)_[A-Z0-9_]+(?=')/g))
  expect([...read].filter((name) => !documented.includes(name))).toEqual(['KORA_SLACK_BOT_USER_ID'])
})
