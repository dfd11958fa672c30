import { inspect } from 'node:util'
import type { SectionState, Snapshot } from '../../contract/snapshot.ts'
import type { ListenerRow } from '../../contract/system.ts'
import { type Alert, countBySeverity } from '../../domain/alert.ts'
import { publishedRung } from '../../domain/ladder.ts'
import type { Rung } from '../../domain/ledger.ts'
import { type ProbeStatus, publishedStatus } from '../../domain/observation.ts'
import {
  claimPermissions,
  degradationReasons,
  type OperationalState,
  primaryStates,
} from '../../domain/operationalState.ts'
import { cleanText } from '../../domain/panels/clean.ts'
import {
  freshForSeconds,
  type Health,
  namedServices,
  overallStatus,
  type SnapshotSection,
  snapshotVersion,
  unknown,
} from '../../domain/snapshot.ts'
import { clip } from '../../domain/text.ts'
import { utcSeconds } from '../../domain/time.ts'

/** A pool nobody set (snapshot specification, 4). */
const defaultPoolUsd = 200
/** A service whose checks are this many intervals late is no longer known to be as it was. */
const lateIntervals = 3
const leastLateMs = 600_000
const reasonLength = 200

/** What one watched service is known as. */
export interface WatchedService {
  readonly id: string
  readonly kind: string
  readonly status: ProbeStatus
  readonly observedAtMs: number | null
  readonly intervalMs: number
}

/**
 * What a snapshot is made of. Every function only reads what is in memory, and any of them may throw: that costs its own
 * fields and no others.
 */
export interface SnapshotSources {
  operational(): OperationalState
  /** `blind`: groups of rules that cannot tell at present. */
  alerts(): {
    readonly active: readonly Pick<Alert, 'severity' | 'category'>[]
    readonly blind: readonly string[]
    readonly lookedAtMs: number
  }
  rung(): Rung
  /** Percent of the pool. */
  pctUsed(): number
  spend(): { readonly spentNanoUsd: number; readonly poolNanoUsd: number }
  /** As it is set: by the environment, else by the operator. */
  poolUsdSet(): number
  defaultModel(): string
  services(): readonly WatchedService[]
  telemetry(): Pick<Snapshot['cost_telemetry'], 'rolling_24h' | 'monthly'>
  daemon(): { readonly bootAtMs: number | null; readonly uptimeSeconds: number | null }
  listeners(): readonly Pick<ListenerRow, 'name' | 'state' | 'lastEventAtMs' | 'consecutiveErrors'>[]
  /** Errors of the last five minutes that count, and all by kind. */
  errors(): { readonly count: number; readonly byKind: Readonly<Record<string, number>> }
}

interface Meta {
  readonly nowMs: number
  readonly sessionId: string
  readonly intervalMs: number
  /** Removes secrets: a reason may quote whatever a source met. */
  readonly redact: (text: string) => string
}

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string }

