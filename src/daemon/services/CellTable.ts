import type { CellKey, CellSums, LedgerCell, LedgerRow } from '../../domain/ledger.ts'

type Sums = { -readonly [Field in keyof LedgerCell]: LedgerCell[Field] }

/** A later price: the call stays one call, and has a price now. */
interface Repriced {
  readonly costNanoUsd: number
  readonly poolDeltaNanoUsd: number
}

const nothing: CellSums = {
  calls: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheCreationTokens: 0,
  costNanoUsd: 0,
  poolNanoUsd: 0,
  unpriced: 0,
  savedNanoUsd: 0,
}

/** Sums of calls by cell, kept up to date in place. Integers throughout: what is taken out again leaves nothing behind. */
export class CellTable {
  readonly #cells = new Map<string, Sums>()

  constructor(cells: readonly LedgerCell[] = []) {
    for (const cell of cells) this.add(cell)
  }

  add(cell: LedgerCell): void {
    this.#change(cell, 1)
  }

  /** Takes out what was added before. */
  subtract(cell: LedgerCell): void {
    this.#change(cell, -1)
  }

  reprice(row: Pick<LedgerRow, keyof CellKey>, { costNanoUsd, poolDeltaNanoUsd }: Repriced): void {
    const cell = this.#cells.get(keyOf(row))
    if (!cell) return
    cell.costNanoUsd += costNanoUsd
    cell.poolNanoUsd += poolDeltaNanoUsd
    cell.unpriced -= 1
  }

  /** Copies; changing them changes nothing here. */
  list(): LedgerCell[] {
    return [...this.#cells.values()].map((cell) => ({ ...cell }))
  }

  #change(by: LedgerCell, sign: 1 | -1): void {
    const key = keyOf(by)
    const cell = this.#cells.get(key) ?? this.#open(key, by)
    cell.calls += sign * by.calls
    cell.inputTokens += sign * by.inputTokens
    cell.outputTokens += sign * by.outputTokens
    cell.cacheReadTokens += sign * by.cacheReadTokens
    cell.cacheCreationTokens += sign * by.cacheCreationTokens
    cell.costNanoUsd += sign * by.costNanoUsd
    cell.poolNanoUsd += sign * by.poolNanoUsd
    cell.unpriced += sign * by.unpriced
    cell.savedNanoUsd += sign * by.savedNanoUsd
    if (cell.calls === 0) this.#cells.delete(key)
  }

  #open(key: string, { route, model, escalated, reason, clampedSignal }: CellKey): Sums {
    const cell = { route, model, escalated, reason, clampedSignal, ...nothing }
    this.#cells.set(key, cell)
    return cell
  }
}

function keyOf({ route, model, escalated, reason, clampedSignal }: Pick<LedgerRow, keyof CellKey>): string {
  return `${route}\0${model}\0${escalated ? 1 : 0}\0${reason ?? ''}\0${clampedSignal ?? ''}`
}
