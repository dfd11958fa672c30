import { closeSync, existsSync, openSync, readSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { openSteps } from '../../contract/history.ts'
import { KoraError } from '../../domain/errors.ts'
import { expectedSchema, schemaText } from './backupFile.ts'
import { Connection } from './Connection.ts'
import { HistoryRepository } from './HistoryRepository.ts'
import { applicationId, schemaVersion } from './migrations/index.ts'
import { migrate } from './migrate.ts'
import { quickCheck } from './readQueries.ts'
import { sqliteCode, toStoreError } from './storeErrors.ts'

export type OpenStep = (typeof openSteps)[number]

/** What was found in a file, once its copy can be read. */
export interface PreparedCopy {
  readonly bytes: number
  /** Schema of the original. */
  readonly schema: number
}

type Tell = (step: OpenStep, done: number, of: number | null) => void

const chunkBytes = 4 * 1_048_576
/** A copy, its conversion and its index need about this many times the file's size. */
const roomFactor = 2
const indexedAtOnce = 500

/**
 * Copies a history file, a backup or a colleague's, and makes the copy readable: checked, in this version's schema, with
 * an index. The original is only read; a file that somebody writes to meanwhile is copied as of one moment.
 * @param tell told of every step and how far it is
 * @throws KoraError history_file_invalid, history_file_damaged, history_file_busy, store_newer_schema, store_full
 */
export function prepareCopy(from: string, to: string, tell: Tell): PreparedCopy {
  try {
    const bytes = refuseWhatIsNone(from)
    refuseWithoutRoom(bytes, to)
    copy(from, to, bytes, tell)
    const schema = check(from, to, tell)
    convert(to, tell)
    return { bytes, schema }
  } catch (error) {
    removeDatabase(to)
    throw toOpenError(error, from)
  }
}

/** Removes a database with all that SQLite may have left beside it. */
export function removeDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true })
}

/** @returns the size of what is to be copied, its log included */
function refuseWhatIsNone(from: string): number {
  const found = statSync(from, { throwIfNoEntry: false })
  if (!found) throw new KoraError('history_file_invalid', `There is no file at ${from}.`, { path: from })
  if (!found.isFile()) throw new KoraError('history_file_invalid', `${from} is a folder, not a file.`, { path: from })
  const head = Buffer.alloc(100)
  const handle = openSync(from, 'r')
  try {
    if (readSync(handle, head) < 100 || head.toString('latin1', 0, 15) !== 'SQLite format 3') throw notOurs(from)
  } finally {
    closeSync(handle)
  }
  return found.size + (statSync(`${from}-wal`, { throwIfNoEntry: false })?.size ?? 0)
}

function refuseWithoutRoom(bytes: number, to: string): void {
  const { bavail, bsize } = statfsSync(dirname(to))
  if (bavail * bsize >= bytes * roomFactor) return
  const needed = Math.ceil((bytes * roomFactor) / 1_048_576)
  const message = `The disk has no room for a copy of this file: about ${needed} MB are needed.`
  throw new KoraError('store_full', message, { neededBytes: bytes * roomFactor })
}

/**
 * Nobody has a database open that has no `-shm` beside it: then bytes are copied, a log that was left behind with them,
 * and nothing is ever created beside the original. Otherwise SQLite is asked for one consistent state.
 */
function copy(from: string, to: string, bytes: number, tell: Tell): void {
  tell('copying', 0, bytes)
  if (existsSync(`${from}-shm`)) {
    const source = new Database(from, { readonly: true, fileMustExist: true, timeout: 5_000 })
    try {
      source.pragma('trusted_schema = OFF')
      source.prepare('VACUUM INTO ?').run(to)
    } finally {
      source.close()
    }
    tell('copying', bytes, bytes)
    return
  }
  let copied = 0
  for (const end of ['', '-wal', '-journal']) {
    if (!existsSync(from + end)) continue
    copyBytes(from + end, to + end, (count) => {
      copied += count
      tell('copying', copied, bytes)
    })
  }
}

