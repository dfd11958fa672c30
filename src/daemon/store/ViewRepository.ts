import type { ViewRecord } from '../../contract/views.ts'
import type { Connection } from './Connection.ts'
import { type Row, tableMap } from './rows.ts'

const map = tableMap<ViewRecord>(
  { view: 'plain', enteredAtMs: 'plain', leftAtMs: 'plain', via: 'plain', windowId: 'plain' },
  [],
)

export interface PlaceUsage {
  readonly view: string
  readonly visits: number
  readonly dwellMs: number
  readonly lastAtMs: number
}

const insertSql = `INSERT INTO views (${map.columns}) VALUES (${map.marks})`
const listSql = `SELECT ${map.columns} FROM views WHERE entered_at_ms < ? ORDER BY entered_at_ms DESC, id DESC LIMIT ?`
const usageSql = `SELECT view, count(*) AS visits, sum(left_at_ms - entered_at_ms) AS dwellMs,
    max(entered_at_ms) AS lastAtMs FROM views GROUP BY view ORDER BY dwellMs DESC, view`
const sinceSql = 'SELECT min(entered_at_ms) AS at_ms, count(*) AS n FROM views'
const eraseSql = 'DELETE FROM views'
const pruneSql = 'DELETE FROM views WHERE entered_at_ms < ?'

/** Visits of places; of use to whoever asks which of them earn their keep, and to nobody else. */
export class ViewRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  add(record: ViewRecord): void {
    this.#connection.run(insertSql, ...map.values(record))
  }

  /** Newest first. @param beforeMs exclusive */
  list(beforeMs: number, limit: number): ViewRecord[] {
    return this.#connection.all<Row>(listSql, beforeMs, limit).map(map.fromRow)
  }

  usage(): { sinceMs: number | null; records: number; places: PlaceUsage[] } {
    const all = this.#connection.get<{ at_ms: number | null; n: number }>(sinceSql)
    return { sinceMs: all?.at_ms ?? null, records: all?.n ?? 0, places: this.#connection.all<PlaceUsage>(usageSql) }
  }

  /** @returns how many there were */
  erase(): number {
    return this.#connection.run(eraseSql)
  }

  prune(beforeMs: number): number {
    return this.#connection.run(pruneSql, beforeMs)
  }
}
