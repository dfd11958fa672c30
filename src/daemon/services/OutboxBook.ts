import type { Channel, OutboxRow } from '../../domain/incident.ts'
import type { Store } from '../store/Store.ts'
import type { LateWrites } from './LateWrites.ts'

/** The outbox: the store's rows, and over them the newer ones that the store has not taken yet. */
export class OutboxBook {
  readonly #store: Store
  readonly #late: LateWrites
  readonly #newer = new Map<string, OutboxRow>()

  constructor(deps: { store: Store; late: LateWrites }) {
    this.#store = deps.store
    this.#late = deps.late
  }

  get(id: string): OutboxRow | null {
    return this.#newer.get(id) ?? this.#store.outbox.get(id)
  }

  /** In the order in which they were made. */
  byIncident(incidentId: string): OutboxRow[] {
    return this.#merged(this.#store.outbox.byIncident(incidentId), (row) => row.incidentId === incidentId)
  }

  /** Pending and sending, in the order in which they were made. */
  unsettled(channel: Channel): OutboxRow[] {
    const open = (row: OutboxRow): boolean => row.state === 'pending' || row.state === 'sending'
    return this.#merged(this.#store.outbox.unsettled(channel), (row) => row.channel === channel).filter(open)
  }

  /**
   * Saves rows, new or changed, and what belongs to the same step. What the store refuses counts all the same.
   * @param also SQL only; may run a second time
   * @returns false when the store has yet to take them
   */
  save(rows: readonly OutboxRow[], also: () => void = () => undefined): boolean {
    const write = (): void => {
      for (const row of rows) this.put(row)
      also()
    }
    // Rows that wait for the store already must not be overtaken by an older version of themselves.
    const taken = this.#late.write(write, { written: () => this.taken(rows) })
    if (!taken) this.remember(rows)
    return taken
  }

  /** Inside the caller's step: inserts the row, or saves it over the one that is there. */
  put(row: OutboxRow): void {
    if (this.#store.outbox.get(row.id)) this.#store.outbox.save(row)
    else this.#store.outbox.insert(row)
  }

  /** These rows are to be sent although the store did not take the step that made them. */
  remember(rows: readonly OutboxRow[]): void {
    for (const row of rows) this.#newer.set(row.id, row)
  }

  /** The store has these versions now. */
  taken(rows: readonly OutboxRow[]): void {
    for (const row of rows) if (this.#newer.get(row.id) === row) this.#newer.delete(row.id)
  }

  #merged(stored: readonly OutboxRow[], wanted: (row: OutboxRow) => boolean): OutboxRow[] {
    if (this.#newer.size === 0) return [...stored]
    const known = new Set(stored.map((row) => row.id))
    const fresh = [...this.#newer.values()].filter((row) => !known.has(row.id) && wanted(row))
    return [...stored.map((row) => this.#newer.get(row.id) ?? row), ...fresh]
  }
}
