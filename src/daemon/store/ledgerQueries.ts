import type Database from 'better-sqlite3'
import type { LedgerFilter } from '../../contract/spend.ts'
import { type LedgerRow, shortCircuitModel } from '../../domain/ledger.ts'
import { ledgerMap } from './ledgerRows.ts'
import { seqAt } from './ledgerSeq.ts'
import type { Row } from './rows.ts'

/** A row with the price it got later; both null when it got none. */
export type LedgerPageRow = LedgerRow & {
  readonly seq: number
  readonly correctedCostNanoUsd: number | null
  /** What the pool got back with it when negative. */
  readonly poolDeltaNanoUsd: number
  readonly correctedAtMs: number | null
}

export interface LedgerPage {
  readonly rows: LedgerPageRow[]
  /** What to ask with for the next page; null at the end. */
  readonly nextBeforeSeq: number | null
}

export interface LedgerTotals {
  readonly rows: number
  /** Of the rows with a price, their own or a later one. */
  readonly costNanoUsd: number
  readonly unpriced: number
}

export interface SpendMonth {
  readonly periodMs: number
  /** Charged to the pool, upward corrections by reconciliation included. */
  readonly spentNanoUsd: number
  readonly adjustmentNanoUsd: number
  /** The provider's newest figure. */
  readonly reportedNanoUsd: number | null
  readonly calls: number
  readonly unpriced: number
  readonly avoided: number
  readonly savedNanoUsd: number
}

interface Where {
  /** What is read, the narrowest way there is. */
  readonly from: string
  readonly conditions: string[]
  readonly values: unknown[]
}

const corrections = 'LEFT JOIN ledger_corrections AS c ON c.request_id = l.request_id'
const sources: Readonly<Record<'all' | 'unpriced' | 'corrected', string>> = {
  all: `ledger AS l ${corrections}`,
  unpriced: `ledger AS l INDEXED BY ledger_unpriced ${corrections}`,
  corrected: 'ledger_corrections AS c CROSS JOIN ledger AS l ON l.request_id = c.request_id',
}
/** Rows of a filter, newest first. @param beforeSeq exclusive; null for the first page */
export function ledgerPage(
  database: Database.Database,
  filter: LedgerFilter,
  beforeSeq: number | null,
  limit: number,
): LedgerPage {
  const { toMs, ...rest } = filter
  const { from, conditions, values } = where(rest)
  const sql = `SELECT l.*, c.cost_nano_usd AS corrected_cost, coalesce(c.pool_delta_nano_usd, 0) AS pool_delta,
    c.at_ms AS corrected_at FROM ${from}
    WHERE ${['l.seq < ?', ...conditions].join(' AND ')} ORDER BY l.seq DESC LIMIT ?`
  // One upper bound: of two, SQLite would walk down from the first although the second lies far below it.
  const before = Math.min(beforeSeq ?? Number.MAX_SAFE_INTEGER, toMs === undefined ? Infinity : seqAt(toMs))
  const found = database.prepare<unknown[], Row>(sql).all(before, ...values, limit + 1)
  const rows = found.slice(0, limit).map(toPageRow)
  return { rows, nextBeforeSeq: found.length > limit ? (rows.at(-1)?.seq ?? null) : null }
}

/** How many rows a filter holds and what they cost. */
export function ledgerTotals(database: Database.Database, filter: LedgerFilter): LedgerTotals {
  const { from, conditions, values } = where(filter)
  const sql = `SELECT count(*) AS "rows", coalesce(sum(coalesce(l.cost_nano_usd, c.cost_nano_usd)), 0) AS costNanoUsd,
    count(*) FILTER (WHERE l.cost_nano_usd IS NULL AND c.seq IS NULL) AS unpriced
    FROM ${from} WHERE ${conditions.join(' AND ') || 'true'}`
  const none = { rows: 0, costNanoUsd: 0, unpriced: 0 }
  return database.prepare<unknown[], LedgerTotals>(sql).get(...values) ?? none
}

function where({ fromMs, toMs, route, model, only }: LedgerFilter): Where {
  const given: [condition: string, value: unknown][] = [
    ['l.seq >= ?', fromMs === undefined ? undefined : seqAt(fromMs)],
    ['l.seq < ?', toMs === undefined ? undefined : seqAt(toMs)],
    ['l.route = ?', route],
    ['l.model = ?', model],
    ['l.model = ?', only === 'avoided' ? shortCircuitModel : undefined],
  ]
  const used = given.filter(([, value]) => value !== undefined)
  const conditions = used.map(([condition]) => condition)
  if (only === 'unpriced') conditions.push('l.cost_nano_usd IS NULL', 'c.seq IS NULL')
  if (only === 'escalated') conditions.push('l.escalated = 1')
  const from = only === 'unpriced' || only === 'corrected' ? sources[only] : sources.all
  return { from, conditions, values: used.map(([, value]) => value) }
}

function toPageRow(row: Row): LedgerPageRow {
  return {
    ...ledgerMap.fromRow(row),
    seq: row['seq'] as number,
    correctedCostNanoUsd: row['corrected_cost'] as number | null,
    poolDeltaNanoUsd: row['pool_delta'] as number,
    correctedAtMs: row['corrected_at'] as number | null,
  }
}

const real = `model <> '${shortCircuitModel}'`
const monthsSql = `WITH sums AS (
    SELECT period_ms, sum(pool_nano_usd) AS pool, sum(calls) FILTER (WHERE ${real}) AS calls, sum(unpriced) AS unpriced,
      sum(calls) FILTER (WHERE NOT ${real}) AS avoided, sum(saved_nano_usd) AS saved
    FROM (SELECT * FROM ledger_hours UNION ALL SELECT * FROM ledger_tail) GROUP BY period_ms
  ), adjusted AS (
    SELECT period_ms, sum(adjustment_nano_usd) AS adjustment, max(seq) AS newest FROM reconciliations GROUP BY period_ms
  ), periods (period_ms) AS (
    SELECT period_ms FROM sums UNION SELECT period_ms FROM adjusted UNION SELECT start_ms FROM billing_periods
  )
  SELECT period_ms AS periodMs, coalesce(pool, 0) + coalesce(adjustment, 0) AS spentNanoUsd,
    coalesce(adjustment, 0) AS adjustmentNanoUsd,
    (SELECT reported_nano_usd FROM reconciliations WHERE seq = newest) AS reportedNanoUsd,
    coalesce(calls, 0) AS calls, coalesce(unpriced, 0) AS unpriced, coalesce(avoided, 0) AS avoided,
    coalesce(saved, 0) AS savedNanoUsd
  FROM periods LEFT JOIN sums USING (period_ms) LEFT JOIN adjusted USING (period_ms) ORDER BY period_ms DESC`

/** Every billing period there is, newest first. */
export function months(database: Database.Database): SpendMonth[] {
  return database.prepare<[], SpendMonth>(monthsSql).all()
}
