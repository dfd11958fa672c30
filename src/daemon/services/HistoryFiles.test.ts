import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { startMs } from '../../../test/fakes/records.ts'
import { openTestStore, readWorker } from '../../../test/fakes/testStore.ts'
import type { HistoryFile, OpenProgress } from '../../contract/history.ts'
import { makeCopy } from '../store/openCopy.ts'
import { StoreReader } from '../store/StoreReader.ts'
import { HistoryFiles } from './HistoryFiles.ts'
import { HistoryService } from './HistoryService.ts'
import { Events } from './Events.ts'
import { createNewId } from './ids.ts'
import { LateWrites } from './LateWrites.ts'
import { Problems } from './Problems.ts'

const never = new AbortController().signal

async function world() {
  const { store, clock, folder, file } = await openTestStore()
  const copies = join(folder, 'opened')
  const logger = createMemoryLogger()
  const events = new Events(logger)
  const problems = new Problems({ clock, events, redact: (text) => text })
  const late = new LateWrites({ store, events, logger, problems })
  const files = new HistoryFiles({
    store,
    late,
    clock,
    logger,
    newId: createNewId(clock),
    folder: copies,
    backups: folder,
    makeCopy: (options) => makeCopy({ ...options, script: readWorker }),
    openReader: (copy) => new StoreReader({ file: copy, clock, readWorker }),
  })
  files.start()
  onTestFinished(() => files.stop())
  return { store, late, clock, folder, file, copies, files, history: new HistoryService({ store, files }) }
}

async function all(stream: AsyncIterable<OpenProgress>): Promise<{ file: HistoryFile; steps: string[] }> {
  const steps: string[] = []
  for await (const message of stream) {
    if (message.kind === 'opened') return { file: message.file, steps }
    steps.push(message.step)
  }
  throw new Error('the file was not opened')
}

/** A history of somebody else: as many rows as asked, closed in order. */
async function another(rows: number, folder?: string): Promise<string> {
  const { store, file } = await openTestStore(folder === undefined ? {} : { folder })
  store.transaction(() => {
    for (let no = 0; no < rows; no++) {
      store.audit.append({ seam: 'task.failed', details: { task: 'theirs', error: `no ${no}` } }, startMs + no)
    }
  })
  await store.close()
  return file
}

const bytesOf = (file: string) =>
  ['', '-wal', '-shm', '-journal'].map((end) => existsSync(file + end) && readFileSync(file + end))