function copyBytes(from: string, to: string, copied: (bytes: number) => void): void {
  const chunk = Buffer.allocUnsafe(chunkBytes)
  const [source, target] = [openSync(from, 'r'), openSync(to, 'wx', 0o600)]
  try {
    for (let read = readSync(source, chunk); read > 0; read = readSync(source, chunk)) {
      writeSync(target, chunk, 0, read)
      copied(read)
    }
  } finally {
    closeSync(source)
    closeSync(target)
  }
}

/** Ours, whole, and without anything in its schema that we did not make. @returns its version */
function check(from: string, to: string, tell: Tell): number {
  tell('checking', 0, null)
  const database = openCopy(to)
  try {
    const version = Number(database.pragma('user_version', { simple: true }))
    if (database.pragma('application_id', { simple: true }) !== applicationId || version < 1) throw notOurs(from)
    if (version > schemaVersion) {
      const message = `This file was written by a newer Kora (schema ${version}, this one knows ${schemaVersion}): update Kora to read it.`
      throw new KoraError('store_newer_schema', message, { found: version, known: schemaVersion })
    }
    const [damage] = quickCheck(database)
    if (damage !== undefined) throw damaged(from, damage)
    if (schemaText(database) !== expectedSchema(version)) {
      const message = 'The tables of this file are not the ones Kora made: it is not opened.'
      throw new KoraError('history_file_invalid', message, { path: from })
    }
    return version
  } finally {
    database.close()
  }
}

function convert(to: string, tell: Tell): void {
  tell('converting', 0, null)
  const database = openCopy(to)
  try {
    // A copy that is lost is made again: nothing here needs to be durable.
    database.pragma('synchronous = OFF')
    migrate(database)
    const history = new HistoryRepository(new Connection(database))
    const all = history.waiting()
    tell('indexing', 0, all)
    for (let { indexed } = history.advance(indexedAtOnce); indexed > 0; { indexed } = history.advance(indexedAtOnce)) {
      tell('indexing', all - history.waiting(), all)
    }
    // Without a log it can be read by whoever may only read.
    database.pragma('journal_mode = DELETE')
  } finally {
    database.close()
  }
}

function openCopy(to: string): Database.Database {
  const database = new Database(to, { fileMustExist: true, timeout: 1_000 })
  database.pragma('trusted_schema = OFF')
  database.pragma('cell_size_check = ON')
  return database
}

function notOurs(from: string): KoraError {
  const message = 'This file is not a Kora history: choose a backup, or a copy of somebody’s kora.db.'
  return new KoraError('history_file_invalid', message, { path: from })
}

function damaged(from: string, what: string): KoraError {
  const message = `This file is damaged and cannot be read: ${what}. Try an older backup.`
  return new KoraError('history_file_damaged', message, { path: from })
}

function toOpenError(error: unknown, from: string): unknown {
  const code = sqliteCode(error)
  if (code?.startsWith('SQLITE_BUSY') || code?.startsWith('SQLITE_LOCKED')) {
    const message = 'Another program holds this file and lets nobody read it: close it, then try again.'
    return new KoraError('history_file_busy', message, { path: from }, { cause: error })
  }
  if (code?.startsWith('SQLITE_CORRUPT')) return damaged(from, 'its pages do not hold together')
  if (code?.startsWith('SQLITE_NOTADB')) return notOurs(from)
  const system = error instanceof Error && 'code' in error ? error.code : null
  if (system === 'EACCES' || system === 'EPERM') {
    const message = 'This file may not be read: check its permissions.'
    return new KoraError('history_file_invalid', message, { path: from }, { cause: error })
  }
  if (system === 'ENOSPC') {
    const message = 'The disk has no room for a copy of this file.'
    return new KoraError('store_full', message, { path: from }, { cause: error })
  }
  return toStoreError(error)
}
