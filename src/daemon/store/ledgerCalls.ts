import type { LedgerCall } from '../../domain/costTelemetry.ts'
import type { Connection } from './Connection.ts'
import { seqAt } from './ledgerSeq.ts'

const betweenSql = `SELECT l.at_ms AS atMs, l.route, l.model, l.escalated, coalesce(l.reason, '') AS reason,
    coalesce(l.clamped_signal, '') AS clampedSignal, 1 AS calls, l.input_tokens AS inputTokens,
    l.output_tokens AS outputTokens, l.cache_read_tokens AS cacheReadTokens,
    l.cache_creation_tokens AS cacheCreationTokens, coalesce(l.cost_nano_usd, c.cost_nano_usd, 0) AS costNanoUsd,
    l.pool_charge_nano_usd + coalesce(c.pool_delta_nano_usd, 0) AS poolNanoUsd,
    l.cost_nano_usd IS NULL AND c.cost_nano_usd IS NULL AS unpriced, l.saved_nano_usd AS savedNanoUsd
  FROM ledger AS l LEFT JOIN ledger_corrections AS c ON l.cost_nano_usd IS NULL AND c.request_id = l.request_id
  WHERE l.seq >= ? AND l.seq < ? AND l.account = ? ORDER BY l.seq`

type StoredCall = Omit<LedgerCall, 'escalated'> & { readonly escalated: number }

/** The account's calls one by one, oldest first, corrections included. @param toMs exclusive */
export function callsBetween(connection: Connection, fromMs: number, toMs: number, account: string): LedgerCall[] {
  return connection
    .all<StoredCall>(betweenSql, seqAt(fromMs), seqAt(toMs), account)
    .map((call) => ({ ...call, escalated: call.escalated === 1 }))
}
