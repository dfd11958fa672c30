import Database from 'better-sqlite3'

const cell = 'period_ms, hour, account, route, model, escalated, reason, clamped'
const columns = `${cell}, sum(calls) AS calls, sum(input) AS input, sum(output) AS output, sum(cache_read) AS cache_read,
  sum(cache_creation) AS cache_creation, sum(cost) AS cost, sum(pool) AS pool, sum(unpriced) AS unpriced,
  sum(saved) AS saved`
const fromRows = `SELECT ${columns} FROM (
  SELECT period_ms, at_ms / 3600000 * 3600000 AS hour, account, route, model, escalated, coalesce(reason, '') AS reason,
    coalesce(clamped_signal, '') AS clamped, 1 AS calls, input_tokens AS input, output_tokens AS output,
    cache_read_tokens AS cache_read, cache_creation_tokens AS cache_creation, coalesce(cost_nano_usd, 0) AS cost,
    pool_charge_nano_usd AS pool, cost_nano_usd IS NULL AS unpriced, saved_nano_usd AS saved FROM ledger
  UNION ALL
  SELECT l.period_ms, l.at_ms / 3600000 * 3600000, l.account, l.route, l.model, l.escalated, coalesce(l.reason, ''),
    coalesce(l.clamped_signal, ''), 0, 0, 0, 0, 0, c.cost_nano_usd, c.pool_delta_nano_usd, -1, 0
    FROM ledger_corrections AS c JOIN ledger AS l ON l.request_id = c.request_id
) GROUP BY ${cell}`
const fromHours = `SELECT ${columns} FROM (
  SELECT period_ms, hour_ms AS hour, account, route, model, escalated, reason, clamped_signal AS clamped, calls,
    input_tokens AS input, output_tokens AS output, cache_read_tokens AS cache_read,
    cache_creation_tokens AS cache_creation, cost_nano_usd AS cost, pool_nano_usd AS pool, unpriced,
    saved_nano_usd AS saved
  FROM (SELECT * FROM ledger_hours UNION ALL SELECT * FROM ledger_tail)
) GROUP BY ${cell}`

/** What a ledger comes to, read row by row and from a connection of one's own. */
export interface LedgerFacts {
  readonly rows: number
  /** Charged to pools by rows and corrections, nanodollars, by start of the billing period. */
  readonly pool: ReadonlyMap<number, number>
  /** Request ids that stand in more than one row. */
  readonly repeated: number
  /** Hourly sums, with what they lack so far, that differ from the rows they repeat. */
  readonly wrongHours: number
  readonly reservations: number
  readonly reservedNanoUsd: number
}

/** Reads the database of a store, open or not. */
export function ledgerFacts(file: string): LedgerFacts {
  const database = new Database(file, { readonly: true })
  const one = (sql: string): number => Number(database.prepare(sql).pluck().get())
  try {
    const sums = `SELECT period_ms, sum(pool) FROM (${fromRows}) GROUP BY 1`
    return {
      rows: one('SELECT count(*) FROM ledger'),
      pool: new Map(database.prepare<[], [number, number]>(sums).raw().all() as [number, number][]),
      repeated: one('SELECT count(*) - count(DISTINCT request_id) FROM ledger'),
      wrongHours: one(`SELECT (SELECT count(*) FROM (${fromRows} EXCEPT ${fromHours})) +
        (SELECT count(*) FROM (SELECT * FROM (${fromHours}) EXCEPT SELECT * FROM (${fromRows})))`),
      reservations: one('SELECT count(*) FROM reservations'),
      reservedNanoUsd: one('SELECT coalesce(sum(amount_nano_usd), 0) FROM reservations'),
    }
  } finally {
    database.close()
  }
}
