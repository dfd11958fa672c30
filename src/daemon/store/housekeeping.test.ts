import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { startMs } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { BackupRecord } from './BackupRepository.ts'
import type { ScheduleState } from './ScheduleRepository.ts'

describe('settings', () => {
  test('hold any JSON value and give a new copy each time', async () => {
    const { settings } = (await openTestStore()).store
    const value = { from: '22:00', list: [1, null, true] }
    settings.set('quiet', value)
    settings.set('empty', null)
    expect(settings.get('quiet')).toEqual(value)
    expect(settings.get('quiet')).not.toBe(settings.get('quiet'))
    expect(settings.get('missing')).toBeNull()
    settings.set('quiet', false)
    expect(settings.all()).toEqual({ empty: null, quiet: false })
  })

  test('a value that cannot be read any more is null', async () => {
    const { store, file } = await openTestStore()
    store.settings.set('kept', 1)
    const other = new Database(file)
    other.exec(`INSERT INTO settings (key, value) VALUES ('torn', '{"a":')`)
    other.close()
    expect(store.settings.get('torn')).toBeNull()
    expect(store.settings.all()).toEqual({ kept: 1, torn: null })
  })

  test('what JSON has no form for is bad_input', async () => {
    const { settings } = (await openTestStore()).store
    expect(() => settings.set('a', undefined)).toThrow(expect.objectContaining({ code: 'bad_input' }))
    expect(settings.all()).toEqual({})
  })
})

test('schedules survive a restart of the program', async () => {
  const first = await openTestStore()
  const running: ScheduleState = {
    name: 'backup.nightly',
    lastStartedAtMs: startMs,
    lastFinishedAtMs: null,
    outcome: null,
    error: null,
    failuresInARow: 0,
  }
  first.store.schedules.save(running)
  expect(first.store.schedules.get('backup.nightly')).toEqual(running)
  const failed: ScheduleState = {
    ...running,
    lastFinishedAtMs: startMs + 1,
    outcome: 'failed',
    error: 'x',
    failuresInARow: 3,
  }
  first.store.schedules.save(failed)
  await first.store.close()
  const { store } = await openTestStore({ folder: first.folder })
  expect(store.schedules.get('backup.nightly')).toEqual(failed)
  expect(store.schedules.get('other')).toBeNull()
})

test('backups are listed newest first and can be forgotten', async () => {
  const { backups } = (await openTestStore()).store
  const record = (id: string, createdAtMs: number): BackupRecord => ({
    id,
    file: `${id}.db`,
    createdAtMs,
    bytes: 217_088,
    sha256: 'ab'.repeat(32),
    trigger: 'schedule',
    verifiedAtMs: null,
    state: 'ok',
    error: null,
  })
  for (const [id, atMs] of [
    ['a', 2],
    ['b', 3],
    ['c', 1],
  ] as const)
    backups.save(record(id, atMs))
  const checked: BackupRecord = {
    ...record('c', 1),
    trigger: 'operator',
    verifiedAtMs: 9,
    state: 'failed',
    error: 'torn',
  }
  backups.save(checked)
  expect(backups.list().map(({ id }) => id)).toEqual(['b', 'a', 'c'])
  expect(backups.get('c')).toEqual(checked)
  backups.remove('b')
  expect(backups.get('b')).toBeNull()
  expect(backups.list()).toHaveLength(2)
})
