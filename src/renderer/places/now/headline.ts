import type { AlertView } from '../../../contract/alerts.ts'
import type { IncidentSummary } from '../../../contract/incidents.ts'
import type { OperationalView } from '../../../contract/operational.ts'
import type { ServiceRow } from '../../../contract/probes.ts'
import type { MaintenanceState } from '../../../contract/state.ts'
import type { DaemonInfo } from '../../../contract/system.ts'
import { alertNeedsOperator } from '../../../domain/alert.ts'
import { freshness } from '../../../domain/freshness.ts'
import { isBad } from '../../../domain/observation.ts'
import { needsOf } from '../../client/needs.ts'
import { countOf } from '../../components/format.ts'
import {
  maintenanceText,
  maintenanceUntil,
  pausedText,
  pauseKind,
  stoppedByCost,
} from '../../components/operationalWords.ts'
import { needsOperator, type Tone } from '../../components/status.ts'

/** What the header sentence is made of. */
export interface HeadlineState {
  readonly services: readonly ServiceRow[]
  readonly incidents: readonly IncidentSummary[]
  readonly alerts: readonly AlertView[]
  readonly watching: boolean
  readonly operational: Pick<OperationalView, 'primary' | 'reasons' | 'untilMs'>
  readonly maintenance: MaintenanceState
  readonly daemon: Pick<DaemonInfo, 'state' | 'problems' | 'setup'>
}

/** The state of everything in one sentence, and the mark that belongs to it. */
export interface Headline {
  readonly text: string
  readonly tone: Tone
}

/** Services that are meant to be read: switched on and with everything they need. */
export function watched(services: readonly ServiceRow[]): readonly ServiceRow[] {
  return services.filter((row) => row.enabled && row.status !== 'not_configured')
}

/**
 * The first rule that applies speaks: a blind Kora before a calm one, a pause and what needs the operator before what
 * is doubted, doubt and missing readings before maintenance and "All well". "All well" is never said over anything
 * unknown.
 */
export function headline(state: HeadlineState, nowMs: number): Headline {
  if (state.daemon.state === 'booting') return { text: 'Kora is starting', tone: 'unknown' }
  if (state.daemon.state === 'shutting_down') return { text: 'Kora is shutting down', tone: 'unknown' }
  if (!state.watching) return { text: 'Kora is not watching: its own link is down', tone: 'not_watching' }

  const pause = pauseKind(state.operational)
  const needs = needsHeadline(state, nowMs)
  if (pause === 'person') {
    const text = pausedText(state.operational.untilMs, nowMs)
    return needs ? { text: `${text}, ${lowerFirst(needs.text)}`, tone: needs.tone } : { text, tone: 'paused' }
  }
  if (needs) return needs
  if (pause === 'cost') return { text: stoppedByCost, tone: 'attention' }

  const active = watched(state.services)
  if (active.length === 0) {
    const off = state.services.length > 0 && state.services.every((row) => !row.enabled)
    return off ? { text: 'Every probe is switched off', tone: 'paused' } : { text: 'Not set up yet', tone: 'unknown' }
  }
  if (active.some((row) => row.observedAtMs === null)) return { text: 'Kora is looking', tone: 'unknown' }
  return calm(state, active, nowMs)
}

