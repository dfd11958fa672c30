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
  [
    'billing_periods',
    'ledger_corrections',
    'ledger_hours',
    'ledger_hours_upto',
    'reconciliations',
    'reservations',
    'sampling_spans',
  ],
  [
    'audit_highest',
    'history',
    'history_hours',
    'history_seams',
    'history_text',
    // The search index keeps its own.
    ...['config', 'data', 'docsize', 'idx'].map((part) => `history_text_${part}`),
    'history_upto',
  ],
  ['alert_investigations', 'alerts', 'inbox', 'views'],
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

test('migration 7 counts what the ledger holds by hour and leaves its rows as they are', () => {
  const database = new Database(file)
  migrate(database, 6)
  const hour = 3_600_000
  const [april, may] = [Date.UTC(2026, 3, 1), Date.UTC(2026, 4, 1)]
  const insert = database.prepare(`INSERT INTO ledger (id, at_ms, process_id, provider, account, model, route,
    iteration, input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens, cost_nano_usd,
    pool_charge_nano_usd, price_version, price_basis, pool_basis, escalated, reason, rung, request_id, source_id,
    report_id) VALUES (@id, @at, 'p1', 'anthropic', 'api_key', @model, 'slack_dm', 1, 10, 20, 30, 40, @cost, @charge,
    'v1', 'table', 'table', @escalated, @reason, 'normal', @id, 'anthropic', @id)`)
  const plain = { model: 'cheap', cost: 5, charge: 5, escalated: 0, reason: null }
  insert.run({ ...plain, id: 'a', at: may - 1 })
  insert.run({ ...plain, id: 'b', at: may })
  insert.run({ ...plain, id: 'c', at: may + hour - 1 })
  insert.run({ ...plain, id: 'd', at: may + hour, cost: null, charge: 7 })
  insert.run({ ...plain, id: 'e', at: may + hour, model: 'strong', escalated: 1, reason: 'opus_prefix' })
  const before = database.prepare<[], object>('SELECT * FROM ledger ORDER BY seq').all()
  migrate(database, 7)

  const added = { cache_creation1h_tokens: 0, clamped_signal: null, saved_nano_usd: 0, note: null }
  const rows = database.prepare<[], object>('SELECT * FROM ledger ORDER BY seq').all()
  // Numbered by their time from now on; what they say is what they said.
  const seqs = [may - 1, may, may + hour - 1, may + hour, may + hour].map(
    (atMs, at) => atMs * 1_024 + (at === 4 ? 1 : 0),
  )
  expect(rows).toEqual(
    before.map((row, at) => ({ ...row, ...added, seq: seqs[at], period_ms: at === 0 ? april : may })),
  )
  const hours = database
    .prepare(
      `SELECT period_ms, hour_ms, model, escalated, reason, clamped_signal, calls, input_tokens, output_tokens,
        cache_read_tokens, cache_creation_tokens, cost_nano_usd, pool_nano_usd, unpriced, saved_nano_usd
        FROM ledger_hours ORDER BY hour_ms, model`,
    )
    .raw()
    .all()
  expect(hours).toEqual([
    [april, may - hour, 'cheap', 0, '', '', 1, 10, 20, 30, 40, 5, 5, 0, 0],
    [may, may, 'cheap', 0, '', '', 2, 20, 40, 60, 80, 10, 10, 0, 0],
    [may, may + hour, 'cheap', 0, '', '', 1, 10, 20, 30, 40, 0, 7, 1, 0],
    [may, may + hour, 'strong', 1, 'opus_prefix', '', 1, 10, 20, 30, 40, 5, 5, 0, 0],
  ])
  expect(() => database.exec('UPDATE ledger SET note = 1')).toThrow('ledger rows are never changed')
  database.close()
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
