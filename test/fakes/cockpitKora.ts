import type { OperationalView } from '../../src/contract/operational.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import type { Settings } from '../../src/contract/settings.ts'
import type { CockpitState, MaintenanceState } from '../../src/contract/state.ts'
import { countBySeverity } from '../../src/domain/alert.ts'
import { nextSpan, spanAt } from '../../src/domain/maintenanceSchedule.ts'
import { toUsd } from '../../src/domain/money.ts'
import { type PrimaryState, validNextStates } from '../../src/domain/operationalState.ts'
import { type Health, namedServices, snapshotSections } from '../../src/domain/snapshot.ts'
import { alertsOf, inboxOf, inboxView } from './cockpitAlerts.ts'
import { d, h, min, s } from './cockpitRows.ts'
import type { Scenario, World } from './cockpitScenarios.ts'

type KoraPart = Pick<CockpitState, 'operational' | 'alerts' | 'inbox' | 'maintenance' | 'history' | 'snapshot'>

/** What Kora says about itself: ready, nothing to tell, no snapshot yet. */
export function koraPart(nowMs: number): KoraPart {
  return {
    operational: operational(nowMs),
    alerts: [],
    inbox: { unread: 0, items: [] },
    maintenance: { active: [], upcoming: [] },
    history: { newestAtMs: nowMs - 12 * s, waiting: 0 },
    snapshot: null,
  }
}

/** What Kora says about itself in a scenario, into a world whose services, incidents and money stand. */
export function tellKora(scenario: Scenario, world: World, nowMs: number): void {
  const { state } = world
  world.alerts = alertsOf(scenario, nowMs)
  world.inbox = inboxOf(scenario, nowMs)
  world.settings.maintenance.windows = windowsOf(scenario, nowMs)
  state.alerts = world.alerts.filter((one) => one.resolvedAtMs === null)
  state.inbox = inboxView(world.inbox)
  state.maintenance = maintenanceOf(world.settings.maintenance.windows, nowMs)
  if (scenario === 'paused') state.operational = paused(nowMs)
  if (scenario === 'broken') {
    const kinds = { 'webhook.dead_letter': 2, 'slack_dm.reply_failed': 1, 'notification.dispatched': 4 }
    state.daemon.health = { overall: 'degraded', recentErrors: 7, breakdown: { ...kinds, 'reasoning.tool_called': 3 } }
    state.operational = operational(nowMs, {
      primary: 'paused',
      reasons: ['cost'],
      sinceMs: nowMs - 52 * min,
      trigger: 'the credit pool is used up',
      history: [...operational(nowMs).history, step(nowMs - 52 * min, 'ready', 'paused', 'the credit pool is used up')],
    })
  }
  state.snapshot = snapshotOf(state, nowMs)
  if (scenario === 'stale') state.snapshot = staleSnapshot(state.snapshot, nowMs)
}

function step(atMs: number, from: PrimaryState, to: PrimaryState, trigger: string) {
  return { atMs, from, to, trigger }
}

export function operational(nowMs: number, more: Partial<OperationalView> = {}): OperationalView {
  const primary = more.primary ?? 'ready'
  const begun = nowMs - 4 * d - 3 * h
  return {
    primary,
    reasons: [],
    permission: primary === 'paused' ? 'none' : 'normal',
    stopLevel: 0,
    sinceMs: begun,
    trigger: 'every check at the start passed',
    actor: 'daemon',
    untilMs: null,
    waiting: { messages: 0, investigations: 0 },
    history: [
      step(begun - 2 * s, 'booting', 'booting', 'the model account did not answer'),
      step(begun, 'booting', 'ready', 'every check at the start passed'),
    ],
    validNext: [...validNextStates(primary)],
    ...more,
  }
}

function paused(nowMs: number): OperationalView {
  const atMs = nowMs - 14 * min
  return operational(nowMs, {
    primary: 'paused',
    reasons: ['operator'],
    stopLevel: 1,
    sinceMs: atMs,
    trigger: 'moving the shop to another region',
    actor: 'operator',
    untilMs: nowMs + 46 * min,
    waiting: { messages: 2, investigations: 1 },
    history: [...operational(nowMs).history, step(atMs, 'ready', 'paused', 'moving the shop to another region')],
  })
}

type Window = Settings['maintenance']['windows'][number]

function windowsOf(scenario: Scenario, nowMs: number): Window[] {
  if (scenario === 'empty') return []
  const standing: Window[] = [
    {
      id: 'mw_deploys',
      title: 'Nightly deploys',
      enabled: true,
      scope: { kind: 'services', probeIds: ['fly', 'vercel'] },
      schedule: { kind: 'weekly', days: [2, 4], from: '02:00', to: '04:00', timeZone: 'Europe/Berlin' },
    },
    {
      id: 'mw_vacuum',
      title: 'Monthly vacuum',
      enabled: false,
      scope: { kind: 'everything' },
      schedule: { kind: 'cron', expression: '30 3 1 * *', minutes: 90, timeZone: 'UTC' },
    },
  ]
  if (scenario !== 'maintenance') return standing
  const upgrade: Window = {
    id: 'mw_upgrade',
    title: 'Database upgrade',
    enabled: true,
    scope: { kind: 'services', probeIds: ['fly', 'supabase'] },
    schedule: { kind: 'once', fromMs: nowMs - 74 * min, toMs: nowMs + 166 * min },
  }
  return [upgrade, ...standing]
}

