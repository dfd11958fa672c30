import type { HistoryItem } from '../../../contract/history.ts'
import { toUsd } from '../../../domain/money.ts'
import type { CockpitClient } from '../../client/types.ts'
import { csvShape, type ExportSource, jsonlShape } from '../../components/exportRows.ts'
import type { filterOf } from './historyView.ts'
import { logLine } from './record.ts'
import type { Plan } from './span.ts'

const csv = csvShape<HistoryItem>([
  ['time', (item) => new Date(item.atMs).toISOString()],
  ['kind', (item) => item.kind],
  ['seam', (item) => item.seam],
  ['source', (item) => item.origin],
  ['session', (item) => item.sessionId],
  ['correlation', (item) => item.correlationId],
  ['text', (item) => item.text],
  ['aside', (item) => item.aside],
  ['cost_usd', (item) => (item.costNanoUsd === null ? null : toUsd(item.costNanoUsd))],
  ['details', (item) => JSON.stringify(logLine(item).details)],
])

export const historyFormats = [
  { label: 'Export CSV', shape: csv },
  { label: 'Export JSONL', shape: jsonlShape<HistoryItem>(logLine) },
]

/**
 * Everything a filter holds, newest first, each with its stored record.
 * @param strip of the plan of its span: for counting, which needs both ends
 */
export function historySource(
  client: CockpitClient,
  filter: ReturnType<typeof filterOf>,
  strip: Plan['strip'],
): ExportSource<HistoryItem> {
  return {
    count: async (signal) => {
      const { fromMs, toMs } = strip
      return (await client.history.density({ ...filter, fromMs, toMs, buckets: 1 }, { signal })).total
    },
    pageRows: 500,
    page: async (cursor, limit, signal) => {
      const after = cursor === null ? {} : { before: cursor }
      const { items, next } = await client.history.query({ ...filter, ...after, limit, records: true }, { signal })
      return { rows: items, next }
    },
  }
}