describe('opening another history', () => {
  test('it is read from a copy, indexed, beside our own; nothing of it changes', async () => {
    const { files, history, store, copies } = await world()
    store.audit.append({ seam: 'daemon.started' }, startMs)
    store.history.advance(10)
    const theirs = await another(1_200)
    const [before, beside] = [bytesOf(theirs), await readdir(join(theirs, '..'))]
    const { file, steps } = await all(files.open({ path: theirs }, never))
    expect(file).toMatchObject({ path: theirs, records: 1_200, newestAtMs: startMs + 1_199, schema: 9 })
    expect(steps.at(-1)).toBe('indexing')
    expect(store.audit.list({ seam: 'history.file_opened', limit: 1 })).toMatchObject([
      { source: 'operator', details: { path: theirs, records: 1_200 } },
    ])
    expect([bytesOf(theirs), await readdir(join(theirs, '..'))]).toEqual([before, beside])

    const page = await history.query({ file: file.id, text: 'theirs', limit: 10, records: true })
    expect(page.items[0]).toMatchObject({ text: 'theirs failed', aside: 'no 1199', route: null })
    expect((await history.query({ limit: 10, records: false })).items).toMatchObject([{ text: 'Kora started' }])
    expect(files.list()).toEqual([file])

    await files.close(file.id)
    expect(await readdir(copies)).toEqual([])
    await expect(history.query({ file: file.id, limit: 10, records: false })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  test('audit 4: while the store refuses it is opened all the same, and on record at its time when that is over', async () => {
    const { files, store, late, clock, file } = await world()
    const theirs = await another(1)
    const openedAtMs = clock.nowMs()
    const lock = new Database(file)
    lock.exec('BEGIN IMMEDIATE')
    await all(files.open({ path: theirs }, never))
    lock.close()
    clock.stall(60_000)
    late.look()
    expect(store.audit.list({ limit: 0 })).toMatchObject([{ seam: 'history.file_opened', emittedAtMs: openedAtMs }])
  })

  test('a backup is opened by its id', async () => {
    const { files, folder, store } = await world()
    store.audit.append({ seam: 'daemon.started' }, startMs)
    const { bytes, sha256 } = await store.reader.backup(join(folder, 'b.db'))
    const row = { id: 'bak_1', file: 'b.db', createdAtMs: startMs, bytes, sha256, trigger: 'operator' } as const
    store.backups.save({ ...row, verifiedAtMs: null, state: 'ok', error: null })
    const { file } = await all(files.open({ backupId: 'bak_1' }, never))
    expect(file.records).toBe(1)
    await expect(all(files.open({ backupId: 'bak_2' }, never))).rejects.toMatchObject({ code: 'not_found' })
  })

  test('one that another process writes to is read as of one moment, and the writer is not disturbed', async () => {
    const { files, history } = await world()
    const other = await openTestStore()
    const write = (no: number) =>
      other.store.audit.append({ seam: 'task.failed', details: { error: `${no}` } }, startMs + no)
    for (let no = 0; no < 100; no++) write(no)
    const opening = all(files.open({ path: other.file }, never))
    for (let no = 100; no < 300; no++) write(no)
    const { file } = await opening
    expect(file.records).toBeGreaterThanOrEqual(100)
    for (let no = 300; no < 310; no++) write(no)
    expect(other.store.audit.head().seq).toBe(310)
    const { items } = await history.query({ file: file.id, limit: 500, records: false })
    expect(items).toHaveLength(file.records)
    expect(items.map(({ aside }) => Number(aside)).toReversed()).toEqual(items.map((_, no) => no))
  })

  test('one whose process was killed is read with the log it left behind', async () => {
    const { files, folder } = await world()
    const other = await openTestStore()
    other.store.audit.append({ seam: 'task.failed', details: { error: 'in the log alone' } }, startMs)
    const left = join(folder, 'left.db')
    copyFileSync(other.file, left)
    copyFileSync(`${other.file}-wal`, `${left}-wal`)
    expect(statSync(`${left}-wal`).size).toBeGreaterThan(0)
    const before = bytesOf(left)
    const { file } = await all(files.open({ path: left }, never))
    expect(file.records).toBe(1)
    expect(bytesOf(left)).toEqual(before)
  })

  test('given up half-way it leaves nothing', async () => {
    const { files, copies } = await world()
    const theirs = await another(20_000)
    const giveUp = new AbortController()
    const opening = all(files.open({ path: theirs }, giveUp.signal))
    giveUp.abort()
    await expect(opening).rejects.toMatchObject({ code: 'timed_out' })
    expect(await readdir(copies)).toEqual([])
    expect(files.list()).toEqual([])
  })

  test('no more than five at once', async () => {
    const { files } = await world()
    const theirs = await another(1)
    for (let no = 0; no < 5; no++) await all(files.open({ path: theirs }, never))
    await expect(all(files.open({ path: theirs }, never))).rejects.toMatchObject({ code: 'conflict' })
    await files.close(files.list()[0]?.id ?? '')
    await all(files.open({ path: theirs }, never))
  })

  test('what an earlier process left is removed at the start', async () => {
    const { files, copies } = await world()
    mkdirSync(copies, { recursive: true })
    writeFileSync(join(copies, 'his_old.db'), 'left')
    files.start()
    expect(existsSync(copies)).toBe(false)
  })
})

describe('what is refused says why and changes nothing', () => {
  const refusal = async (make: (folder: string) => string | Promise<string>) => {
    const { files, folder, copies } = await world()
    const path = await make(folder)
    const before = existsSync(path) && statSync(path).isFile() ? bytesOf(path) : null
    const error: unknown = await all(files.open({ path }, never)).catch((thrown: unknown) => thrown)
    if (before) expect(bytesOf(path)).toEqual(before)
    expect(existsSync(copies) ? await readdir(copies) : []).toEqual([])
    return error
  }
  const byHand = (file: string, sql: string): string => {
    const other = new Database(file)
    other.exec(sql)
    other.close()
    return file
  }
  const text = (folder: string, content: string | Buffer): string => {
    writeFileSync(join(folder, 'odd.db'), content)
    return join(folder, 'odd.db')
  }

  test.each<[string, (folder: string) => string | Promise<string>, string, RegExp]>([
    ['nothing there', (folder) => join(folder, 'no.db'), 'history_file_invalid', /^There is no file/],
    ['a folder', (folder) => folder, 'history_file_invalid', /is a folder/],
    ['a path from nowhere', () => 'kora.db', 'history_file_invalid', /whole path/],
    ['an empty file', (folder) => text(folder, ''), 'history_file_invalid', /not a Kora history/],
    ['a text', (folder) => text(folder, 'this is no database. '.repeat(100)), 'history_file_invalid', /not a Kora/],
    [
      'a database of another program',
      (folder) => byHand(join(folder, 'x.db'), 'CREATE TABLE a (b)'),
      'history_file_invalid',
      /not a Kora/,
    ],
    [
      'a newer one',
      async () => byHand(await another(3), 'PRAGMA user_version = 99'),
      'store_newer_schema',
      /newer Kora \(schema 99/,
    ],
    [
      'one with a trigger that we did not make',
      async () =>
        byHand(await another(3), 'CREATE TRIGGER t AFTER INSERT ON settings BEGIN DELETE FROM audit_log; END'),
      'history_file_invalid',
      /not the ones Kora made/,
    ],
    [
      'a view in the place of a table',
      async () => byHand(await another(3), 'DROP TABLE audit_log; CREATE VIEW audit_log AS SELECT 1 AS seq'),
      'history_file_invalid',
      /not the ones Kora made/,
    ],
    [
      'a damaged one',
      async () => {
        const file = await another(5_000)
        const whole = readFileSync(file)
        whole.fill(0x5a, 300_000, 420_000)
        writeFileSync(file, whole)
        return file
      },
      'history_file_damaged',
      /damaged/,
    ],
    [
      'one cut off',
      async () => {
        const file = await another(5_000)
        writeFileSync(file, readFileSync(file).subarray(0, 100_000))
        return file
      },
      'history_file_damaged',
      /damaged/,
    ],
  ])('%s', async (_name, make, code, words) => {
    const error = await refusal(make)
    expect(error).toMatchObject({ code })
    expect((error as Error).message).toMatch(words)
  })
})

describe('saved filters', () => {
  const filter = (id: string, name: string) => ({ id, name, filter: { text: 'fly' }, lastMs: 86_400_000 })

  test('are kept by name, changed under their id, and removed', async () => {
    const { history } = await world()
    history.saveFilter(filter('2', 'nights'))
    expect(history.saveFilter(filter('1', 'fly only')).map(({ name }) => name)).toEqual(['fly only', 'nights'])
    expect(history.saveFilter({ ...filter('2', 'Nights'), lastMs: null })).toHaveLength(2)
    expect(() => history.saveFilter(filter('3', 'NIGHTS'))).toThrow(expect.objectContaining({ code: 'conflict' }))
    expect(history.removeFilter('1')).toEqual([{ ...filter('2', 'Nights'), lastMs: null }])
  })

  test('at most 50, and one that cannot be read does not hide the others', async () => {
    const { history, store } = await world()
    for (let no = 0; no < 50; no++) history.saveFilter(filter(`${no}`, `filter ${no}`))
    expect(() => history.saveFilter(filter('50', 'one more'))).toThrow(expect.objectContaining({ code: 'conflict' }))
    store.settings.set('history.filters', [filter('1', 'kept'), { id: 7 }, 'torn'])
    expect(history.savedFilters()).toEqual([filter('1', 'kept')])
  })
})
