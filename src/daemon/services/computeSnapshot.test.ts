import { describe, expect, it } from 'vitest'
import { leaks } from '../../../test/fakes/hostile.ts'
import { aSnapshot, readyState, snapshotNowMs, snapshotSources } from '../../../test/fakes/snapshotSources.ts'
import { Snapshot } from '../../contract/snapshot.ts'
import { rungs } from '../../domain/ledger.ts'
import type { DegradationReason } from '../../domain/operationalState.ts'
import { snapshotPaths } from '../../domain/snapshot.ts'
import { computeSnapshot, type SnapshotSources } from './computeSnapshot.ts'

const broken = (): never => {
  throw new Error('no such thing')
}
const sourceNames = Object.keys(snapshotSources()) as (keyof SnapshotSources)[]
const everythingBroken: SnapshotSources = Object.fromEntries(
  sourceNames.map((name) => [name, broken]),
) as unknown as SnapshotSources

/** What a path leads to; undefined where it leads nowhere. */
function at(snapshot: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      snapshot,
    )
}

const topLevel = [
  'schema_version',
  'computed_at',
  'session_id',
  'fresh_for_seconds',
  'operational_state',
  'alerts',
  'cost_ladder',
  'cost_ladder_by_tenant',
  'tasks',
  'service_health',
  'service_observed_at',
  'cost_telemetry',
  'daemon_health',
  'sections',
]

describe('a snapshot', () => {
  it('snapshot 2: has its top-level keys and the published shape', () => {
    const snapshot = aSnapshot()
    expect(Object.keys(snapshot).toSorted()).toEqual(topLevel.toSorted())
    expect(Snapshot.parse(snapshot)).toEqual(snapshot)
  })

  it('snapshot 23: is stamped in UTC, whole seconds, with its session and how long it is fresh', () => {
    expect(aSnapshot({}, snapshotNowMs + 999)).toMatchObject({
      computed_at: '2026-05-11T14:00:00Z',
      session_id: 'a'.repeat(32),
      fresh_for_seconds: 600,
    })
  })

  it('snapshot 27: that is computed every ten minutes is fresh for twenty', () => {
    const meta = { nowMs: snapshotNowMs, sessionId: 's', intervalMs: 600_000, redact: (text: string) => text }
    const snapshot = computeSnapshot(snapshotSources(), meta)
    expect(snapshot.fresh_for_seconds).toBe(1_200)
    expect(snapshot.sections.operational_state.expected_every_seconds).toBe(600)
  })

  it('says of every section that it is as it should be, the task board apart', () => {
    const { sections, cost_ladder_by_tenant } = aSnapshot()
    const { tasks: _noBoard, ...others } = sections
    expect(Object.values(others).map(({ status, reason }) => [status, reason])).toEqual(Array(7).fill(['ok', null]))
    expect(cost_ladder_by_tenant).toEqual({})
  })

  it('snapshot 12: while no task board is connected (ruling 4) its counts are unknown, and the section says why', () => {
    const { sections, tasks } = aSnapshot()
    expect(sections.tasks).toMatchObject({ status: 'unknown', reason: 'no task board is connected' })
    expect(tasks).toEqual({ open_count: 'unknown', in_progress_count: 'unknown', refreshed_at: 'unknown' })
  })

  it('snapshot 32: has a text, a number, a flag or null at every path a phrasebook reply may name', () => {
    for (const snapshot of [aSnapshot(), aSnapshot(everythingBroken)]) {
      const values = snapshotPaths.map((path) => [path, at(snapshot, path)] as const)
      const wrong = values.filter(
        ([, value]) => value !== null && !['string', 'number', 'boolean'].includes(typeof value),
      )
      expect(wrong).toEqual([])
    }
  })
})

