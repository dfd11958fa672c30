import type { AlertView, InboxItem } from '../../src/contract/alerts.ts'
import type { DeliveryView, IncidentDetail, IncidentSummary } from '../../src/contract/incidents.ts'
import type { KindInfo, ProbeDefinitionView, ServiceRow } from '../../src/contract/probes.ts'
import type { ChannelState, SecretState, Settings } from '../../src/contract/settings.ts'
import type { CockpitState } from '../../src/contract/state.ts'
import type { AuditRowView, BackupRow } from '../../src/contract/system.ts'
import type { ViewRecord } from '../../src/contract/views.ts'
import type { RuleGroup } from '../../src/domain/alertRules.ts'
import { activity, daemon, flyId, recordsPart, settingsPart } from './cockpitRecords.ts'
import { type HistoryWorld, historyOf } from './cockpitHistory.ts'
import { koraPart, tellKora } from './cockpitKora.ts'
import type { SpendWorld } from './cockpitSpend.ts'
import { spendOf } from './cockpitSpendScenarios.ts'
import { d, detailOf, h, incident, latencyAt, min, resolved, s, service } from './cockpitRows.ts'

/** States of a daemon as a cockpit may meet them. */
export type Scenario =
  | 'typical'
  | 'calm'
  | 'empty'
  | 'full'
  | 'broken'
  | 'stale'
  | 'blind'
  | 'looking'
  | 'warn'
  | 'unknown_budget'
  | 'paused'
  | 'maintenance'

/** Everything the fixture's router answers from. */
export interface World {
  state: CockpitState
  /** Every incident, open ones included, newest first. */
  incidents: IncidentSummary[]
  details: Map<string, IncidentDetail>
  definitions: ProbeDefinitionView[]
  kinds: KindInfo[]
  settings: Settings
  fixedByEnv: Record<string, string>
  secrets: SecretState[]
  channels: ChannelState[]
  deliveries: DeliveryView[]
  backups: BackupRow[]
  audit: AuditRowView[]
  /** Active and resolved, newest first. */
  alerts: AlertView[]
  /** Groups of rules whose alerts may be missing. */
  cannotTell: RuleGroup[]
  /** Everything there, newest first. */
  inbox: InboxItem[]
  /** Visits of places, oldest first. */
  visits: ViewRecord[]
  history: HistoryWorld
  spend: SpendWorld
}

function typical(scenario: Scenario, nowMs: number): World {
  const spend = spendOf(scenario, nowMs)
  const history = historyOf(scenario, nowMs, flyId)
  const fly = incident(nowMs, flyId, 12 * min)
  const supabase = incident(nowMs, 'inc_01JX6SUP', 48 * min, {
    probeId: 'supabase',
    probeTitle: 'supabase',
    severity: 'warning',
    title: 'Supabase slow: 1.84 s, limit 1.50 s',
    status: 'degraded',
    cause: 'too_slow',
    error: null,
    finding: null,
    investigating: true,
    costNanoUsd: 0,
    snoozedUntilMs: nowMs + 40 * min,
  })
  const incidents = [
    fly,
    supabase,
    resolved(nowMs, 'inc_01JX2SEN', 5 * h, 96 * min, 'sentry', 'Sentry: 14 unresolved issue(s)'),
    resolved(nowMs, 'inc_01JW9SUP', 2 * d, 12 * min, 'supabase', 'Supabase slow: 2.40 s, limit 1.50 s'),
    resolved(nowMs, 'inc_01JW7VER', 3 * d, 31 * min, 'vercel', 'Vercel error-rate elevated (20.0%)'),
    resolved(nowMs, 'inc_01JW5FLY', 4 * d, 41 * min, 'fly', 'Fly degraded (1 app(s) running)'),
    resolved(nowMs, 'inc_01JS1FLY', 40 * d, 6 * min, 'fly', 'Fly app(s) unreachable: HTTP 503'),
  ]
  const flySpark = Array.from({ length: 60 }, (_, index) =>
    index > 22 && index < 34 ? null : index > 52 ? 480 : latencyAt(220, index, 3),
  )
  const services = [
    service(nowMs, 'vercel', 142),
    service(nowMs, 'sentry', 231, { summary: 'Well, 4 unresolved', details: { unresolved_issues: 4 } }),
    service(nowMs, 'doppler', 96, { details: { projects_total: 'unknown', oldest_secret_age_days: 'unknown' } }),
    service(nowMs, 'supabase', 1_480, {
      status: 'degraded',
      cause: 'too_slow',
      summary: 'Slow',
      latencyMs: 1_840,
      incidentId: 'inc_01JX6SUP',
      severity: 'warning',
    }),
    service(nowMs, 'fly', 220, {
      status: 'unhealthy',
      cause: 'auth_rejected',
      summary: 'Rejected, HTTP 401',
      error: 'HTTP 401',
      latencyMs: null,
      p95Ms: null,
      spark: flySpark,
      incidentId: flyId,
      severity: 'critical',
      details: {
        apps_running: 0,
        deploys_last_24h: 'unknown',
        apps: [{ app: 'web', machines_total: null, http_status: 401 }],
      },
    }),
    service(nowMs, 'api', 58, {
      title: 'api.example.app',
      summary: 'Well, certificate 41 d',
      details: { status_code: 200, certificate_days: 41 },
    }),
    service(nowMs, 'shop', 310, {
      title: 'shop.example.app',
      status: 'unreachable',
      cause: 'timeout',
      summary: 'Unreachable',
      error: 'ConnectTimeout: no answer within 10 s',
      latencyMs: null,
      suspectSinceMs: nowMs - 9 * s,
    }),
    service(nowMs, 'docs', 120, {
      title: 'docs.example.app',
      enabled: false,
      summary: 'Well',
      observedAtMs: nowMs - 2 * d,
    }),
    service(nowMs, 'status', 0, {
      title: 'status page',
      status: 'not_configured',
      cause: 'credential_unset',
      summary: 'Not configured',
      latencyMs: null,
      p95Ms: null,
      spark: [],
    }),
  ]
  const open = incidents.filter((one) => one.state !== 'resolved')
  return {
    state: {
      services,
      incidents: open,
      activity: activity(nowMs),
      lastLookedAtMs: nowMs - 3 * h,
      connectivity: { watching: true, sinceMs: null },
      spend: spend.state,
      daemon: daemon(nowMs),
      ...koraPart(nowMs),
      history: { newestAtMs: history.own.items[0]?.atMs ?? null, waiting: history.waiting },
    },
    alerts: [],
    cannotTell: [],
    inbox: [],
    visits: [],
    incidents,
    details: new Map(incidents.map((one) => [one.id, detailOf(one, incidents)])),
    ...settingsPart(nowMs, services),
    ...recordsPart(nowMs),
    history,
    spend: spend.world,
  }
}

