import type { ActivityItem } from '../../contract/state.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import { activityItem, activitySeams } from './activity.ts'
import type { Events } from './Events.ts'

const looksKey = 'now.looks'
/** Looks closer together than this belong to one visit. */
const visitGapMs = 300_000
const maxItems = 60
const defaultSpanMs = 86_400_000

/** What happened since the operator last had Now in front of them. */
export class ActivityService {
  readonly #store: Store
  readonly #clock: Clock
  readonly #events: Events
  readonly #title: (probeId: string) => string

  constructor(deps: { store: Store; clock: Clock; events: Events; title: (probeId: string) => string }) {
    this.#store = deps.store
    this.#clock = deps.clock
    this.#events = deps.events
    this.#title = deps.title
  }

  /** The end of the visit before this one, epoch ms; null on the first. */
  lastLookedAtMs(): number | null {
    return this.#looks().beforeMs
  }

  /** Now is in front of the operator; called when it opens and once a minute while it is visible. */
  looked(): void {
    const { beforeMs, lastMs } = this.#looks()
    const nowMs = this.#clock.nowMs()
    const newVisit = lastMs !== null && nowMs - lastMs > visitGapMs
    const next = { beforeMs: newVisit ? lastMs : beforeMs, lastMs: nowMs }
    this.#store.transaction(() => this.#store.settings.set(looksKey, next))
    if (newVisit) this.#events.publish('activity.changed', {})
  }

  /** Newest first. */
  list(): ActivityItem[] {
    const sinceMs = this.lastLookedAtMs() ?? this.#clock.nowMs() - defaultSpanMs
    return this.#store.audit
      .list({ sinceMs, limit: 500 })
      .filter((row) => activitySeams.has(row.seam))
      .flatMap((row) => activityItem(row, this.#title) ?? [])
      .slice(0, maxItems)
  }

  #looks(): { beforeMs: number | null; lastMs: number | null } {
    const stored = this.#store.settings.get(looksKey)
    if (typeof stored !== 'object' || stored === null) return { beforeMs: null, lastMs: null }
    const { beforeMs, lastMs } = stored as { beforeMs?: unknown; lastMs?: unknown }
    return {
      beforeMs: typeof beforeMs === 'number' ? beforeMs : null,
      lastMs: typeof lastMs === 'number' ? lastMs : null,
    }
  }
}
