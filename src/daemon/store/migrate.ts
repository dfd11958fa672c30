import type Database from 'better-sqlite3'
import { applicationId, migrations } from './migrations/index.ts'

/**
 * Brings a database up to date, one transaction a migration: a kill at any statement leaves the version before it.
 * @param upto stop after this migration; all of them unless told
 */
export function migrate(database: Database.Database, upto = migrations.length): void {
  let version = Number(database.pragma('user_version', { simple: true }))
  while (version < upto) {
    const statements = migrations[version] ?? []
    version += 1
    database.exec('BEGIN IMMEDIATE')
    try {
      for (const statement of statements) database.exec(statement)
      database.exec(`PRAGMA application_id = ${applicationId}`)
      database.exec(`PRAGMA user_version = ${version}`)
      database.exec('COMMIT')
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}
