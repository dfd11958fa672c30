import { describe, expect, it } from 'vitest'
import { Settings } from '../../contract/settings.ts'
import { parseAlerts } from './alertsConfig.ts'
import { type Env, parseConfig } from './config.ts'
import { environmentVariables } from './environment.ts'

const defaults = {
  alerts: { notifyMs: 180_000, digestMs: 86_400_000, wakeSweepMs: 30_000 },
  snapshot: { path: null, intervalMs: 300_000 },
  cockpitUrl: null,
}
const names = [
  'KORA_ALERT_NOTIFY_INTERVAL_SEC',
  'KORA_ALERT_NOTIFY_DIGEST_INTERVAL_SEC',
  'KORA_ALERT_WAKE_POLL_SEC',
  'KORA_SNAPSHOT_INTERVAL_SEC',
  'KORA_SNAPSHOT_PATH',
  'KORA_COCKPIT_URL',
  'KORA_ALERT_NOTIFY_MODE',
  'KORA_ALERT_NOTIFY_CATEGORY_COOLDOWN_SEC',
  'KORA_ALERT_NOTIFY_BURST_THRESHOLD',
  'KORA_ALERT_WAKE_DEBOUNCE_SECONDS',
  'KORA_ALERT_WAKE_DEBOUNCE_BYPASS_CRITICAL',
]
const fixedOf = (env: Env) => Object.fromEntries(parseAlerts(env).fixed.map(({ path, value }) => [path, value]))

describe('what the environment says about alerts and the snapshot', () => {
  it('is nothing when it is empty or blank', () => {
    for (const value of [undefined, '', '   ']) {
      const env = Object.fromEntries(names.map((name) => [name, value]))
      expect(parseAlerts(env)).toEqual({ config: defaults, fixed: [], warnings: [] })
    }
  })

  it('is documented, every variable of it', () => {
    const documented = new Set(environmentVariables.map(({ name }) => name))
    expect(names.filter((name) => !documented.has(name))).toEqual([])
  })

  it('is part of the whole configuration', () => {
    const env = { KORA_ALERT_NOTIFY_MODE: 'digest', KORA_SNAPSHOT_INTERVAL_SEC: 'soon', KORA_ALERT_WAKE_POLL_SEC: '5' }
    const { config, warnings } = parseConfig(env)
    expect(config.alerts.wakeSweepMs).toBe(5_000)
    expect(config.fixed).toContainEqual({ path: 'alerts.mode', variable: 'KORA_ALERT_NOTIFY_MODE', value: 'digest' })
    expect(warnings).toEqual(['KORA_SNAPSHOT_INTERVAL_SEC is not a number above 0; 300 is used.'])
  })
})

describe('intervals', () => {
  it('are seconds, parts of them as well', () => {
    const env = {
      KORA_ALERT_NOTIFY_INTERVAL_SEC: '60',
      KORA_ALERT_NOTIFY_DIGEST_INTERVAL_SEC: ' 3600 ',
      KORA_ALERT_WAKE_POLL_SEC: '2.5',
      KORA_SNAPSHOT_INTERVAL_SEC: '900',
    }
    expect(parseAlerts(env)).toEqual({
      config: {
        ...defaults,
        alerts: { notifyMs: 60_000, digestMs: 3_600_000, wakeSweepMs: 2_500 },
        snapshot: { path: null, intervalMs: 900_000 },
      },
      fixed: [],
      warnings: [],
    })
  })

  it.each(['abc', '0', '-5', 'NaN', '1e3', '5 s'])('daemon 18: of %j are the default, with a warning', (value) => {
    const intervals = names.slice(0, 4)
    const { config, warnings } = parseAlerts(Object.fromEntries(intervals.map((name) => [name, value])))
    expect(config).toEqual(defaults)
    expect(warnings).toEqual(intervals.map((name) => expect.stringMatching(`^${name} is not a number above 0`)))
  })

  it('outside their range are moved into it, with a warning', () => {
    const { config, warnings } = parseAlerts({
      KORA_ALERT_NOTIFY_INTERVAL_SEC: '0.2',
      KORA_SNAPSHOT_INTERVAL_SEC: '100000',
      KORA_ALERT_NOTIFY_DIGEST_INTERVAL_SEC: '99999999',
    })
    expect(config.alerts).toMatchObject({ notifyMs: 1_000, digestMs: 30 * 86_400_000 })
    expect(config.snapshot.intervalMs).toBe(86_400_000)
    expect(warnings).toHaveLength(3)
  })
})

