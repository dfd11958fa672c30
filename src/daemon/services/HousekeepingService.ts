import type { AuditRow } from '../../domain/audit.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { LateWrites } from './LateWrites.ts'
import type { Scheduler } from './Scheduler.ts'
import type { SettingsService } from './SettingsService.ts'

const dayMs = 86_400_000
/** What was shown: visits of places, and the inbox. */
const seenDays = 90
/** Records of each source that the index of History takes in at once: about 3 ms. */
const indexedAtOnce = 64

/** Keeps history in order and in bounds: group commits, the index, five-minute rollups, retention. */
export class HousekeepingService {
  readonly #store: Store
  readonly #late: LateWrites
  readonly #clock: Clock
  readonly #events: Events
  readonly #settings: SettingsService

  constructor(deps: { store: Store; late: LateWrites; clock: Clock; events: Events; settings: SettingsService }) {
    this.#store = deps.store
    this.#late = deps.late
    this.#events = deps.events
    this.#clock = deps.clock
    this.#settings = deps.settings
  }

  register(scheduler: Scheduler): void {
    scheduler.add({
      name: 'observations.flush',
      intervalMs: 1_000,
      timeoutMs: 30_000,
      firstDelayMs: 1_000,
      run: (signal) => this.flush(signal),
    })
    scheduler.add({
      name: 'observations.rollup',
      intervalMs: 300_000,
      timeoutMs: 120_000,
      run: async (signal) => this.rollup(signal),
    })
    scheduler.add({
      name: 'history.retention',
      intervalMs: 3_600_000,
      timeoutMs: 600_000,
      firstDelayMs: 60_000,
      run: async (signal) => this.retain(signal),
    })
  }

  /**
   * Writes the samples of the last second, what had to wait for a store that refused, and what follows its sources: the
   * sums of the ledger and the index of History, which after an update may have a whole log to catch up with.
   * @throws KoraError when the store refuses still
   */
  async flush(signal: AbortSignal): Promise<void> {
    this.#late.look()
    if (this.#late.refusal) throw this.#late.refusal
    this.#late.require(() => this.#store.ledger.catchUp())
    this.#store.tidy()
    while (this.#index() && !signal.aborted) await yieldToOthers()
  }

  /** Rolls up every closed bucket, a slice at a time. */
  async rollup(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#store.observations.rollup(this.#clock.nowMs()) > 0) await yieldToOthers()
  }

  /** Deletes what is past its keep, a slice at a time. */
  async retain(signal: AbortSignal): Promise<void> {
    const { rawHours, rollupDays, auditDays } = this.#settings.get().retention
    const nowMs = this.#clock.nowMs()
    const before = { rawBeforeMs: nowMs - rawHours * 3_600_000, rollupBeforeMs: nowMs - rollupDays * dayMs }
    let removed: number
    do {
      const { raw, rollups } = this.#store.observations.prune(before)
      removed = raw + rollups
      await yieldToOthers()
    } while (removed > 0 && !signal.aborted)
    const oldMs = nowMs - auditDays * dayMs
    this.#store.transaction(() => {
      this.#store.audit.prune(oldMs)
      this.#store.inbox.prune(nowMs - seenDays * dayMs)
      this.#store.views.prune(nowMs - seenDays * dayMs)
    })
    while (!signal.aborted && this.#store.history.prune(oldMs) > 0) await yieldToOthers()
    while (!signal.aborted && this.#store.alerts.prune(oldMs) > 0) await yieldToOthers()
  }

  /** One step, apart from the samples: what cannot be indexed must not hold them up. @returns whether there may be more */
  #index(): boolean {
    let audit: readonly AuditRow[] = []
    let indexed = 0
    this.#late.require(() => {
      ;({ audit, indexed } = this.#store.history.advance(indexedAtOnce))
    })
    if (indexed > 0) this.#events.publish('history.grew', { audit })
    return indexed >= indexedAtOnce
  }
}

/** Lets waiting calls and checks run between two slices of the main process. */
function yieldToOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
