import type { IncidentSummary } from '../../../contract/incidents.ts'
import type { ServiceRow } from '../../../contract/probes.ts'
import type { DaemonInfo } from '../../../contract/system.ts'
import { freshness } from '../../../domain/freshness.ts'
import { isBad } from '../../../domain/observation.ts'
import { countOf } from '../../components/format.ts'
import { needsOperator, type Tone } from '../../components/status.ts'

/** What the header sentence is made of. */
export interface HeadlineState {
  readonly services: readonly ServiceRow[]
  readonly incidents: readonly IncidentSummary[]
  readonly watching: boolean
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
 * The first rule that applies speaks: a blind Kora before a calm one, what needs the operator before what is doubted,
 * doubt and missing readings before "All well". "All well" is never said over anything unknown.
 */
export function headline(state: HeadlineState, nowMs: number): Headline {
  if (state.daemon.state === 'booting') return { text: 'Kora is starting', tone: 'unknown' }
  if (state.daemon.state === 'shutting_down') return { text: 'Kora is shutting down', tone: 'unknown' }
  if (!state.watching) return { text: 'Kora is not watching: its own link is down', tone: 'not_watching' }

  const needing = state.incidents.filter((incident) => needsOperator(incident, nowMs))
  if (needing.length > 0) {
    const critical = needing.some((incident) => incident.severity === 'critical')
    return {
      text: needing.length === 1 ? 'One thing needs you' : `${needing.length} things need you`,
      tone: critical ? 'trouble' : 'attention',
    }
  }

  const active = watched(state.services)
  if (active.length === 0) {
    const off = state.services.length > 0 && state.services.every((row) => !row.enabled)
    return off ? { text: 'Every probe is switched off', tone: 'paused' } : { text: 'Not set up yet', tone: 'unknown' }
  }
  if (active.some((row) => row.observedAtMs === null)) return { text: 'Kora is looking', tone: 'unknown' }
  return calm(state, active, nowMs)
}

/** Nothing needs the operator: how sure is that? */
function calm(state: HeadlineState, active: readonly ServiceRow[], nowMs: number): Headline {
  const known = new Set(state.incidents.map((incident) => incident.probeId))
  const doubted = active.filter((row) => isBad(row.status) && row.incidentId === null && !known.has(row.id))
  if (doubted.length > 0) {
    const [first] = doubted
    const what = doubted.length === 1 && first ? first.title : countOf(doubted.length, 'service')
    return { text: `Kora is taking a second look at ${what}`, tone: 'attention' }
  }
  const stale = active.filter((row) => freshness(row.observedAtMs, row.intervalMs, nowMs) === 'stale')
  if (stale.length === active.length) return { text: 'Nothing has been checked lately', tone: 'unknown' }
  if (stale.length > 0) {
    return {
      text: stale.length === 1 ? 'One reading is out of date' : `${stale.length} readings are out of date`,
      tone: 'unknown',
    }
  }
  if (active.some((row) => row.status === 'unknown' || row.status === 'not_watching')) {
    return { text: 'Some services cannot be read', tone: 'unknown' }
  }
  const problems = state.daemon.problems.length
  if (problems > 0) {
    return {
      text: `Services are well, Kora has ${problems === 1 ? 'a problem' : `${problems} problems`}`,
      tone: 'attention',
    }
  }
  if (state.incidents.length > 0) return { text: 'Nothing new needs you', tone: 'well' }
  return { text: 'All well', tone: 'well' }
}

interface Reading {
  readonly id: string
  readonly title: string
  readonly observedAtMs: number
}

/** The facts under the sentence: listeners, newest and oldest reading, how many are fresh. */
export interface Subline {
  readonly listeners: string
  readonly listenersDown: boolean
  readonly newest: Reading | null
  readonly oldest: Reading | null
  /** "7 of 9 fresh"; null while all are, since then the ages say it. */
  readonly fresh: string | null
  readonly setAside: string | null
}

export function subline(
  state: Pick<HeadlineState, 'services' | 'incidents'> & { readonly listeners: DaemonInfo['listeners'] },
  nowMs: number,
): Subline {
  const configured = state.listeners.filter((listener) => listener.state !== 'off')
  const up = configured.filter((listener) => listener.state === 'up').length
  const active = watched(state.services)
  const read = active
    .flatMap((row) =>
      row.observedAtMs === null ? [] : [{ id: row.id, title: row.title, observedAtMs: row.observedAtMs }],
    )
    .toSorted((a, b) => a.observedAtMs - b.observedAtMs)
  const fresh = active.filter((row) => freshness(row.observedAtMs, row.intervalMs, nowMs) === 'fresh').length
  const aside = state.incidents.filter((incident) => !needsOperator(incident, nowMs)).length
  return {
    listeners: `${up} of ${configured.length} ${configured.length === 1 ? 'listener' : 'listeners'} up`,
    listenersDown: up < configured.length,
    newest: read.at(-1) ?? null,
    oldest: read[0] ?? null,
    fresh: read.length > 0 && fresh < active.length ? `${fresh} of ${active.length} fresh` : null,
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
