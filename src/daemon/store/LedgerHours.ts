import type { Correction, LedgerCell, LedgerRow } from '../../domain/ledger.ts'
import type { Connection } from './Connection.ts'
import { seqAt } from './ledgerSeq.ts'

export const hourMs = 3_600_000

const key = 'period_ms, hour_ms, account, route, model, escalated, reason, clamped_signal'
const addends = [
  'calls',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_creation_tokens',
  'cost_nano_usd',
  'pool_nano_usd',
  'unpriced',
  'saved_nano_usd',
]

const columns = `${key}, ${addends.join(', ')}`
const add = `ON CONFLICT (${key}) DO UPDATE SET
  ${addends.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`
const addSql = `INSERT INTO ledger_hours (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ${add}`
const catchUpSql = `INSERT INTO ledger_hours (${columns})
  SELECT ${key}, ${addends.map((name) => `sum(${name})`).join(', ')} FROM ledger_tail WHERE true GROUP BY ${key} ${add}`
const newestSql = 'SELECT coalesce(max(seq), 0) AS seq FROM ledger'
const uptoSql = 'SELECT seq FROM ledger_hours_upto'
const setUptoSql = 'UPDATE ledger_hours_upto SET seq = ?'

/**
 * Every period there is. The hours lie by period first, so that a month is one stretch; a clock set back, or a period
 * that begins on another day, leaves hours in a period one would not look in, so that a span asks each of them.
 */
export const periodsSql = `WITH RECURSIVE periods (period) AS (
    SELECT min(period_ms) FROM ledger_hours
    UNION ALL
    SELECT (SELECT min(period_ms) FROM ledger_hours WHERE period_ms > period) FROM periods WHERE period IS NOT NULL
  )`

const cell = 'route, model, escalated, reason, clamped_signal'
const cellSums = `route, model, escalated, reason, clamped_signal AS clampedSignal, sum(calls) AS calls,
  sum(input_tokens) AS inputTokens, sum(output_tokens) AS outputTokens, sum(cache_read_tokens) AS cacheReadTokens,
  sum(cache_creation_tokens) AS cacheCreationTokens, sum(cost_nano_usd) AS costNanoUsd,
  sum(pool_nano_usd) AS poolNanoUsd, sum(unpriced) AS unpriced, sum(saved_nano_usd) AS savedNanoUsd`
const periodSql = `SELECT ${cellSums} FROM (
    SELECT * FROM ledger_hours WHERE period_ms = @periodMs AND account = @account
    UNION ALL SELECT * FROM ledger_tail WHERE period_ms = @periodMs AND account = @account
  ) GROUP BY ${cell}`
const sinceSql = `${periodsSql}
  SELECT ${cellSums} FROM (
    SELECT h.* FROM periods CROSS JOIN ledger_hours AS h ON h.period_ms = period
      WHERE h.hour_ms >= @wholeMs AND h.account = @account
    UNION ALL
    SELECT * FROM ledger_tail WHERE hour_ms >= @wholeMs AND account = @account
    UNION ALL
    SELECT period_ms, at_ms, account, route, model, escalated, coalesce(reason, ''), coalesce(clamped_signal, ''), 1,
      input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens, coalesce(cost_nano_usd, 0),
      pool_charge_nano_usd, cost_nano_usd IS NULL, saved_nano_usd
      FROM ledger WHERE seq >= @sinceSeq AND seq < @wholeSeq AND account = @account
    UNION ALL
    SELECT l.period_ms, l.at_ms, l.account, l.route, l.model, l.escalated, coalesce(l.reason, ''),
      coalesce(l.clamped_signal, ''), 0, 0, 0, 0, 0, c.cost_nano_usd, c.pool_delta_nano_usd, -1, 0
      FROM ledger_corrections AS c CROSS JOIN ledger AS l ON l.request_id = c.request_id
      WHERE c.call_at_ms >= @sinceMs AND c.call_at_ms < @wholeMs AND l.account = @account
  ) GROUP BY ${cell}`
