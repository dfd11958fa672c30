import type Database from 'better-sqlite3'
import { KoraError } from '../../domain/errors.ts'
import { sqliteCode, toStoreError } from './storeErrors.ts'

/** Some hundred pages: a commit is about eight. */
const commitsKept = 12

type Parameters = readonly unknown[]
type Statement = Database.Statement<unknown[]>

/**
 * The one writing connection. Repositories pass constant SQL; each text is prepared on first use and kept.
 * Every error of SQLite leaves as a KoraError (see storeErrors.ts).
 */
export class Connection {
  readonly #database: Database.Database
  readonly #statements = new Map<string, Statement>()
  #depth = 0
  #broken: unknown = null
  #failed: KoraError | null = null
  #commits = 0
  #undone = 0
  #roomy = false

  constructor(database: Database.Database) {
    this.#database = database
  }

  get inTransaction(): boolean {
    return this.#depth > 0
  }

  /** How many transactions were undone so far: what somebody remembers of the file may be wrong after one more. */
  get undone(): number {
    return this.#undone
  }

  get<Row>(sql: string, ...parameters: Parameters): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(...parameters) as Row | undefined)
  }

  all<Row>(sql: string, ...parameters: Parameters): Row[] {
    return this.#guard(() => this.#statement(sql).all(...parameters) as Row[])
  }

  /** Runs one writing statement; outside a transaction it is one of its own. Returns the number of changed rows. */
  run(sql: string, ...parameters: Parameters): number {
    if (this.#failed) throw this.#failed
    // SQLite may end a transaction by itself on a full disk; going on would commit the rest row by row.
    if (this.#broken && !this.#database.inTransaction) throw this.#broken
    this.#commits += this.#depth > 0 ? 0 : 1
    return this.#guard(() => this.#statement(sql).run(...parameters).changes)
  }

  /**
   * Runs `work` between BEGIN IMMEDIATE and COMMIT; a nested call joins. When a nested call throws, the whole
   * transaction is undone, even if the outer one caught the error: half of a step is never committed.
   * @throws KoraError store_full, store_read_only, store_unwritable, store_damaged
   */
  write<T>(work: () => T): T {
    if (this.#failed) throw this.#failed
    return this.#depth > 0 ? this.#join(work) : this.#begin(work)
  }

  close(): void {
    this.#statements.clear()
    this.#guard(() => this.#database.close())
  }

  /** Copies the log into the main file, as far as no reader needs it. */
  checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    this.#commits = 0
    this.#guard(() => this.#database.pragma(`wal_checkpoint(${mode})`))
  }

  /**
   * Keeps the log short between bursts, so that no single write has to wait for it to be emptied.
   * @param roomy whether the disk has room for a log of the usual length during a burst
   */
  tidy(roomy: boolean): void {
    if (this.#failed) return
    if (roomy !== this.#roomy) {
      this.#guard(() => this.#database.pragma(`wal_autocheckpoint = ${roomy ? 1_000 : 100}`))
      this.#roomy = roomy
    }
    if (this.#commits >= commitsKept) this.checkpoint('PASSIVE')
  }

  #join<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      this.#broken ??= error
      throw error
    }
  }

  #begin<T>(work: () => T): T {
    this.#guard(() => this.#statement('BEGIN IMMEDIATE').run())
    this.#depth += 1
    try {
      const result = work()
      if (this.#broken) throw this.#broken
      this.#commit()
      return result
    } catch (error) {
      this.#undo(error)
      throw error
    } finally {
      this.#depth -= 1
      this.#broken = null
    }
  }

  #commit(): void {
    try {
      this.#statement('COMMIT').run()
      this.#commits += 1
    } catch (error) {
      // After a failed fsync the system may have dropped the pages: a second try could "succeed" without them.
      if (sqliteCode(error)?.endsWith('_FSYNC')) {
        const data = { sqliteCode: sqliteCode(error) }
        const message = 'The disk failed to keep a write: nothing more is recorded until Kora is restarted.'
        this.#failed = new KoraError('store_unwritable', message, data, { cause: error })
        throw this.#failed
      }
      throw toStoreError(error)
    }
  }

  #undo(error: unknown): void {
    this.#undone += 1
    if (this.#database.open && this.#database.inTransaction) this.#guard(() => this.#statement('ROLLBACK').run())
    if (error instanceof KoraError && error.code === 'store_full') this.#reuseLog()
  }

  /** Empties the log into the main file where that needs no more space, so that the next write starts at its front. */
  #reuseLog(): void {
    try {
      this.#database.pragma('wal_checkpoint(PASSIVE)')
    } catch (error) {
      // Still full: the caller already holds the error that matters.
      if (sqliteCode(error) === null) throw error
    }
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (!this.#database.open) throw new KoraError('daemon_stopping', 'The store is closed.', {}, { cause: error })
      const mapped = toStoreError(error)
      if (this.#depth > 0 && !this.#database.inTransaction) this.#broken ??= mapped
      throw mapped
    }
  }
}
