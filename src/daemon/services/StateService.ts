import type { CockpitState, StateMessage } from '../../contract/state.ts'
import type { Clock } from '../platform/clock.ts'
import type { ActivityService } from './ActivityService.ts'
import type { AlertViews } from './AlertViews.ts'
import type { ConnectivityService } from './ConnectivityService.ts'
import type { Events } from './Events.ts'
import type { HistoryService } from './HistoryService.ts'
import type { InboxService } from './InboxService.ts'
import type { IncidentService } from './IncidentService.ts'
import type { IncidentViews } from './IncidentViews.ts'
import type { MaintenanceWindows } from './MaintenanceWindows.ts'
import type { OperationalActions } from './OperationalActions.ts'
import type { ServiceRows } from './ServiceRows.ts'
import type { SnapshotService } from './SnapshotService.ts'
import type { SpendService } from './SpendService.ts'
import type { SystemService } from './SystemService.ts'

/** Changes are gathered this long, so that a busy moment is one patch. */
const gatherMs = 60

interface Deps {
  readonly clock: Clock
  readonly events: Events
  readonly rows: ServiceRows
  readonly incidents: IncidentService
  readonly views: IncidentViews
  readonly activity: ActivityService
  readonly connectivity: ConnectivityService
  readonly spend: SpendService
  readonly system: SystemService
  readonly operational: OperationalActions
  readonly alerts: AlertViews
  readonly inbox: InboxService
  readonly maintenance: MaintenanceWindows
  readonly history: HistoryService
  readonly snapshots: SnapshotService
}

/** Sections that are sent as a whole. `activity` brings the time of the last look with it. */
type Section = Exclude<keyof CockpitState, 'services' | 'lastLookedAtMs'>

const allSections: readonly Section[] = [
  'incidents',
  'activity',
  'connectivity',
  'spend',
  'daemon',
  'operational',
  'alerts',
  'inbox',
  'maintenance',
  'history',
  'snapshot',
]

/** What a window has not seen yet. State is marked, not queued: a slow window gets fewer, newer patches. */
class Dirty {
  readonly services = new Set<string>()
  sections = new Set<Section>()
  wake: () => void = () => undefined

  get empty(): boolean {
    return this.services.size === 0 && this.sections.size === 0
  }
}

/** The daemon's state as windows mirror it: a snapshot, then patches of what changed. */
export class StateService {
  readonly #deps: Deps
  readonly #windows = new Set<Dirty>()
  #stops: (() => void)[] = []
  #stopped = false
  #seq = 0

  constructor(deps: Deps) {
    this.#deps = deps
  }

