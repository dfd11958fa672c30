import { anthropicError } from '../faults.ts'
import type { Reply, ServiceRequest } from '../http.ts'

/** What the organisation's cost report knows. */
export interface CostReportState {
  /** Accepted in `x-api-key`; null accepts every key. */
  adminKey: string | null
  /** Decimal cents by UTC day, `YYYY-MM-DD`; days that are not named cost nothing. */
  dailyCents: Record<string, string>
  /** Fields that replace those of each cost item; undefined removes one. */
  item: Record<string, unknown>
}

const dayMs = 86_400_000
const usualLimit = 7
const mostDays = 31

/** Cost report of the Admin API: whole UTC days that ended by `ending_at`, a page at a time. */
export function costReport({ headers, query }: ServiceRequest, state: CostReportState): Reply {
  const key = headers['x-api-key']
  if (key === undefined || (state.adminKey !== null && key !== state.adminKey)) {
    return anthropicError('authentication_error', 'invalid x-api-key')
  }
  if (headers['anthropic-version'] === undefined) {
    return anthropicError('invalid_request_error', 'anthropic-version: header is required')
  }
  const fromMs = Math.floor(Date.parse(query.get('starting_at') ?? '') / dayMs) * dayMs
  const toMs = Date.parse(query.get('ending_at') ?? '')
  const limit = Number(query.get('limit') ?? usualLimit)
  if (Number.isNaN(fromMs) || Number.isNaN(toMs) || toMs <= fromMs) {
    return anthropicError('invalid_request_error', 'starting_at, ending_at: not a range')
  }
  if (!(limit >= 1 && limit <= mostDays)) return anthropicError('invalid_request_error', 'limit: between 1 and 31')

  const days = Math.floor((toMs - fromMs) / dayMs)
  const skipped = Number(/^page_(\d+)$/.exec(query.get('page') ?? '')?.[1] ?? 0)
  const shown = Array.from({ length: Math.max(0, Math.min(limit, days - skipped)) }, (_, at) => skipped + at)
  const next = skipped + shown.length
  return {
    status: 200,
    body: {
      data: shown.map((day) => bucket(fromMs + day * dayMs, state)),
      has_more: next < days,
      next_page: next < days ? `page_${next}` : null,
    },
  }
}

function bucket(startMs: number, { dailyCents, item }: CostReportState): Record<string, unknown> {
  const startingAt = new Date(startMs).toISOString()
  const amount = dailyCents[startingAt.slice(0, 10)]
  return {
    starting_at: startingAt,
    ending_at: new Date(startMs + dayMs).toISOString(),
    results: amount === undefined ? [] : [{ currency: 'USD', amount, workspace_id: null, ...item }],
  }
}
