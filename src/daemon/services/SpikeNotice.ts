import type { SpendState } from '../../contract/spend.ts'
import { formatTotal } from '../../domain/money.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { NewId } from './ids.ts'
import type { OutboxBook } from './OutboxBook.ts'
import { outboxRow, payload } from './wakeRows.ts'

const toldKey = 'budget.spike_told'
/** A loop that goes on is one piece of news. */
const againAfterMs = 86_400_000

interface Deps {
  readonly store: Store
  readonly book: OutboxBook
  readonly clock: Clock
  readonly events: Events
  readonly newId: NewId
}

/** Tells natively, once a day at most, that the last hour's pace would empty the pool within a day. */
export class SpikeNotice {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  look(spike: SpendState['spike']): void {
    if (spike === null) return
    const { store, book, clock, events, newId } = this.#deps
    const nowMs = clock.nowMs()
    const told = store.settings.get(toldKey)
    // A clock that was set back must not silence it for good.
    if (typeof told === 'number' && told <= nowMs && nowMs - told < againAfterMs) return
    const hours = Math.max(1, Math.round((spike.emptyAtMs - nowMs) / 3_600_000))
    const text = `${formatTotal(spike.hourNanoUsd, { estimate: true })} in the last hour: the pool is empty in about ${hours} h at that pace.`
    const notice = outboxRow(newId, nowMs, {
      channel: 'native',
      kind: 'budget',
      payload: payload('Model calls cost unusually much', text, {
        severity: 'warning',
        tag: 'budget:spike',
        silent: false,
        route: '/spend',
      }),
    })
    book.save([notice], () => store.settings.set(toldKey, nowMs))
    events.publish('outbox.added', {})
  }
}
