import type { ViewRecord } from '../../contract/views.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { LateWrites } from './LateWrites.ts'

/** Which places are visited: kept here for 90 days, seen by nobody else, erased on demand. */
export class ViewService {
  readonly #store: Store
  readonly #late: LateWrites
  readonly #clock: Clock

  constructor(deps: { store: Store; late: LateWrites; clock: Clock }) {
    this.#store = deps.store
    this.#late = deps.late
    this.#clock = deps.clock
  }

  /** @throws KoraError bad_input for a visit that ends before it began */
  record(visit: ViewRecord): void {
    if (visit.leftAtMs < visit.enteredAtMs) {
      throw new KoraError('bad_input', 'A visit cannot end before it began.', { view: visit.view })
    }
    this.#late.require(() => this.#store.views.add(visit))
  }

  /** A program says that a place was shown; it never fails for it (daemon specification, 8). */
  panelView(view: string, windowId: string): { ok: true; warning?: 'write_failed' } {
    const nowMs = this.#clock.nowMs()
    try {
      this.record({ view, enteredAtMs: nowMs, leftAtMs: nowMs, via: 'link', windowId })
      return { ok: true }
    } catch {
      // LateWrites has told of the store that refuses.
      return { ok: true, warning: 'write_failed' }
    }
  }

  usage() {
    return this.#store.views.usage()
  }

  /** Newest first. */
  list({ before = Number.MAX_SAFE_INTEGER, limit }: { before?: number | undefined; limit: number }): ViewRecord[] {
    return this.#store.views.list(before, limit)
  }

  erase(): { erased: number } {
    let erased = 0
    this.#late.require(() => {
      erased = this.#store.views.erase()
      this.#store.audit.append({ seam: 'views.erased', source: 'operator', details: { erased } }, this.#clock.nowMs())
    })
    return { erased }
  }
}
