import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import { Connection } from './Connection.ts'
import { openDatabase } from './openDatabase.ts'

const set = 'INSERT INTO settings (key, value) VALUES (?, ?)'
const keysSql = 'SELECT key FROM settings ORDER BY key'

let database: Database.Database
let connection: Connection
let file: string

beforeEach(async () => {
  file = join(await tempFolder(), 'kora.db')
  database = openDatabase(file)
  connection = new Connection(database)
  return () => void database.close()
})

const keys = () => connection.all<{ key: string }>(keysSql).map(({ key }) => key)

describe('write', () => {
  test('commits what it did and returns the result', () => {
    const result = connection.write(() => {
      connection.run(set, 'a', '1')
      return 7
    })
    expect(result).toBe(7)
    const other = new Database(file, { readonly: true })
    expect(other.prepare('SELECT value FROM settings').pluck().all()).toEqual(['1'])
    other.close()
  })

  test('undoes all of it when it throws', () => {
    const fail = () =>
      connection.write(() => {
        connection.run(set, 'a', '1')
        throw new Error('stop')
      })
    expect(fail).toThrow('stop')
    expect(keys()).toEqual([])
    expect(connection.inTransaction).toBe(false)
  })

  test('a nested call joins the outer one', () => {
    const fail = () =>
      connection.write(() => {
        connection.write(() => connection.run(set, 'inner', '1'))
        throw new Error('stop')
      })
    expect(fail).toThrow('stop')
    expect(keys()).toEqual([])
  })

  test('half of a failed nested step is not committed, even when its error was caught', () => {
    const swallow = () =>
      connection.write(() => {
        connection.run(set, 'outer', '1')
        try {
          connection.write(() => {
            connection.run(set, 'inner', '1')
            throw new Error('half')
          })
        } catch {
          connection.run(set, 'after', '1')
        }
      })
    expect(swallow).toThrow('half')
    expect(keys()).toEqual([])
    connection.write(() => connection.run(set, 'next', '1'))
    expect(keys()).toEqual(['next'])
  })

  test('a refused statement that is caught does not spoil the rest', () => {
    connection.write(() => {
      connection.run(set, 'a', '1')
      expect(() => connection.run(set, 'a', '2')).toThrow(expect.objectContaining({ code: 'conflict' }))
      connection.run(set, 'b', '1')
    })
    expect(keys()).toEqual(['a', 'b'])
  })
})

describe('errors', () => {
  test('a full disk is store_full, reading goes on, and it recovers by itself', () => {
    const pages = Number(database.pragma('page_count', { simple: true }))
    database.pragma(`max_page_count = ${pages}`)
    const fill = () => connection.write(() => connection.run(set, 'big', 'x'.repeat(50_000)))
    expect(fill).toThrow(expect.objectContaining({ code: 'store_full', data: { sqliteCode: 'SQLITE_FULL' } }))
    expect(keys()).toEqual([])
    database.pragma(`max_page_count = ${pages + 100}`)
    fill()
    expect(keys()).toEqual(['big'])
  })

  test('when SQLite ends the transaction by itself, nothing after it is committed row by row', () => {
    database.exec(`CREATE TEMP TRIGGER ends BEFORE INSERT ON settings WHEN new.key = 'end'
      BEGIN SELECT RAISE(ROLLBACK, 'ended'); END`)
    const swallow = () =>
      connection.write(() => {
        connection.run(set, 'before', '1')
        expect(() => connection.run(set, 'end', '1')).toThrow(expect.objectContaining({ code: 'bad_input' }))
        expect(() => connection.run(set, 'after', '1')).toThrow(expect.objectContaining({ code: 'bad_input' }))
      })
    expect(swallow).toThrow(expect.objectContaining({ code: 'bad_input' }))
    expect(keys()).toEqual([])
    connection.write(() => connection.run(set, 'next', '1'))
    expect(keys()).toEqual(['next'])
  })

  test('a held write lock is store_unwritable', () => {
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    onTestFinished(() => void other.close())
    expect(() => connection.write(() => connection.run(set, 'a', '1'))).toThrow(
      expect.objectContaining({ code: 'store_unwritable', data: { sqliteCode: 'SQLITE_BUSY' } }),
    )
    other.exec('COMMIT')
    connection.write(() => connection.run(set, 'a', '1'))
    expect(keys()).toEqual(['a'])
  })

  test('a read-only connection is store_read_only', () => {
    database.pragma('query_only = ON')
    expect(() => connection.run(set, 'a', '1')).toThrow(expect.objectContaining({ code: 'store_read_only' }))
  })

  test('a value of the wrong type is bad_input', () => {
    const sql = 'INSERT INTO rollup_cursor (id, rolled_to_ms) VALUES (1, ?)'
    expect(() => connection.run(sql, 'soon')).toThrow(expect.objectContaining({ code: 'bad_input' }))
  })

  test('after close it says so', () => {
    connection.close()
    expect(() => keys()).toThrow(expect.objectContaining({ code: 'daemon_stopping' }))
  })

  test('after a failed fsync nothing is acknowledged any more, and reading goes on', () => {
    const failing = new Proxy(database, {
      get(target, property) {
        if (property === 'prepare') {
          return (sql: string) => (sql === 'COMMIT' ? { run: failFsync } : target.prepare(sql))
        }
        const value: unknown = Reflect.get(target, property, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const stopped = new Connection(failing)
    const refused = expect.objectContaining({ code: 'store_unwritable', data: { sqliteCode: 'SQLITE_IOERR_FSYNC' } })
    expect(() => stopped.write(() => stopped.run(set, 'a', '1'))).toThrow(refused)
    expect(() => stopped.write(() => stopped.run(set, 'b', '1'))).toThrow(refused)
    expect(() => stopped.run(set, 'c', '1')).toThrow(refused)
    expect(stopped.all(keysSql)).toEqual([])
  })
})

function failFsync(): never {
  throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC')
}