function needsHeadline(state: HeadlineState, nowMs: number): Headline | null {
  const needs = needsOf(state, nowMs)
  if (needs.length === 0) return null
  return {
    text: needs.length === 1 ? 'One thing needs you' : `${needs.length} things need you`,
    tone: needs.some(({ severity }) => severity === 'critical') ? 'trouble' : 'attention',
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

/** Nothing needs the operator: how sure is that? Services under planned work may be as they like. */
function calm(state: HeadlineState, active: readonly ServiceRow[], nowMs: number): Headline {
  const judged = active.filter((row) => maintenanceUntil(state.maintenance, row.id) === null)
  const known = new Set(state.incidents.map((incident) => incident.probeId))
  const doubted = judged.filter((row) => isBad(row.status) && row.incidentId === null && !known.has(row.id))
  if (doubted.length > 0) {
    const [first] = doubted
    const what = doubted.length === 1 && first ? first.title : countOf(doubted.length, 'service')
    return { text: `Kora is taking a second look at ${what}`, tone: 'attention' }
  }
  const stale = judged.filter((row) => freshness(row.observedAtMs, row.intervalMs, nowMs) === 'stale')
  if (stale.length > 0 && stale.length === active.length)
    return { text: 'Nothing has been checked lately', tone: 'unknown' }
  if (stale.length > 0) {
    return {
      text: stale.length === 1 ? 'One reading is out of date' : `${stale.length} readings are out of date`,
      tone: 'unknown',
    }
  }
  if (judged.some((row) => row.status === 'unknown' || row.status === 'not_watching')) {
    return { text: 'Some services cannot be read', tone: 'unknown' }
  }
  const problems = state.daemon.problems.length
  if (problems > 0) {
    return {
      text: `Services are well, Kora has ${problems === 1 ? 'a problem' : `${problems} problems`}`,
      tone: 'attention',
    }
  }
  const maintenance = maintenanceSentence(state, nowMs)
  if (maintenance !== null) return { text: maintenance, tone: 'paused' }
  if (asideCount(state, nowMs) > 0) return { text: 'Nothing new needs you', tone: 'well' }
  return { text: 'All well', tone: 'well' }
}

function maintenanceSentence(
  { maintenance, services }: Pick<HeadlineState, 'maintenance' | 'services'>,
  nowMs: number,
): string | null {
  return maintenanceText(maintenance, (id) => services.find((row) => row.id === id)?.title ?? id, nowMs)
}

/** Open incidents and active alerts that the operator put aside. */
function asideCount({ incidents, alerts }: Pick<HeadlineState, 'incidents' | 'alerts'>, nowMs: number): number {
  const aside = (alert: AlertView) =>
    !alertNeedsOperator(alert, nowMs) &&
    alertNeedsOperator({ ...alert, acknowledgedAtMs: null, snoozedUntilMs: null }, nowMs)
  return incidents.filter((incident) => !needsOperator(incident, nowMs)).length + alerts.filter(aside).length
}

interface Reading {
  readonly id: string
  readonly title: string
  readonly observedAtMs: number
}

/** The facts under the sentence. */
export interface Subline {
  readonly listeners: string
  readonly listenersDown: boolean
  readonly newest: Reading | null
  /** Planned work in force, unless the sentence above says it. */
  readonly maintenance: string | null
  readonly setAside: string | null
}

export function subline(
  state: HeadlineState & { readonly listeners: DaemonInfo['listeners'] },
  nowMs: number,
): Subline {
  const configured = state.listeners.filter((listener) => listener.state !== 'off')
  const up = configured.filter((listener) => listener.state === 'up').length
  const read = watched(state.services)
    .flatMap((row) =>
      row.observedAtMs === null ? [] : [{ id: row.id, title: row.title, observedAtMs: row.observedAtMs }],
    )
    .toSorted((a, b) => a.observedAtMs - b.observedAtMs)
  const maintenance = maintenanceSentence(state, nowMs)
  const aside = asideCount(state, nowMs)
  return {
    listeners: `${up} of ${configured.length} ${configured.length === 1 ? 'listener' : 'listeners'} up`,
    listenersDown: up < configured.length,
    newest: read.at(-1) ?? null,
    maintenance: maintenance === headline(state, nowMs).text ? null : maintenance,
    setAside: aside > 0 ? `${aside} set aside` : null,
  }
}

/**
 * The order of the services table: what is in trouble first, what is switched off or not set up last, provider order
 * within.
 */
export function troubleRank(row: ServiceRow): number {
  if (!row.enabled) return 5
  if (row.status === 'not_configured') return 4
  if (row.incidentId !== null && row.severity === 'critical') return 0
  if (row.incidentId !== null) return 1
  if (isBad(row.status)) return 2
  return 3
}
