import type { MaintenanceState } from '../../contract/state.ts'
import {
  type InForce,
  type MaintenanceWindow,
  maintenanceOf,
  maintenanceOfEverything,
  nextChangeMs,
} from '../../domain/maintenance.ts'
import { nextSpan, spanAt } from '../../domain/maintenanceSchedule.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { LateWrites } from './LateWrites.ts'
import type { SettingsService } from './SettingsService.ts'

/** A clock may be set while a timer runs: none runs longer than this. */
const longestWaitMs = 60_000

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly clock: Clock
  readonly events: Events
  readonly settings: SettingsService
}

/** Planned work: while a window is in force, what it covers is watched and recorded but not told. */
export class MaintenanceWindows {
  readonly #deps: Deps
  /** Windows in force at the last look, by id. */
  #inForce = new Map<string, MaintenanceWindow>()
  #cancel: () => void = () => undefined
  #stopped = false

  constructor(deps: Deps) {
    this.#deps = deps
  }

  start(): void {
    this.#deps.events.on('settings.changed', () => this.look())
    this.look()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  /** What covers a service now; null when it may be told of. */
  ofProbe(probeId: string, nowMs: number): InForce | null {
    const windows = this.#windows()
    return windows.length === 0 ? null : maintenanceOf(windows, probeId, nowMs)
  }

  /** What covers everything, Kora's own alerts included. */
  ofEverything(nowMs: number): InForce | null {
    const windows = this.#windows()
    return windows.length === 0 ? null : maintenanceOfEverything(windows, nowMs)
  }

  state(): MaintenanceState {
    const nowMs = this.#deps.clock.nowMs()
    const windows = this.#windows().filter(({ enabled }) => enabled)
    const active = windows.flatMap(({ id, title, scope, schedule }) => {
      const span = spanAt(schedule, nowMs)
      return span
        ? [{ id, title, untilMs: span.toMs, probeIds: scope.kind === 'services' ? [...scope.probeIds] : null }]
        : []
    })
    const upcoming = windows.flatMap(({ id, title, schedule }) => {
      const span = nextSpan(schedule, nowMs)
      return span ? [{ id, title, fromMs: span.fromMs }] : []
    })
    return { active, upcoming: upcoming.toSorted((a, b) => a.fromMs - b.fromMs) }
  }

  /** Records which windows began and ended; called when one may have, and when the clock may have been set. */
  look(): void {
    const { clock, store, late, events } = this.#deps
    if (this.#stopped) return
    const nowMs = clock.nowMs()
    const before = this.#inForce
    const windows = this.#windows()
    this.#inForce = new Map(
      windows
        .filter(({ enabled, schedule }) => enabled && spanAt(schedule, nowMs))
        .map((window) => [window.id, window]),
    )
    const began = [...this.#inForce.values()].filter(({ id }) => !before.has(id))
    const ended = [...before.values()].filter(({ id }) => !this.#inForce.has(id))
    if (began.length + ended.length > 0) {
      late.write(() => {
        for (const window of began) store.audit.append(entry('began', window), nowMs)
        for (const window of ended) store.audit.append(entry('ended', window), nowMs)
      })
      events.publish('maintenance.changed', {})
    }
    this.#cancel()
    const nextMs = windows.length === 0 ? null : nextChangeMs(windows, nowMs)
    if (nextMs === null) return
    this.#cancel = clock.setTimer(Math.min(longestWaitMs, Math.max(1, nextMs - nowMs)), () => this.look())
  }

  #windows(): readonly MaintenanceWindow[] {
    return this.#deps.settings.get().maintenance.windows
  }
}

function entry(change: 'began' | 'ended', { id, title, scope }: MaintenanceWindow) {
  const covers = scope.kind === 'everything' ? 'everything' : scope.probeIds.join(', ')
  return { seam: 'maintenance.changed', source: 'cron', details: { change, window: id, title, scope: covers } } as const
}
