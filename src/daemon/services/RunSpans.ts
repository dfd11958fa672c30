import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { LateWrites } from './LateWrites.ts'

/** When Kora was running: what was not watched is drawn as a gap, and a forecast counts only the hours it knows. */
export class RunSpans {
  readonly #store: Store
  readonly #late: LateWrites
  readonly #clock: Clock
  readonly #bootId: string
  #span: number | null = null
  #heardAtMs = 0

  constructor(deps: { store: Store; late: LateWrites; clock: Clock; bootId: string }) {
    this.#store = deps.store
    this.#late = deps.late
    this.#clock = deps.clock
    this.#bootId = deps.bootId
  }

  start(): void {
    this.#late.write(() => this.#store.spans.closeOpen(null))
    this.#begin()
  }

  /** Called once a minute: a crash loses at most that much of the record. */
  tick(): void {
    const nowMs = this.#clock.nowMs()
    const span = this.#span
    if (span === null) return this.#begin()
    // A clock that was set back must not shorten what was already covered.
    if (nowMs < this.#heardAtMs) return this.woke()
    this.#heardAtMs = nowMs
    this.#late.write(() => this.#store.spans.extend(span, nowMs), { key: 'spans' })
  }

  /** The machine slept, or the clock was set back: the span ended when it was last heard of. */
  woke(): void {
    this.#end('suspend', this.#heardAtMs)
    this.#begin()
  }

  stop(): void {
    this.#end('clean_stop', Math.max(this.#heardAtMs, this.#clock.nowMs()))
  }

  #begin(): void {
    this.#heardAtMs = this.#clock.nowMs()
    const fromMs = this.#heardAtMs
    let span = 0
    const begin = (): void => {
      span = this.#store.spans.begin(this.#bootId, fromMs)
    }
    this.#late.write(begin, { written: () => (this.#span = span) })
  }

  #end(by: 'clean_stop' | 'suspend', atMs: number): void {
    const span = this.#span
    this.#span = null
    if (span !== null) this.#late.write(() => this.#store.spans.end(span, atMs, by))
  }
}
