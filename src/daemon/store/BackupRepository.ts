import type { BackupRow } from '../../contract/system.ts'
import type { Connection } from './Connection.ts'
import { type Row, tableMap } from './rows.ts'

/** What is known of one backup file. */
export type BackupRecord = BackupRow

const map = tableMap<BackupRecord>(
  {
    id: 'plain',
    file: 'plain',
    createdAtMs: 'plain',
    bytes: 'plain',
    sha256: 'plain',
    trigger: 'plain',
    verifiedAtMs: 'plain',
    state: 'plain',
    error: 'plain',
  },
  ['id'],
)

const select = `SELECT ${map.columns} FROM backups`
const listSql = `${select} ORDER BY created_at_ms DESC, id DESC`
const getSql = `${select} WHERE id = ?`
const saveSql = `INSERT INTO backups (${map.columns}) VALUES (${map.marks})
  ON CONFLICT (id) DO UPDATE SET ${map.updates}`

export class BackupRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Newest first. */
  list(): BackupRecord[] {
    return this.#connection.all<Row>(listSql).map(map.fromRow)
  }

  get(id: string): BackupRecord | null {
    const row = this.#connection.get<Row>(getSql, id)
    return row ? map.fromRow(row) : null
  }

  /** Inserts, or replaces what is there under the same id. */
  save(record: BackupRecord): void {
    this.#connection.run(saveSql, ...map.values(record))
  }

  /** Forgets a backup whose file was deleted. */
  remove(id: string): void {
    this.#connection.run('DELETE FROM backups WHERE id = ?', id)
  }
}
