import type Database from 'better-sqlite3'
import { KoraError } from '../../domain/errors.ts'
import { bucketWidthMs, type LatencyBucket } from '../../domain/series.ts'
import { type Anchor, type ChainCheck, type StoredAuditRow, verifyChain } from './auditChain.ts'
import { badCodes } from './codes.ts'
import type { PackedSamples } from './readProtocol.ts'

const rollupMs = 300_000

interface Bucket {
  readonly bucket: number
  readonly n: number
  readonly bad: number
  readonly latency_n: number
  readonly latency_sum: number
  readonly latency_max: number | null
}

export interface Series {
  readonly bucketMs: number
  readonly points: LatencyBucket[]
}

const probeSql = 'SELECT no FROM probes WHERE id = ?'
const oldestSql = 'SELECT min(at_ms) AS at_ms FROM observations'
const cursorSql = 'SELECT rolled_to_ms FROM rollup_cursor WHERE id = 1'
const hasRollupsSql = 'SELECT 1 AS yes FROM rollups WHERE probe_no = ? AND bucket_ms >= ? AND bucket_ms < ? LIMIT 1'
const samplesSql = `SELECT at_ms - at_ms % ? AS bucket, count(*) AS n,
    count(*) FILTER (WHERE status IN (${badCodes})) AS bad, count(latency_ms) AS latency_n,
    coalesce(sum(latency_ms), 0) AS latency_sum, max(latency_ms) AS latency_max
  FROM observations WHERE at_ms >= ? AND at_ms <= ? AND probe_no = ? GROUP BY 1`
const rollupsSql = `SELECT bucket_ms - bucket_ms % ? AS bucket, sum(n) AS n, sum(bad) AS bad,
    sum(latency_n) AS latency_n, sum(latency_sum) AS latency_sum, max(latency_max) AS latency_max
  FROM rollups WHERE bucket_ms >= ? AND bucket_ms < ? AND probe_no = ? GROUP BY 1`

/**
 * Latency and trouble of one probe in equal buckets that cover the span, both ends included, gaps too, at most
 * `points` of them. Old spans come from the rollups, which sets a floor of five minutes.
 */
export function series(
  database: Database.Database,
  probeId: string,
  fromMs: number,
  toMs: number,
  points: number,
): Series {
  const probe = database.prepare<[string], { no: number }>(probeSql).get(probeId)
  if (!probe) throw new KoraError('not_found', `There is no probe named "${probeId}".`, { probeId })
  if (toMs < fromMs) throw new KoraError('bad_input', 'The span ends before it begins.', { fromMs, toMs })
  const oldest = database.prepare<[], { at_ms: number | null }>(oldestSql).get()?.at_ms ?? toMs
  const older = database.prepare<[number, number, number]>(hasRollupsSql)
  const needsRollups = older.get(probe.no, fromMs, oldest - (oldest % rollupMs)) !== undefined
  const bucketMs = Math.max(bucketWidthMs({ fromMs, toMs, points }), needsRollups ? rollupMs : 0)

  const start = fromMs - (fromMs % bucketMs)
  const rolledTo = database.prepare<[], { rolled_to_ms: number }>(cursorSql).get()?.rolled_to_ms ?? start
  const split = bucketMs < rollupMs ? start : Math.min(Math.max(rolledTo, start), toMs + 1)
  const rolled = database.prepare<number[], Bucket>(rollupsSql).all(bucketMs, start, split, probe.no)
  const sampled = database.prepare<number[], Bucket>(samplesSql).all(bucketMs, split, toMs, probe.no)
  return { bucketMs, points: fill(start, toMs, bucketMs, [...rolled, ...sampled]) }
}

function fill(start: number, toMs: number, bucketMs: number, buckets: readonly Bucket[]): LatencyBucket[] {
  const points: LatencyBucket[] = []
  const byTime = Map.groupBy(buckets, ({ bucket }) => bucket)
  for (let atMs = start; atMs <= toMs; atMs += bucketMs) {
    // Two parts where the rollups end and the samples begin.
    points.push(merge(atMs, byTime.get(atMs) ?? []))
  }
  return points
}

function merge(atMs: number, parts: readonly Bucket[]): LatencyBucket {
  const total = (field: 'n' | 'bad' | 'latency_n' | 'latency_sum') => parts.reduce((sum, part) => sum + part[field], 0)
  const measured = total('latency_n')
  return {
    atMs,
    latencyMs: measured > 0 ? Math.round(total('latency_sum') / measured) : null,
    maxMs: measured > 0 ? Math.max(...parts.map((part) => part.latency_max ?? 0)) : null,
    samples: total('n'),
    bad: total('bad'),
  }
}

/** All samples since then, oldest first, packed so that handing them to the main thread costs it next to nothing. */
export function lastHour(database: Database.Database, sinceMs: number): PackedSamples {
  const probes = database.prepare<[], { no: number; id: string }>('SELECT no, id FROM probes ORDER BY no').all()
  const index = new Map(probes.map(({ no }, position) => [no, position]))
  const sql = `SELECT at_ms, probe_no, latency_ms, status IN (${badCodes}) FROM observations
    WHERE at_ms >= ? ORDER BY at_ms, probe_no`
  const rows = database.prepare<[number], [number, number, number | null, number]>(sql).raw().all(sinceMs)
  return {
    probeIds: probes.map(({ id }) => id),
    atMs: Float64Array.from(rows, (row) => row[0]),
    probe: Uint16Array.from(rows, (row) => index.get(row[1]) ?? 0),
    latencyMs: Int32Array.from(rows, (row) => row[2] ?? -1),
    bad: Uint8Array.from(rows, (row) => row[3]),
  }
}

/** What SQLite finds wrong with a file; empty when nothing is. */
export function quickCheck(database: Database.Database): string[] {
  const rows = database.pragma('quick_check') as { quick_check: string }[]
  return rows.map((row) => row.quick_check).filter((line) => line !== 'ok')
}

/** Walks the audit log's hash chain, on one state of the database. */
export function verifyAudit(database: Database.Database, knownSeq: number): ChainCheck {
  database.exec('BEGIN')
  try {
    const rows = database.prepare<[], StoredAuditRow>('SELECT * FROM audit_log ORDER BY seq').iterate()
    const anchor = database.prepare<[], Anchor>('SELECT seq, hash FROM audit_anchor WHERE id = 1').get() ?? null
    const last = database.prepare<[], { seq: number }>('SELECT seq FROM audit_highest WHERE id = 1').get()
    return verifyChain(rows, anchor, Math.max(knownSeq, last?.seq ?? 0))
  } finally {
    database.exec('COMMIT')
  }
}
