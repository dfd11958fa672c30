import type { LedgerEntry, LedgerFilter } from '../../../contract/spend.ts'
import { toUsd } from '../../../domain/money.ts'
import type { CockpitClient } from '../../client/types.ts'
import { csvShape, type ExportSource, jsonShape } from '../../components/exportRows.ts'

const csv = csvShape<LedgerEntry>([
  ['at', (row) => new Date(row.atMs).toISOString()],
  ['id', (row) => row.id],
  ['route', (row) => row.route],
  ['parent_route', (row) => row.parentRoute],
  ['iteration', (row) => row.iteration],
  ['model', (row) => row.model],
  ['input_tokens', (row) => row.inputTokens],
  ['output_tokens', (row) => row.outputTokens],
  ['cache_read_tokens', (row) => row.cacheReadTokens],
  ['cache_creation_tokens', (row) => row.cacheCreationTokens],
  ['cost_estimate_usd', (row) => (row.costNanoUsd === null ? null : toUsd(row.costNanoUsd))],
  ['cost_estimate_nano_usd', (row) => row.costNanoUsd],
  ['pool_charge_nano_usd', (row) => row.poolChargeNanoUsd],
  ['saved_nano_usd', (row) => row.savedNanoUsd],
  ['price_basis', (row) => row.priceBasis],
  ['pool_basis', (row) => row.poolBasis],
  ['price_version', (row) => row.priceVersion],
  ['corrected_at', (row) => (row.correctedAtMs === null ? null : new Date(row.correctedAtMs).toISOString())],
  ['escalated', (row) => row.escalated],
  ['reason', (row) => row.reason],
  ['clamped_signal', (row) => row.clampedSignal],
  ['rung', (row) => row.rung],
  ['request_id', (row) => row.requestId],
  ['account', (row) => row.account],
  ['subject', (row) => row.subject],
  ['note', (row) => row.note],
])

export const ledgerFormats = [
  { label: 'Export CSV', shape: csv },
  { label: 'Export JSON', shape: jsonShape<LedgerEntry>() },
]

/** Everything a filter of the ledger holds, newest first. */
export function ledgerSource(client: CockpitClient, filter: LedgerFilter): ExportSource<LedgerEntry> {
  return {
    count: async (signal) => (await client.spend.ledgerTotals(filter, { signal })).rows,
    pageRows: 1_000,
    page: async (cursor, limit, signal) => {
      const after = cursor === null ? {} : { beforeSeq: cursor }
      const { rows, nextBeforeSeq } = await client.spend.ledger({ ...filter, ...after, limit }, { signal })
      return { rows, next: nextBeforeSeq }
    },
  }
}
