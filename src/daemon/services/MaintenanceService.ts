import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { LateWrites } from './LateWrites.ts'
import type { Scheduler } from './Scheduler.ts'
import type { SettingsService } from './SettingsService.ts'

const dayMs = 86_400_000

/** Keeps history in bounds: group commits, five-minute rollups, retention. */
export class MaintenanceService {
  readonly #store: Store
  readonly #late: LateWrites
  readonly #clock: Clock
  readonly #settings: SettingsService

  constructor(deps: { store: Store; late: LateWrites; clock: Clock; settings: SettingsService }) {
    this.#store = deps.store
    this.#late = deps.late
    this.#clock = deps.clock
    this.#settings = deps.settings
  }

  register(scheduler: Scheduler): void {
    scheduler.add({
      name: 'observations.flush',
      intervalMs: 1_000,
      timeoutMs: 30_000,
      firstDelayMs: 1_000,
      run: async () => this.flush(),
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
   * Writes the samples of the last second, and what had to wait for a store that refused.
   * @throws KoraError when it refuses still
   */
  flush(): void {
    this.#late.look()
    if (this.#late.refusal) throw this.#late.refusal
    if (this.#store.observations.buffered > 0) this.#late.require(() => undefined)
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
    this.#store.transaction(() => this.#store.audit.prune(nowMs - auditDays * dayMs))
  }
}

/** Lets waiting calls and checks run between two slices of the main process. */
function yieldToOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
