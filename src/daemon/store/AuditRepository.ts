import { type AuditEntry, type AuditRow, auditSources, seams } from '../../domain/audit.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Redactor } from '../platform/redactor.ts'
import { createUlids } from '../platform/ulids.ts'
import { type Anchor, anchorDetails, type ChainedRow, genesisHash, rowHash } from './auditChain.ts'
import type { Connection } from './Connection.ts'
import { callsPerMs, seqAt } from './ledgerSeq.ts'
import { plainText, toJsonDetails, toLimitedText } from './safeDetails.ts'

export interface AuditQuery {
  readonly seam?: string
  /** Inclusive. */
  readonly sinceMs?: number
  /** Exclusive. */
  readonly untilMs?: number
  readonly incidentId?: string
  /** Of an alert; named by the details. */
  readonly occurrenceId?: string
  readonly callerSessionId?: string
  /** Exclusive; turns the order round: oldest first. */
  readonly afterSeq?: number
  /** Exclusive: the list goes on behind this row. */
  readonly beforeSeq?: number
  /** Zero or less is unlimited. */
  readonly limit: number
}

/** A row with its hashes in hexadecimal, which SQLite writes: two buffers a row took as long as all the rest. */
export interface ListedAuditRow extends ChainedRow {
  readonly prev_hash: string
  readonly hash: string
}

/** What {@link toAuditRow} reads of `audit_log AS a`. */
export const listedColumns = `a.seq, a.event_id, a.emitted_at_ms, a.seam, a.details, a.caller_session_id, a.source,
  a.incident_id, a.wake_event_id, a.schema_version, a.extra, lower(hex(a.prev_hash)) AS prev_hash,
  lower(hex(a.hash)) AS hash`

/** Version of the row's own form, apart from the database's. */
const rowVersion = 1
const rowsPerPrune = 5_000
/** Within this of its time a row stands in the index, however many share a moment. */
const crowdedMs = 64

