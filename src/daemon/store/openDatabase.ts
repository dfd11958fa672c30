import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { KoraError } from '../../domain/errors.ts'
import { migrate } from './migrate.ts'
import { applicationId, schemaVersion } from './migrations/index.ts'
import { toStoreError } from './storeErrors.ts'

/**
 * Set and read back on every open: better-sqlite3 runs a reopened WAL database with `synchronous=NORMAL` unless told,
 * which loses acknowledged rows in a power cut. REPLACE reaches delete triggers only with recursive triggers.
 */
const settings: readonly [pragma: string, set: string, expected: unknown][] = [
  ['busy_timeout', '250', 250],
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ['foreign_keys', 'ON', 1],
  ['recursive_triggers', 'ON', 1],
  // Copying the log into the file needs room there: on a disk that fills up, a log of the usual 4 MB would take the last
  // of it and could never be emptied again (fault matrix, row 4). Connection.tidy allows that log where there is room.
  ['wal_autocheckpoint', '100', 100],
  ['journal_size_limit', '16777216', 16_777_216],
]

/**
 * Opens the database for writing, creating it when it is not there, and brings its schema up to date. Looks at its
 * head only: a full check takes seconds and belongs to StoreReader.quickCheck.
 * @throws KoraError store_newer_schema, store_damaged, store_unwritable, store_read_only
 */
export function openDatabase(file: string): Database.Database {
  touch(file)
  refuseForeign(file)
  let database: Database.Database | null = null
  try {
    database = new Database(file, { timeout: 250 })
    refuseTablesOfOthers(database, file)
    configure(database)
    migrate(database)
    // A file that cannot be written shows only when somebody tries.
    database.exec('BEGIN IMMEDIATE; COMMIT')
    return database
  } catch (error) {
    database?.close()
    throw withFile(toStoreError(error), file)
  }
}

/** Creates the folder and the file, readable by the owner alone, or tells why that is not possible. */
function touch(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const data = { file, reason }
    if (reason === 'ENOSPC')
      throw new KoraError('store_full', 'The disk is full: free some space.', data, { cause: error })
    if (existsSync(file) && reason !== 'EISDIR') {
      const message = 'The database can be read but not written: check its permissions and its disk.'
      throw new KoraError('store_read_only', message, data, { cause: error })
    }
    const message = 'The database cannot be created: check that its folder can be written.'
    throw new KoraError('store_unwritable', message, data, { cause: error })
  }
}

/** Turns away what must not be opened for writing, from its first bytes, without changing any. */
function refuseForeign(file: string): void {
  const log = `${file}-wal`
  const hasLog = existsSync(log) && statSync(log).size > 0
  const head = readHead(file)
  if (head.length === 0) {
    // SQLite would throw the log away together with what it holds.
    if (hasLog) throw damaged(file, 'The database is empty although its log is not')
    return
  }
  if (head.length < 100 || head.toString('latin1', 0, 15) !== 'SQLite format 3') {
    throw damaged(file, 'The file is not a database')
  }
  const { version, application } = hasLog
    ? readThroughLog(file)
    : { version: head.readUInt32BE(60), application: head.readUInt32BE(68) }
  if (version === 0) return
  if (application !== applicationId) throw damaged(file, 'The file is not a Kora database')
  if (version > schemaVersion) {
    const message = `The database was written by a newer Kora (schema ${version}, this one knows ${schemaVersion}): update Kora, or restore an older backup.`
    throw new KoraError('store_newer_schema', message, { file, found: version, known: schemaVersion })
  }
}

function readHead(file: string): Buffer {
  const handle = openSync(file, 'r')
  try {
    const head = Buffer.alloc(100)
    return head.subarray(0, readSync(handle, head))
  } finally {
    closeSync(handle)
  }
}

/** The newest state of the first page may still be in the log; a read-only connection leaves both files as they are. */
function readThroughLog(file: string): { version: number; application: number } {
  let database: Database.Database | null = null
  try {
    database = new Database(file, { readonly: true, timeout: 250 })
    return {
      version: Number(database.pragma('user_version', { simple: true })),
      application: Number(database.pragma('application_id', { simple: true })),
    }
  } catch (error) {
    throw withFile(toStoreError(error), file)
  } finally {
    database?.close()
  }
}

function refuseTablesOfOthers(database: Database.Database, file: string): void {
  const version = Number(database.pragma('user_version', { simple: true }))
  const tables = database.prepare<[], { n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()?.n ?? 0
  if (version === 0 && tables > 0) throw damaged(file, 'The file is not a Kora database')
}

function configure(database: Database.Database): void {
  for (const [pragma, value, expected] of settings) {
    database.pragma(`${pragma} = ${value}`)
    const found = database.pragma(pragma, { simple: true })
    if (found !== expected) {
      const message = 'The database cannot be kept safely on this disk: move the data folder to a local one.'
      throw new KoraError('store_unwritable', message, { pragma, expected, found })
    }
  }
}

function damaged(file: string, what: string): KoraError {
  return new KoraError('store_damaged', `${what}: set it aside and restore the newest good backup.`, { file })
}

function withFile(error: unknown, file: string): unknown {
  if (!(error instanceof KoraError)) return error
  return new KoraError(error.code, error.message, { ...error.data, file }, { cause: error.cause })
}