/** Puts a snapshot together (snapshot specification, 3 and 4). Never throws, whatever its sources do. */
export function computeSnapshot(sources: SnapshotSources, { nowMs, sessionId, intervalMs, redact }: Meta): Snapshot {
  const read = <T>(source: () => T): Read<T> => {
    try {
      return { ok: true, value: source() }
    } catch (error) {
      return { ok: false, why: clip(redact(error instanceof Error ? error.message : inspect(error)), reasonLength) }
    }
  }
  const now = utcSeconds(nowMs)
  const expected = intervalMs / 1_000
  const operational = read(() => operationalOf(sources.operational()))
  const alerts = read(() => alertsOf(sources.alerts()))
  const cost = {
    rung: read(() => publishedRung(sources.rung()) as Snapshot['cost_ladder']['current_tier']),
    pct: read(() => number(sources.pctUsed())),
    spent: read(() => usd(sources.spend().spentNanoUsd)),
    model: read(() => sources.defaultModel()),
  }
  const services = read(() => servicesOf(sources.services(), nowMs))
  const telemetry = read(() => telemetryOf(sources.telemetry()))
  const daemon = read(() => lifeOf(sources.daemon()))
  const listeners = read(() => listenersOf(sources.listeners()))
  const errors = read(() => errorsOf(sources.errors()))
  const about = (parts: readonly Read<unknown>[], observedAt: string = now, every = expected): SectionState => {
    const missing = parts.flatMap((part) => (part.ok ? [] : [part.why]))
    const status = missing.length === 0 ? 'ok' : missing.length < parts.length ? 'partial' : unknown
    const reason = missing.length === 0 ? null : [...new Set(missing)].join('; ')
    return { status, observed_at: observedAt, expected_every_seconds: every, reason }
  }
  const sections: Record<SnapshotSection, SectionState> = {
    operational_state: about([operational]),
    alerts: {
      ...about([alerts], alerts.ok ? alerts.value.observedAt : unknown),
      ...(alerts.ok && alerts.value.cannotTell !== null ? { status: 'partial', reason: alerts.value.cannotTell } : {}),
    },
    cost_ladder: about(Object.values(cost)),
    cost_ladder_by_tenant: about([]),
    tasks: { ...about([]), status: unknown, observed_at: unknown, reason: 'no task board is connected' },
    service_health: about([services], services.ok ? services.value.oldest : unknown, everyOf(services, expected)),
    cost_telemetry: about([telemetry]),
    daemon_health: about([daemon, listeners, errors]),
  }
  return {
    schema_version: snapshotVersion,
    computed_at: now,
    session_id: sessionId,
    fresh_for_seconds: freshForSeconds(expected),
    operational_state: operational.ok ? operational.value : unknownOperational,
    alerts: alerts.ok ? alerts.value.counts : unknownAlerts,
    cost_ladder: {
      current_tier: cost.rung.ok ? cost.rung.value : unknown,
      monthly_budget_pct_used: cost.pct.ok ? Math.trunc(cost.pct.value * 100 + 1e-6) / 100 : null,
      model_default: cost.model.ok ? cost.model.value : unknown,
      // Cut off, not rounded: never a step of the ladder before its time (ruling 7).
      spent_to_date_usd: cost.spent.ok ? cost.spent.value : unknown,
      credit_pool_usd: poolUsd(
        read(() => sources.spend().poolNanoUsd / 1e9),
        read(() => sources.poolUsdSet()),
      ),
    },
    cost_ladder_by_tenant: {},
    tasks: { open_count: unknown, in_progress_count: unknown, refreshed_at: unknown },
    service_health: services.ok ? services.value.health : allUnknown(),
    service_observed_at: services.ok ? services.value.observedAt : allUnknown(),
    cost_telemetry: telemetry.ok ? telemetry.value : { rolling_24h: {}, monthly: {} },
    daemon_health: daemonHealth(daemon, listeners, errors),
    sections,
  }
}

const unknownOperational: Snapshot['operational_state'] = {
  primary: unknown,
  paused: false,
  pause_reason: null,
  reasons: [],
  claim_permission: unknown,
  since: unknown,
  trigger: null,
  actor: null,
  until: null,
}

const unknownAlerts: Snapshot['alerts'] = {
  active_count: unknown,
  by_severity: { critical: unknown, warning: unknown, info: unknown },
  by_category: {},
}

function operationalOf(state: OperationalState): Snapshot['operational_state'] {
  const { sinceMs, untilMs, trigger, actor } = state
  const primary = primaryStates.find((known) => known === state.primary) ?? unknown
  const reasons = degradationReasons.filter((reason) => state.reasons.includes(reason))
  const paused = primary === 'paused'
  return {
    primary,
    paused,
    pause_reason: paused ? (reasons[0] ?? null) : null,
    reasons,
    claim_permission: claimPermissions.find((known) => known === state.permission) ?? unknown,
    since: utcSeconds(sinceMs),
    trigger: cleanText(trigger, 300),
    actor,
    until: untilMs === null ? null : utcSeconds(untilMs),
  }
}

interface AlertsRead {
  readonly counts: Snapshot['alerts']
  readonly observedAt: string
  /** Null when every group of rules could tell. */
  readonly cannotTell: string | null
}

/** What was found counts; that nothing was found says nothing while a group of rules cannot tell. */
function alertsOf({ active, blind, lookedAtMs }: ReturnType<SnapshotSources['alerts']>): AlertsRead {
  const count = (n: number) => (n === 0 && blind.length > 0 ? unknown : n)
  const { critical, warning, info } = countBySeverity(active)
  const byCategory = Map.groupBy(active, ({ category }) => category)
  return {
    counts: {
      active_count: count(active.length),
      by_severity: { critical: count(critical), warning: count(warning), info: count(info) },
      by_category: Object.fromEntries([...byCategory].map(([category, own]) => [category, own.length])),
    },
    observedAt: utcSeconds(lookedAtMs),
    cannotTell: blind.length === 0 ? null : `cannot tell: ${blind.join(', ')}`,
  }
}

/** The two windows that are published here: the third would only make the file larger. */
function telemetryOf({ rolling_24h, monthly }: ReturnType<SnapshotSources['telemetry']>): Snapshot['cost_telemetry'] {
  return { rolling_24h, monthly }
}

function usd(nanoUsd: number): number {
  return Math.trunc(number(nanoUsd) / 1_000) / 1e6
}