describe('snapshot 1: when sources throw', () => {
  it('all at once, every section is there and says that it knows nothing', () => {
    const snapshot = aSnapshot(everythingBroken)
    expect(Snapshot.parse(snapshot)).toEqual(snapshot)
    expect(snapshot).toMatchObject({
      operational_state: { primary: 'unknown', paused: false, pause_reason: null, reasons: [], since: 'unknown' },
      alerts: {
        active_count: 'unknown',
        by_severity: { critical: 'unknown', warning: 'unknown', info: 'unknown' },
        by_category: {},
      },
      cost_ladder: {
        current_tier: 'unknown',
        monthly_budget_pct_used: null,
        model_default: 'unknown',
        spent_to_date_usd: 'unknown',
        credit_pool_usd: 200,
      },
      service_health: { vercel: 'unknown', sentry: 'unknown', doppler: 'unknown', supabase: 'unknown', fly: 'unknown' },
      cost_telemetry: { rolling_24h: {}, monthly: {} },
      daemon_health: {
        overall_status: 'unknown',
        boot_at: 'unknown',
        uptime_seconds: 'unknown',
        listeners: {},
        recent_error_count_5min: 0,
        recent_errors_5min: {},
      },
    })
    const { cost_ladder_by_tenant: _none, ...sections } = snapshot.sections
    expect(Object.values(sections).map(({ status }) => status)).toEqual(Array(7).fill('unknown'))
    expect(sections.operational_state.reason).toBe('no such thing')
  })

  it.each([[null], [undefined]])('a source that answers %s is as good as one that throws', (answer) => {
    for (const name of ['operational', 'alerts', 'spend', 'services', 'telemetry', 'daemon', 'listeners', 'errors']) {
      const snapshot = aSnapshot({ [name]: () => answer })
      expect([name, Snapshot.safeParse(snapshot).success]).toEqual([name, true])
      const { cost_ladder_by_tenant: _none, tasks: _noBoard, ...sections } = snapshot.sections
      const damaged = Object.values(sections).filter(({ status }) => status !== 'ok')
      expect([name, damaged.length]).toEqual([name, 1])
    }
  })

  it.each([['a text'], [{ odd: true }], [Object.create(null)], [undefined]])(
    'whatever is thrown, %o too, costs its own section alone',
    (thrown: unknown) => {
      const { sections, operational_state: state } = aSnapshot({
        telemetry: () => {
          throw thrown
        },
      })
      expect([sections.cost_telemetry.status, state.primary]).toEqual(['unknown', 'ready'])
    },
  )

  const owners: Readonly<Record<keyof SnapshotSources, readonly [section: string, paths: readonly string[]]>> = {
    operational: ['operational_state', ['operational_state']],
    alerts: ['alerts', ['alerts']],
    rung: ['cost_ladder', ['cost_ladder.current_tier']],
    pctUsed: ['cost_ladder', ['cost_ladder.monthly_budget_pct_used']],
    spend: ['cost_ladder', ['cost_ladder.spent_to_date_usd', 'cost_ladder.credit_pool_usd']],
    poolUsdSet: ['cost_ladder', []],
    defaultModel: ['cost_ladder', ['cost_ladder.model_default']],
    services: ['service_health', ['service_health', 'service_observed_at']],
    telemetry: ['cost_telemetry', ['cost_telemetry']],
    daemon: ['daemon_health', ['daemon_health.boot_at', 'daemon_health.uptime_seconds']],
    listeners: ['daemon_health', ['daemon_health.listeners', 'daemon_health.overall_status']],
    errors: ['daemon_health', ['daemon_health.recent_error_count_5min', 'daemon_health.recent_errors_5min']],
  }
  const telling: Partial<SnapshotSources> = {
    spend: () => ({ spentNanoUsd: 1_500_000_000, poolNanoUsd: 350_000_000_000 }),
    telemetry: () => ({ rolling_24h: { slack_dm: { calls: 1 } }, monthly: { slack_dm: { calls: 2 } } }),
    errors: () => ({ count: 1, byKind: { dead_letter: 1 } }),
    operational: () => ({ ...readyState, primary: 'paused', reasons: ['cost'] }),
    alerts: () => ({
      active: [{ severity: 'critical', category: 'cost_ladder' }],
      blind: [],
      lookedAtMs: snapshotNowMs,
    }),
  }

  it.each(sourceNames)('%s alone, nothing else changes', (name) => {
    const whole = aSnapshot(telling)
    const damaged = aSnapshot({ ...telling, [name]: broken })
    const [section, paths] = owners[name]
    const leaves = (value: unknown, path = ''): [string, unknown][] =>
      typeof value !== 'object' || value === null
        ? [[path, value]]
        : Object.entries(value).flatMap(([key, part]) => leaves(part, path === '' ? key : `${path}.${key}`))
    const after = new Map(leaves(damaged))
    const changed = leaves(whole).flatMap(([path, value]) => (after.get(path) === value ? [] : [path]))
    const own = (path: string) => [...paths, `sections.${section}`].some((allowed) => path.startsWith(allowed))
    expect(changed.filter((path) => !own(path))).toEqual([])
    for (const path of paths) expect(changed.some((other) => other.startsWith(path))).toBe(true)
    expect(Snapshot.safeParse(damaged).success).toBe(true)
  })

  it('a section of which a part is missing says so, and why', () => {
    const { sections } = aSnapshot({ pctUsed: broken, daemon: broken, errors: broken })
    expect(sections.cost_ladder).toMatchObject({ status: 'partial', reason: 'no such thing' })
    expect(sections.daemon_health).toMatchObject({ status: 'partial', reason: 'no such thing' })
  })

  it('a reason is cut, and holds no secret', () => {
    const meta = {
      nowMs: snapshotNowMs,
      sessionId: 's',
      intervalMs: 300_000,
      redact: (text: string) => text.replace('xoxb-1', '[redacted]'),
    }
    const sources = snapshotSources({
      telemetry: () => {
        throw new Error(`xoxb-1 ${'x'.repeat(500)}`)
      },
    })
    const { reason } = computeSnapshot(sources, meta).sections.cost_telemetry
    expect(reason).toMatch(/^\[redacted\] x+…$/)
    expect(reason).toHaveLength(200)
  })

  it('what is no number is unknown and stops nothing', () => {
    const nan = Number.NaN
    const snapshot = aSnapshot({
      pctUsed: () => nan,
      spend: () => ({ spentNanoUsd: nan, poolNanoUsd: 350_000_000_000 }),
    })
    expect(snapshot.cost_ladder).toMatchObject({
      spent_to_date_usd: 'unknown',
      monthly_budget_pct_used: null,
      credit_pool_usd: 350,
      current_tier: 'NORMAL',
    })
    expect(snapshot.sections.cost_ladder.status).toBe('partial')
  })
})

