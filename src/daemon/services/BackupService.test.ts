import { appendFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import { BackupService } from './BackupService.ts'
import { Events } from './Events.ts'
import { createNewId } from './ids.ts'
import { LateWrites } from './LateWrites.ts'
import { Problems } from './Problems.ts'
import { Scheduler } from './Scheduler.ts'
import { SettingsService } from './SettingsService.ts'

async function service() {
  const test = await openTestStore()
  const { store, clock, folder } = test
  const logger = createMemoryLogger()
  const events = new Events(logger)
  const problems = new Problems({ clock, events, redact: (text) => text })
  const settings = new SettingsService({ store, clock, events, fixed: [] })
  const late = new LateWrites({ store, events, logger, problems })
  const target = join(folder, 'backups')
  const backups = new BackupService({
    store,
    late,
    clock,
    events,
    problems,
    settings,
    newId: createNewId(clock),
    folder: target,
  })
  const seams = () => store.audit.list({ limit: 0 }).map((row) => row.seam)
  return { ...test, backups, late, target, problems, settings, seams, logger }
}

describe('BackupService', () => {
  it('makes a copy, proves it by a test restore, and records both', async () => {
    const { backups, target, clock, seams } = await service()
    const row = await backups.create('operator')
    expect(row).toMatchObject({
      file: expect.stringMatching(/^kora-2026-05-11T14-00-00-000Z\.db$/),
      trigger: 'operator',
      state: 'ok',
      error: null,
      createdAtMs: clock.nowMs(),
      verifiedAtMs: clock.nowMs(),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(row.bytes).toBeGreaterThan(0)
    expect(await readdir(target)).toEqual([row.file])
    expect(await backups.list()).toEqual([row])
    expect(seams()).toEqual(['backup.created'])
  })

  it('joins one under way', async () => {
    const { backups } = await service()
    const rows = await Promise.all([backups.create('operator'), backups.create('schedule')])
    expect(rows[0]).toEqual(rows[1])
    expect(await backups.list()).toHaveLength(1)
  })

  it('keeps as many as it should, the newest', async () => {
    const { backups, target, clock, settings } = await service()
    settings.update({ retention: { backupsKept: 2 } })
    const made: string[] = []
    for (let day = 0; day < 4; day++) {
      made.push((await backups.create('schedule')).file)
      clock.stall(86_400_000)
    }
    const kept = made.slice(2).toReversed()
    expect((await backups.list()).map((row) => row.file)).toEqual(kept)
    expect((await readdir(target)).toSorted()).toEqual(kept.toSorted())
  })

  it('finds a copy that was damaged, and one that is gone', async () => {
    const { backups, target, clock } = await service()
    const damaged = await backups.create('operator')
    clock.stall(1_000)
    const gone = await backups.create('operator')
    await appendFile(join(target, damaged.file), 'x')
    await rm(join(target, gone.file))
    expect(await backups.verify(damaged.id)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('checksum'),
    })
    expect(await backups.list()).toEqual([
      expect.objectContaining({ id: gone.id, state: 'missing' }),
      expect.objectContaining({ id: damaged.id, state: 'failed' }),
    ])
    expect(await backups.verify(gone.id)).toMatchObject({ state: 'failed', error: 'The file is missing.' })
    await expect(backups.verify('bak_none')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('a failed copy does not count towards those that are kept', async () => {
    const { backups, target, clock, settings } = await service()
    settings.update({ retention: { backupsKept: 1 } })
    const good = await backups.create('operator')
    await appendFile(join(target, good.file), 'x')
    await backups.verify(good.id)
    clock.stall(1_000)
    const next = await backups.create('operator')
    expect((await backups.list()).map((row) => [row.id, row.state])).toEqual([
      [next.id, 'ok'],
      [good.id, 'failed'],
    ])
  })

  it('makes its folder again when it was removed', async () => {
    const { backups, target } = await service()
    await backups.create('operator')
    await rm(target, { recursive: true })
    expect((await backups.create('operator')).state).toBe('ok')
  })

  it('says why it cannot, stands as a problem until it can, and leaves no half of a file', async () => {
    const { backups, target, problems, seams } = await service()
    await writeFile(target, 'a file where the folder should be')
    await expect(backups.create('schedule')).rejects.toMatchObject({ code: 'backup_failed' })
    expect(problems.list()).toEqual([
      expect.objectContaining({
        code: 'backup_failed',
        route: '/system/backups',
        action: expect.stringContaining('space'),
      }),
    ])
    expect(seams()).toEqual(['backup.failed'])
    expect(await backups.list()).toEqual([])
    await rm(target)
    await backups.create('schedule')
    expect(problems.list()).toEqual([])
    expect(await readdir(target)).toHaveLength(1)
  })

  it('audit 4: fails as itself while the store refuses, and is on record at its time when that is over', async () => {
    const { backups, late, store, clock, file } = await service()
    const failedAtMs = clock.nowMs()
    const lock = new Database(file)
    lock.exec('BEGIN IMMEDIATE')
    await expect(backups.create('schedule')).rejects.toMatchObject({ code: 'backup_failed' })
    lock.close()
    clock.stall(60_000)
    late.look()
    expect(store.audit.list({ limit: 0 })).toMatchObject([{ seam: 'backup.failed', emittedAtMs: failedAtMs }])
  })

  it('runs nightly', async () => {
    const { backups, clock, logger } = await service()
    const scheduler = new Scheduler({ clock, logger })
    backups.register(scheduler, 1_000)
    scheduler.start()
    await clock.advance(1_500)
    await scheduler.drain()
    expect((await backups.list()).map((row) => row.trigger)).toEqual(['schedule'])
    expect(scheduler.rows()[0]).toMatchObject({ name: 'backup.nightly', intervalMs: 86_400_000, lastOutcome: 'ok' })
    await scheduler.stop(0)
  })
})
