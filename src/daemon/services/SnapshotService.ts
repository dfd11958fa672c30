import type { NoSnapshot, Snapshot } from '../../contract/snapshot.ts'
import { type ProbeStatus, publishedStatus } from '../../domain/observation.ts'
import { isFresh } from '../../domain/snapshot.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import { computeSnapshot, type SnapshotSources } from './computeSnapshot.ts'
import type { EventMap, Events } from './Events.ts'
import type { SnapshotFile } from './SnapshotFile.ts'

/** Changes that come together are one snapshot; and there is at most one a second. */
const gatherMs = 50
const leastApartMs = 1_000

/** Facts after which the snapshot would say something else; checks are looked at by their outcome. */
const causes = [
  'operational.changed',
  'alerts.changed',
  'spend.changed',
  'probes.changed',
  'settings.changed',
  'daemon.changed',
] as const satisfies (keyof EventMap)[]

interface Deps {
  readonly clock: Clock
  readonly logger: Logger
  readonly events: Events
  readonly sources: SnapshotSources
  readonly statusOf: (probeId: string) => ProbeStatus
  readonly file: SnapshotFile
  readonly sessionId: string
  readonly intervalMs: number
  readonly redact: (text: string) => string
}

/**
 * The daemon's state in one object, for whoever wants to know without asking anybody: computed on a schedule and when a
 * fact it shows changed, kept in memory, exported as a file. It is a projection; nothing that acts may act on it.
 */
export class SnapshotService {
  readonly #deps: Deps
  #current: Snapshot | null = null
  #computedAtMs = 0
  #computedMonotonicMs = Number.NEGATIVE_INFINITY
  #cancel: (() => void) | null = null
  #stops: (() => void)[] = []
  #stopped = true
  /** What the file does not have yet, and the writing under way. */
  #unwritten: Snapshot | null = null
  #writing: Promise<void> | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The first one at once, so that nobody waits for an interval. */
  start(): void {
    const { events } = this.#deps
    this.#stopped = false
    this.#stops = [
      ...causes.map((cause) => events.on(cause, () => this.#soon())),
      events.on('observation.recorded', ({ probeId }) => {
        if (this.#showsOther(probeId)) this.#soon()
      }),
      events.on('history.grew', () => {
        if (this.#showsOtherErrors()) this.#soon()
      }),
    ]
    this.#soon()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const stop of this.#stops) stop()
    this.#cancel?.()
    this.#cancel = null
    await this.drain()
  }

  /** Computes and writes; what goes wrong leaves the earlier one. @throws KoraError when the file cannot be written */
  async runCycle(): Promise<void> {
    this.#compute()
    await this.#write()
  }

  /** Seconds since the newest one was computed; null before the first. */
  ageSeconds(): number | null {
    return this.#current === null ? null : (this.#deps.clock.nowMs() - this.#computedAtMs) / 1_000
  }

  /** The newest one, unless it is too old to be shown. */
  read(): Snapshot | null {
    const { clock } = this.#deps
    const current = this.#current
    return current !== null && isFresh(current.computed_at, clock.nowMs(), current.fresh_for_seconds) ? current : null
  }

  /** The same for whoever answers questions: null stands for "look the facts up". */
  getSnapshotForRouting(): Snapshot | null {
    return this.read()
  }

  /** As `GET /api/snapshot` answers. */
  published(): Snapshot | NoSnapshot {
    return this.read() ?? { error: 'no_snapshot', stale: true }
  }

  /** Resolves when nothing is computed or written any more. */
  async drain(): Promise<void> {
    // A write that fails is told to whoever asked for it.
    while (this.#writing !== null) await this.#writing.catch(() => undefined)
  }

  #soon(): void {
    if (this.#stopped || this.#cancel !== null) return
    const { clock } = this.#deps
    const sinceMs = clock.monotonicMs() - this.#computedMonotonicMs
    this.#cancel = clock.setTimer(Math.max(gatherMs, leastApartMs - sinceMs), () => {
      this.#cancel = null
      this.#compute()
      this.#write().catch((error: unknown) => {
        this.#deps.logger.warn('the snapshot could not be written', { error: String(error) })
      })
    })
  }

  #compute(): void {
    const { clock, events, logger, sources, sessionId, intervalMs, redact } = this.#deps
    const nowMs = clock.nowMs()
    this.#computedMonotonicMs = clock.monotonicMs()
    try {
      this.#current = computeSnapshot(sources, { nowMs, sessionId, intervalMs, redact })
    } catch (error) {
      logger.error('the snapshot could not be computed', { error: String(error) })
      return
    }
    this.#computedAtMs = nowMs
    this.#unwritten = this.#current
    events.publish('snapshot.computed', {})
  }

  /** One writer at a time; what was computed meanwhile is written by it as well. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null
    })
    return this.#writing
  }

  async #writeAll(): Promise<void> {
    while (this.#unwritten !== null) {
      const snapshot = this.#unwritten
      this.#unwritten = null
      await this.#deps.file.write(snapshot)
    }
  }

  #showsOther(probeId: string): boolean {
    return this.#current?.service_health[probeId] !== publishedStatus(this.#deps.statusOf(probeId))
  }

  #showsOtherErrors(): boolean {
    return this.#deps.sources.errors().count !== this.#current?.daemon_health.recent_error_count_5min
  }
}