describe('the operational state', () => {
  const of = (changes: Partial<typeof readyState>) =>
    aSnapshot({ operational: () => ({ ...readyState, ...changes }) }).operational_state

  it('snapshot 3: paused for two reasons names the alphabetically first', () => {
    const reasons: DegradationReason[] = ['substrate', 'cost']
    expect(of({ primary: 'paused', reasons })).toMatchObject({
      paused: true,
      pause_reason: 'cost',
      reasons: ['cost', 'substrate'],
    })
  })

  it('snapshot 4: paused without a reason names none, and so does a state that is only degraded', () => {
    expect(of({ primary: 'paused', reasons: [] })).toMatchObject({ paused: true, pause_reason: null })
    expect(of({ reasons: ['auth'] })).toMatchObject({ paused: false, pause_reason: null, reasons: ['auth'] })
  })

  it('says since when, until when, what led to it and who', () => {
    const untilMs = snapshotNowMs + 3_600_000
    expect(of({ primary: 'paused', trigger: 'a move', actor: 'operator', sinceMs: snapshotNowMs, untilMs })).toEqual({
      primary: 'paused',
      paused: true,
      pause_reason: null,
      reasons: [],
      claim_permission: 'normal',
      since: '2026-05-11T14:00:00Z',
      trigger: 'a move',
      actor: 'operator',
      until: '2026-05-11T15:00:00Z',
    })
  })

  it('says what a person wrote without addresses and credentials', () => {
    const trigger = 'token xoxb-123456-abcdef of jane.doe@example.com'
    expect(leaks(JSON.stringify(of({ primary: 'paused', trigger })))).toEqual([])
  })

  it('a word that nobody knows is unknown', () => {
    const odd = { primary: 'melting', permission: 'some', reasons: ['cost', 'boredom'] } as unknown as typeof readyState
    expect(of(odd)).toMatchObject({ primary: 'unknown', claim_permission: 'unknown', reasons: ['cost'], paused: false })
  })
})

