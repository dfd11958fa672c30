import type { LedgerRow } from '../../domain/ledger.ts'
import type { Connection } from './Connection.ts'
import { type Row, tableMap } from './rows.ts'

export interface LedgerSum {
  /** Of the calls that have a price. */
  readonly costNanoUsd: number
  readonly poolChargeNanoUsd: number
  /** Calls without a price of their own. */
  readonly unpriced: number
  readonly calls: number
}

const map = tableMap<LedgerRow>(
  {
    id: 'plain',
    atMs: 'plain',
    processId: 'plain',
    provider: 'plain',
    account: 'plain',
    model: 'plain',
    route: 'plain',
    parentRoute: 'plain',
    iteration: 'plain',
    inputTokens: 'plain',
    outputTokens: 'plain',
    cacheReadTokens: 'plain',
    cacheCreationTokens: 'plain',
    costNanoUsd: 'plain',
    poolChargeNanoUsd: 'plain',
    priceVersion: 'plain',
    priceBasis: 'plain',
    poolBasis: 'plain',
    escalated: 'flag',
    reason: 'plain',
    rung: 'plain',
    requestId: 'plain',
    sourceId: 'plain',
    reportId: 'plain',
    subject: 'plain',
  },
  ['id'],
)

const appendSql = `INSERT INTO ledger (${map.columns}) VALUES (${map.marks})
  ON CONFLICT (request_id) DO NOTHING ON CONFLICT (source_id, report_id) DO NOTHING`
const bySubjectSql = `SELECT ${map.columns} FROM ledger WHERE subject = ? ORDER BY seq`
const sumSql = `SELECT coalesce(sum(cost_nano_usd), 0) AS costNanoUsd,
  coalesce(sum(pool_charge_nano_usd), 0) AS poolChargeNanoUsd,
  count(*) FILTER (WHERE cost_nano_usd IS NULL) AS unpriced, count(*) AS calls
  FROM ledger WHERE at_ms >= ?`

/** What was spent, one row a provider call. The tables refuse to change or remove a row. */
export class LedgerRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** A known `requestId`, or a known `reportId` of the same source, is a duplicate: nothing is written. */
  append(row: LedgerRow): 'inserted' | 'duplicate' {
    return this.#connection.run(appendSql, ...map.values(row)) === 1 ? 'inserted' : 'duplicate'
  }

  /** Oldest first. */
  bySubject(subject: string): LedgerRow[] {
    return this.#connection.all<Row>(bySubjectSql, subject).map(map.fromRow)
  }

  /** @param sinceMs inclusive */
  sum(sinceMs: number): LedgerSum {
    const none = { costNanoUsd: 0, poolChargeNanoUsd: 0, unpriced: 0, calls: 0 }
    return this.#connection.get<LedgerSum>(sumSql, sinceMs) ?? none
  }
}
