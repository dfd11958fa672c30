import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { KoraError } from '../../domain/errors.ts'
import type { ChainCheck } from './auditChain.ts'
import { verifyAudit } from './readQueries.ts'
import { toStoreError } from './storeErrors.ts'

/**
 * Walks the audit log's hash chain in a database that no process of ours has open; reads only.
 * @throws KoraError not_found without a file; store_damaged and the like for one that cannot be read
 */
export function verifyAuditFile(file: string): ChainCheck {
  if (!existsSync(file)) throw new KoraError('not_found', `There is no database at ${file}.`, { file })
  let database: Database.Database | null = null
  try {
    database = new Database(file, { readonly: true, fileMustExist: true, timeout: 5_000 })
    return verifyAudit(database, 0)
  } catch (error) {
    throw toStoreError(error)
  } finally {
    database?.close()
  }
}