describe('alerts', () => {
  it('are counted by severity and by the categories there are', () => {
    const active = [
      { severity: 'critical', category: 'cost_ladder' },
      { severity: 'warning', category: 'task_failing' },
      { severity: 'warning', category: 'task_failing' },
    ] as const
    const lookedAtMs = snapshotNowMs - 5_000
    const { alerts, sections } = aSnapshot({ alerts: () => ({ active, blind: [], lookedAtMs }) })
    expect(alerts).toEqual({
      active_count: 3,
      by_severity: { critical: 1, warning: 2, info: 0 },
      by_category: { cost_ladder: 1, task_failing: 2 },
    })
    expect(sections.alerts).toMatchObject({ status: 'ok', observed_at: '2026-05-11T13:59:55Z' })
  })

  it('of groups that cannot tell are known in part', () => {
    const blind = ['task_failing', 'watching']
    const active = [{ severity: 'warning', category: 'cost_ladder' }] as const
    const { alerts, sections } = aSnapshot({ alerts: () => ({ active, blind, lookedAtMs: snapshotNowMs }) })
    expect(alerts).toEqual({
      active_count: 1,
      by_severity: { critical: 'unknown', warning: 1, info: 'unknown' },
      by_category: { cost_ladder: 1 },
    })
    expect(sections.alerts).toMatchObject({ status: 'partial', reason: 'cannot tell: task_failing, watching' })
  })

  it('snapshot 26: are not zero because one group of rules cannot tell', () => {
    const { alerts, sections } = aSnapshot({
      alerts: () => ({ active: [], blind: ['cost_ladder'], lookedAtMs: snapshotNowMs }),
    })
    expect(alerts).toEqual({
      active_count: 'unknown',
      by_severity: { critical: 'unknown', warning: 'unknown', info: 'unknown' },
      by_category: {},
    })
    expect(sections.alerts).toMatchObject({ status: 'partial', reason: 'cannot tell: cost_ladder' })
  })

  it('snapshot 26: that cannot be read are never zero', () => {
    const { alerts, sections } = aSnapshot({ alerts: broken })
    expect(alerts.active_count).toBe('unknown')
    expect(Object.values(alerts.by_severity)).toEqual(['unknown', 'unknown', 'unknown'])
    expect(sections.alerts).toMatchObject({ status: 'unknown', observed_at: 'unknown' })
  })
})

