import { ulid } from 'ulid'
import { type AuditEntry, type AuditRow, auditSources, seams } from '../../domain/audit.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Redactor } from '../platform/redactor.ts'
import { type Anchor, anchorDetails, type ChainedRow, genesisHash, rowHash, type StoredAuditRow } from './auditChain.ts'
import type { Connection } from './Connection.ts'
import { toJsonDetails, toLimitedText } from './safeDetails.ts'

export interface AuditQuery {
  readonly seam?: string
  /** Inclusive. */
  readonly sinceMs?: number
  readonly incidentId?: string
  readonly callerSessionId?: string
  /** Exclusive; turns the order round: oldest first. */
  readonly afterSeq?: number
  /** Exclusive. */
  readonly beforeSeq?: number
  /** Zero or less is unlimited. */
  readonly limit: number
}

/** Version of the row's own form, apart from the database's. */
const rowVersion = 1
const rowsPerPrune = 5_000

const headSql = 'SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1'
const anchorSql = 'SELECT seq, hash FROM audit_anchor WHERE id = 1'
const lastSeqSql = `SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'`
const insertSql = `INSERT INTO audit_log (seq, event_id, emitted_at_ms, seam, details, caller_session_id, source,
  incident_id, wake_event_id, schema_version, extra, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const firstSql = 'SELECT emitted_at_ms FROM audit_log ORDER BY seq LIMIT 1'
const frontSql = `SELECT seq, hash, emitted_at_ms FROM audit_log ORDER BY seq LIMIT ${rowsPerPrune}`
const saveAnchorSql = 'INSERT OR REPLACE INTO audit_anchor (id, seq, hash) VALUES (1, ?, ?)'
const pruneSql = 'DELETE FROM audit_log WHERE seq <= ?'

const known = new Set<string>(seams)
const entryKeys = new Set(['seam', 'details', 'callerSessionId', 'source', 'incidentId', 'wakeEventId'])

/** The record of everything the daemon did or decided: append-only, each row linked to the one before it. */
export class AuditRepository {
  readonly #connection: Connection
  readonly #redactor: Redactor
  readonly #clock: Clock

  constructor(connection: Connection, redactor: Redactor, clock: Clock) {
    this.#connection = connection
    this.#redactor = redactor
    this.#clock = clock
  }

  /**
   * Adds one row inside the caller's transaction, or in one of its own. Details are redacted; what JSON cannot hold
   * is marked and does not stop the row.
   * @throws KoraError bad_input for a seam, source or field that is not in the vocabulary
   */
  append(entry: AuditEntry, nowMs: number): AuditRow {
    check(entry)
    const details = toLimitedText(this.#redactor.data(toJsonDetails(entry.details ?? {})))
    return this.#connection.write(() => this.#insert(entry, details, nowMs))
  }

  /** Newest first; with `afterSeq` oldest first. Rows of unknown seams are listed with `known: false`. */
  list(query: AuditQuery): AuditRow[] {
    const filters: [condition: string, value: unknown][] = [
      ['seam = ?', query.seam],
      ['emitted_at_ms >= ?', query.sinceMs],
      // Spares the walk over everything older; the clock may have been set back, so the lowest number counts.
      ['seq >= (SELECT min(seq) FROM audit_log INDEXED BY audit_by_time WHERE emitted_at_ms >= ?)', query.sinceMs],
      ['incident_id = ?', query.incidentId],
      ['caller_session_id = ?', query.callerSessionId],
      ['seq > ?', query.afterSeq],
      ['seq < ?', query.beforeSeq],
    ]
    const used = filters.filter(([, value]) => value !== undefined)
    const where = used.map(([condition]) => condition).join(' AND ') || 'true'
    const order = query.afterSeq === undefined ? 'DESC' : 'ASC'
    const sql = `SELECT * FROM audit_log WHERE ${where} ORDER BY seq ${order} LIMIT ?`
    const limit = query.limit > 0 ? query.limit : -1
    return this.#connection.all<StoredAuditRow>(sql, ...used.map(([, value]) => value), limit).map(toAuditRow)
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

  /** When the oldest row that is still there was emitted; null before the first. */
  firstAtMs(): number | null {
    return this.#connection.get<{ emitted_at_ms: number }>(firstSql)?.emitted_at_ms ?? null
  }

  #insert(entry: AuditEntry, details: string, nowMs: number): AuditRow {
    const { hash: prevHash } = this.#head()
    const lastSeq = this.#connection.get<{ seq: number }>(lastSeqSql)?.seq ?? 0
    const row: ChainedRow = {
      seq: lastSeq + 1,
      event_id: ulid(nowMs),
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
    this.#connection.run(insertSql, ...Object.values(row), prevHash, hash)
    return toAuditRow({ ...row, prev_hash: prevHash, hash })
  }

  #head(): Anchor {
    const newest = this.#connection.get<Anchor>(headSql) ?? this.#connection.get<Anchor>(anchorSql)
    return newest ?? { seq: 0, hash: genesisHash }
  }
}

function check(entry: AuditEntry): void {
  const extra = Object.keys(entry).find((key) => !entryKeys.has(key))
  if (extra !== undefined) throw new KoraError('bad_input', 'An audit row has no such field.', { field: extra })
  if (!known.has(entry.seam)) throw new KoraError('bad_input', 'There is no such seam.', { seam: entry.seam })
  const source = entry.source ?? null
  if (source !== null && !auditSources.includes(source)) {
    throw new KoraError('bad_input', 'There is no such source.', { source })
  }
}

function toAuditRow(row: StoredAuditRow): AuditRow {
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
    hash: row.hash.toString('hex'),
    prevHash: row.prev_hash.toString('hex'),
  }
}

/** One unreadable row never hides the others. */
function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : { _unreadable: text }
  } catch {
    return { _unreadable: text }
  }
}
