import type { OutboxRow } from '../src/domain/incident.ts'
import { OutboxRepository } from '../src/daemon/store/OutboxRepository.ts'
import { Store } from '../src/daemon/store/Store.ts'

/** Puts a function around a method of the product, where it keeps no time of what is measured. */
export function wrap<Of, Name extends keyof Of>(of: Of, name: Name, around: (original: Of[Name]) => Of[Name]): void {
  of[name] = around(of[name])
}

/** When the transaction that queued a message returned, by the message's id, from now on. */
export function noteCommits(wanted: (row: OutboxRow) => boolean): ReadonlyMap<string, number> {
  const committedAt = new Map<string, number>()
  const queued: string[] = []
  let depth = 0
  wrap(OutboxRepository.prototype, 'insert', (insert) => {
    return function (this: OutboxRepository, row) {
      if (wanted(row)) queued.push(row.id)
      insert.call(this, row)
    }
  })
  wrap(Store.prototype, 'transaction', (transaction) => {
    return function <T>(this: Store, run: () => T): T {
      depth++
      try {
        return transaction.call(this, run) as T
      } finally {
        if (--depth === 0) for (const id of queued.splice(0)) committedAt.set(id, performance.now())
      }
    }
  })
  return committedAt
}
