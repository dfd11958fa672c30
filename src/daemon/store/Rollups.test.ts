import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { anObservation, aProbe, startMs } from '../../../test/fakes/records.ts'
import { openTestStore, type TestStore } from '../../../test/fakes/testStore.ts'
import type { Observation } from '../../domain/observation.ts'
import { bucketMs } from './Rollups.ts'

let opened: TestStore

beforeEach(async () => {
  opened = await openTestStore()
  for (const id of ['fly', 'vercel']) opened.store.probes.insert(aProbe({ id }))
})

function record(afterMs: number, changes: Partial<Observation> = {}): void {
  opened.store.observations.record(anObservation({ observedAtMs: startMs + afterMs, ...changes }))
}

function query<Row>(sql: string): Row[] {
  const other = new Database(opened.file, { readonly: true })
  try {
    return other.prepare<[], Row>(sql).all()
  } finally {
    other.close()
  }
}

/** Rollups of one probe: bucket number from the start, counts and latencies. */
const rollups = (no = 1) =>
  query<Record<string, number | null>>(`SELECT (bucket_ms - ${startMs}) / ${bucketMs} AS bucket, n, bad, unknown,
    latency_n, latency_sum, latency_min, latency_max FROM rollups WHERE probe_no = ${no} ORDER BY bucket_ms`)

const row = (
  bucket: number,
  n: number,
  bad: number,
  unknown: number,
  latency: [number, number, number, number] | null,
) => ({
  bucket,
  n,
  bad,
  unknown,
  latency_n: latency?.[0] ?? 0,
  latency_sum: latency?.[1] ?? 0,
  latency_min: latency?.[2] ?? null,
  latency_max: latency?.[3] ?? null,
})

describe('rolling up', () => {
  test('adds up what a bucket holds, per probe', () => {
    record(0, { latencyMs: 100 })
    record(60_000, { latencyMs: 300 })
    record(120_000, { status: 'unreachable', cause: 'timeout', latencyMs: null })
    record(180_000, { status: 'degraded', cause: 'threshold', latencyMs: 900 })
    record(240_000, { status: 'not_watching', cause: 'own_link_down', latencyMs: null })
    record(299_999, { status: 'not_configured', cause: 'credential_unset', latencyMs: null })
    record(10_000, { probeId: 'vercel', status: 'unknown', cause: 'probe_error', latencyMs: null })
    opened.store.flush()
    expect(opened.store.observations.rollup(startMs + bucketMs)).toBe(1)
    expect(rollups(1)).toEqual([row(0, 6, 2, 2, [3, 1_300, 100, 900])])
    expect(rollups(2)).toEqual([row(0, 1, 0, 1, null)])
  })

  test('an open bucket waits, and nothing is counted twice', () => {
    record(0)
    record(bucketMs)
    opened.store.flush()
    const { observations } = opened.store
    expect(observations.rollup(startMs + bucketMs - 1)).toBe(0)
    expect(observations.rollup(startMs + bucketMs)).toBe(1)
    expect(observations.rollup(startMs + bucketMs)).toBe(0)
    expect(observations.rollup(startMs + 2 * bucketMs)).toBe(1)
    expect(rollups().map(({ bucket, n }) => [bucket, n])).toEqual([
      [0, 1],
      [1, 1],
    ])
  })

  test('goes on where an earlier process stopped, and skips a night without checks', async () => {
    record(0)
    opened.store.flush()
    opened.store.observations.rollup(startMs + bucketMs)
    await opened.store.close()
    opened = await openTestStore({ folder: opened.folder })
    record(100 * bucketMs)
    opened.store.flush()
    expect(opened.store.observations.rollup(startMs + 200 * bucketMs)).toBe(1)
    expect(rollups().map(({ bucket, n }) => [bucket, n])).toEqual([
      [0, 1],
      [100, 1],
    ])
  })

  test('takes long work in slices', () => {
    for (let bucket = 0; bucket < 300; bucket++) record(bucket * bucketMs)
    opened.store.flush()
    const { observations } = opened.store
    const upto = startMs + 301 * bucketMs
    expect([observations.rollup(upto), observations.rollup(upto), observations.rollup(upto)]).toEqual([288, 12, 0])
  })

  test('a sample that comes after its bucket was closed is added to it', () => {
    record(0, { latencyMs: 100 })
    opened.store.flush()
    opened.store.observations.rollup(startMs + bucketMs)
    record(1_000, { latencyMs: 50, status: 'unhealthy', cause: 'server_error' })
    record(2_000, { latencyMs: null, status: 'not_watching', cause: 'own_link_down' })
    record(3_000, { latencyMs: 400 })
    record(-bucketMs, { latencyMs: null, status: 'unreachable', cause: 'dns' })
    record(1_000 - bucketMs, { latencyMs: 70 })
    opened.store.flush()
    expect(rollups()).toEqual([row(-1, 2, 1, 0, [1, 70, 70, 70]), row(0, 4, 1, 1, [3, 550, 50, 400])])
  })

  test('a slice that was undone with its transaction is done again', () => {
    record(0)
    opened.store.flush()
    expect(() =>
      opened.store.transaction(() => {
        opened.store.observations.rollup(startMs + bucketMs)
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(rollups()).toEqual([])
    expect(opened.store.observations.rollup(startMs + bucketMs)).toBe(1)
    expect(rollups()).toHaveLength(1)
  })
})

describe('retention', () => {
  const count = (table: string) => query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n

  test('samples go only when they are in the rollups', () => {
    for (let bucket = 0; bucket < 4; bucket++) record(bucket * bucketMs)
    opened.store.flush()
    const { observations } = opened.store
    const before = { rawBeforeMs: startMs + 3 * bucketMs, rollupBeforeMs: 0 }
    expect(observations.prune(before)).toEqual({ raw: 0, rollups: 0 })
    observations.rollup(startMs + 2 * bucketMs)
    expect(observations.prune(before)).toEqual({ raw: 2, rollups: 0 })
    expect(observations.recent('fly', 0, 9).map(({ atMs }) => (atMs - startMs) / bucketMs)).toEqual([3, 2])
    expect(count('rollups')).toBe(2)
  })

  test('removes at most 5,000 rows a call and keeps what is young enough', () => {
    for (let index = 0; index < 6_000; index++) record(index)
    record(2 * bucketMs)
    opened.store.flush()
    const { observations } = opened.store
    observations.rollup(startMs + bucketMs)
    const before = { rawBeforeMs: startMs + 5_990, rollupBeforeMs: startMs }
    expect(observations.prune(before)).toEqual({ raw: 5_000, rollups: 0 })
    expect(observations.prune(before)).toEqual({ raw: 990, rollups: 0 })
    expect(observations.prune(before)).toEqual({ raw: 0, rollups: 0 })
    expect(count('observations')).toBe(11)
  })

  test('rollups go by their own age, of every probe', () => {
    for (const probeId of ['fly', 'vercel']) {
      for (let bucket = 0; bucket < 5; bucket++) record(bucket * bucketMs, { probeId })
    }
    opened.store.flush()
    opened.store.observations.rollup(startMs + 5 * bucketMs)
    const before = { rawBeforeMs: 0, rollupBeforeMs: startMs + 3 * bucketMs }
    expect(opened.store.observations.prune(before)).toEqual({ raw: 0, rollups: 6 })
    expect(rollups(1).map(({ bucket }) => bucket)).toEqual([3, 4])
    expect(rollups(2).map(({ bucket }) => bucket)).toEqual([3, 4])
  })
})
