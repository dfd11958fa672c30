import type { CockpitState, StateMessage } from '../../contract/state.ts'
import type { Clock } from '../platform/clock.ts'
import type { ActivityService } from './ActivityService.ts'
import type { ConnectivityService } from './ConnectivityService.ts'
import type { Events } from './Events.ts'
import type { IncidentService } from './IncidentService.ts'
import type { IncidentViews } from './IncidentViews.ts'
import type { ServiceRows } from './ServiceRows.ts'
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
}

type Section = 'incidents' | 'activity' | 'connectivity' | 'spend' | 'daemon'

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
      events.on('outbox.settled', () => this.#mark({ sections: ['incidents', 'activity', 'daemon'] })),
      events.on('connectivity.changed', () => this.#mark({ sections: ['connectivity', 'activity'] })),
      events.on('activity.changed', () => this.#mark({ sections: ['activity'] })),
      events.on('settings.changed', () => this.#mark({ sections: ['daemon', 'spend'] })),
      events.on('spend.changed', () => this.#mark({ sections: ['spend', 'activity'] })),
      events.on('problems.changed', () => this.#mark({ sections: ['daemon'] })),
      events.on('schedule.settled', () => this.#mark({ sections: ['daemon'] })),
      events.on('daemon.changed', () => this.#mark({ sections: ['daemon', 'activity'] })),
    ]
  }

  /** Ends every subscription. */
  stop(): void {
    this.#stopped = true
    for (const stop of this.#stops) stop()
    for (const window of this.#windows) window.wake()
  }

  snapshot(): CockpitState {
    const { rows, views, activity, connectivity, spend, system } = this.#deps
    return {
      services: rows.all(),
      incidents: views.open(),
      activity: activity.list(),
      lastLookedAtMs: activity.lastLookedAtMs(),
      connectivity: connectivity.state(),
      spend: spend.state(),
      daemon: system.info(),
    }
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
    const { rows, views, activity, connectivity, spend, system, clock } = this.#deps
    const all = window.services.size > 0 ? new Set(rows.ids()) : new Set<string>()
    const changed = [...window.services]
    const sections = new Set(window.sections)
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
      ...(sections.has('incidents') ? { incidents: views.open() } : {}),
      ...(sections.has('activity') ? { activity: activity.list(), lastLookedAtMs: activity.lastLookedAtMs() } : {}),
      ...(sections.has('connectivity') ? { connectivity: connectivity.state() } : {}),
      ...(sections.has('spend') ? { spend: spend.state() } : {}),
      ...(sections.has('daemon') ? { daemon: system.info() } : {}),
    }
  }
}
