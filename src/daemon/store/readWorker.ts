import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { KoraError } from '../../domain/errors.ts'
import { checkBackup, writeBackup } from './backupFile.ts'
import { ledgerPage, ledgerTotals, months } from './ledgerQueries.ts'
import { lastHour, quickCheck, series, verifyAudit } from './readQueries.ts'
import type { FromWorker, PackedSamples, ReadRequest, ToWorker } from './readProtocol.ts'
import { spendSeries } from './spendSeries.ts'
import { toStoreError } from './storeErrors.ts'

const { file } = workerData as { file: string }
let opened: Database.Database | null = null

function database(): Database.Database {
  if (opened) return opened
  opened = new Database(file, { readonly: true, fileMustExist: true, timeout: 5_000 })
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
    case 'quickCheck':
      return quickCheck(database())
    case 'verifyAudit':
      return verifyAudit(database())
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

function toReply(id: number, error: unknown): FromWorker {
  const mapped = toStoreError(error)
  if (mapped instanceof KoraError) {
    return { id, error: { code: mapped.code, message: mapped.message, data: mapped.data } }
  }
  const message = mapped instanceof Error ? mapped.message : String(mapped)
  return { id, error: { code: 'internal', message, data: {} } }
}

parentPort?.on('message', (message: ToWorker) => {
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
    parentPort?.postMessage(toReply(id, error))
  }
})
