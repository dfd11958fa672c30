import { createHash } from 'node:crypto'
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { KoraError } from '../../domain/errors.ts'
import { applicationId, schemaVersion } from './migrations/index.ts'
import { migrate } from './migrate.ts'
import type { BackupCheck, BackupFile } from './readProtocol.ts'
import { quickCheck } from './readQueries.ts'
import { toStoreError } from './storeErrors.ts'

/**
 * Writes one consistent state of the database into a file of its own. It appears under its name only when it is
 * complete and on the disk.
 * @param source connection to the live database
 * @throws KoraError backup_failed
 */
export function writeBackup(source: Database.Database, toFile: string): BackupFile {
  const part = `${toFile}.part`
  try {
    // What an earlier, killed attempt may have left.
    rmSync(part, { force: true })
    source.pragma('query_only = OFF')
    try {
      source.prepare('VACUUM INTO ?').run(part)
    } finally {
      source.pragma('query_only = ON')
    }
    chmodSync(part, 0o600)
    syncFile(part)
    const result = { bytes: statSync(part).size, sha256: fileHash(part) }
    renameSync(part, toFile)
    syncFolder(dirname(toFile))
    return result
  } catch (error) {
    rmSync(part, { force: true })
    const reason = error instanceof Error ? error.message : String(error)
    throw new KoraError(
      'backup_failed',
      `The backup could not be written: ${reason}`,
      { file: toFile },
      { cause: error },
    )
  }
}

/**
 * Opens a backup read-only and looks whether it can be relied on: its checksum, its pages, its schema, its rows.
 * @param expectedSha256 hex, as recorded when it was written; null when that is not known
 */
export function checkBackup(file: string, expectedSha256: string | null): BackupCheck {
  if (!existsSync(file)) return { ok: false, error: 'The file is missing.', rows: {}, sha256: null }
  let sha256: string | null = null
  try {
    sha256 = fileHash(file)
    const { error, rows } = inspect(file)
    const changed = expectedSha256 !== null && expectedSha256 !== sha256
    const problem = changed ? 'The file is not the one that was written: its checksum differs.' : error
    return { ok: problem === null, error: problem, rows, sha256 }
  } catch (error) {
    const cause = toStoreError(error)
    const reason = cause instanceof Error ? cause.message : String(cause)
    return { ok: false, error: `The file cannot be read: ${reason}`, rows: {}, sha256 }
  }
}

function inspect(file: string): { error: string | null; rows: Record<string, number> } {
  const database = new Database(file, { readonly: true, fileMustExist: true })
  try {
    database.pragma('trusted_schema = OFF')
    database.pragma('cell_size_check = ON')
    database.pragma('query_only = ON')
    const version = Number(database.pragma('user_version', { simple: true }))
    if (database.pragma('application_id', { simple: true }) !== applicationId) {
      return { error: 'The file is not a Kora database.', rows: {} }
    }
    if (version < 1 || version > schemaVersion) {
      return { error: `The file has schema ${version}; this version knows 1 to ${schemaVersion}.`, rows: {} }
    }
    const damage = quickCheck(database)
    if (damage.length > 0) return { error: `The file is damaged: ${damage[0]}`, rows: {} }
    if (schemaText(database) !== expectedSchema(version)) {
      return { error: 'The tables of the file are not the ones Kora made.', rows: {} }
    }
    return { error: null, rows: countRows(database) }
  } finally {
    database.close()
  }
}

/** A trigger or view that somebody added passes every integrity check; the text of the schema shows it. */
export function schemaText(database: Database.Database): string {
  const sql = `SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite#_%' ESCAPE '#' ORDER BY type, name`
  return JSON.stringify(database.prepare(sql).all())
}

/** The same text of a database as this version of Kora makes it, at a schema version. */
export function expectedSchema(version: number): string {
  const blank = new Database(':memory:')
  try {
    migrate(blank, version)
    return schemaText(blank)
  } finally {
    blank.close()
  }
}

function countRows(database: Database.Database): Record<string, number> {
  const sql = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite#_%' ESCAPE '#' ORDER BY name`
  const tables = database.prepare<[], { name: string }>(sql).all()
  const count = (name: string) => database.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${name}`).get()?.n ?? 0
  return Object.fromEntries(tables.map(({ name }) => [name, count(name)]))
}

function fileHash(file: string): string {
  const hash = createHash('sha256')
  const chunk = Buffer.allocUnsafe(1_048_576)
  const handle = openSync(file, 'r')
  try {
    let read = readSync(handle, chunk)
    while (read > 0) {
      hash.update(chunk.subarray(0, read))
      read = readSync(handle, chunk)
    }
  } finally {
    closeSync(handle)
  }
  return hash.digest('hex')
}

function syncFile(file: string): void {
  const handle = openSync(file, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function syncFolder(folder: string): void {
  // Windows has no handle on a folder to flush.
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
