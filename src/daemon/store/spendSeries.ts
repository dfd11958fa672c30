import type Database from 'better-sqlite3'
import type { SpendPoint } from '../../contract/spend.ts'
import type { Gap } from '../../domain/gaps.ts'
import { KoraError } from '../../domain/errors.ts'
import { shortCircuitModel } from '../../domain/ledger.ts'
import { hourMs, periodsSql } from './LedgerHours.ts'
import { seqAt } from './ledgerSeq.ts'
import { coveredMs, gapsBetween, spanBeforeSql, spansSql, type StoredSpan } from './spans.ts'

export interface SpendSeriesQuery {
  readonly fromMs: number
  /** Exclusive. */
  readonly toMs: number
  /** The most buckets wanted. */
  readonly points: number
  readonly cheapModel: string
}

export interface SpendSeries {
  readonly bucketMs: number
  readonly points: SpendPoint[]
  readonly gaps: Gap[]
}

const second = 1_000
const minute = 60 * second
const day = 24 * hourMs
const widthsMs = [5 * second, 15 * second, minute, 5 * minute, 15 * minute, 30 * minute, hourMs, 6 * hourMs, day]

interface Sums {
  readonly bucket: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheTokens: number
  readonly cheapNanoUsd: number
  readonly strongNanoUsd: number
  readonly calls: number
  readonly unpriced: number
}

const real = `model <> '${shortCircuitModel}'`
const hoursSql = `${periodsSql}
  SELECT hour_ms - hour_ms % @bucketMs AS bucket, sum(input_tokens) AS inputTokens, sum(output_tokens) AS outputTokens,
    sum(cache_read_tokens + cache_creation_tokens) AS cacheTokens,
    coalesce(sum(cost_nano_usd) FILTER (WHERE model = @cheapModel), 0) AS cheapNanoUsd,
    coalesce(sum(cost_nano_usd) FILTER (WHERE model <> @cheapModel), 0) AS strongNanoUsd,
    sum(calls) AS calls, sum(unpriced) AS unpriced
  FROM (
    SELECT h.* FROM periods CROSS JOIN ledger_hours AS h ON h.period_ms = period
      WHERE hour_ms >= @start AND hour_ms < @end AND ${real}
    UNION ALL SELECT * FROM ledger_tail WHERE hour_ms >= @start AND hour_ms < @end AND ${real}
  ) GROUP BY 1`
const rowsSql = `SELECT at_ms - at_ms % @bucketMs AS bucket, sum(input_tokens) AS inputTokens,
    sum(output_tokens) AS outputTokens, sum(cache_read_tokens + cache_creation_tokens) AS cacheTokens,
    coalesce(sum(cost_nano_usd) FILTER (WHERE model = @cheapModel), 0) AS cheapNanoUsd,
    coalesce(sum(cost_nano_usd) FILTER (WHERE model <> @cheapModel), 0) AS strongNanoUsd,
    count(*) AS calls, count(*) FILTER (WHERE cost_nano_usd IS NULL) AS unpriced
  FROM ledger WHERE seq >= @startSeq AND seq < @endSeq AND ${real} GROUP BY 1`
const correctedSql = `SELECT call_at_ms - call_at_ms % @bucketMs AS bucket, 0 AS inputTokens, 0 AS outputTokens,
    0 AS cacheTokens, coalesce(sum(cost_nano_usd) FILTER (WHERE model = @cheapModel), 0) AS cheapNanoUsd,
    coalesce(sum(cost_nano_usd) FILTER (WHERE model <> @cheapModel), 0) AS strongNanoUsd,
    0 AS calls, -count(*) AS unpriced
  FROM ledger_corrections WHERE call_at_ms >= @start AND call_at_ms < @end AND ${real} GROUP BY 1`
const lastHeardSql = 'SELECT max(to_ms) AS at_ms FROM sampling_spans'

/**
 * Tokens and money of real calls in equal buckets aligned to UTC, gaps included: whole buckets from the one that
 * holds `fromMs` to the one before `toMs`, at most `points` of them. Beyond a day a bucket, whole multiples of a day.
 * @throws KoraError bad_input for a span that ends before it begins
 */
export function spendSeries(database: Database.Database, query: SpendSeriesQuery): SpendSeries {
  const { fromMs, toMs, points, cheapModel } = query
  if (toMs <= fromMs) throw new KoraError('bad_input', 'The span ends before it begins.', { fromMs, toMs })
  const bucketMs = bucketWidthMs(fromMs, toMs, points)
  const start = Math.floor(fromMs / bucketMs) * bucketMs
  const end = Math.ceil(toMs / bucketMs) * bucketMs
  const read = (sql: string) =>
    database
      .prepare<[object], Sums>(sql)
      .all({ bucketMs, start, end, startSeq: seqAt(start), endSeq: seqAt(end), cheapModel })
  const sums = bucketMs < hourMs ? [...read(rowsSql), ...read(correctedSql)] : read(hoursSql)

  const spans = database.prepare<[number, number], StoredSpan>(spansSql).all(start, end)
  const before = database.prepare<[number], StoredSpan>(spanBeforeSql).get(fromMs) ?? null
  const heardMs = database.prepare<[], { at_ms: number | null }>(lastHeardSql).get()?.at_ms ?? toMs
  const byTime = Map.groupBy(sums, ({ bucket }) => bucket)
  const buckets = Array.from({ length: (end - start) / bucketMs }, (_, index) => start + index * bucketMs)
  return {
    bucketMs,
    points: buckets.map((atMs) => {
      // Of the bucket that is still filling, only what has passed can have been covered.
      const passed = Math.min(atMs + bucketMs, Math.max(toMs, heardMs))
      const covered = coveredMs(spans, atMs, passed) / (passed - atMs)
      return { atMs, ...addUp(byTime.get(atMs) ?? []), covered }
    }),
    gaps: gapsBetween(
      before,
      spans.filter((span) => span.to_ms > fromMs && span.from_ms < toMs),
      fromMs,
      toMs,
    ),
  }
}

function bucketWidthMs(fromMs: number, toMs: number, points: number): number {
  const fits = (width: number) => Math.ceil(toMs / width) - Math.floor(fromMs / width) <= points
  const listed = widthsMs.find(fits)
  if (listed !== undefined) return listed
  let days = Math.max(1, Math.floor((toMs - fromMs) / day / points))
  // Two buckets may be needed however wide they are: a boundary can lie anywhere.
  while (!fits(days * day) && days * day <= toMs) days++
  return days * day
}

function addUp(parts: readonly Sums[]): Omit<SpendPoint, 'atMs' | 'covered'> {
  const total = (field: keyof Sums) => parts.reduce((sum, part) => sum + part[field], 0)
  return {
    inputTokens: total('inputTokens'),
    outputTokens: total('outputTokens'),
    cacheTokens: total('cacheTokens'),
    cheapNanoUsd: total('cheapNanoUsd'),
    strongNanoUsd: total('strongNanoUsd'),
    calls: total('calls'),
    unpriced: total('unpriced'),
  }
}
