import type { LedgerCall } from '../../domain/costTelemetry.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Correction, LedgerCell, LedgerRow, Reconciliation, Reservation } from '../../domain/ledger.ts'
import type { Connection } from './Connection.ts'
import { callsBetween } from './ledgerCalls.ts'
import { LedgerHours } from './LedgerHours.ts'
import { callsPerMs, seqAt } from './ledgerSeq.ts'
import {
  type BillingPeriod,
  correctionMap,
  ledgerMap,
  periodMap,
  reconciliationMap,
  reservationMap,
} from './ledgerRows.ts'
import type { Row } from './rows.ts'

export type { BillingPeriod }

export interface LedgerSum {
  /** Of the calls that have a price. */
  readonly costNanoUsd: number
  readonly poolChargeNanoUsd: number
  /** Calls without a price of their own. */
  readonly unpriced: number
  readonly calls: number
}

const appendSql = `INSERT INTO ledger (seq, ${ledgerMap.columns}) VALUES (?, ${ledgerMap.marks})
  ON CONFLICT (request_id) DO NOTHING`
/** A row whose report id is its request id is found by that one; the index of the others is empty as a rule. */
const reportedSql = `SELECT 1 AS yes FROM ledger WHERE request_id = @reportId AND report_id = @reportId
    AND source_id = @sourceId
  UNION ALL SELECT 1 FROM ledger INDEXED BY ledger_by_report
    WHERE source_id = @sourceId AND report_id = @reportId AND report_id <> request_id LIMIT 1`
const selectRow = `SELECT ${ledgerMap.columns} FROM ledger`
const reportsApartSql = 'SELECT 1 AS yes FROM ledger INDEXED BY ledger_by_report WHERE report_id <> request_id LIMIT 1'
const rowSql = `${selectRow} WHERE request_id = ?`
const bySubjectSql = `${selectRow} WHERE subject = ? ORDER BY seq`
const unpricedSql = `SELECT seq, ${ledgerMap.columns} FROM ledger INDEXED BY ledger_unpriced
  WHERE cost_nano_usd IS NULL AND seq > ? AND pool_basis <> 'reserved'
  AND NOT EXISTS (SELECT 1 FROM ledger_corrections WHERE request_id = ledger.request_id) ORDER BY seq LIMIT ?`
const newestWithinSql = 'SELECT max(seq) AS seq FROM ledger WHERE seq >= ? AND seq < ?'
const firstSql = 'SELECT at_ms FROM ledger ORDER BY seq LIMIT 1'
const sumSql = `SELECT coalesce(sum(cost_nano_usd), 0) AS costNanoUsd,
  coalesce(sum(pool_charge_nano_usd), 0) AS poolChargeNanoUsd,
  count(*) FILTER (WHERE cost_nano_usd IS NULL) AS unpriced, count(*) AS calls
  FROM ledger WHERE seq >= ?`

const reserveSql = `INSERT INTO reservations (${reservationMap.columns}) VALUES (${reservationMap.marks})`
const releaseSql = 'DELETE FROM reservations WHERE id = ?'
const reservationsSql = `SELECT ${reservationMap.columns} FROM reservations ORDER BY id`

const correctSql = `INSERT INTO ledger_corrections (${correctionMap.columns}) VALUES (${correctionMap.marks})
  ON CONFLICT (request_id) DO NOTHING`
const correctionsSql = `SELECT ${correctionMap.columns} FROM ledger_corrections ORDER BY seq DESC LIMIT ?`

const reconcileSql = `INSERT INTO reconciliations (${reconciliationMap.columns}) VALUES (${reconciliationMap.marks})`
const selectReconciliations = `SELECT ${reconciliationMap.columns} FROM reconciliations`
const reconciliationsSql = `${selectReconciliations} ORDER BY seq DESC`
const reconciliationsOfSql = `${selectReconciliations} WHERE period_ms = ? ORDER BY seq DESC`
const adjustmentsSql = 'SELECT coalesce(sum(adjustment_nano_usd), 0) AS sum FROM reconciliations WHERE period_ms = ?'

const periodSql = `SELECT ${periodMap.columns} FROM billing_periods ORDER BY start_ms DESC LIMIT 1`
const openPeriodSql = `INSERT INTO billing_periods (${periodMap.columns}) VALUES (${periodMap.marks})
  ON CONFLICT (start_ms) DO NOTHING`

