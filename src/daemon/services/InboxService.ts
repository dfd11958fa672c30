import type { InboxItem, InboxView } from '../../contract/alerts.ts'
import type { OutboxRow } from '../../domain/incident.ts'
import type { Clock } from '../platform/clock.ts'
import type { StoredInboxItem } from '../store/InboxRepository.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { NewId } from './ids.ts'
import type { LateWrites } from './LateWrites.ts'

const shown = 50
/** Failures that are no news: the operator chose them, or it is about this moment alone. */
const notMissed: ReadonlySet<string> = new Set(['switched_off'])

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly clock: Clock
  readonly events: Events
  readonly newId: NewId
  /** Whether messages reach the operator elsewhere. */
  readonly reachedElsewhere: () => boolean
}

/** What Kora would have mailed, and what it said where nobody could see it. */
export class InboxService {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** An item for whoever writes it with the step it belongs to; `changed` follows the step. */
  item(
    kind: InboxItem['kind'],
    content: Pick<StoredInboxItem, 'severity' | 'title' | 'text' | 'route' | 'subject'>,
  ): StoredInboxItem {
    const { newId, clock } = this.#deps
    return { id: newId('inb_'), atMs: clock.nowMs(), kind, readAtMs: null, ...content }
  }

  /** A notification that could not be shown, kept unless the operator hears of it by another way. */
  missed(row: OutboxRow): void {
    const { store, late, reachedElsewhere } = this.#deps
    if (row.channel !== 'native' || row.state !== 'failed' || row.kind === 'test') return
    if (notMissed.has(row.failure ?? '') || reachedElsewhere()) return
    const { title, text, severity, route, tag } = row.payload
    const item = this.item('missed', { severity, title, text, route, subject: tag })
    late.write(() => store.inbox.add(item), { written: () => this.changed() })
  }

  changed(): void {
    this.#deps.events.publish('inbox.changed', {})
  }

  /** Newest first. @param beforeMs exclusive */
  view(beforeMs = Number.MAX_SAFE_INTEGER, limit = shown): InboxView {
    const { inbox } = this.#deps.store
    return { unread: inbox.unread(), items: inbox.list(beforeMs, limit) }
  }

  /** @param ids null stands for all */
  markRead(ids: readonly string[] | null): void {
    const { store, late, clock } = this.#deps
    late.require(() => store.inbox.markRead(ids, clock.nowMs()))
    this.changed()
  }
}
