import type { AlertOccurrence } from '../../domain/alert.ts'
import type { Connection } from './Connection.ts'
import { type Row, tableMap } from './rows.ts'

const map = tableMap<AlertOccurrence>(
  {
    occurrenceId: 'plain',
    id: 'plain',
    category: 'plain',
    severity: 'plain',
    maxSeverity: 'plain',
    level: 'plain',
    title: 'plain',
    detail: 'plain',
    sourcePanel: 'plain',
    sourcePanelRoute: 'plain',
    route: 'plain',
    voice: 'plain',
    firstSeenAtMs: 'plain',
    lastSeenAtMs: 'plain',
    resolvedAtMs: 'plain',
    staleSinceMs: 'plain',
    toldAtMs: 'plain',
    toldSeverity: 'plain',
    toldLevel: 'plain',
    messageIds: 'json',
    hold: 'json',
    acknowledgedAtMs: 'plain',
    snoozedUntilMs: 'plain',
  },
  ['occurrenceId'],
)

const select = `SELECT ${map.columns} FROM alerts`
const saveSql = `INSERT INTO alerts (${map.columns}) VALUES (${map.marks})
  ON CONFLICT (occurrence_id) DO UPDATE SET ${map.updates}`
const getSql = `${select} WHERE occurrence_id = ?`
const activeSql = `${select} WHERE resolved_at_ms IS NULL ORDER BY first_seen_at_ms, occurrence_id`
const beforeSql = `${select} WHERE id = ? AND first_seen_at_ms < ? ORDER BY first_seen_at_ms DESC LIMIT ?`
const countsSql = `SELECT count(*) FILTER (WHERE resolved_at_ms IS NULL) AS active,
  count(*) FILTER (WHERE resolved_at_ms >= ?) AS resolved FROM alerts WHERE voice <> 'incident'`
const nothing = { active: 0, resolved: 0 }
const pruneSql = `DELETE FROM alerts WHERE occurrence_id IN (
  SELECT a.occurrence_id FROM alerts AS a WHERE a.first_seen_at_ms < ? AND a.resolved_at_ms IS NOT NULL
    AND a.occurrence_id NOT IN (SELECT occurrence_id FROM alert_investigations) LIMIT 1000)`

/** Every stretch in which an alert was true. */
export class AlertRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** @throws KoraError conflict when another occurrence of the same alert is active */
  save(occurrence: AlertOccurrence): void {
    this.#connection.run(saveSql, ...map.values(occurrence))
  }

  get(occurrenceId: string): AlertOccurrence | null {
    const row = this.#connection.get<Row>(getSql, occurrenceId)
    return row ? map.fromRow(row) : null
  }

  active(): AlertOccurrence[] {
    return this.#connection.all<Row>(activeSql).map(map.fromRow)
  }

  /**
   * Newest first.
   * @param query.cursor exclusive: the occurrence after which to go on
   */
  list(query: { state: 'any' | 'active' | 'resolved'; sinceMs: number | null; cursor: string | null; limit: number }): {
    items: AlertOccurrence[]
    nextCursor: string | null
  } {
    const { state, sinceMs, cursor, limit } = query
    const only = { any: '', active: ' AND resolved_at_ms IS NULL', resolved: ' AND resolved_at_ms IS NOT NULL' }[state]
    const place = '(SELECT first_seen_at_ms, occurrence_id FROM alerts WHERE occurrence_id = ?)'
    const behind = cursor === null ? '' : ` AND (first_seen_at_ms, occurrence_id) < ${place}`
    const sql = `${select} WHERE (resolved_at_ms IS NULL OR resolved_at_ms >= ?)${only}${behind}
      ORDER BY first_seen_at_ms DESC, occurrence_id DESC LIMIT ?`
    const values = [sinceMs ?? 0, ...(cursor === null ? [] : [cursor]), limit + 1]
    const rows = this.#connection.all<Row>(sql, ...values).map(map.fromRow)
    const items = rows.slice(0, limit)
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.occurrenceId ?? null) : null }
  }

  /** Those that are active, and those that were resolved since then; not those that an incident stands for. */
  counts(sinceMs: number | null): { active: number; resolved: number } {
    return this.#connection.get<{ active: number; resolved: number }>(countsSql, sinceMs ?? 0) ?? nothing
  }

  /** Earlier occurrences of one alert, newest first. */
  before(id: string, firstSeenAtMs: number, limit: number): AlertOccurrence[] {
    return this.#connection.all<Row>(beforeSql, id, firstSeenAtMs, limit).map(map.fromRow)
  }

  /** Forgets resolved ones that nothing hangs on, at most 1,000 a call. @returns how many */
  prune(beforeMs: number): number {
    return this.#connection.run(pruneSql, beforeMs)
  }
}