/** The world of a scenario, as of `nowMs`. */
export function worldOf(scenario: Scenario, nowMs: number): World {
  const world = watchedWorld(scenario, nowMs)
  tellKora(scenario, world, nowMs)
  return world
}

function watchedWorld(scenario: Scenario, nowMs: number): World {
  const world = typical(scenario, nowMs)
  const { state } = world
  const well = (row: ServiceRow): ServiceRow =>
    row.status === 'not_configured' || !row.enabled
      ? row
      : service(nowMs, row.id, 140, { title: row.title, kind: row.kind })
  switch (scenario) {
    case 'typical':
    case 'warn':
    case 'unknown_budget':
    case 'paused':
      return world
    case 'maintenance':
      state.services = state.services.map((row) =>
        row.id === 'fly' || row.id === 'supabase'
          ? {
              ...row,
              status: 'degraded',
              cause: 'too_slow',
              summary: 'Slow',
              error: null,
              latencyMs: 1_900,
              incidentId: null,
              severity: null,
              suspectSinceMs: nowMs - 9 * min,
            }
          : well(row),
      )
      state.incidents = []
      state.activity = state.activity.slice(2)
      return world
    case 'calm':
      state.services = state.services.map(well)
      state.incidents = []
      state.activity = []
      return world
    case 'empty': {
      const unset = (row: ServiceRow): ServiceRow => ({
        ...row,
        enabled: true,
        status: 'not_configured',
        cause: 'credential_unset',
        summary: 'Not configured',
        error: null,
        latencyMs: null,
        p95Ms: null,
        spark: [],
        incidentId: null,
        severity: null,
        suspectSinceMs: null,
        observedAtMs: null,
      })
      state.services = state.services.slice(0, 5).map(unset)
      Object.assign(state, { incidents: [], activity: [], lastLookedAtMs: null })
      state.daemon.historySinceMs = null
      state.daemon.setup = state.daemon.setup.map((step) => ({ ...step, done: false }))
      state.daemon.schedules = state.daemon.schedules.map((one) => ({
        ...one,
        lastStartedAtMs: null,
        lastDurationMs: null,
        lastOutcome: 'never' as const,
      }))
      Object.assign(world, {
        incidents: [],
        details: new Map(),
        deliveries: [],
        backups: [],
        audit: [],
        definitions: [],
      })
      world.secrets = world.secrets.map((secret) => ({ ...secret, source: 'none' as const }))
      world.channels = world.channels.map((channel) => ({
        ...channel,
        state: 'not_configured' as const,
        note: null,
        lastProvenAtMs: null,
        lastFailureAtMs: null,
        lastFailure: null,
      }))
      return world
    }
    case 'full': {
      const many = Array.from({ length: 494 }, (_, index) =>
        service(
          nowMs,
          `probe-${String(index).padStart(3, '0')}`,
          60 + ((index * 37) % 900),
          index % 61 === 7 ? { status: 'degraded', summary: 'Slow', cause: 'too_slow' } : {},
        ),
      )
      state.services = [...state.services.slice(0, 6), ...many]
      world.incidents = [
        ...world.incidents,
        ...Array.from({ length: 180 }, (_, index) =>
          resolved(
            nowMs,
            `inc_old${index}`,
            (5 + index * 0.9) * h,
            9 * min,
            `probe-${String(index).padStart(3, '0')}`,
            'Slow: 2.10 s, limit 1.50 s',
          ),
        ),
      ].sort((a, b) => b.openedAtMs - a.openedAtMs)
      for (const one of world.incidents) world.details.set(one.id, detailOf(one, world.incidents))
      return world
    }
    case 'broken': {
      const bad = state.services.slice(0, 7).map((row, index) => {
        const id = `inc_broken${index}`
        const severity = index % 3 === 2 ? ('warning' as const) : ('critical' as const)
        const summary = incident(nowMs, id, (3 + index) * min, {
          probeId: row.id,
          probeTitle: row.title,
          severity,
          title: `${row.title} unreachable: connection refused by a host whose name is rather long, after 3 redirects`,
          status: 'unreachable',
          cause: 'connect',
          error: 'ConnectionRefused: 203.0.113.7:443',
          finding: null,
          toldAtMs: null,
          toldVia: null,
          costNanoUsd: null,
        })
        world.incidents.unshift(summary)
        world.details.set(id, detailOf(summary, world.incidents))
        return {
          row: {
            ...row,
            enabled: true,
            status: 'unreachable' as const,
            summary: 'Unreachable',
            error: summary.error,
            latencyMs: null,
            incidentId: id,
            severity,
            suspectSinceMs: null,
          },
          summary,
        }
      })
      state.services = [...bad.map((one) => one.row), ...state.services.slice(7)]
      state.incidents = bad.map((one) => one.summary)
      state.daemon.listeners = state.daemon.listeners.map((one, index) =>
        index === 2
          ? {
              ...one,
              state: 'down',
              lastEventAtMs: nowMs - 9 * min,
              consecutiveErrors: 4,
              lastError: 'ECONNRESET while reading from slack.com, after 3 s',
              restarts: 3,
              note: 'Slack refused the token 4 times',
            }
          : one,
      )
      state.daemon.schedules = state.daemon.schedules.map((one, index) =>
        index === 2
          ? { ...one, lastOutcome: 'failed', lastError: 'No space is left on the disk', failuresInARow: 3 }
          : one,
      )
      const problem = (code: string, message: string, action: string, route: string | null) => ({
        code,
        message,
        action,
        route,
        sinceMs: nowMs - 22 * min,
      })
      state.daemon.problems = [
        problem(
          'store_full',
          'The disk is full: nothing new can be recorded.',
          'Free some space; Kora goes on by itself.',
          null,
        ),
        problem('slack_failing', 'Slack has refused the last 4 messages.', 'Open Slack settings', '/settings/slack'),
        problem('backup_failed', 'The last backup could not be written.', 'Open backups', '/system/backups'),
      ]
      return world
    }
    case 'stale':
      state.services = state.services.map((row, index) =>
        index % 2 === 0 && row.enabled
          ? { ...well(row), observedAtMs: nowMs - 14 * min }
          : { ...well(row), observedAtMs: nowMs - 60 * s },
      )
      state.incidents = []
      return world
    case 'blind':
      state.connectivity = { watching: false, sinceMs: nowMs - 7 * min }
      state.services = state.services.map((row) =>
        row.enabled && row.status !== 'not_configured'
          ? {
              ...row,
              status: 'not_watching',
              cause: 'own_link_down',
              summary: 'Not watching',
              incidentId: null,
              severity: null,
              suspectSinceMs: null,
            }
          : row,
      )
      state.incidents = []
      return world
    case 'looking':
      state.services = state.services.map((row, index) => ({
        ...well(row),
        ...(index > 2
          ? {
              status: 'unknown' as const,
              summary: 'Not checked yet',
              observedAtMs: null,
              latencyMs: null,
              p95Ms: null,
              spark: [],
              checking: index === 3,
            }
          : {}),
      }))
      Object.assign(state, { incidents: [], activity: [] })
      return world
  }
}
