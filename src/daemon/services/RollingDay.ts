import { cellOf, type LedgerCall } from '../../domain/costTelemetry.ts'
import type { Correction, LedgerCell, LedgerRow } from '../../domain/ledger.ts'
import { CellTable } from './CellTable.ts'

/** What the window reads of the ledger, already for one account. */
export interface CallSource {
  /** Sums of all calls since then, inclusive. */
  cellsSince(sinceMs: number): LedgerCell[]
  /** Calls one by one, oldest first; `toMs` exclusive. */
  callsBetween(fromMs: number, toMs: number): LedgerCall[]
}

interface Loaded {
  /** Everything at or after this moment is in `cells`. */
  edgeMs: number
  /** Calls from here on are in `cells` as sums only. */
  readonly headEndMs: number
  /** Calls before `headEndMs`, oldest first, and how many of them have left. */
  readonly head: readonly LedgerCall[]
  left: number
  readonly cells: CellTable
}

const hourMs = 3_600_000

/**
 * Sums of all calls at or after an edge that moves on with time, exact to the millisecond. The calls of the hour that is
 * leaving are held one by one, the rest as sums: 50,000 calls a day are some 2,000 calls in memory, and the ledger is
 * read once an hour. A moment outside that hour (a clock set back or forward, a long sleep) reads it anew.
 */
export class RollingDay {
  readonly #source: CallSource
  #loaded: Loaded | null = null

  constructor(source: CallSource) {
    this.#source = source
  }

  /** Counts a row that the ledger has just taken. */
  add(row: LedgerRow): void {
    const loaded = this.#touched(row.atMs)
    if (loaded) loaded.cells.add(cellOf(row))
  }

  reprice(row: LedgerRow, correction: Correction): void {
    const loaded = this.#touched(row.atMs)
    if (loaded) loaded.cells.reprice(row, correction)
  }

  /** @param edgeMs inclusive */
  since(edgeMs: number): LedgerCell[] {
    const loaded = this.#covers(edgeMs) ?? this.#load(edgeMs)
    loaded.edgeMs = edgeMs
    for (let call = loaded.head[loaded.left]; call && call.atMs < edgeMs; call = loaded.head[loaded.left]) {
      loaded.cells.subtract(call)
      loaded.left += 1
    }
    return loaded.cells.list()
  }

  /** The sums to change for something at that moment; a change among the calls held one by one is read from the ledger. */
  #touched(atMs: number): Loaded | null {
    const loaded = this.#loaded
    if (loaded === null || atMs < loaded.edgeMs) return null
    if (atMs >= loaded.headEndMs) return loaded
    this.#loaded = null
    return null
  }

  #covers(edgeMs: number): Loaded | null {
    const loaded = this.#loaded
    return loaded !== null && loaded.edgeMs <= edgeMs && edgeMs < loaded.headEndMs ? loaded : null
  }

  #load(edgeMs: number): Loaded {
    this.#loaded = null
    const headEndMs = (Math.floor(edgeMs / hourMs) + 1) * hourMs
    const cells = new CellTable(this.#source.cellsSince(headEndMs))
    const head = this.#source.callsBetween(edgeMs, headEndMs)
    for (const call of head) cells.add(call)
    const loaded = { edgeMs, headEndMs, head, left: 0, cells }
    this.#loaded = loaded
    return loaded
  }
}