describe('the budget', () => {
  const ladder = (changes: Partial<SnapshotSources>) => aSnapshot(changes).cost_ladder

  it('prints its rung in capitals (ruling 6)', () => {
    expect(rungs.map((rung) => ladder({ rung: () => rung }).current_tier)).toEqual([
      'NORMAL',
      'WARN_75',
      'DOWNSHIFT_90',
      'HARD_STOP_100',
    ])
  })

  it('snapshot 6: a rung that cannot be read leaves the percentage', () => {
    expect(ladder({ rung: broken, pctUsed: () => 76.4 })).toMatchObject({
      current_tier: 'unknown',
      monthly_budget_pct_used: 76.4,
    })
  })

  it.each([
    [76.391, 76.39],
    [76.399, 76.39],
    [74.999, 74.99],
    [99.999, 99.99],
    [0.29, 0.29],
    [57.1, 57.1],
    [0, 0],
    [120.5, 120.5],
  ])('snapshot 7: %d %% are published as %d: cut off, never over a mark (ruling 7)', (pctUsed, published) => {
    expect(ladder({ pctUsed: () => pctUsed }).monthly_budget_pct_used).toBe(published)
  })

  it('prints what was spent in whole millionths of a dollar, cut off', () => {
    const spent = (spentNanoUsd: number) =>
      ladder({ spend: () => ({ spentNanoUsd, poolNanoUsd: 1 }) }).spent_to_date_usd
    expect([0, 999, 1_000, 1_999, 12_345_678_999].map(spent)).toEqual([0, 0, 0.000001, 0.000001, 12.345678])
  })

  it.each([
    ['its own, whatever is set', 350_000_000_000, 999, 350],
    ['its own in cents, cut off', 82_409_000_000, 999, 82.4],
    ['the one that is set when it has none', 0, 999, 999],
    ['the default when zero is set', 0, 0, 200],
    ['the default when less is set', 0, -5, 200],
    ['the default when no number is set', 0, Number.NaN, 200],
    ['the default when its own is no number', Number.NaN, Number.POSITIVE_INFINITY, 200],
  ])('snapshot 8: the pool is %s', (_, poolNanoUsd, poolUsdSet, expected) => {
    const pool = ladder({ spend: () => ({ spentNanoUsd: 0, poolNanoUsd }), poolUsdSet: () => poolUsdSet })
    expect(pool.credit_pool_usd).toBe(expected)
  })

  it('snapshot 8: the pool that is set stands in when the budget cannot be read, the default when neither can', () => {
    expect(ladder({ spend: broken, poolUsdSet: () => 999 }).credit_pool_usd).toBe(999)
    expect(ladder({ spend: broken, poolUsdSet: broken }).credit_pool_usd).toBe(200)
  })
})

describe('services', () => {
  const service = (id: string, changes: Partial<ReturnType<SnapshotSources['services']>[number]> = {}) => ({
    id,
    kind: id,
    status: 'healthy' as const,
    observedAtMs: snapshotNowMs - 30_000,
    intervalMs: 60_000,
    ...changes,
  })
  const of = (...services: ReturnType<typeof service>[]) => aSnapshot({ services: () => services })
  const five = { vercel: 'unknown', sentry: 'unknown', doppler: 'unknown', supabase: 'unknown', fly: 'unknown' }

  it('snapshot 11: the five named ones are always there, unknown until somebody looked', () => {
    expect(of().service_health).toEqual(five)
    expect(of(service('fly', { status: 'unhealthy' })).service_health).toEqual({ ...five, fly: 'unhealthy' })
    expect(of(service('fly', { observedAtMs: null })).service_health).toEqual(five)
  })

  it.each([
    ['healthy', 'healthy'],
    ['degraded', 'degraded'],
    ['unhealthy', 'unhealthy'],
    ['unreachable', 'unknown'],
    ['not_configured', 'unknown'],
    ['not_watching', 'unknown'],
    ['unknown', 'unknown'],
  ] as const)('a %s one is published as %s (ruling 17)', (status, word) => {
    expect(of(service('fly', { status })).service_health['fly']).toBe(word)
  })

  it('others stand beside them, each under its id, with the time of its last check', () => {
    const { service_health, service_observed_at } = of(service('shop', { kind: 'http', status: 'degraded' }))
    expect(service_health).toEqual({ ...five, shop: 'degraded' })
    expect(service_observed_at).toEqual({ ...five, shop: '2026-05-11T13:59:30Z' })
  })

  it('a named kind that no service is called after shows the worst of its kind', () => {
    const { service_health, service_observed_at } = of(
      service('fly-a', { kind: 'fly', observedAtMs: snapshotNowMs - 1_000 }),
      service('fly-b', { kind: 'fly', status: 'degraded', observedAtMs: snapshotNowMs - 2_000 }),
      service('fly-c', { kind: 'fly', observedAtMs: null }),
    )
    expect(service_health).toMatchObject({ fly: 'degraded', 'fly-a': 'healthy', 'fly-c': 'unknown' })
    expect(service_observed_at).toMatchObject({ fly: '2026-05-11T13:59:58Z', 'fly-a': '2026-05-11T13:59:59Z' })
  })

  it('a service of that name is itself, whatever others of its kind are', () => {
    const { service_health } = of(
      service('fly'),
      service('fly-b', { kind: 'fly', status: 'unhealthy' }),
      service('vercel', { kind: 'http', status: 'degraded' }),
    )
    expect(service_health).toMatchObject({ fly: 'healthy', 'fly-b': 'unhealthy', vercel: 'degraded' })
  })

  it('of one whose checks are three intervals late, ten minutes at least, nobody knows how it is', () => {
    const seen = (agoMs: number, intervalMs: number) =>
      of(service('fly', { observedAtMs: snapshotNowMs - agoMs, intervalMs })).service_health['fly']
    expect([seen(600_000, 60_000), seen(600_001, 60_000)]).toEqual(['healthy', 'unknown'])
    expect([seen(2_700_000, 900_000), seen(2_700_001, 900_000)]).toEqual(['healthy', 'unknown'])
  })

  it('say of their section how old the oldest is and how often the rarest is due', () => {
    const { sections } = of(
      service('a', { observedAtMs: snapshotNowMs - 90_000, intervalMs: 60_000 }),
      service('b', { intervalMs: 3_600_000 }),
      service('c', { observedAtMs: null }),
    )
    expect(sections.service_health).toMatchObject({
      observed_at: '2026-05-11T13:58:30Z',
      expected_every_seconds: 3_600,
    })
    expect(of().sections.service_health).toMatchObject({ observed_at: 'unknown', expected_every_seconds: 300 })
  })
})

