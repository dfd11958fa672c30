import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import { schemaVersion } from './migrations/index.ts'
import { openDatabase } from './openDatabase.ts'

let folder: string
let file: string

beforeEach(async () => {
  folder = await tempFolder()
  file = join(folder, 'kora.db')
})

const failure = (code: string) => expect.objectContaining({ name: 'KoraError', code })

function pragmas(database: Database.Database): Record<string, unknown> {
  const names = ['synchronous', 'journal_mode', 'trusted_schema', 'cell_size_check', 'foreign_keys', 'busy_timeout']
  return Object.fromEntries(names.map((name) => [name, database.pragma(name, { simple: true })]))
}

describe('settings', () => {
  const safe = {
    synchronous: 2,
    journal_mode: 'wal',
    trusted_schema: 0,
    cell_size_check: 1,
    foreign_keys: 1,
    busy_timeout: 250,
  }

  test('are safe when the file is new and every time it is opened again', () => {
    for (let round = 0; round < 3; round++) {
      const database = openDatabase(file)
      expect(pragmas(database)).toEqual(safe)
      expect(database.pragma('user_version', { simple: true })).toBe(schemaVersion)
      database.close()
    }
  })

  test('a plain reopen would not have synchronous FULL, which is why it is set', () => {
    openDatabase(file).close()
    const plain = new Database(file)
    plain.prepare('SELECT count(*) FROM probes').get()
    expect(plain.pragma('synchronous', { simple: true })).toBe(1)
    plain.close()
  })

  test.skipIf(process.platform === 'win32')('folder and file are readable by their owner alone', () => {
    const inner = join(folder, 'data', 'kora.db')
    openDatabase(inner).close()
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700)
    expect(statSync(inner).mode & 0o777).toBe(0o600)
  })
})

describe('a newer schema', () => {
  const forge = () => {
    const database = openDatabase(file)
    database.pragma(`user_version = ${schemaVersion + 1}`)
    return database
  }

  test('is refused with both versions named, and no byte is changed', () => {
    forge().close()
    const before = readFileSync(file)
    expect(() => openDatabase(file)).toThrow(
      expect.objectContaining({
        code: 'store_newer_schema',
        data: { file, found: schemaVersion + 1, known: schemaVersion },
      }),
    )
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('is found in the log of a crashed process too, and the log is left as it is', () => {
    const live = forge()
    const copy = join(folder, 'crashed.db')
    copyFileSync(file, copy)
    copyFileSync(`${file}-wal`, `${copy}-wal`)
    live.close()
    const [main, log] = [readFileSync(copy), readFileSync(`${copy}-wal`)]
    expect(main.readUInt32BE(60)).not.toBe(schemaVersion + 1)
    expect(() => openDatabase(copy)).toThrow(failure('store_newer_schema'))
    expect(readFileSync(copy).equals(main)).toBe(true)
    expect(readFileSync(`${copy}-wal`).equals(log)).toBe(true)
  })
})

describe('damage', () => {
  test.each([
    ['text', 'these are not the bytes of a database, but enough of them to fill the first hundred and some more'],
    ['a short file', 'SQLite format 3\0'],
  ])('%s is not taken for a database', (_name, content) => {
    writeFileSync(file, content)
    expect(() => openDatabase(file)).toThrow(failure('store_damaged'))
    expect(readFileSync(file, 'utf8')).toBe(content)
  })

  test('says what to do', () => {
    writeFileSync(file, 'x'.repeat(200))
    expect(() => openDatabase(file)).toThrow(/restore the newest good backup/)
  })

  test('a database of another program is left alone', () => {
    const other = new Database(file)
    other.exec('CREATE TABLE bookmarks (url TEXT)')
    other.close()
    const before = readFileSync(file)
    expect(() => openDatabase(file)).toThrow(failure('store_damaged'))
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('a database of another program that numbers its schema is left alone', () => {
    const other = new Database(file)
    other.exec('CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 2')
    other.close()
    expect(() => openDatabase(file)).toThrow(failure('store_damaged'))
  })

  test('an overwritten first page of the schema', () => {
    openDatabase(file).close()
    const bytes = readFileSync(file)
    bytes.fill(0xff, 100, 4_096)
    writeFileSync(file, bytes)
    expect(() => openDatabase(file)).toThrow(failure('store_damaged'))
  })

  test('an emptied file whose log still holds rows is not started anew', () => {
    const live = openDatabase(file)
    live.exec(`INSERT INTO settings (key, value) VALUES ('a', '1')`)
    const copy = join(folder, 'crashed.db')
    copyFileSync(file, copy)
    copyFileSync(`${file}-wal`, `${copy}-wal`)
    live.close()
    truncateSync(copy, 0)
    const log = readFileSync(`${copy}-wal`)
    expect(() => openDatabase(copy)).toThrow(failure('store_damaged'))
    expect(readFileSync(`${copy}-wal`).equals(log)).toBe(true)
  })

  test('an empty file without a log is a new database', () => {
    writeFileSync(file, '')
    const database = openDatabase(file)
    expect(database.pragma('user_version', { simple: true })).toBe(schemaVersion)
    database.close()
  })
})

describe('a place that cannot be written', () => {
  test('a folder under a file', () => {
    writeFileSync(join(folder, 'taken'), '')
    expect(() => openDatabase(join(folder, 'taken', 'kora.db'))).toThrow(failure('store_unwritable'))
  })

  test('a folder where the file should be', () => {
    mkdirSync(file)
    expect(() => openDatabase(file)).toThrow(failure('store_unwritable'))
  })

  test('a database whose write lock another process holds', () => {
    openDatabase(file).close()
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    expect(() => openDatabase(file)).toThrow(failure('store_unwritable'))
    other.exec('COMMIT')
    other.close()
    openDatabase(file).close()
    expect(existsSync(`${file}-wal`)).toBe(false)
  })
})
