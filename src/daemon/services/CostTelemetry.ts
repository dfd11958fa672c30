import type { SpendWindow } from '../../contract/spend.ts'
import { cellOf } from '../../domain/costTelemetry.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Correction, LedgerCell, LedgerRow } from '../../domain/ledger.ts'
import type { Clock } from '../platform/clock.ts'
import type { LedgerRepository } from '../store/LedgerRepository.ts'
import { CellTable } from './CellTable.ts'
import { RollingDay } from './RollingDay.ts'

/** The reads of the ledger from which the windows are rebuilt. */
export type TelemetryLedger = Pick<LedgerRepository, 'periodCells' | 'cellsSince' | 'callsBetween'>

/** Windows of one account; each is read from the ledger when it is first asked for. */
interface Windows {
  readonly account: string
  periodMs: number
  month: CellTable | null
  /** The UTC day that was last asked for. */
  day: { readonly startMs: number; readonly cells: CellTable } | null
  readonly rolling: RollingDay
}

const dayMs = 86_400_000

/**
 * What was called and spent in each window, kept in memory and rebuilt from the ledger, which alone is the truth. Each
 * window is a question about timestamps; none is ever reset. What is stamped after now, since the clock was set back,
 * counts as now.
 */
export class CostTelemetry {
  readonly #ledger: TelemetryLedger
  readonly #clock: Clock
  readonly #processId: string
  readonly #process = new CellTable()
  #windows: Windows | null = null

  constructor(deps: { ledger: TelemetryLedger; clock: Clock; processId: string }) {
    this.#ledger = deps.ledger
    this.#clock = deps.clock
    this.#processId = deps.processId
  }

  /**
   * Forgets every window but the life of this process; each is read from the ledger when it is next asked for.
   * @param of.periodMs start of the billing period, whose calls are `monthly`
   * @param of.account calls billed to another one are in `process_lifetime` alone
   */
  hydrate({ periodMs, account }: { periodMs: number; account: string }): void {
    const rolling = new RollingDay({
      cellsSince: (sinceMs) => this.#ledger.cellsSince(sinceMs, account),
      callsBetween: (fromMs, toMs) => this.#ledger.callsBetween(fromMs, toMs, account),
    })
    this.#windows = { account, periodMs, month: null, day: null, rolling }
  }

  /**
   * Counts a row right after the ledger took it, in the same turn; a duplicate must not come here. Asks nothing of the
   * ledger and never throws.
   */
  add(row: LedgerRow): void {
    const cell = cellOf(row)
    for (const table of this.#tablesOf(row)) table.add(cell)
    this.#rollingOf(row)?.add(row)
  }

  /** The same for the price a row got later: it counts where the row's call counts. */
  correct(row: LedgerRow, correction: Correction): void {
    for (const table of this.#tablesOf(row)) table.reprice(row, correction)
    this.#rollingOf(row)?.reprice(row, correction)
  }

  /**
   * Sums of the calls of a window, as copies: `rolling_24h` the last 86,400 s (a call leaves it a millisecond after they
   * have passed), `today` the UTC day, `monthly` the billing period, `process_lifetime` the calls of this process.
   * @throws KoraError internal before `hydrate`; of the store when a window has to be read and cannot be, which
   * `rolling_24h` has to be once an hour
   */
  cells(window: SpendWindow): LedgerCell[] {
    if (window === 'process_lifetime') return this.#process.list()
    const windows = this.#windows
    if (windows === null) throw new KoraError('internal', 'What was spent is not known yet: the ledger was not read.')
    if (window === 'monthly') return this.#month(windows).list()
    const nowMs = this.#clock.nowMs()
    return window === 'today' ? this.#today(windows, nowMs).list() : windows.rolling.since(nowMs - dayMs)
  }

  #month(windows: Windows): CellTable {
    windows.month ??= new CellTable(this.#ledger.periodCells(windows.periodMs, windows.account))
    return windows.month
  }

  #today(windows: Windows, nowMs: number): CellTable {
    const startMs = Math.floor(nowMs / dayMs) * dayMs
    if (windows.day?.startMs !== startMs) {
      windows.day = { startMs, cells: new CellTable(this.#ledger.cellsSince(startMs, windows.account)) }
    }
    return windows.day.cells
  }

  /** The sums in memory that a row is part of; a window not read yet will find it in the ledger. */
  #tablesOf(row: LedgerRow): CellTable[] {
    const tables = row.processId === this.#processId ? [this.#process] : []
    const windows = this.#windows
    if (windows === null || row.account !== windows.account) return tables
    if (windows.month !== null && row.periodMs === windows.periodMs) tables.push(windows.month)
    if (windows.day !== null && row.atMs >= windows.day.startMs) tables.push(windows.day.cells)
    return tables
  }

  #rollingOf(row: LedgerRow): RollingDay | null {
    return row.account === this.#windows?.account ? this.#windows.rolling : null
  }
}
