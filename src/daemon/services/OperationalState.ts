import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Store } from '../store/Store.ts'
import type { LateWrites } from './LateWrites.ts'

export const pauseReasons = ['cost', 'operator'] as const
export type PauseReason = (typeof pauseReasons)[number]

const key = 'operational.state'

/** Whether Kora may think, and why not. Kept across restarts; paused while any reason is left. */
export class OperationalState {
  readonly #store: Store
  readonly #late: LateWrites
  readonly #clock: Clock
  readonly #logger: Logger
  #reasons: readonly PauseReason[] = []

  constructor(deps: { store: Store; late: LateWrites; clock: Clock; logger: Logger }) {
    this.#store = deps.store
    this.#late = deps.late
    this.#clock = deps.clock
    this.#logger = deps.logger
  }

  /** Takes up what an earlier process left. */
  start(): void {
    const stored = this.#store.settings.get(key)
    const { reasons } = (typeof stored === 'object' && stored !== null ? stored : {}) as { reasons?: unknown }
    this.#reasons = Array.isArray(reasons) ? pauseReasons.filter((reason) => reasons.includes(reason)) : []
  }

  get primary(): 'ready' | 'paused' {
    return this.#reasons.length > 0 ? 'paused' : 'ready'
  }

  get reasons(): readonly PauseReason[] {
    return this.#reasons
  }

  /** @param trigger what led to it, for the record */
  pause(reason: PauseReason, trigger: string): void {
    if (!this.#reasons.includes(reason)) this.#change([...this.#reasons, reason], trigger)
  }

  /** Takes one reason away and leaves the others. @returns whether it was there */
  resume(reason: PauseReason, trigger: string): boolean {
    if (!this.#reasons.includes(reason)) return false
    this.#change(
      this.#reasons.filter((other) => other !== reason),
      trigger,
    )
    return true
  }

  #change(reasons: readonly PauseReason[], trigger: string): void {
    const from = this.primary
    this.#reasons = reasons
    const nowMs = this.#clock.nowMs()
    const details = { from, to: this.primary, reasons: [...reasons], trigger }
    this.#logger.info('operational state', details)
    this.#late.write(() => {
      this.#store.settings.set(key, { reasons })
      this.#store.audit.append({ seam: 'operational_state.changed', details }, nowMs)
    })
  }
}