/** The pool that the rungs are reckoned from, else the one that is set, else the one that stands when nobody set any. */
function poolUsd(...candidates: readonly Read<number>[]): number {
  const known = candidates.flatMap((candidate) => (candidate.ok ? candidate.value : []))
  const pool = known.find((usd) => Number.isFinite(usd) && usd > 0) ?? defaultPoolUsd
  return Math.trunc(pool * 100 + 1e-6) / 100
}

function number(value: number): number {
  if (!Number.isFinite(value)) throw new TypeError('not a number')
  return value
}

function allUnknown(): Record<string, typeof unknown> {
  return Object.fromEntries(namedServices.map((name) => [name, unknown]))
}

interface ServicesRead {
  readonly health: Record<string, Health>
  readonly observedAt: Record<string, string>
  readonly oldest: string
  readonly everyMs: number | null
}

const worstFirst = ['unhealthy', 'degraded', 'unknown', 'healthy'] as const

/** Every watched service under its id; a named kind that no service is called after shows the worst of its kind. */
function servicesOf(services: readonly WatchedService[], nowMs: number): ServicesRead {
  const health: Record<string, Health> = allUnknown()
  const observedAt: Record<string, string> = allUnknown()
  let oldestMs: number | null = null
  let everyMs: number | null = null
  const shown = services.map((service) => ({ service, word: wordOf(service, nowMs) }))
  const put = (name: string, { service, word }: (typeof shown)[number]): void => {
    health[name] = word
    observedAt[name] = service.observedAtMs === null ? unknown : utcSeconds(service.observedAtMs)
  }
  for (const kind of namedServices) {
    const own = shown.filter(({ service }) => service.kind === kind)
    const [worst] = own.toSorted((a, b) => worstFirst.indexOf(a.word) - worstFirst.indexOf(b.word))
    if (worst) put(kind, worst)
  }
  for (const one of shown) {
    const { id, observedAtMs, intervalMs } = one.service
    put(id, one)
    if (observedAtMs !== null) oldestMs = Math.min(oldestMs ?? observedAtMs, observedAtMs)
    everyMs = Math.max(everyMs ?? 0, intervalMs)
  }
  return { health, observedAt, oldest: oldestMs === null ? unknown : utcSeconds(oldestMs), everyMs }
}

/** A check that should long have been repeated says nothing about now. */
function wordOf({ status, observedAtMs, intervalMs }: WatchedService, nowMs: number): Health {
  if (observedAtMs === null) return unknown
  const late = nowMs - observedAtMs > Math.max(leastLateMs, lateIntervals * intervalMs)
  return late ? unknown : publishedStatus(status)
}

function everyOf(services: Read<ServicesRead>, otherwise: number): number {
  return services.ok && services.value.everyMs !== null ? services.value.everyMs / 1_000 : otherwise
}

type DaemonHealth = Snapshot['daemon_health']
type Life = Pick<DaemonHealth, 'boot_at' | 'uptime_seconds'>
type Errors = Pick<DaemonHealth, 'recent_error_count_5min' | 'recent_errors_5min'>

function lifeOf({ bootAtMs, uptimeSeconds }: ReturnType<SnapshotSources['daemon']>): Life {
  return {
    boot_at: bootAtMs === null ? unknown : utcSeconds(bootAtMs),
    uptime_seconds: uptimeSeconds ?? unknown,
  }
}

function listenersOf(rows: ReturnType<SnapshotSources['listeners']>): DaemonHealth['listeners'] {
  const shown = rows.map(({ name, state, lastEventAtMs, consecutiveErrors }) => {
    // One that has not been started yet is neither up nor down.
    const status = state === 'starting' ? unknown : state
    const lastEventAt = lastEventAtMs === null ? unknown : utcSeconds(lastEventAtMs)
    return [name, { status, last_event_at: lastEventAt, consecutive_errors: consecutiveErrors }] as const
  })
  return Object.fromEntries(shown)
}

function errorsOf({ count, byKind }: ReturnType<SnapshotSources['errors']>): Errors {
  return { recent_error_count_5min: count, recent_errors_5min: { ...byKind } }
}

function daemonHealth(
  daemon: Read<Life>,
  listeners: Read<DaemonHealth['listeners']>,
  errors: Read<Errors>,
): DaemonHealth {
  const known = listeners.ok ? listeners.value : {}
  const counted = errors.ok ? errors.value : { recent_error_count_5min: 0, recent_errors_5min: {} }
  return {
    overall_status: overallStatus(Object.values(known), counted.recent_error_count_5min),
    ...(daemon.ok ? daemon.value : { boot_at: unknown, uptime_seconds: unknown }),
    listeners: known,
    ...counted,
  }
}