describe('settings that the environment fixes', () => {
  it('are those it names, each a value the settings take', () => {
    const env = {
      KORA_ALERT_NOTIFY_MODE: ' Digest ',
      KORA_ALERT_NOTIFY_CATEGORY_COOLDOWN_SEC: '0',
      KORA_ALERT_NOTIFY_BURST_THRESHOLD: '10',
      KORA_ALERT_WAKE_DEBOUNCE_SECONDS: '60',
      KORA_ALERT_WAKE_DEBOUNCE_BYPASS_CRITICAL: 'yes',
    }
    expect(parseAlerts(env)).toMatchObject({ config: defaults, warnings: [] })
    const fixed = fixedOf(env)
    expect(fixed).toEqual({
      'alerts.mode': 'digest',
      'alerts.categoryCooldownSeconds': 0,
      'alerts.burstThreshold': 10,
      'alerts.investigationDebounceSeconds': 60,
      'alerts.debounceBypassCritical': true,
    })
    const section = Object.fromEntries(Object.entries(fixed).map(([path, value]) => [path.split('.')[1], value]))
    expect(Settings.shape.alerts.partial().safeParse(section)).toMatchObject({ success: true, data: section })
  })

  it.each([
    ['KORA_ALERT_NOTIFY_MODE', 'hourly'],
    ['KORA_ALERT_NOTIFY_CATEGORY_COOLDOWN_SEC', '-1'],
    ['KORA_ALERT_NOTIFY_CATEGORY_COOLDOWN_SEC', 'abc'],
    ['KORA_ALERT_NOTIFY_CATEGORY_COOLDOWN_SEC', '86401'],
    ['KORA_ALERT_NOTIFY_BURST_THRESHOLD', '101'],
    ['KORA_ALERT_NOTIFY_BURST_THRESHOLD', '1.5'],
    ['KORA_ALERT_WAKE_DEBOUNCE_SECONDS', '-600'],
    ['KORA_ALERT_WAKE_DEBOUNCE_BYPASS_CRITICAL', 'maybe'],
    ['KORA_SNAPSHOT_PATH', 'cache/snapshot.json'],
    ['KORA_COCKPIT_URL', 'kora.test'],
    ['KORA_COCKPIT_URL', 'javascript:alert(1)'],
  ])('alerts 15: %s=%s is ignored, with a warning that does not repeat it', (name, value) => {
    const { config, fixed, warnings } = parseAlerts({ [name]: value })
    expect([config, fixed]).toEqual([defaults, []])
    expect(warnings).toEqual([expect.stringMatching(`^${name} is .*; it is ignored\\.$`)])
    expect(warnings[0]).not.toContain(value)
  })
})

describe('a burst of none', () => {
  it('is no threshold', () => {
    expect(fixedOf({ KORA_ALERT_NOTIFY_BURST_THRESHOLD: '0' })).toEqual({})
  })
})

describe('places', () => {
  it('are an absolute path and an address of the web', () => {
    const env = { KORA_SNAPSHOT_PATH: ' /var/lib/kora/snapshot.json ', KORA_COCKPIT_URL: 'https://kora.test/cockpit' }
    expect(parseAlerts(env)).toEqual({
      config: {
        ...defaults,
        snapshot: { ...defaults.snapshot, path: '/var/lib/kora/snapshot.json' },
        cockpitUrl: 'https://kora.test/cockpit',
      },
      fixed: [],
      warnings: [],
    })
  })
})
