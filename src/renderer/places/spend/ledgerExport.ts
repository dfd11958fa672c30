import type { LedgerEntry, LedgerFilter } from '../../../contract/spend.ts'
import { toUsd } from '../../../domain/money.ts'
import type { CockpitClient } from '../../client/types.ts'
import { csvLine } from '../../components/csv.ts'

export type ExportFormat = 'csv' | 'json'

/** Rows of one call, and the most one file may hold: above this a window would run out of memory. */
const pageRows = 1_000
export const mostRows = 200_000

export interface ExportProgress {
  readonly rows: number
  readonly total: number
}

export interface ExportedFile {
  readonly parts: readonly string[]
  readonly rows: number
  /** Rows of the filter that found no room: the oldest ones. */
  readonly leftOut: number
}

const columns: readonly (readonly [string, (row: LedgerEntry) => string | number | boolean | null])[] = [
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
]

/** One page of rows as a piece of the file; `first` tells whether anything stands before it. */
export function exportPart(format: ExportFormat, rows: readonly LedgerEntry[], first: boolean): string {
  if (format === 'csv') {
    const lines = rows.map((row) => csvLine(columns.map(([, value]) => value(row))))
    return [...(first ? [csvLine(columns.map(([name]) => name))] : []), ...lines, ''].join('\r\n')
  }
  const text = rows.map((row) => JSON.stringify(row)).join(',\n')
  if (text === '') return first ? '[\n' : ''
  return `${first ? '[\n' : ',\n'}${text}`
}

/**
 * Everything a filter holds, newest first, as pieces of one file, read a thousand rows a call.
 * @param onProgress told after each call
 * @throws what a call throws; an aborted signal ends it with null
 */
export async function exportLedger(
  client: CockpitClient,
  filter: LedgerFilter,
  format: ExportFormat,
  onProgress: (progress: ExportProgress) => void,
  signal: AbortSignal,
): Promise<ExportedFile | null> {
  const found = await client.spend.ledgerTotals(filter, { signal })
  const total = Math.min(found.rows, mostRows)
  const parts: string[] = []
  let [count, beforeSeq] = [0, undefined as number | undefined]
  do {
    if (signal.aborted) return null
    onProgress({ rows: count, total })
    const limit = Math.min(pageRows, mostRows - count)
    const page = await client.spend.ledger(
      { ...filter, limit, ...(beforeSeq === undefined ? {} : { beforeSeq }) },
      { signal },
    )
    parts.push(exportPart(format, page.rows, parts.length === 0))
    count += page.rows.length
    beforeSeq = page.nextBeforeSeq ?? undefined
  } while (beforeSeq !== undefined && count < mostRows)
  if (signal.aborted) return null
  if (format === 'json') parts.push('\n]\n')
  return { parts, rows: count, leftOut: beforeSeq === undefined ? 0 : Math.max(0, found.rows - count) }
}
