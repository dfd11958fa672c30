import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { AlertView, InboxView } from './alerts.ts'
import { Done, EpochMs, NanoUsd, procedure, Severity } from './common.ts'
import { IncidentSummary } from './incidents.ts'
import { OperationalView } from './operational.ts'
import { ServiceRow } from './probes.ts'
import { NoSnapshot, Snapshot } from './snapshot.ts'
import { SpendState } from './spend.ts'
import { DaemonInfo } from './system.ts'

/** One line of "since you last looked". */
export const ActivityItem = z.object({
  key: z.string(),
  atMs: EpochMs,
  kind: z.enum([
    'opened',
    'resolved',
    'investigated',
    'told',
    'undelivered',
    'operator',
    'not_watching',
    'watching_again',
    'budget',
    'system',
  ]),
  severity: Severity.nullable(),
  text: z.string(),
  costNanoUsd: NanoUsd.nullable(),
  route: z.string().nullable(),
})
export type ActivityItem = z.infer<typeof ActivityItem>

/** Planned work that is in force, or comes next. */
export const MaintenanceState = z.object({
  active: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      untilMs: EpochMs,
      /** Ids of services; null stands for everything. */
      probeIds: z.array(z.string()).nullable(),
    }),
  ),
  /** When each of the others begins next, soonest first; those that never do again are not here. */
  upcoming: z.array(z.object({ id: z.string(), title: z.string(), fromMs: EpochMs })),
})
export type MaintenanceState = z.infer<typeof MaintenanceState>

/** How new History is, for whoever lists it. */
export const HistoryState = z.object({
  newestAtMs: EpochMs.nullable(),
  /** Records that are not in the index yet. */
  waiting: z.number().int(),
})
export type HistoryState = z.infer<typeof HistoryState>

export const Connectivity = z.object({
  watching: z.boolean(),
  sinceMs: EpochMs.nullable(),
})

/** Everything a window mirrors. Each section is computed by the daemon; renderers never compute freshness's source. */
export const CockpitState = z.object({
  services: z.array(ServiceRow),
  /** Open incidents, worst and newest first. */
  incidents: z.array(IncidentSummary),
  activity: z.array(ActivityItem),
  /** When the operator last looked at Now, before this visit. */
  lastLookedAtMs: EpochMs.nullable(),
  connectivity: Connectivity,
  spend: SpendState,
  daemon: DaemonInfo,
  operational: OperationalView,
  /** Active ones, most urgent first. */
  alerts: z.array(AlertView),
  inbox: InboxView,
  maintenance: MaintenanceState,
  history: HistoryState,
  /** The newest snapshot; null while there is none that is fresh. */
  snapshot: Snapshot.nullable(),
})
export type CockpitState = z.infer<typeof CockpitState>

/**
 * The first message is a snapshot; then patches. `services` of a patch holds whole rows of what changed; every other
 * section in it is the whole section as it stands now, so an incident that is not listed is no longer open. `nowMs` is
 * the daemon's clock.
 */
export const StateMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), seq: z.number().int(), nowMs: EpochMs, state: CockpitState }),
  z.object({
    kind: z.literal('patch'),
    seq: z.number().int(),
    nowMs: EpochMs,
    services: z.array(ServiceRow).optional(),
    removedServices: z.array(z.string()).optional(),
    incidents: z.array(IncidentSummary).optional(),
    activity: z.array(ActivityItem).optional(),
    lastLookedAtMs: EpochMs.nullable().optional(),
    connectivity: Connectivity.optional(),
    spend: SpendState.optional(),
    daemon: DaemonInfo.optional(),
    operational: OperationalView.optional(),
    alerts: z.array(AlertView).optional(),
    inbox: InboxView.optional(),
    maintenance: MaintenanceState.optional(),
    history: HistoryState.optional(),
    snapshot: Snapshot.nullable().optional(),
  }),
])
export type StateMessage = z.infer<typeof StateMessage>

/** A native notification for a browser that shows the headless cockpit. */
export const NotificationMessage = z.object({
  id: z.string(),
  title: z.string(),
  text: z.string(),
  tag: z.string().nullable(),
  silent: z.boolean(),
  route: z.string().nullable(),
  /** Tags of notifications shown earlier that this one speaks for: they are closed. */
  replaces: z.array(z.string()).optional(),
})
export type NotificationMessage = z.infer<typeof NotificationMessage>

export const state = {
  subscribe: procedure.output(eventIterator(StateMessage)),
  /** The snapshot as `GET /api/snapshot` answers it. */
  current: procedure.output(z.union([Snapshot, NoSnapshot])),
  /** Browser notifications, while a headless cockpit is open and permission was given. */
  notifications: procedure.output(eventIterator(NotificationMessage)),
  /** The operator has Now in front of them; moves `lastLookedAtMs` when the visit ends. */
  looked: procedure.output(Done),
}
