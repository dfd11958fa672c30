import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { anObservation, aProbe, startMs } from '../../../test/fakes/records.ts'
import { openTestStore, type TestStore } from '../../../test/fakes/testStore.ts'
import { causes, type Observation, probeStatuses } from '../../domain/observation.ts'

let opened: TestStore
let cycle: number

beforeEach(async () => {
  opened = await openTestStore()
  cycle = 0
  opened.store.probes.insert(aProbe())
  opened.store.probes.insert(aProbe({ id: 'vercel', kind: 'vercel' }))
})

/** Records a check `afterMs` after the start. */
function record(afterMs: number, changes: Partial<Observation> = {}): Observation {
  cycle += 1
  const observation = anObservation({ id: `obs${cycle}`, cycleSeq: cycle, observedAtMs: startMs + afterMs, ...changes })
  opened.store.observations.record(observation)
  return observation
}

const trouble = { status: 'unhealthy', cause: 'server_error', error: 'HTTP 503', details: { code: 503 } } as const

function storedRows(): number {
  const other = new Database(opened.file, { readonly: true })
  const rows = Number(other.prepare('SELECT count(*) FROM observations').pluck().get())
  other.close()
  return rows
}

describe('recording', () => {
  test('keeps samples in memory until they are flushed; reading sees them at once', () => {
    const { observations } = opened.store
    record(0)
    const newest = record(1_000, trouble)
    expect(storedRows()).toBe(0)
    expect(observations.buffered).toBe(2)
    const seen = () => ({
      latest: observations.latest().get('fly'),
      recent: observations.recent('fly', startMs, 10),
      changes: observations.stateChanges('fly', startMs),
      healthy: observations.lastHealthyAtMs('fly'),
    })
    const before = seen()
    expect(before.latest).toEqual(newest)
    opened.store.flush()
    expect(storedRows()).toBe(2)
    expect(observations.buffered).toBe(0)
    expect(seen()).toEqual(before)
  })

  test('survives a restart of the program, whole', async () => {
    const newest = record(1_000, trouble)
    record(0, { probeId: 'vercel', latencyMs: null, details: {}, error: '' })
    await opened.store.close()
    const { store } = await openTestStore({ folder: opened.folder })
    expect(store.observations.latest().get('fly')).toEqual(newest)
    expect(store.observations.latest().get('vercel')).toMatchObject({ latencyMs: null, details: {}, error: '' })
  })

  test('a probe that was never defined is not_found', () => {
    expect(() => record(0, { probeId: 'nowhere' })).toThrow(expect.objectContaining({ code: 'not_found' }))
    expect(opened.store.observations.buffered).toBe(0)
  })

  test('a check that ends after its probe was removed is still kept', () => {
    opened.store.probes.remove('fly', startMs)
    record(0)
    opened.store.flush()
    expect(opened.store.observations.recent('fly', 0, 9)).toHaveLength(1)
    expect(opened.store.observations.latest().has('fly')).toBe(false)
  })

  test('a sample the tables cannot hold as it is does not keep back the others', () => {
    record(0, { ...trouble, latencyMs: 12.7, details: { big: 1n, list: [undefined] } })
    record(0.5, { probeId: 'vercel' })
    opened.store.flush()
    expect(opened.store.observations.recent('fly', 0, 9)).toMatchObject([
      { latencyMs: 12, details: { big: '1', list: [null], _unserialisable: ['big', 'list[0]'] } },
    ])
    expect(storedRows()).toBe(2)
  })

  test('every status and cause comes back as itself', () => {
    const all = probeStatuses.flatMap((status) => causes.map((cause) => ({ status, cause })))
    all.forEach(({ status, cause }, index) => record(index, { status, cause }))
    opened.store.flush()
    const stored = opened.store.observations.recent('fly', 0, all.length)
    expect(stored.map(({ status, cause }) => ({ status, cause })).toReversed()).toEqual(all)
  })

  test('two checks in one millisecond both survive, of one probe and of two', () => {
    record(5, { latencyMs: 1 })
    record(5, { latencyMs: 2 })
    record(5, { probeId: 'vercel', latencyMs: 3 })
    opened.store.flush()
    record(5, { latencyMs: 4 })
    opened.store.flush()
    const fly = opened.store.observations.recent('fly', 0, 9)
    expect(fly.map(({ atMs, latencyMs }) => [atMs - startMs, latencyMs])).toEqual([
      [7, 4],
      [6, 2],
      [5, 1],
    ])
    expect(opened.store.observations.recent('vercel', 0, 9)).toHaveLength(1)
    expect(opened.store.observations.latest().get('fly')?.observedAtMs).toBe(startMs + 5)
  })

  test('details and errors take no space while there is nothing to say', () => {
    record(0)
    record(1, { details: {}, error: '' })
    record(2, trouble)
    opened.store.flush()
    const other = new Database(opened.file, { readonly: true })
    const rows = other.prepare('SELECT error, details FROM observations ORDER BY at_ms').raw().all()
    other.close()
    expect(rows).toEqual([
      [null, null],
      [null, null],
      ['HTTP 503', '{"code":503}'],
    ])
  })
})