/**
 * What was spent, one row a provider call, and what belongs to it: money set aside for calls under way, later prices,
 * the provider's own figures and billing periods. The tables refuse to change or remove what was once recorded.
 * Negative and broken numbers are refused with `bad_input`.
 */
export class LedgerRepository {
  readonly #connection: Connection
  readonly #hours: LedgerHours
  /** Whether any row's report id differs from its request id; null until the first row is written. */
  #reportsApart: boolean | null = null

  constructor(connection: Connection) {
    this.#connection = connection
    this.#hours = new LedgerHours(connection)
  }

  /**
   * A known `requestId`, or a known `reportId` of the same source, is a duplicate: nothing is written.
   * @throws KoraError bad_input, conflict
   */
  append(row: LedgerRow): 'inserted' | 'duplicate' {
    return this.#connection.write(() => {
      // SQLite would take a cost that is no number for one that is unknown.
      if (row.costNanoUsd !== null && !Number.isSafeInteger(row.costNanoUsd)) {
        throw new KoraError('bad_input', 'The cost of a call is not a whole number.', { requestId: row.requestId })
      }
      if (this.#isReported(row)) return 'duplicate'
      const seq = this.#nextSeq(row.atMs)
      if (this.#connection.run(appendSql, seq, ...ledgerMap.values(row)) === 0) return 'duplicate'
      this.#hours.added(seq, row)
      return 'inserted'
    })
  }

  #nextSeq(atMs: number): number {
    const first = seqAt(atMs)
    const newest = this.#newestWithin(first, first + callsPerMs)
    if (newest === null) return first
    if (newest + 1 < first + callsPerMs) return newest + 1
    // More calls than a millisecond holds: a clock that stands still. Counted a moment late rather than not at all.
    return (this.#newestWithin(first, Number.MAX_SAFE_INTEGER) ?? newest) + 1
  }