const headSql = 'SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1'
const anchorSql = 'SELECT seq, hash FROM audit_anchor WHERE id = 1'
const highestSql = 'SELECT seq FROM audit_highest WHERE id = 1'
const markSql = 'INSERT OR REPLACE INTO audit_highest VALUES (1, ?)'
const insertSql = `INSERT INTO audit_log (seq, event_id, emitted_at_ms, seam, details, caller_session_id, source,
  incident_id, wake_event_id, schema_version, extra, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const emittedSql = 'SELECT emitted_at_ms FROM audit_log WHERE seq = ?'
const indexedSql = 'SELECT id FROM history WHERE id >= ? AND id < ? AND source = 0 AND key = ?'
const firstSql = 'SELECT emitted_at_ms FROM audit_log ORDER BY seq LIMIT 1'
const frontSql = `SELECT seq, hash, emitted_at_ms FROM audit_log ORDER BY seq LIMIT ${rowsPerPrune}`
const saveAnchorSql = 'INSERT OR REPLACE INTO audit_anchor (id, seq, hash) VALUES (1, ?, ?)'
const pruneSql = 'DELETE FROM audit_log WHERE seq <= ?'

const known = new Set<string>(seams)
const entryKeys = new Set(['seam', 'details', 'callerSessionId', 'source', 'incidentId', 'wakeEventId'])

/** A row's place in a list by time. */
interface Place {
  readonly seq: number
  readonly atMs: number
  /** In the index; the end of its moment for a row that is not there yet. */
  readonly id: number
}

/** The end of the chain, from which the next row goes on. */
interface Head extends Anchor {
  /** The highest number ever given; above `seq` when the end of the log is missing. */
  readonly highest: number
  /** How many transactions had been undone when this was true. */
  readonly undone: number
}

/** The record of everything the daemon did or decided: append-only, each row linked to the one before it. */
export class AuditRepository {
  readonly #connection: Connection
  readonly #redactor: Redactor
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #newEventId = createUlids()
  #known: Head | null = null

  constructor(connection: Connection, deps: { redactor: Redactor; clock: Clock; logger: Logger }) {
    this.#connection = connection
    this.#redactor = deps.redactor
    this.#clock = deps.clock
    this.#logger = deps.logger
  }

  /**
   * Adds one row inside the caller's transaction, or in one of its own; durable when it returns. Details are redacted;
   * what JSON cannot hold is marked and does not stop the row. An entry whose seam, source or shape is not in the
   * vocabulary is skipped with a warning: what it was to record happens all the same.
   * @returns its number; null when it was skipped
   */
  append(entry: AuditEntry, nowMs: number): number | null {
    const fault = faultOf(entry)
    if (fault !== null) {
      this.#logger.warn('[kora.audit.skipped]', { fault, seam: entry.seam })
      return null
    }
    const details = this.#storable(entry.details ?? {})
    try {
      return this.#insert(entry, details, nowMs)
    } catch (error) {
      // Somebody else wrote to the file: the end is not where it was.
      if (!(error instanceof KoraError) || error.code !== 'conflict' || this.#known === null) throw error
      this.#known = null
      return this.#insert(entry, details, nowMs)
    }
  }

  /**
   * Newest first: by number, or by time where something narrows the list, which differs when the clock was set back.
   * With `afterSeq` oldest first, by number. Rows of unknown seams are listed with `known: false`.
   */
  list(query: AuditQuery): AuditRow[] {
    const limit = query.limit > 0 ? query.limit : -1
    const { sql, values } =
      query.afterSeq === undefined && isIndexed(query)
        ? throughHistory(query, this.#placeOf(query.beforeSeq), limit)
        : walk(query)
    return this.#connection.all<ListedAuditRow>(sql, ...values, limit).map(toAuditRow)
  }

  /**
   * Removes rows from the front until the first one that is young enough, at most 5,000 a call, and records up to
   * where, so that the rest can still be verified.
   * @param beforeMs rows emitted before this time are old
   * @returns rows removed; call again until 0
   */
  prune(beforeMs: number): number {
    return this.#connection.write(() => {
      const front = this.#connection.all<Anchor & { emitted_at_ms: number }>(frontSql)
      const firstKept = front.findIndex((row) => row.emitted_at_ms >= beforeMs)
      const last = firstKept === -1 ? front.at(-1) : front[firstKept - 1]
      if (!last) return 0
      const anchor: Anchor = { seq: last.seq, hash: last.hash }
      this.#connection.run(saveAnchorSql, anchor.seq, anchor.hash)
      const removed = this.#connection.run(pruneSql, anchor.seq)
      this.#insert({ seam: 'audit.pruned', source: 'cron' }, anchorDetails(anchor), this.#clock.nowMs())
      return removed
    })
  }

  /** The newest row's place and hash; 0 and zeros before the first. */
  head(): { seq: number; hash: string } {
    const { seq, hash } = this.#head()
    return { seq, hash: hash.toString('hex') }
  }

  /** Keeps the highest number given, so that the next process misses rows removed from the end in between. */
  markEnd(): void {
    const { highest } = this.#head()
    if (highest > (this.#connection.get<{ seq: number }>(highestSql)?.seq ?? 0)) this.#connection.run(markSql, highest)
  }

  /** When the oldest row that is still there was emitted; null before the first. */
  firstAtMs(): number | null {
    return this.#connection.get<{ emitted_at_ms: number }>(firstSql)?.emitted_at_ms ?? null
  }

  /** Where a row stands in a list by time; null when there is no such row. */
  #placeOf(seq: number | undefined): Place | null {
    const row = seq === undefined ? undefined : this.#connection.get<{ emitted_at_ms: number }>(emittedSql, seq)
    if (seq === undefined || !row) return null
    const { emitted_at_ms: atMs } = row
    const indexed = this.#connection.get<{ id: number }>(indexedSql, seqAt(atMs), seqAt(atMs + crowdedMs), seq)
    return { seq, atMs, id: indexed?.id ?? seqAt(atMs) + callsPerMs }
  }

  /** As most details are: as they stand. The rest is copied, marked, redacted and cut. */
  #storable(details: Readonly<Record<string, unknown>>): string {
    const plain = plainText(details)
    if (plain !== null && !this.#redactor.suspects(plain)) return plain
    return toLimitedText(this.#redactor.data(toJsonDetails(details)))
  }

  #insert(entry: AuditEntry, details: string, nowMs: number): number {
    const { hash: prevHash, highest, undone } = this.#head()
    const row: ChainedRow = {
      seq: highest + 1,
      event_id: this.#newEventId(nowMs),
      emitted_at_ms: nowMs,
      seam: entry.seam,
      details,
      // A half surrogate would be stored as another character than the one that was hashed.
      caller_session_id: entry.callerSessionId?.toWellFormed() ?? null,
      source: entry.source ?? null,
      incident_id: entry.incidentId?.toWellFormed() ?? null,
      wake_event_id: entry.wakeEventId?.toWellFormed() ?? null,
      schema_version: rowVersion,
      extra: null,
    }
    const hash = rowHash(prevHash, row)
    this.#connection.run(
      insertSql,
      row.seq,
      row.event_id,
      row.emitted_at_ms,
      row.seam,
      row.details,
      row.caller_session_id,
      row.source,
      row.incident_id,
      row.wake_event_id,
      row.schema_version,
      row.extra,
      prevHash,
      hash,
    )
    this.#known = { seq: row.seq, hash, highest: row.seq, undone }
    return row.seq
  }

  /** Kept in memory, since nobody else appends; read anew after a transaction that may have held a row was undone. */
  #head(): Head {
    const { undone } = this.#connection
    if (this.#known?.undone === undone) return this.#known
    const newest = this.#connection.get<Anchor>(headSql) ?? this.#connection.get<Anchor>(anchorSql)
    const { seq, hash } = newest ?? { seq: 0, hash: genesisHash }
    const highest = Math.max(seq, this.#connection.get<{ seq: number }>(highestSql)?.seq ?? 0)
    return (this.#known = { seq, hash, highest, undone })
  }
}

/** Whether the index of History narrows this query; a walk along the log itself is cheaper otherwise. */
function isIndexed({ seam, sinceMs, untilMs, incidentId, occurrenceId, callerSessionId }: AuditQuery): boolean {
  return [seam, sinceMs, untilMs, incidentId, occurrenceId, callerSessionId].some((filter) => filter !== undefined)
}

/** A list stands for as many values. */
type Filters = readonly (readonly [condition: string, value: unknown])[]

function where(filters: Filters): { condition: string; values: unknown[] } {
  const used = filters.filter(([, value]) => value !== undefined)
  return { condition: used.map(([one]) => one).join(' AND ') || 'true', values: used.flatMap(([, value]) => value) }
}

function rowFilters(query: AuditQuery): Filters {
  return [
    ['seam = ?', query.seam],
    ['emitted_at_ms >= ?', query.sinceMs],
    ['emitted_at_ms < ?', query.untilMs],
    ['incident_id = ?', query.incidentId],
    // One row that cannot be read must not hide the others.
    ["CASE WHEN json_valid(details) THEN details ->> 'occurrence_id' END = ?", query.occurrenceId],
    ['caller_session_id = ?', query.callerSessionId],
    ['seq > ?', query.afterSeq],
    ['seq < ?', query.beforeSeq],
  ]
}

function walk(query: AuditQuery): { sql: string; values: unknown[] } {
  const { condition, values } = where(rowFilters(query))
  const order = query.afterSeq === undefined ? 'DESC' : 'ASC'
  return { sql: `SELECT ${listedColumns} FROM audit_log AS a WHERE ${condition} ORDER BY seq ${order} LIMIT ?`, values }
}

/** What the index holds, and behind it the newest rows, which it does not hold yet. */
function throughHistory(query: AuditQuery, behind: Place | null, limit: number): { sql: string; values: unknown[] } {
  const at = (ms: number | undefined) => (ms === undefined ? undefined : seqAt(ms))
  const indexed = where([
    ['seam = (SELECT no FROM history_seams WHERE seam = ?)', query.seam],
    ['id >= ?', at(query.sinceMs)],
    ['id < ?', at(query.untilMs)],
    ['correlation = ?', query.incidentId ?? query.occurrenceId],
    ['session = ?', query.callerSessionId],
    behind ? ['id < ?', behind.id] : ['key < ?', query.beforeSeq],
  ])
  const tail = where([
    ...rowFilters(behind ? { ...query, beforeSeq: undefined } : query),
    ['(emitted_at_ms, seq) < (?, ?)', behind ? [behind.atMs, behind.seq] : undefined],
  ])
  // Sorted before the rows are fetched: they need not pass through the sorting.
  const sql = `SELECT ${listedColumns} FROM (
      SELECT seq, id FROM (
        SELECT key AS seq, id FROM history WHERE source = 0 AND ${indexed.condition} ORDER BY id DESC LIMIT ?
      )
      UNION ALL
      SELECT seq, (emitted_at_ms + 1) * ${callsPerMs} - 1 FROM audit_log
        WHERE seq > (SELECT key FROM history_upto WHERE source = 0) AND ${tail.condition}
      ORDER BY id DESC, seq DESC LIMIT ?
    ) AS found CROSS JOIN audit_log AS a USING (seq)`
  return { sql, values: [...indexed.values, limit, ...tail.values] }
}

/** Why an entry cannot be recorded; null for a sound one. */
function faultOf(entry: AuditEntry): string | null {
  for (const field in entry) if (!entryKeys.has(field)) return `there is no field "${field}"`
  if (!known.has(entry.seam)) return 'there is no such seam'
  const source = entry.source ?? null
  if (source !== null && !auditSources.includes(source)) return 'there is no such source'
  const { details = {} }: { details?: unknown } = entry
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return 'details are no object'
  const named = isId(entry.callerSessionId) && isId(entry.incidentId) && isId(entry.wakeEventId)
  return named ? null : 'an id is no text'
}

function isId(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string'
}

export function toAuditRow(row: ListedAuditRow): AuditRow {
  const details = readObject(row.details)
  return {
    seq: row.seq,
    eventId: row.event_id,
    emittedAtMs: row.emitted_at_ms,
    seam: row.seam,
    known: known.has(row.seam),
    details: row.extra === null ? details : { ...details, _extra: readObject(row.extra) },
    callerSessionId: row.caller_session_id,
    source: row.source,
    incidentId: row.incident_id,
    wakeEventId: row.wake_event_id,
    schemaVersion: row.schema_version,
    hash: row.hash,
    prevHash: row.prev_hash,
  }
}

/** One unreadable row never hides the others. */
function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : { _unreadable: text }
  } catch {
    return { _unreadable: text }
  }
}