describe('reading', () => {
  test('recent is newest first, bounded by time and number, across buffer and file', () => {
    for (let second = 0; second < 5; second++) record(second * 1_000, { latencyMs: second })
    opened.store.flush()
    for (let second = 5; second < 8; second++) record(second * 1_000, { latencyMs: second })
    const latencies = (sinceMs: number, limit: number) =>
      opened.store.observations.recent('fly', sinceMs, limit).map((sample) => sample.latencyMs)
    expect(latencies(startMs, 99)).toEqual([7, 6, 5, 4, 3, 2, 1, 0])
    expect(latencies(startMs + 3_000, 99)).toEqual([7, 6, 5, 4, 3])
    expect(latencies(startMs, 2)).toEqual([7, 6])
    expect(latencies(startMs, 4)).toEqual([7, 6, 5, 4])
    expect(opened.store.observations.recent('vercel', 0, 9)).toEqual([])
  })

  test('state changes name what it was before, the first one nothing', () => {
    record(0)
    record(1_000)
    record(2_000, trouble)
    opened.store.flush()
    record(3_000, trouble)
    record(4_000)
    const change = (atMs: number, from: string | null, to: string, extra = {}) =>
      expect.objectContaining({ atMs: startMs + atMs, from, to, ...extra })
    expect(opened.store.observations.stateChanges('fly', startMs)).toEqual([
      change(0, null, 'healthy', { details: { machines: 2 } }),
      change(2_000, 'healthy', 'unhealthy', { cause: 'server_error', error: 'HTTP 503', details: { code: 503 } }),
      change(4_000, 'unhealthy', 'healthy'),
    ])
    opened.store.flush()
    expect(opened.store.observations.stateChanges('fly', startMs + 2_000)).toHaveLength(2)
  })

  test('the last healthy moment outlives a restart and the samples themselves', async () => {
    record(0)
    record(600_000, trouble)
    opened.store.flush()
    opened.store.observations.rollup(startMs + 3_600_000)
    opened.store.observations.prune({ rawBeforeMs: startMs + 900_000, rollupBeforeMs: 0 })
    await opened.store.close()
    const { store } = await openTestStore({ folder: opened.folder })
    expect(store.observations.recent('fly', 0, 9)).toEqual([])
    expect(store.observations.lastHealthyAtMs('fly')).toBe(startMs)
    expect(store.observations.lastHealthyAtMs('vercel')).toBeNull()
    expect(store.observations.stateChanges('fly', 0)).toHaveLength(2)
  })
})

describe('a write that fails', () => {
  test('loses no sample: they are written by the next one', () => {
    record(0)
    expect(() =>
      opened.store.transaction(() => {
        record(1_000)
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(opened.store.observations.buffered).toBe(2)
    expect(opened.store.observations.recent('fly', 0, 9)).toHaveLength(2)
    expect(storedRows()).toBe(0)
    opened.store.flush()
    expect(storedRows()).toBe(2)
    expect(opened.store.observations.stateChanges('fly', 0)).toHaveLength(1)
  })

  test('while nothing can be written the newest 50,000 samples wait, and the rest is counted', () => {
    const blocker = new Database(opened.file)
    blocker.exec('BEGIN IMMEDIATE')
    for (let index = 0; index < 50_010; index++) record(index)
    expect(() => opened.store.flush()).toThrow(expect.objectContaining({ code: 'store_unwritable' }))
    expect(opened.store.observations.buffered).toBe(50_000)
    expect(opened.store.observations.dropped).toBe(10)
    blocker.exec('ROLLBACK')
    blocker.close()
    opened.store.flush()
    expect(storedRows()).toBe(50_000)
    expect(opened.store.observations.recent('fly', 0, 1)[0]?.atMs).toBe(startMs + 50_009)
    expect(opened.store.observations.dropped).toBe(10)
  })
})