  #newestWithin(fromSeq: number, toSeq: number): number | null {
    return this.#connection.get<{ seq: number | null }>(newestWithinSql, fromSeq, toSeq)?.seq ?? null
  }

  /** Adds what was written to the sums by hour; called every second. @throws KoraError store_full and the like */
  catchUp(): void {
    this.#hours.catchUp()
  }

  /** Whether the same source reported it under another request id. As a rule there are no such rows, and no look-up. */
  #isReported({ sourceId, reportId, requestId }: LedgerRow): boolean {
    this.#reportsApart ??= this.#connection.get(reportsApartSql) !== undefined
    if (!this.#reportsApart && reportId === requestId) return false
    this.#reportsApart = true
    return this.#connection.get(reportedSql, { sourceId, reportId }) !== undefined
  }

  row(requestId: string): LedgerRow | null {
    const row = this.#connection.get<Row>(rowSql, requestId)
    return row ? ledgerMap.fromRow(row) : null
  }

  /** Oldest first. */
  bySubject(subject: string): LedgerRow[] {
    return this.#connection.all<Row>(bySubjectSql, subject).map(ledgerMap.fromRow)
  }

  /** Rows whose usage is known but that have no price and got none since, oldest first. @param afterSeq exclusive */
  unpriced(afterSeq: number, limit: number): (LedgerRow & { seq: number })[] {
    return this.#connection
      .all<Row & { seq: number }>(unpricedSql, afterSeq, limit)
      .map((row) => ({ ...ledgerMap.fromRow(row), seq: row.seq }))
  }

  /** When the earliest call was made; null while there is none. */
  firstAtMs(): number | null {
    return this.#connection.get<{ at_ms: number }>(firstSql)?.at_ms ?? null
  }

  /** Of the rows as they were written, without corrections. @param sinceMs inclusive */
  sum(sinceMs: number): LedgerSum {
    const none = { costNanoUsd: 0, poolChargeNanoUsd: 0, unpriced: 0, calls: 0 }
    return this.#connection.get<LedgerSum>(sumSql, seqAt(sinceMs)) ?? none
  }

  /** Sums of the calls charged to a billing period, corrections included. */
  periodCells(periodMs: number, account: string): LedgerCell[] {
    return this.#hours.periodCells(periodMs, account)
  }

  /**
   * Sums of the calls made since then, to the millisecond, corrections of those calls included.
   * @param sinceMs inclusive
   */
  cellsSince(sinceMs: number, account: string): LedgerCell[] {
    return this.#hours.cellsSince(sinceMs, account)
  }

  /** The calls of a span one by one, oldest first, corrections included. @param toMs exclusive */
  callsBetween(fromMs: number, toMs: number, account: string): LedgerCall[] {
    return callsBetween(this.#connection, fromMs, toMs, account)
  }

  /** What the pool was charged for the calls made since then, nanodollars. @param sinceMs inclusive */
  chargedSince(sinceMs: number, account: string): number {
    return this.#hours.chargedSince(sinceMs, account)
  }

  /** Sets money aside before a call. @throws KoraError bad_input, conflict when the id is taken */
  reserve(reservation: Reservation): void {
    this.#connection.run(reserveSql, ...reservationMap.values(reservation))
  }

  /** Gives it back. @returns whether it was still set aside */
  release(id: string): boolean {
    return this.#connection.run(releaseSql, id) === 1
  }

  /** What is set aside, oldest first. */
  reservations(): Reservation[] {
    return this.#connection.all<Row>(reservationsSql).map(reservationMap.fromRow)
  }

  /**
   * A call ended: what was set aside for it becomes its row, both or neither. The reservation goes even when the row
   * is a duplicate.
   * @throws KoraError bad_input, conflict
   */
  settle(id: string, row: LedgerRow): 'inserted' | 'duplicate' {
    return this.#connection.write(() => {
      this.#connection.run(releaseSql, id)
      return this.append(row)
    })
  }

  /**
   * Records the price that a row without one got later; a second one for the same row is a duplicate.
   * @throws KoraError not_found for an unknown row; bad_input when the row had a price, when the correction names
   * another call than the row does, or when it would give back more than was charged; conflict when the id is taken
   */
  correct(correction: Correction): 'inserted' | 'duplicate' {
    return this.#connection.write(() => {
      const row = this.row(correction.requestId)
      if (!row) throw new KoraError('not_found', 'There is no such call.', { requestId: correction.requestId })
      checkCorrection(correction, row)
      if (this.#connection.run(correctSql, ...correctionMap.values(correction)) === 0) return 'duplicate'
      this.#hours.correct(row, correction)
      return 'inserted'
    })
  }

  /** Newest first. */
  corrections(limit: number): Correction[] {
    return this.#connection.all<Row>(correctionsSql, limit).map(correctionMap.fromRow)
  }

  /** Records a comparison with the provider's figure. @throws KoraError bad_input, conflict when the id is taken */
  reconcile(reconciliation: Reconciliation): void {
    this.#connection.run(reconcileSql, ...reconciliationMap.values(reconciliation))
  }

  /** Newest first. @param periodMs null for those of all periods */
  reconciliations(periodMs: number | null): Reconciliation[] {
    const rows =
      periodMs === null
        ? this.#connection.all<Row>(reconciliationsSql)
        : this.#connection.all<Row>(reconciliationsOfSql, periodMs)
    return rows.map(reconciliationMap.fromRow)
  }

  /** What reconciliations raised the spending of a period by, nanodollars. */
  adjustments(periodMs: number): number {
    return this.#connection.get<{ sum: number }>(adjustmentsSql, periodMs)?.sum ?? 0
  }

  /** The newest billing period; null before the first was opened. */
  period(): BillingPeriod | null {
    const row = this.#connection.get<Row>(periodSql)
    return row ? periodMap.fromRow(row) : null
  }

  /** Opens a billing period once: one with the same start stays as it is. @throws KoraError bad_input */
  openPeriod(period: BillingPeriod): 'opened' | 'known' {
    return this.#connection.run(openPeriodSql, ...periodMap.values(period)) === 1 ? 'opened' : 'known'
  }
}

function checkCorrection(correction: Correction, row: LedgerRow): void {
  const { callAtMs, periodMs, route, model, poolDeltaNanoUsd } = correction
  const same = row.atMs === callAtMs && row.periodMs === periodMs && row.route === route && row.model === model
  if (!same) throw new KoraError('bad_input', 'The correction names another call.', { requestId: row.requestId })
  if (row.costNanoUsd !== null) throw new KoraError('bad_input', 'The call has a price.', { requestId: row.requestId })
  if (row.poolChargeNanoUsd + poolDeltaNanoUsd < 0) {
    throw new KoraError('bad_input', 'More is given back than was charged.', {
      requestId: row.requestId,
      poolDeltaNanoUsd,
    })
  }
}