const chargedSql = `${periodsSql}
  SELECT coalesce((SELECT sum(pool_nano_usd) FROM periods CROSS JOIN ledger_hours AS h ON h.period_ms = period
      WHERE h.hour_ms >= @wholeMs AND h.account = @account), 0)
    + coalesce((SELECT sum(pool_nano_usd) FROM ledger_tail WHERE hour_ms >= @wholeMs AND account = @account), 0)
    + coalesce((SELECT sum(pool_charge_nano_usd) FROM ledger WHERE seq >= @sinceSeq AND seq < @wholeSeq AND account = @account), 0)
    + coalesce((SELECT sum(c.pool_delta_nano_usd) FROM ledger_corrections AS c
      CROSS JOIN ledger AS l ON l.request_id = c.request_id
      WHERE c.call_at_ms >= @sinceMs AND c.call_at_ms < @wholeMs AND l.account = @account), 0) AS charged`

type StoredCell = Omit<LedgerCell, 'escalated'> & { readonly escalated: number }

/** Sums of the ledger by hour, so that a month is added up in milliseconds; what they do not hold yet is added to them. */
export class LedgerHours {
  readonly #connection: Connection
  /** Up to this row the sums hold everything; null until it was read. */
  #upto: number | null = null

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * A new row. As a rule it lies behind everything the sums hold and is left to the next `catchUp`: a call is one row to
   * write, not two. A clock set back puts it before that, where it has to be counted at once.
   */
  added(seq: number, row: LedgerRow): void {
    if (seq > this.#heldUpto()) return
    const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, costNanoUsd } = row
    const unpriced = costNanoUsd === null ? 1 : 0
    const tokens = [inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens]
    const money = [costNanoUsd ?? 0, row.poolChargeNanoUsd, unpriced, row.savedNanoUsd]
    this.#connection.run(addSql, ...keyOf(row), 1, ...tokens, ...money)
  }

  /** Adds up the rows written since the last time. Until then reads take them from the ledger itself. */
  catchUp(): void {
    const newest = this.#connection.get<{ seq: number }>(newestSql)?.seq ?? 0
    if (newest <= this.#heldUpto()) return
    this.#connection.write(() => {
      this.#connection.run(catchUpSql)
      this.#connection.run(setUptoSql, newest)
    })
    this.#upto = newest
  }

  /** Counts the price that a row without one got later, where the row counts. */
  correct(row: LedgerRow, { costNanoUsd, poolDeltaNanoUsd }: Correction): void {
    this.#connection.run(addSql, ...keyOf(row), 0, 0, 0, 0, 0, costNanoUsd, poolDeltaNanoUsd, -1, 0)
  }

  periodCells(periodMs: number, account: string): LedgerCell[] {
    return this.#connection.all<StoredCell>(periodSql, { periodMs, account }).map(toCell)
  }

  /** Whole hours from the sums, the hour that is cut from the rows. */
  cellsSince(sinceMs: number, account: string): LedgerCell[] {
    return this.#connection.all<StoredCell>(sinceSql, span(sinceMs, account)).map(toCell)
  }

  chargedSince(sinceMs: number, account: string): number {
    return this.#connection.get<{ charged: number }>(chargedSql, span(sinceMs, account))?.charged ?? 0
  }

  #heldUpto(): number {
    this.#upto ??= this.#connection.get<{ seq: number }>(uptoSql)?.seq ?? 0
    return this.#upto
  }
}

function keyOf(row: LedgerRow): unknown[] {
  const hour = Math.floor(row.atMs / hourMs) * hourMs
  const { periodMs, account, route, model, escalated, reason, clampedSignal } = row
  return [periodMs, hour, account, route, model, escalated ? 1 : 0, reason ?? '', clampedSignal ?? '']
}

function span(sinceMs: number, account: string): Record<string, unknown> {
  const wholeMs = Math.ceil(sinceMs / hourMs) * hourMs
  return { sinceMs, wholeMs, sinceSeq: seqAt(sinceMs), wholeSeq: seqAt(wholeMs), account }
}

function toCell(stored: StoredCell): LedgerCell {
  return { ...stored, escalated: stored.escalated === 1 }
}
