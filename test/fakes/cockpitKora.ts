import type { implement } from '@orpc/server'
import type { AlertDetail, AlertView } from '../../src/contract/alerts.ts'
import type { contract } from '../../src/contract/index.ts'
import type { OperationalView } from '../../src/contract/operational.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import type { CockpitState } from '../../src/contract/state.ts'
import type { ViewRecord } from '../../src/contract/views.ts'
import { validNextStates } from '../../src/domain/operationalState.ts'
import { snapshotSections } from '../../src/domain/snapshot.ts'
import { d, h, min, s } from './cockpitRows.ts'
import type { Patch } from './cockpitRouter.ts'
import type { World } from './cockpitScenarios.ts'

type Os = ReturnType<typeof implement<typeof contract>>
type KoraPart = Pick<CockpitState, 'operational' | 'alerts' | 'inbox' | 'maintenance' | 'history' | 'snapshot'>

/** What Kora says about itself: ready, nothing to tell. */
export function koraPart(nowMs: number): KoraPart {
  return {
    operational: operational(nowMs),
    alerts: [],
    inbox: { unread: 0, items: [] },
    maintenance: { active: [], next: null },
    history: { newestAtMs: nowMs - 12 * s, waiting: 0 },
    snapshot: snapshot(nowMs),
  }
}

export function operational(nowMs: number, more: Partial<OperationalView> = {}): OperationalView {
  const primary = more.primary ?? 'ready'
  return {
    primary,
    reasons: [],
    permission: primary === 'paused' ? 'none' : 'normal',
    stopLevel: 0,
    sinceMs: nowMs - 4 * d - 3 * h,
    trigger: 'every check at the start passed',
    actor: 'daemon',
    untilMs: null,
    waiting: { messages: 0, investigations: 0 },
    history: [
      { atMs: nowMs - 4 * d - 3 * h, from: 'booting', to: 'ready', trigger: 'every check at the start passed' },
    ],
    validNext: [...validNextStates(primary)],
    ...more,
  }
}

export function alert(nowMs: number, id: string, agoMs: number, more: Partial<AlertView> = {}): AlertView {
  return {
    id,
    alertId: 'listener_down:slack_client',
    category: 'listener_down',
    severity: 'warning',
    title: 'Slack has not been reached for 12 min',
    detail: 'Messages wait and are sent when Slack answers again. Notifications on this machine go on.',
    route: '/system/listeners',
    voice: 'alert',
    firstSeenAtMs: nowMs - agoMs,
    lastSeenAtMs: nowMs - 4 * s,
    resolvedAtMs: null,
    staleSinceMs: null,
    acknowledgedAtMs: null,
    snoozedUntilMs: null,
    toldVia: ['native'],
    toldAtMs: nowMs - agoMs + s,
    hold: null,
    notDelivered: false,
    investigation: null,
    ...more,
  }
}

