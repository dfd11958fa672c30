import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { KoraError } from '../../domain/errors.ts'
import { checkBackup, writeBackup } from './backupFile.ts'
import { prepareCopy } from './historyCopy.ts'
import { historyBounds, historyDensity, historyPage, historyRecord } from './historyQueries.ts'
import { ledgerPage, ledgerTotals, months } from './ledgerQueries.ts'
import { lastHour, quickCheck, series, verifyAudit } from './readQueries.ts'
import type { FromPreparation, FromWorker, PackedSamples, ReadRequest, ToWorker, WorkerTask } from './readProtocol.ts'
import { spendSeries } from './spendSeries.ts'
import { toStoreError } from './storeErrors.ts'

const task = workerData as WorkerTask
let opened: Database.Database | null = null

function database(): Database.Database {
  if (opened) return opened
  opened = new Database(task.file, { readonly: true, fileMustExist: true, timeout: 5_000 })
  opened.pragma('trusted_schema = OFF')
  opened.pragma('cell_size_check = ON')
  opened.pragma('query_only = ON')
  return opened
}

function answer(request: ReadRequest): unknown {
  switch (request.method) {
    case 'series':
      return series(database(), ...request.args)
    case 'lastHour':
      return lastHour(database(), ...request.args)
    case 'ledgerPage':
      return ledgerPage(database(), ...request.args)
    case 'ledgerTotals':
      return ledgerTotals(database(), ...request.args)
    case 'spendSeries':
      return spendSeries(database(), ...request.args)
    case 'months':
      return months(database())
    case 'historyPage':
      return historyPage(database(), ...request.args)
    case 'historyRecord':
      return historyRecord(database(), ...request.args)
    case 'historyDensity':
      return historyDensity(database(), ...request.args)
    case 'historyBounds':
      return historyBounds(database())
    case 'quickCheck':
      return quickCheck(database())
    case 'verifyAudit':
      return verifyAudit(database(), ...request.args)
    case 'backup':
      return writeBackup(database(), ...request.args)
    case 'verifyBackup':
      return checkBackup(...request.args)
  }
}

function buffersOf(request: ReadRequest, value: unknown): ArrayBuffer[] {
  if (request.method !== 'lastHour') return []
  const packed = value as PackedSamples
  return [packed.atMs.buffer, packed.probe.buffer, packed.latencyMs.buffer, packed.bad.buffer]
}

function toError(error: unknown): Extract<FromWorker, { error: object }>['error'] {
  const mapped = toStoreError(error)
  if (mapped instanceof KoraError) return { code: mapped.code, message: mapped.message, data: mapped.data }
  return { code: 'internal', message: mapped instanceof Error ? mapped.message : String(mapped), data: {} }
}

/** A file of somebody else is copied and made readable; then this thread has done its work. */
function prepare(from: string): void {
  const post = (message: FromPreparation): void => parentPort?.postMessage(message)
  try {
    const made = prepareCopy(from, task.file, (step, done, of) => post({ kind: 'progress', step, done, of }))
    post({ kind: 'prepared', ...made })
  } catch (error) {
    post({ kind: 'failed', error: toError(error) })
  }
}

function serve(message: ToWorker): void {
  if (message === null) {
    opened?.close()
    parentPort?.close()
    return
  }
  const { id, request } = message
  try {
    const value = answer(request)
    parentPort?.postMessage({ id, value } satisfies FromWorker, buffersOf(request, value))
  } catch (error) {
    parentPort?.postMessage({ id, error: toError(error) } satisfies FromWorker)
  }
}

if (task.prepareFrom === undefined) parentPort?.on('message', serve)
else prepare(task.prepareFrom)
