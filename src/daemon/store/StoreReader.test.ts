import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../../test/fakes/fakeClock.ts'
import { anObservation, aProbe, startMs } from '../../../test/fakes/records.ts'
import { openTestStore, readWorker, type TestStore } from '../../../test/fakes/testStore.ts'
import type { Observation } from '../../domain/observation.ts'
import { schemaVersion } from './migrations/index.ts'
import { StoreReader } from './StoreReader.ts'

let opened: TestStore
let reader: StoreReader

beforeEach(async () => {
  opened = await openTestStore()
  reader = opened.store.reader
})

function record(afterMs: number, changes: Partial<Observation> = {}): void {
  opened.store.observations.record(anObservation({ observedAtMs: startMs + afterMs, ...changes }))
}

const minute = 60_000
const bad = { status: 'unreachable', cause: 'timeout', latencyMs: null } as const

describe('series', () => {
  beforeEach(() => {
    opened.store.probes.insert(aProbe())
    opened.store.probes.insert(aProbe({ id: 'vercel' }))
  })

  const series = (fromMs: number, toMs: number, points: number) =>
    reader.series('fly', startMs + fromMs, startMs + toMs, points)

  test('equal buckets of one probe, means and maxima, gaps included', async () => {
    record(0, { latencyMs: 100 })
    record(20_000, { latencyMs: 201 })
    record(40_000, bad)
    record(3 * minute, bad)
    record(0, { probeId: 'vercel', latencyMs: 5_000 })
    opened.store.flush()
    const { bucketMs, points } = await series(0, 3 * minute, 4)
    expect(bucketMs).toBe(minute)
    expect(points).toEqual([
      { atMs: startMs, latencyMs: 151, maxMs: 201, samples: 3, bad: 1 },
      { atMs: startMs + minute, latencyMs: null, maxMs: null, samples: 0, bad: 0 },
      { atMs: startMs + 2 * minute, latencyMs: null, maxMs: null, samples: 0, bad: 0 },
      { atMs: startMs + 3 * minute, latencyMs: null, maxMs: null, samples: 1, bad: 1 },
    ])
  })

  test('never more points than asked for, however long the span', async () => {
    for (const [span, points] of [
      [minute, 10],
      [86_400_000, 288],
      [90 * 86_400_000, 100],
      [3_650 * 86_400_000, 10],
    ] as const) {
      const result = await series(-span, 0, points)
      expect(result.points.length).toBeLessThanOrEqual(points)
      expect(result.points.length).toBeGreaterThan(points / 6)
      expect(result.points[0]?.atMs).toBeLessThanOrEqual(startMs - span)
    }
  })

  test('rollups and samples meet without counting anything twice', async () => {
    for (let index = 0; index < 60; index++) record(index * minute, { latencyMs: index })
    opened.store.flush()
    opened.store.observations.rollup(startMs + 32 * minute)
    const before = await series(0, 59 * minute, 13)
    opened.store.observations.prune({ rawBeforeMs: startMs + 20 * minute, rollupBeforeMs: 0 })
    const after = await series(0, 59 * minute, 13)
    expect(before.bucketMs).toBe(5 * minute)
    expect(after).toEqual(before)
    expect(after.points.map(({ samples }) => samples)).toEqual(Array.from({ length: 12 }, () => 5))
    expect(after.points[1]).toMatchObject({ latencyMs: 7, maxMs: 9 })
    const wide = await series(0, 59 * minute, 3)
    expect(wide.points.map(({ samples }) => samples)).toEqual([30, 30])
  })

  test('where only rollups are left the buckets are no narrower than they', async () => {
    for (let index = 0; index < 20; index++) record(index * minute)
    opened.store.flush()
    opened.store.observations.rollup(startMs + 10 * minute)
    opened.store.observations.prune({ rawBeforeMs: startMs + 10 * minute, rollupBeforeMs: 0 })
    const { bucketMs, points } = await series(0, 19 * minute, 500)
    expect(bucketMs).toBe(5 * minute)
    expect(points.map(({ samples }) => samples)).toEqual([5, 5, 5, 5])
    expect((await series(10 * minute, 19 * minute, 500)).bucketMs).toBe(5_000)
  })

  test('a probe nobody knows and a span that runs backwards are refused', async () => {
    await expect(reader.series('nowhere', 0, 1, 10)).rejects.toMatchObject({ name: 'KoraError', code: 'not_found' })
    await expect(series(1, 0, 10)).rejects.toMatchObject({ code: 'bad_input' })
  })

  test('the last hour of every probe, oldest first', async () => {
    record(0)
    record(10, { ...bad, probeId: 'vercel' })
    record(20, { latencyMs: 0 })
    opened.store.flush()
    expect(await reader.lastHour(startMs + 10)).toEqual([
      { probeId: 'vercel', atMs: startMs + 10, latencyMs: null, bad: true },
      { probeId: 'fly', atMs: startMs + 20, latencyMs: 0, bad: false },
    ])
    expect(await reader.lastHour(startMs + 21)).toEqual([])
  })
})