export function maintenanceOf(windows: readonly Window[], nowMs: number): MaintenanceState {
  const on = windows.filter((one) => one.enabled)
  const upcoming = on
    .flatMap((one) => {
      const span = nextSpan(one.schedule, nowMs)
      return span ? [{ id: one.id, title: one.title, fromMs: span.fromMs }] : []
    })
    .toSorted((a, b) => a.fromMs - b.fromMs)
  return {
    active: on.flatMap((one) => {
      const span = spanAt(one.schedule, nowMs)
      const probeIds = one.scope.kind === 'everything' ? null : one.scope.probeIds
      return span ? [{ id: one.id, title: one.title, untilMs: span.toMs, probeIds }] : []
    }),
    upcoming,
  }
}

const at = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`

/** The snapshot a daemon in this state publishes. */
export function snapshotOf(state: Omit<CockpitState, 'snapshot'>, nowMs: number): Snapshot {
  const { operational: now, daemon, spend, services } = state
  const { budget } = spend
  const read = (more: Partial<Snapshot['sections']['alerts']> = {}) => ({
    status: 'ok' as const,
    observed_at: at(nowMs - 12 * s),
    expected_every_seconds: 300,
    reason: null,
    ...more,
  })
  const unread = (reason: string) => read({ status: 'unknown', observed_at: 'unknown', reason })
  const sections = Object.fromEntries(snapshotSections.map((name) => [name, read()])) as Snapshot['sections']
  sections.tasks = { ...unread('no task board is connected'), expected_every_seconds: 1_800 }
  if (budget.kind === 'unknown') sections.cost_ladder = unread(budget.reason)
  return {
    schema_version: 7,
    computed_at: at(nowMs - 12 * s),
    session_id: daemon.sessionId,
    fresh_for_seconds: 600,
    operational_state: {
      primary: now.primary,
      paused: now.primary === 'paused',
      pause_reason: now.primary === 'paused' ? (now.reasons[0] ?? null) : null,
      reasons: now.reasons,
      claim_permission: now.permission,
      since: at(now.sinceMs),
      trigger: now.trigger,
      actor: now.actor,
      until: now.untilMs === null ? null : at(now.untilMs),
    },
    alerts: {
      active_count: state.alerts.length,
      by_severity: countBySeverity(state.alerts),
      by_category: Object.fromEntries(
        [...new Set(state.alerts.map((one) => one.category))].map((category) => [
          category,
          state.alerts.filter((one) => one.category === category).length,
        ]),
      ),
    },
    cost_ladder: {
      current_tier: budget.kind === 'known' ? tier(budget.rung) : 'unknown',
      monthly_budget_pct_used: budget.kind === 'known' ? budget.pctUsed : null,
      model_default: spend.models.cheap,
      spent_to_date_usd: budget.kind === 'known' ? toUsd(budget.spentNanoUsd) : 'unknown',
      credit_pool_usd: budget.kind === 'known' ? toUsd(budget.poolNanoUsd) : 200,
    },
    cost_ladder_by_tenant: {},
    tasks: { open_count: 'unknown', in_progress_count: 'unknown', refreshed_at: 'unknown' },
    service_health: {
      ...Object.fromEntries(namedServices.map((name) => [name, 'unknown' as const])),
      ...Object.fromEntries(services.map((row) => [row.id, published(row.status)])),
    },
    service_observed_at: Object.fromEntries(
      services.map((row) => [row.id, row.observedAtMs === null ? 'unknown' : at(row.observedAtMs)]),
    ),
    cost_telemetry: { rolling_24h: {}, monthly: {} },
    daemon_health: {
      overall_status: daemon.health.overall,
      boot_at: at(daemon.startedAtMs),
      uptime_seconds: Math.round((nowMs - daemon.startedAtMs) / 100) / 10,
      listeners: Object.fromEntries(
        daemon.listeners.map((one) => [
          one.name,
          {
            status: one.state === 'starting' ? ('unknown' as const) : one.state,
            last_event_at: one.lastEventAtMs === null ? 'unknown' : at(one.lastEventAtMs),
            consecutive_errors: one.consecutiveErrors,
          },
        ]),
      ),
      recent_error_count_5min: daemon.health.recentErrors,
      recent_errors_5min: daemon.health.breakdown,
    },
    sections,
  }
}

function tier(rung: string) {
  return rung.toUpperCase() as Exclude<Snapshot['cost_ladder']['current_tier'], 'unknown'>
}

function published(status: World['state']['services'][number]['status']): Health {
  return status === 'healthy' || status === 'degraded' || status === 'unhealthy' ? status : 'unknown'
}

/** Alerts and budget could not be read, the operational state ages, the daemon's health is old. */
function staleSnapshot(snapshot: Snapshot, nowMs: number): Snapshot {
  const unread = (reason: string) => ({
    status: 'unknown' as const,
    observed_at: 'unknown',
    expected_every_seconds: 300,
    reason,
  })
  return {
    ...snapshot,
    alerts: {
      active_count: 'unknown',
      by_severity: { critical: 'unknown', warning: 'unknown', info: 'unknown' },
      by_category: {},
    },
    sections: {
      ...snapshot.sections,
      operational_state: { ...snapshot.sections.operational_state, observed_at: at(nowMs - 11 * min) },
      alerts: unread('two of seven rules could not read their source'),
      daemon_health: { ...snapshot.sections.daemon_health, observed_at: at(nowMs - 22 * min) },
    },
  }
}
