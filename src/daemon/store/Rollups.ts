import { isBad, type ProbeStatus } from '../../domain/observation.ts'
import { badCodes, unknownCodes } from './codes.ts'
import type { Connection } from './Connection.ts'

/** Width of a rollup bucket, aligned to UTC. */
export const bucketMs = 300_000

/** Work of one transaction, whichever comes first: about 15 ms. */
const samplesPerCall = 20_000
const bucketsPerCall = 288
const rowsPerPrune = 5_000

const cursorSql = 'SELECT rolled_to_ms FROM rollup_cursor WHERE id = 1'
const saveCursorSql = 'INSERT OR REPLACE INTO rollup_cursor (id, rolled_to_ms) VALUES (1, ?)'
const nextSql = 'SELECT min(at_ms) AS at_ms FROM observations WHERE at_ms >= ?'
const countSql = 'SELECT count(*) AS n FROM observations WHERE at_ms >= ? AND at_ms < ?'
const rollSql = `INSERT OR REPLACE INTO rollups
  (probe_no, bucket_ms, n, bad, unknown, latency_n, latency_sum, latency_min, latency_max)
  SELECT probe_no, ?, count(*), count(*) FILTER (WHERE status IN (${badCodes})),
    count(*) FILTER (WHERE status IN (${unknownCodes})), count(latency_ms), coalesce(sum(latency_ms), 0),
    min(latency_ms), max(latency_ms)
  FROM observations WHERE at_ms >= ? AND at_ms < ? GROUP BY probe_no`
const addSql = `INSERT INTO rollups
  (probe_no, bucket_ms, n, bad, unknown, latency_n, latency_sum, latency_min, latency_max)
  VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (probe_no, bucket_ms) DO UPDATE SET n = n + 1, bad = bad + excluded.bad,
    unknown = unknown + excluded.unknown, latency_n = latency_n + excluded.latency_n,
    latency_sum = latency_sum + excluded.latency_sum,
    latency_min = min(coalesce(latency_min, excluded.latency_min), coalesce(excluded.latency_min, latency_min)),
    latency_max = max(coalesce(latency_max, excluded.latency_max), coalesce(excluded.latency_max, latency_max))`
const pruneRawSql = `DELETE FROM observations WHERE at_ms < ? ORDER BY at_ms LIMIT ${rowsPerPrune}`
const probesSql = 'SELECT no FROM probes'
const pruneRollupsSql = 'DELETE FROM rollups WHERE probe_no = ? AND bucket_ms < ? LIMIT ?'

/** Five-minute sums of the samples, kept long after them. A cursor says up to when they are complete. */
export class Rollups {
  readonly #connection: Connection
  /** Undefined until read; null while nothing was ever rolled up. */
  #rolledToMs: number | null | undefined

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Adds up the next closed buckets; returns how many, 0 when it has caught up. */
  advance(uptoMs: number): number {
    return this.#settled(() => {
      let buckets = 0
      let samples = 0
      while (samples < samplesPerCall && buckets < bucketsPerCall) {
        const next = this.#connection.get<{ at_ms: number | null }>(nextSql, this.#cursor() ?? 0)?.at_ms
        if (next === null || next === undefined) break
        const from = next - (next % bucketMs)
        const to = from + bucketMs
        if (to > uptoMs) break
        samples += this.#connection.get<{ n: number }>(countSql, from, to)?.n ?? 0
        this.#connection.run(rollSql, from, from, to)
        this.#connection.run(saveCursorSql, to)
        this.#rolledToMs = to
        buckets += 1
      }
      return buckets
    })
  }

  /** Counts one sample that came after its bucket was closed, as happens when the clock is set back. */
  addLate(probeNo: number, atMs: number, status: ProbeStatus, latencyMs: number | null): void {
    const rolledTo = this.#cursor()
    if (rolledTo === null || atMs >= rolledTo) return
    const bad = isBad(status) ? 1 : 0
    const unknown = bad === 0 && status !== 'healthy' ? 1 : 0
    const bucket = atMs - (atMs % bucketMs)
    const measured = latencyMs === null ? 0 : 1
    this.#connection.run(addSql, probeNo, bucket, bad, unknown, measured, latencyMs ?? 0, latencyMs, latencyMs)
  }

  /** Removes old rows in chunks; samples go only when they are in the rollups. */
  prune(before: { rawBeforeMs: number; rollupBeforeMs: number }): { raw: number; rollups: number } {
    return this.#settled(() => {
      const rawBefore = Math.min(before.rawBeforeMs, this.#cursor() ?? 0)
      const raw = this.#connection.run(pruneRawSql, rawBefore)
      let rollups = 0
      for (const { no } of this.#connection.all<{ no: number }>(probesSql)) {
        if (rollups >= rowsPerPrune) break
        rollups += this.#connection.run(pruneRollupsSql, no, before.rollupBeforeMs, rowsPerPrune - rollups)
      }
      return { raw, rollups }
    })
  }

  /** The transaction was undone: what is remembered may be wrong. */
  forget(): void {
    this.#rolledToMs = undefined
  }

  #cursor(): number | null {
    if (this.#rolledToMs === undefined) {
      this.#rolledToMs = this.#connection.get<{ rolled_to_ms: number }>(cursorSql)?.rolled_to_ms ?? null
    }
    return this.#rolledToMs
  }

  #settled<T>(work: () => T): T {
    try {
      return this.#connection.write(work)
    } catch (error) {
      this.forget()
      throw error
    }
  }
}
