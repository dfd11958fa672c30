import type { InboxItem } from '../../contract/alerts.ts'
import type { Connection } from './Connection.ts'
import { type Row, tableMap } from './rows.ts'

/** An item of the inbox; a newer one about the same subject takes the place of one that is not read yet. */
export type StoredInboxItem = InboxItem & { readonly subject: string | null }

const map = tableMap<StoredInboxItem>(
  {
    id: 'plain',
    atMs: 'plain',
    kind: 'plain',
    severity: 'plain',
    title: 'plain',
    text: 'plain',
    route: 'plain',
    subject: 'plain',
    readAtMs: 'plain',
  },
  ['id'],
)

const select = `SELECT ${map.columns} FROM inbox`
const insertSql = `INSERT INTO inbox (${map.columns}) VALUES (${map.marks})`
const dropSql = 'DELETE FROM inbox WHERE subject = ? AND read_at_ms IS NULL'
const listSql = `${select} WHERE at_ms < ? ORDER BY at_ms DESC, id DESC LIMIT ?`
const unreadSql = 'SELECT count(*) AS n FROM inbox WHERE read_at_ms IS NULL'
const readSql = 'UPDATE inbox SET read_at_ms = ? WHERE read_at_ms IS NULL AND id = ?'
const readAllSql = 'UPDATE inbox SET read_at_ms = ? WHERE read_at_ms IS NULL'
const pruneSql = 'DELETE FROM inbox WHERE at_ms < ?'

export class InboxRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  add(item: StoredInboxItem): void {
    this.#connection.write(() => {
      if (item.subject !== null) this.#connection.run(dropSql, item.subject)
      this.#connection.run(insertSql, ...map.values(item))
    })
  }

  /** Newest first. @param beforeMs exclusive */
  list(beforeMs: number, limit: number): InboxItem[] {
    return this.#connection.all<Row>(listSql, beforeMs, limit).map((row) => {
      const { subject: _subject, ...item } = map.fromRow(row)
      return item
    })
  }

  unread(): number {
    return this.#connection.get<{ n: number }>(unreadSql)?.n ?? 0
  }

  /** @param ids null stands for all */
  markRead(ids: readonly string[] | null, nowMs: number): void {
    this.#connection.write(() => {
      if (ids === null) this.#connection.run(readAllSql, nowMs)
      else for (const id of ids) this.#connection.run(readSql, nowMs, id)
    })
  }

  prune(beforeMs: number): number {
    return this.#connection.run(pruneSql, beforeMs)
  }
}