describe('the thread', () => {
  test('starts with the first question, ends after 30 s without one, and starts again', async () => {
    expect(reader.running).toBe(false)
    await reader.quickCheck()
    expect(reader.running).toBe(true)
    await opened.clock.advance(29_999)
    await reader.quickCheck()
    await opened.clock.advance(29_999)
    expect(reader.running).toBe(true)
    await opened.clock.advance(1)
    expect(reader.running).toBe(false)
    expect(await reader.quickCheck()).toEqual([])
    expect(reader.running).toBe(true)
  })

  test('answers many questions at once, each its own', async () => {
    opened.store.audit.append({ seam: 'daemon.started' }, startMs)
    const [checks, audit, failed, hour] = await Promise.all([
      reader.quickCheck(),
      reader.verifyAudit(0),
      reader.series('nowhere', 0, 1, 10).then(
        () => null,
        (error: { code: string }) => error.code,
      ),
      reader.lastHour(0),
    ])
    expect([checks, audit.rows, failed, hour]).toEqual([[], 1, 'not_found', []])
  })

  test('when it dies, open questions fail with internal and the next one is answered', async () => {
    const script = join(opened.folder, 'dying.mjs')
    const died = join(opened.folder, 'died')
    writeFileSync(
      script,
      `import { existsSync, writeFileSync } from 'node:fs'
       import { parentPort } from 'node:worker_threads'
       parentPort.on('message', (message) => {
         if (message === null) return parentPort.close()
         if (existsSync(${JSON.stringify(died)})) return parentPort.postMessage({ id: message.id, value: ['alive'] })
         writeFileSync(${JSON.stringify(died)}, '')
         throw new Error('out of luck')
       })`,
    )
    const fragile = new StoreReader({
      file: opened.file,
      readWorker: new URL(`file://${script}`),
      clock: createFakeClock(),
    })
    onTestFinished(() => fragile.close())
    const results = await Promise.allSettled([fragile.quickCheck(), fragile.quickCheck()])
    expect(results).toEqual([
      {
        status: 'rejected',
        reason: expect.objectContaining({ code: 'internal', message: expect.stringContaining('out of luck') }),
      },
      { status: 'rejected', reason: expect.objectContaining({ code: 'internal' }) },
    ])
    expect(fragile.running).toBe(false)
    expect(await fragile.quickCheck()).toEqual(['alive'])
  })

  test('a database it cannot open is an error with its code, not a dead thread', async () => {
    const missing = new StoreReader({ file: join(opened.folder, 'none.db'), readWorker, clock: createFakeClock() })
    onTestFinished(() => missing.close())
    await expect(missing.quickCheck()).rejects.toMatchObject({ code: 'store_unwritable' })
    expect(missing.running).toBe(true)
  })

  test('closing waits for what was asked', async () => {
    const asked = reader.quickCheck()
    await reader.close()
    expect(await asked).toEqual([])
    await expect(reader.quickCheck()).rejects.toMatchObject({ code: 'daemon_stopping' })
  })
})