describe('the daemon', () => {
  const row = (name: string, state: 'up' | 'down' | 'off' | 'starting', lastEventAtMs: number | null = null) => ({
    name,
    state,
    lastEventAtMs,
    consecutiveErrors: 2,
  })

  it('says of each listener how it is, when it last did something, and how often it failed since', () => {
    const rows = [row('web', 'up', snapshotNowMs), row('mcp', 'off'), row('snapshot', 'down'), row('late', 'starting')]
    const { listeners, overall_status } = aSnapshot({ listeners: () => rows }).daemon_health
    expect(listeners).toEqual({
      web: { status: 'up', last_event_at: '2026-05-11T14:00:00Z', consecutive_errors: 2 },
      mcp: { status: 'off', last_event_at: 'unknown', consecutive_errors: 2 },
      snapshot: { status: 'down', last_event_at: 'unknown', consecutive_errors: 2 },
      late: { status: 'unknown', last_event_at: 'unknown', consecutive_errors: 2 },
    })
    expect(overall_status).toBe('degraded')
  })

  it.each<[string, Partial<SnapshotSources>]>([
    ['a listener', { listeners: () => [], daemon: () => ({ bootAtMs: null, uptimeSeconds: null }) }],
    ['a coordinator', { listeners: broken, daemon: broken }],
  ])('snapshot 15: without %s nobody knows how it is, and errors are counted all the same', (_, changes) => {
    const { daemon_health } = aSnapshot({ ...changes, errors: () => ({ count: 2, byKind: { dead_letter: 2 } }) })
    expect(daemon_health).toEqual({
      listeners: {},
      overall_status: 'unknown',
      boot_at: 'unknown',
      uptime_seconds: 'unknown',
      recent_error_count_5min: 2,
      recent_errors_5min: { dead_letter: 2 },
    })
  })

  it('says since when it runs', () => {
    expect(aSnapshot().daemon_health).toMatchObject({ boot_at: '2026-05-11T13:00:00Z', uptime_seconds: 3_600 })
  })
})
