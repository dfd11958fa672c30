import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { IncidentSummary } from '../../contract/incidents.ts'
import type { ServiceRow } from '../../contract/probes.ts'
import type { ActivityItem, CockpitState, StateMessage } from '../../contract/state.ts'
import { byProviderOrder } from '../../domain/probe.ts'
import { compareSeverity } from '../../domain/severity.ts'
import { equal } from './equal.ts'

/** What this window knows of the daemon. Rows that did not change keep their identity from message to message. */
export interface Mirror {
  readonly seq: number
  /** Daemon clock minus ours, ms: ages are counted on the daemon's clock. */
  readonly offsetMs: number
  /** Local time of the newest message. */
  readonly heardAtMs: number
  readonly services: Readonly<Record<string, ServiceRow>>
  /** Ids in provider order, the same order as every other list of the product. */
  readonly serviceIds: readonly string[]
  /** Open ones, worst and newest first. */
  readonly incidents: readonly IncidentSummary[]
  /** Newest first. */
  readonly activity: readonly ActivityItem[]
  readonly lastLookedAtMs: number | null
  readonly connectivity: CockpitState['connectivity']
  /** Budget, pace and prices; keeps its identity while nothing about money changed. */
  readonly spend: CockpitState['spend']
  readonly daemon: CockpitState['daemon']
  readonly operational: CockpitState['operational']
  /** Active ones, most urgent first. */
  readonly alerts: CockpitState['alerts']
  readonly inbox: CockpitState['inbox']
  readonly maintenance: CockpitState['maintenance']
  readonly history: CockpitState['history']
  /** The newest snapshot; null while there is none that is fresh. */
  readonly snapshot: CockpitState['snapshot']
}

/** Lines of activity kept in a window; older ones belong to History. */
const activityKept = 200
/** Below this the difference of two clocks is transport time, not a changed clock. */
const clockSlackMs = 2_000

/**
 * The mirror after one message. A patch before the first snapshot changes nothing.
 * @param localNowMs this window's clock when the message arrived
 */
export function applyMessage(before: Mirror | null, message: StateMessage, localNowMs: number): Mirror | null {
  const offsetMs = message.nowMs - localNowMs
  if (message.kind === 'snapshot') {
    const { state } = message
    const services = mergeById({}, state.services, before?.services ?? {})
    return {
      seq: message.seq,
      offsetMs,
      heardAtMs: localNowMs,
      services,
      serviceIds: keep(before?.serviceIds, orderedIds(services)),
      incidents: keep(before?.incidents, openIncidents(before?.incidents ?? [], state.incidents)),
      activity: keep(before?.activity, newestFirst(state.activity)),
      lastLookedAtMs: state.lastLookedAtMs,
      connectivity: keep(before?.connectivity, state.connectivity),
      spend: keep(before?.spend, state.spend),
      daemon: keep(before?.daemon, state.daemon),
      operational: keep(before?.operational, state.operational),
      alerts: keep(before?.alerts, state.alerts),
      inbox: keep(before?.inbox, state.inbox),
      maintenance: keep(before?.maintenance, state.maintenance),
      history: keep(before?.history, state.history),
      snapshot: keep(before?.snapshot, state.snapshot),
    }
  }
  if (!before) return null
  const services = patchServices(before.services, message.services ?? [], message.removedServices ?? [])
  return {
    seq: message.seq,
    offsetMs: Math.abs(offsetMs - before.offsetMs) > clockSlackMs ? offsetMs : before.offsetMs,
    heardAtMs: localNowMs,
    services,
    serviceIds: services === before.services ? before.serviceIds : keep(before.serviceIds, orderedIds(services)),
    incidents: message.incidents
      ? keep(before.incidents, openIncidents(before.incidents, message.incidents))
      : before.incidents,
    activity: message.activity ? keep(before.activity, newestFirst(message.activity)) : before.activity,
    lastLookedAtMs: message.lastLookedAtMs === undefined ? before.lastLookedAtMs : message.lastLookedAtMs,
    connectivity: keep(before.connectivity, message.connectivity ?? before.connectivity),
    spend: keep(before.spend, message.spend ?? before.spend),
    daemon: keep(before.daemon, message.daemon ?? before.daemon),
    operational: keep(before.operational, message.operational ?? before.operational),
    alerts: keep(before.alerts, message.alerts ?? before.alerts),
    inbox: keep(before.inbox, message.inbox ?? before.inbox),
    maintenance: keep(before.maintenance, message.maintenance ?? before.maintenance),
    history: keep(before.history, message.history ?? before.history),
    snapshot: message.snapshot === undefined ? before.snapshot : keep(before.snapshot, message.snapshot),
  }
}

/** The old value when the new one says the same. */
function keep<T>(old: T | undefined, next: T): T {
  return old !== undefined && equal(old, next) ? old : next
}

function mergeById<Row extends { id: string }>(
  base: Readonly<Record<string, Row>>,
  rows: readonly Row[],
  known: Readonly<Record<string, Row>>,
): Readonly<Record<string, Row>> {
  const merged = { ...base }
  for (const row of rows) merged[row.id] = keep(known[row.id], row)
  return merged
}

function patchServices(
  before: Readonly<Record<string, ServiceRow>>,
  rows: readonly ServiceRow[],
  removed: readonly string[],
): Readonly<Record<string, ServiceRow>> {
  const changed = rows.filter((row) => !equal(before[row.id], row))
  const gone = removed.filter((id) => id in before)
  if (changed.length === 0 && gone.length === 0) return before
  const merged = { ...mergeById(before, changed, before) }
  for (const id of gone) delete merged[id]
  return merged
}

function orderedIds(services: Readonly<Record<string, ServiceRow>>): readonly string[] {
  return Object.values(services)
    .sort(byProviderOrder)
    .map((row) => row.id)
}

/** The list as it stands: what is not in it is no longer open. Rows that say the same keep their identity. */
function openIncidents(
  known: readonly IncidentSummary[],
  rows: readonly IncidentSummary[],
): readonly IncidentSummary[] {
  const knownById = new Map(known.map((row) => [row.id, row]))
  return rows
    .map((row) => keep(knownById.get(row.id), row))
    .sort((a, b) => compareSeverity(b.severity, a.severity) || b.openedAtMs - a.openedAtMs || (a.id < b.id ? 1 : -1))
}

function newestFirst(items: readonly ActivityItem[]): readonly ActivityItem[] {
  return [...items].sort((a, b) => b.atMs - a.atMs || (a.key < b.key ? 1 : -1)).slice(0, activityKept)
}

/** Written by the feed alone; everything else reads. */
export const mirrorStore = createStore<{ readonly mirror: Mirror | null }>(() => ({ mirror: null }))

/** Reads the mirror inside the shell, which is drawn only once there is one. */
export function useMirror<T>(select: (mirror: Mirror) => T): T {
  return useStore(mirrorStore, ({ mirror }) => {
    if (!mirror) throw new Error('The mirror was read before its first snapshot')
    return select(mirror)
  })
}

/** Whether there is anything to show yet. */
export function useMirrorFilled(): boolean {
  return useStore(mirrorStore, ({ mirror }) => mirror !== null)
}