describe('backups', () => {
  const target = () => join(opened.folder, 'copy.db')

  test('hold everything committed, under their name only when complete, for the owner alone', async () => {
    opened.store.settings.set('a', { b: 1 })
    opened.store.audit.append({ seam: 'daemon.started' }, startMs)
    const backup = await reader.backup(target())
    expect(backup.bytes).toBe(readFileSync(target()).length)
    expect(backup.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(readdirSync(opened.folder).filter((name) => name.startsWith('copy'))).toEqual(['copy.db'])
    const check = await reader.verifyBackup(target(), backup.sha256)
    expect(check).toMatchObject({ ok: true, error: null, sha256: backup.sha256 })
    expect(check.rows).toMatchObject({ settings: 1, audit_log: 1, ledger: 0 })
    const copy = new Database(target(), { readonly: true })
    expect(copy.prepare('SELECT key, value FROM settings').all()).toEqual([{ key: 'a', value: '{"b":1}' }])
    expect(copy.pragma('user_version', { simple: true })).toBe(schemaVersion)
    copy.close()
  })

  test('what a killed attempt left is replaced, and so is an older file of the same name', async () => {
    writeFileSync(`${target()}.part`, 'half a backup')
    writeFileSync(target(), 'an old one')
    const backup = await reader.backup(target())
    expect(await reader.verifyBackup(target(), backup.sha256)).toMatchObject({ ok: true })
    expect(existsSync(`${target()}.part`)).toBe(false)
  })

  test('a folder that is not there is backup_failed, and the thread can go on', async () => {
    await expect(reader.backup(join(opened.folder, 'none', 'copy.db'))).rejects.toMatchObject({ code: 'backup_failed' })
    expect(await reader.quickCheck()).toEqual([])
    expect((await reader.backup(target())).bytes).toBeGreaterThan(0)
  })

  test('a changed, torn, foreign or missing file is told as such', async () => {
    const { sha256 } = await reader.backup(target())
    const whole = readFileSync(target())
    const check = async (content: Buffer | string, expected?: string) => {
      writeFileSync(target(), content)
      return reader.verifyBackup(target(), expected)
    }
    const flipped = Buffer.from(whole)
    flipped[5_000] = (flipped[5_000] ?? 0) ^ 1
    expect(await check(flipped, sha256)).toMatchObject({ ok: false, error: expect.stringContaining('checksum') })
    expect(await check(whole.subarray(0, 20_480))).toMatchObject({ ok: false })
    expect(await check('no database')).toMatchObject({
      ok: false,
      rows: {},
      error: expect.stringContaining('not a Kora'),
    })
    expect(await check('')).toMatchObject({ ok: false })
    expect(await check(whole, sha256)).toMatchObject({ ok: true })
    expect(await reader.verifyBackup(join(opened.folder, 'none.db'))).toEqual({
      ok: false,
      error: 'The file is missing.',
      rows: {},
      sha256: null,
    })
  })

  test.each([
    ['a newer schema', `PRAGMA user_version = ${schemaVersion + 1}`, /schema/],
    ['another program', 'PRAGMA application_id = 1', /not a Kora database/],
    ['a hidden trigger', 'CREATE TRIGGER t AFTER INSERT ON settings BEGIN DELETE FROM audit_log; END', /tables/],
    ['a missing table', 'DROP TABLE audit_log', /tables/],
  ])('%s is refused', async (_name, sql, error) => {
    await reader.backup(target())
    const copy = new Database(target())
    copy.exec(sql)
    copy.close()
    expect(await reader.verifyBackup(target())).toMatchObject({ ok: false, error: expect.stringMatching(error) })
  })
})