/** A snapshot of a well daemon; sections can be made unknown. */
export function snapshot(nowMs: number, more: Partial<Snapshot> = {}): Snapshot {
  const at = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`
  const observedAt = at(nowMs - 12 * s)
  return {
    schema_version: 7,
    computed_at: at(nowMs - 12 * s),
    session_id: '01JX7F3A9QK2M4T8V6W0Y1Z3B5',
    fresh_for_seconds: 600,
    operational_state: {
      primary: 'ready',
      paused: false,
      pause_reason: null,
      reasons: [],
      claim_permission: 'normal',
      since: at(nowMs - 4 * d),
      trigger: 'every check at the start passed',
      actor: 'daemon',
      until: null,
    },
    alerts: { active_count: 0, by_severity: { critical: 0, warning: 0, info: 0 }, by_category: {} },
    cost_ladder: {
      current_tier: 'NORMAL',
      monthly_budget_pct_used: 41.2,
      model_default: 'claude-haiku-4-5-20251001',
      spent_to_date_usd: 82.4,
      credit_pool_usd: 200,
    },
    cost_ladder_by_tenant: {},
    tasks: { open_count: 'unknown', in_progress_count: 'unknown', refreshed_at: 'unknown' },
    service_health: {
      vercel: 'healthy',
      sentry: 'healthy',
      doppler: 'healthy',
      supabase: 'degraded',
      fly: 'unhealthy',
    },
    service_observed_at: Object.fromEntries(
      ['vercel', 'sentry', 'doppler', 'supabase', 'fly'].map((name) => [name, observedAt]),
    ),
    cost_telemetry: { rolling_24h: {}, monthly: {} },
    daemon_health: {
      overall_status: 'healthy',
      boot_at: at(nowMs - 4 * d - 3 * h),
      uptime_seconds: (4 * d + 3 * h) / 1_000,
      listeners: {
        heartbeat: { status: 'up', last_event_at: observedAt, consecutive_errors: 0 },
        slack_client: { status: 'off', last_event_at: 'unknown', consecutive_errors: 0 },
      },
      recent_error_count_5min: 0,
      recent_errors_5min: {},
    },
    sections: Object.fromEntries(
      snapshotSections.map((name) => [
        name,
        name === 'tasks'
          ? {
              status: 'unknown' as const,
              observed_at: 'unknown',
              expected_every_seconds: 1_800,
              reason: 'no task board is connected',
            }
          : { status: 'ok' as const, observed_at: observedAt, expected_every_seconds: 300, reason: null },
      ]),
    ) as Snapshot['sections'],
    ...more,
  }
}

/** Answers about Kora itself, from the world and back into it. */
export function koraAnswers(os: Os, world: World, now: () => number, publish: (patch: Patch) => void) {
  const visits: ViewRecord[] = []
  const changeAlert = (id: string, change: Partial<AlertView>): AlertView => {
    const before = world.state.alerts.find((one) => one.id === id) ?? alert(now(), id, h)
    const after = { ...before, ...change }
    publish({ alerts: world.state.alerts.map((one) => (one.id === id ? after : one)) })
    return after
  }
  const changeState = (more: Partial<OperationalView>): OperationalView => {
    const after = operational(now(), more)
    publish({ operational: after })
    return after
  }
  return {
    operational: {
      get: os.operational.get.handler(() => world.state.operational),
      pause: os.operational.pause.handler(({ input }) =>
        changeState({
          primary: 'paused',
          reasons: ['operator'],
          permission: input.criticals ? 'critical_only' : 'none',
          stopLevel: input.level,
          sinceMs: now(),
          trigger: input.reason || 'paused by you',
          actor: input.actor,
          untilMs: input.forMs === null ? null : now() + input.forMs,
        }),
      ),
      resume: os.operational.resume.handler(() =>
        changeState({ sinceMs: now(), trigger: 'resumed by you', actor: 'operator' }),
      ),
      shutDown: os.operational.shutDown.handler(() => ({ ok: true as const })),
    },
    alerts: {
      list: os.alerts.list.handler(({ input }) => ({
        items: world.alerts
          .filter((one) => input.state === 'any' || (input.state === 'active') === (one.resolvedAtMs === null))
          .slice(0, input.limit),
        nextCursor: null,
      })),
      get: os.alerts.get.handler(({ input }) => alertDetail(world, input.id)),
      acknowledge: os.alerts.acknowledge.handler(({ input }) => changeAlert(input.id, { acknowledgedAtMs: now() })),
      snooze: os.alerts.snooze.handler(({ input }) => changeAlert(input.id, { snoozedUntilMs: now() + input.forMs })),
      resume: os.alerts.resume.handler(({ input }) =>
        changeAlert(input.id, { acknowledgedAtMs: null, snoozedUntilMs: null }),
      ),
      test: os.alerts.test.handler(({ input }) => ({
        success: true,
        channel: input.severity === 'info' ? 'inbox' : 'slack_dm',
        severity: input.severity,
        alertId: `test_alert:${now()}`,
        deployEnv: 'unknown',
        error: null,
      })),
      inbox: os.alerts.inbox.handler(() => world.state.inbox),
      markRead: os.alerts.markRead.handler(({ input }) => {
        const items = world.state.inbox.items.map((item) =>
          input.ids === undefined || input.ids.includes(item.id) ? { ...item, readAtMs: item.readAtMs ?? now() } : item,
        )
        publish({ inbox: { unread: items.filter((item) => item.readAtMs === null).length, items } })
        return { ok: true as const }
      }),
    },
    views: {
      record: os.views.record.handler(({ input }) => {
        visits.push(input)
        return { ok: true as const }
      }),
      usage: os.views.usage.handler(() => ({
        sinceMs: visits[0]?.enteredAtMs ?? null,
        records: visits.length,
        places: [],
      })),
      list: os.views.list.handler(() => visits.toReversed()),
      erase: os.views.erase.handler(() => ({ erased: visits.splice(0).length })),
    },
  }
}

function alertDetail(world: World, id: string): AlertDetail {
  const found = world.alerts.find((one) => one.id === id)
  if (!found) throw new Error(`there is no alert ${id}`)
  const line = (key: string, atMs: number, text: string, aside: string | null = null) => ({
    key,
    atMs,
    kind: 'other' as const,
    tone: 'neutral' as const,
    text,
    aside,
    raw: {},
  })
  return {
    alert: found,
    finding: found.investigation?.finding ?? null,
    nextStep: found.investigation?.finding ? 'Create a new bot token and store it in Settings, Slack.' : null,
    model: found.investigation?.finding ? 'claude-haiku-4-5' : null,
    durationMs: found.investigation?.finding ? 3_100 : null,
    timeline: [
      line('raised', found.firstSeenAtMs, 'Alert raised', found.severity),
      line('told', found.toldAtMs ?? found.firstSeenAtMs, 'Told you', found.toldVia.join(', ')),
    ],
    before: [
      {
        id: 'alt_01JW5OLD',
        firstSeenAtMs: found.firstSeenAtMs - 3 * d,
        resolvedAtMs: found.firstSeenAtMs - 3 * d + 9 * min,
      },
    ],
  }
}
