import { KoraError } from '../../domain/errors.ts'
import type { Incident, Watch } from '../../domain/incident.ts'
import type { Category } from '../../domain/issue.ts'
import type { Connection } from './Connection.ts'
import { type Row, tableMap } from './rows.ts'

export interface IncidentQuery {
  /** Incidents that were open at some moment since then; null is all of them. */
  readonly sinceMs: number | null
  readonly state: 'any' | 'active' | 'resolved'
  /** Exclusive: the id after which to go on. */
  readonly cursor?: string
  readonly limit: number
}

const map = tableMap<Incident>(
  {
    id: 'plain',
    probeId: 'plain',
    category: 'plain',
    state: 'plain',
    severity: 'plain',
    maxSeverity: 'plain',
    title: 'plain',
    detail: 'plain',
    status: 'plain',
    cause: 'plain',
    error: 'plain',
    details: 'json',
    firstSeenAtMs: 'plain',
    openedAtMs: 'plain',
    lastSeenAtMs: 'plain',
    resolvedAtMs: 'plain',
    seenCount: 'plain',
    reopenedCount: 'plain',
    flapping: 'flag',
    acknowledgedAtMs: 'plain',
    snoozedUntilMs: 'plain',
    handledAtMs: 'plain',
    handledReason: 'plain',
    groupLeaderId: 'plain',
    remindersSent: 'plain',
    nextReminderAtMs: 'plain',
    heldWakeId: 'plain',
    heldUntilMs: 'plain',
  },
  ['id'],
)

const watchMap = tableMap<Watch>(
  {
    probeId: 'plain',
    category: 'plain',
    phase: 'plain',
    consecutiveBad: 'plain',
    consecutiveUnreachable: 'plain',
    consecutiveGood: 'plain',
    firstBadAtMs: 'plain',
    recheckAtMs: 'plain',
    incidentId: 'plain',
    lastDispatchedAtMs: 'plain',
    lastDispatchedSeverity: 'plain',
    flipsAtMs: 'json',
  },
  ['probeId', 'category'],
)

const select = `SELECT ${map.columns} FROM incidents`
const getSql = `${select} WHERE id = ?`
const saveSql = `INSERT INTO incidents (${map.columns}) VALUES (${map.marks})
  ON CONFLICT (id) DO UPDATE SET ${map.updates}`
const openSql = `${select} INDEXED BY incidents_open WHERE state <> 'resolved' ORDER BY opened_at_ms DESC, id DESC`
const ofProbe = `${select} WHERE probe_id = ? AND category = ?`
const beforeSql = `${ofProbe} AND opened_at_ms < ? ORDER BY opened_at_ms DESC, id DESC LIMIT ?`
const newestSql = `${ofProbe} ORDER BY opened_at_ms DESC, id DESC LIMIT 1`
const inWindow = `(state <> 'resolved' OR resolved_at_ms >= ?)`
const stateFilter = { any: '', active: `AND state <> 'resolved'`, resolved: `AND state = 'resolved'` } as const
const newestFirst = 'ORDER BY opened_at_ms DESC, id DESC LIMIT ?'
const countsSql = `SELECT (SELECT count(*) FROM incidents WHERE state <> 'resolved') AS active,
  (SELECT count(*) FROM incidents WHERE state = 'resolved' AND resolved_at_ms >= ?) AS resolved`

const watchSql = `SELECT ${watchMap.columns} FROM watches WHERE probe_id = ? AND category = ?`
const watchesSql = `SELECT ${watchMap.columns} FROM watches ORDER BY probe_id, category`
const saveWatchSql = `INSERT INTO watches (${watchMap.columns}) VALUES (${watchMap.marks})
  ON CONFLICT (probe_id, category) DO UPDATE SET ${watchMap.updates}`

/** Before any time a record can have. */
const always = Number.MIN_SAFE_INTEGER

/** Incidents, and the watch of each (probe, category) that decides about them. */
export class IncidentRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get(id: string): Incident | null {
    const row = this.#connection.get<Row>(getSql, id)
    return row ? map.fromRow(row) : null
  }

  /** Inserts, or replaces what is there under the same id. */
  save(incident: Incident): void {
    this.#connection.run(saveSql, ...map.values(incident))
  }

  /** Not resolved, newest first. */
  listOpen(): Incident[] {
    return this.#connection.all<Row>(openSql).map(map.fromRow)
  }

  /** Newest first. @throws KoraError bad_input when the cursor is not an incident's id */
  list(query: IncidentQuery): { items: Incident[]; nextCursor: string | null } {
    const from = query.cursor === undefined ? null : this.get(query.cursor)
    if (query.cursor !== undefined && !from) {
      throw new KoraError('bad_input', 'The list has no such place to go on from.', { cursor: query.cursor })
    }
    const after = from ? 'AND (opened_at_ms, id) < (?, ?)' : ''
    const sql = `${select} WHERE ${inWindow} ${stateFilter[query.state]} ${after} ${newestFirst}`
    const place = from ? [from.openedAtMs, from.id] : []
    const rows = this.#connection.all<Row>(sql, query.sinceMs ?? always, ...place, query.limit + 1)
    const items = rows.slice(0, query.limit).map(map.fromRow)
    return { items, nextCursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null }
  }

  /** Earlier incidents of the same trouble, newest first. */
  before(probeId: string, category: Category, beforeMs: number, limit: number): Incident[] {
    return this.#connection.all<Row>(beforeSql, probeId, category, beforeMs, limit).map(map.fromRow)
  }

  newest(probeId: string, category: Category): Incident | null {
    const row = this.#connection.get<Row>(newestSql, probeId, category)
    return row ? map.fromRow(row) : null
  }

  /** How many a list with the same window has. */
  counts(sinceMs: number | null): { active: number; resolved: number } {
    return (
      this.#connection.get<{ active: number; resolved: number }>(countsSql, sinceMs ?? always) ?? {
        active: 0,
        resolved: 0,
      }
    )
  }

  watch(probeId: string, category: Category): Watch | null {
    const row = this.#connection.get<Row>(watchSql, probeId, category)
    return row ? watchMap.fromRow(row) : null
  }

  watches(): Watch[] {
    return this.#connection.all<Row>(watchesSql).map(watchMap.fromRow)
  }

  saveWatch(watch: Watch): void {
    this.#connection.run(saveWatchSql, ...watchMap.values(watch))
  }
}