  start(): void {
    const { events, incidents } = this.#deps
    this.#stops = [
      events.on('observation.recorded', ({ probeId }) => this.#mark({ service: probeId })),
      events.on('check.started', ({ probeId }) => this.#mark({ service: probeId })),
      events.on('probes.changed', ({ probeId }) => this.#mark({ service: probeId, sections: ['daemon'] })),
      events.on('incident.changed', ({ incidentId }) =>
        this.#mark({ service: incidents.get(incidentId).probeId, sections: ['incidents', 'activity'] }),
      ),
      events.on('outbox.settled', () => this.#mark({ sections: ['incidents', 'activity', 'daemon', 'alerts'] })),
      events.on('connectivity.changed', () => this.#mark({ sections: ['connectivity', 'activity'] })),
      events.on('activity.changed', () => this.#mark({ sections: ['activity'] })),
      events.on('settings.changed', () => this.#mark({ sections: ['daemon', 'spend', 'maintenance'] })),
      events.on('spend.changed', () => this.#mark({ sections: ['spend', 'activity'] })),
      events.on('problems.changed', () => this.#mark({ sections: ['daemon'] })),
      events.on('schedule.settled', () => this.#mark({ sections: ['daemon'] })),
      events.on('daemon.changed', () => this.#mark({ sections: ['daemon', 'activity'] })),
      events.on('operational.changed', () => this.#mark({ sections: ['operational', 'activity'] })),
      events.on('outbox.added', () => this.#mark({ sections: ['operational'] })),
      events.on('alerts.changed', () => this.#mark({ sections: ['alerts', 'activity'] })),
      events.on('inbox.changed', () => this.#mark({ sections: ['inbox'] })),
      events.on('maintenance.changed', () => this.#mark({ sections: ['maintenance'] })),
      events.on('history.grew', () => this.#mark({ sections: ['history'] })),
      events.on('snapshot.computed', () => this.#mark({ sections: ['snapshot'] })),
    ]
  }

  /** Ends every subscription. */
  stop(): void {
    this.#stopped = true
    for (const stop of this.#stops) stop()
    for (const window of this.#windows) window.wake()
  }

  snapshot(): CockpitState {
    const { rows, activity } = this.#deps
    return { services: rows.all(), lastLookedAtMs: activity.lastLookedAtMs(), ...this.#sections(allSections) }
  }

  /** A snapshot at once, then a patch whenever something changed, until the signal ends it. */
  async *subscribe(signal: AbortSignal): AsyncGenerator<StateMessage> {
    const window = new Dirty()
    this.#windows.add(window)
    const ended = (): void => window.wake()
    signal.addEventListener('abort', ended)
    try {
      yield { kind: 'snapshot', seq: ++this.#seq, nowMs: this.#deps.clock.nowMs(), state: this.snapshot() }
      while (!signal.aborted && !this.#stopped) {
        if (window.empty) await new Promise<void>((resolve) => (window.wake = resolve))
        if (signal.aborted || this.#stopped) return
        await new Promise<void>((resolve) => this.#deps.clock.setTimer(gatherMs, resolve))
        if (!window.empty && !this.#stopped) yield this.#patch(window)
      }
    } finally {
      signal.removeEventListener('abort', ended)
      this.#windows.delete(window)
    }
  }

  #mark(change: { service?: string; sections?: readonly Section[] }): void {
    for (const window of this.#windows) {
      if (change.service !== undefined) window.services.add(change.service)
      for (const section of change.sections ?? []) window.sections.add(section)
      window.wake()
    }
  }

  #patch(window: Dirty): StateMessage {
    const { rows, activity, clock } = this.#deps
    const all = window.services.size > 0 ? new Set(rows.ids()) : new Set<string>()
    const changed = [...window.services]
    const sections = allSections.filter((section) => window.sections.has(section))
    window.services.clear()
    window.sections.clear()
    const services = changed.filter((id) => all.has(id)).map((id) => rows.one(id))
    const removed = changed.filter((id) => !all.has(id))
    return {
      kind: 'patch',
      seq: ++this.#seq,
      nowMs: clock.nowMs(),
      ...(services.length > 0 ? { services } : {}),
      ...(removed.length > 0 ? { removedServices: removed } : {}),
      ...(sections.includes('activity') ? { lastLookedAtMs: activity.lastLookedAtMs() } : {}),
      ...this.#sections(sections),
    }
  }

  #sections<Name extends Section>(names: readonly Name[]): Pick<CockpitState, Name> {
    const {
      views,
      activity,
      connectivity,
      spend,
      system,
      operational,
      alerts,
      inbox,
      maintenance,
      history,
      snapshots,
    } = this.#deps
    const read: { [Each in Section]: () => CockpitState[Each] } = {
      incidents: () => views.open(),
      activity: () => activity.list(),
      connectivity: () => connectivity.state(),
      spend: () => spend.state(),
      daemon: () => system.info(),
      operational: () => operational.view(),
      alerts: () => alerts.active(),
      inbox: () => inbox.view(),
      maintenance: () => maintenance.state(),
      history: () => history.state(),
      snapshot: () => snapshots.read(),
    }
    return Object.fromEntries(names.map((name) => [name, read[name]()])) as Pick<CockpitState, Name>
  }
}
