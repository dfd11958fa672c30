import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import { migrate } from './migrate.ts'
import { applicationId, migrations, schemaVersion } from './migrations/index.ts'
import { openDatabase } from './openDatabase.ts'

let folder: string
let file: string

beforeEach(async () => {
  folder = await tempFolder()
  file = join(folder, 'kora.db')
})

const tablesOf = (database: Database.Database) =>
  database
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite#_%' ESCAPE '#'`)
    .pluck()
    .all()
    .toSorted()

/** Tables each migration adds. */
const added: readonly string[][] = [
  ['latest', 'observations', 'probes', 'rollup_cursor', 'rollups', 'state_changes'],
  ['incidents', 'investigations', 'wakes', 'watches'],
  ['deliveries', 'outbox'],
  ['audit_anchor', 'audit_log'],
  ['ledger'],
  ['backups', 'schedules', 'settings'],
]

test('every migration is tested below', () => {
  expect(added).toHaveLength(migrations.length)
})

describe.each(added.map((tables, index) => ({ version: index + 1, tables })))(
  'migration $version',
  ({ version, tables }) => {
    test('takes a database from the version before it and adds its tables', () => {
      const database = new Database(file)
      migrate(database, version - 1)
      const before = tablesOf(database)
      migrate(database, version)
      expect(tablesOf(database)).toEqual([...before, ...tables].toSorted())
      expect(database.pragma('user_version', { simple: true })).toBe(version)
      expect(database.pragma('application_id', { simple: true })).toBe(applicationId)
      database.close()
    })

    test('interrupted at any statement it leaves the version before it, and can be done again', () => {
      const statements = (migrations[version - 1]?.length ?? 0) + 3
      for (let stop = 0; stop < statements; stop++) {
        const database = new Database(':memory:')
        migrate(database, version - 1)
        const before = tablesOf(database)
        expect(() => migrate(failingAt(database, stop), version)).toThrow('interrupted')
        expect(tablesOf(database)).toEqual(before)
        expect(database.pragma('user_version', { simple: true })).toBe(version - 1)
        migrate(database)
        expect(database.pragma('user_version', { simple: true })).toBe(schemaVersion)
        database.close()
      }
    })
  },
)

test('what a killed process leaves at any statement is finished by the next start', () => {
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  migrate(database, 1)
  database.exec(`INSERT INTO probes VALUES (1, 'fly', 'fly', 'Fly', '{}', 60000, 1, 0, 0, NULL)`)
  const copies: string[] = []
  const copying = withExec(database, (sql) => {
    const copy = join(folder, `copy-${copies.length}.db`)
    for (const end of ['', '-wal']) if (existsSync(file + end)) copyFileSync(file + end, copy + end)
    copies.push(copy)
    return database.exec(sql)
  })
  migrate(copying)
  database.close()
  expect(copies.length).toBeGreaterThan(40)
  const versions = copies.map((copy) => {
    const found = new Database(copy)
    const version = Number(found.pragma('user_version', { simple: true }))
    expect(tablesOf(found)).toEqual(added.slice(0, version).flat().toSorted())
    found.close()
    const resumed = openDatabase(copy)
    expect(tablesOf(resumed)).toEqual(added.flat().toSorted())
    expect(resumed.prepare('SELECT id FROM probes').pluck().all()).toEqual(['fly'])
    resumed.close()
    return version
  })
  expect(new Set(versions)).toEqual(new Set(migrations.map((_, index) => index + 1).slice(0, -1)))
})

/** The same database, but its nth statement from now fails. */
function failingAt(database: Database.Database, stop: number): Database.Database {
  let count = 0
  return withExec(database, (sql) => {
    if (sql !== 'ROLLBACK' && count++ === stop) throw new Error('interrupted')
    return database.exec(sql)
  })
}

/** The same database with another `exec`. */
function withExec(database: Database.Database, exec: (sql: string) => unknown): Database.Database {
  return new Proxy(database, {
    get(target, property) {
      if (property === 'exec') return exec
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
