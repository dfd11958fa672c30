import type { AuditRow } from '../../domain/audit.ts'
import {
  correlationOf,
  type Facet,
  facetWord,
  type HistoryKind,
  type HistorySource,
  historyKinds,
  historySources,
  kindOfSeam,
  originCode,
  otherSeams,
  searchText,
} from '../../domain/history.ts'
import { everythingWord } from '../../domain/historySearch.ts'
import { callerSessionId } from '../../domain/wake.ts'
import { type ListedAuditRow, listedColumns, toAuditRow } from './AuditRepository.ts'
import { toCause, toStatus } from './codes.ts'
import type { Connection } from './Connection.ts'
import { callsPerMs, seqAt } from './ledgerSeq.ts'

const hourMs = 3_600_000
const rowsPerPrune = 2_000
/** Less than this between two spans is the writing of the rows themselves. */
const leastGapMs = 2_000

const uptoSql = 'SELECT key FROM history_upto WHERE source = ?'
const setUptoSql = 'UPDATE history_upto SET key = ? WHERE source = ?'
const highestSql = `INSERT INTO audit_highest SELECT 1, coalesce(max(seq), 0) FROM audit_log WHERE true
  ON CONFLICT (id) DO UPDATE SET seq = max(seq, excluded.seq)`
const auditSql = `SELECT ${listedColumns} FROM audit_log AS a WHERE a.seq > ? ORDER BY a.seq LIMIT ?`
const callsSql = `SELECT l.seq AS key, l.at_ms, l.model, l.route, l.reason, l.subject, l.note, l.rung, i.incident_id
  FROM ledger AS l LEFT JOIN investigations AS i ON i.id = substr(l.subject, 15) AND l.subject LIKE 'investigation:%'
  WHERE l.seq > ? ORDER BY l.seq LIMIT ?`
const changesSql = `SELECT c.seq AS key, c.at_ms, c.from_status, c.to_status, c.cause, c.error, p.id AS probe_id, p.title
  FROM state_changes AS c JOIN probes AS p ON p.no = c.probe_no WHERE c.seq > ? ORDER BY c.seq LIMIT ?`
const spansSql = `SELECT s.id AS key, s.from_ms AS at_ms,
    (SELECT max(b.to_ms) FROM sampling_spans AS b WHERE b.id < s.id) AS before_ms,
    (SELECT b.ended_by FROM sampling_spans AS b WHERE b.id < s.id ORDER BY b.to_ms DESC, b.id DESC LIMIT 1) AS ended_by
  FROM sampling_spans AS s WHERE s.id > ? ORDER BY s.id LIMIT ?`
const waitingSql = `SELECT
  (SELECT coalesce(max(seq), 0) FROM audit_log) - (SELECT key FROM history_upto WHERE source = 0) AS n`
const newestSql = 'SELECT max(id) AS id FROM history'
const takenSql = 'SELECT max(id) AS id FROM history WHERE id >= ? AND id < ?'
const insertSql = `INSERT INTO history (id, source, key, kind, seam, origin, session, correlation)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
const insertTextSql = 'INSERT INTO history_text (rowid, text, facets) VALUES (?, ?, ?)'
const seamSql = 'SELECT no FROM history_seams WHERE seam = ?'
const addSeamSql = 'INSERT INTO history_seams (seam, n) VALUES (?, 0) ON CONFLICT DO NOTHING'
const countSeamSql = 'UPDATE history_seams SET n = n + ? WHERE no = ?'
const addHourSql = `INSERT INTO history_hours (hour_ms, kind, n) VALUES (?, ?, ?)
  ON CONFLICT (hour_ms, kind) DO UPDATE SET n = n + excluded.n`
const oldSql = `SELECT id, kind, seam FROM history WHERE id < ? ORDER BY id LIMIT ${rowsPerPrune}`
const removeSql = 'DELETE FROM history WHERE id = ?'
const removeTextSql = 'DELETE FROM history_text WHERE rowid = ?'
const dropHoursSql = 'DELETE FROM history_hours WHERE n <= 0'

/** A record on its way into the index. */
interface Entry {
  readonly source: HistorySource
  readonly key: number
  readonly atMs: number
  readonly kind: HistoryKind
  readonly seam: string
  readonly origin: string | null
  readonly session: string | null
  readonly correlation: string | null
  /** What it is found by beside its details. */
  readonly words: readonly (string | null)[]
  readonly details: unknown
}

interface StoredCall {
  readonly key: number
  readonly at_ms: number
  readonly model: string
  readonly route: string
  readonly reason: string | null
  readonly subject: string | null
  readonly note: string | null
  readonly rung: string
  readonly incident_id: string | null
}

interface StoredChange {
  readonly key: number
  readonly at_ms: number
  readonly from_status: number | null
  readonly to_status: number
  readonly cause: number
  readonly error: string | null
  readonly probe_id: string
  readonly title: string
}

interface StoredSpan {
  readonly key: number
  readonly at_ms: number
  readonly before_ms: number | null
  readonly ended_by: string | null
}

/**
 * The index of History. It follows its sources in steps of their own, so that a row that must be durable at once has no
 * index to write; what it does not hold yet is the newest second, which readers of the audit log add.
 */
export class HistoryRepository {
  readonly #connection: Connection
  readonly #seams = new Map<string, number>()
  #undone = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * Takes up to `limit` new records of each source in, in one transaction.
   * @returns how many there were, and the audit rows among them, oldest first; call again until there are none
   */
  advance(limit: number): { indexed: number; audit: AuditRow[] } {
    // What a transaction that was undone had added to the dictionary is not there.
    if (this.#undone !== this.#connection.undone) this.#seams.clear()
    this.#undone = this.#connection.undone
    const audit = this.#new<ListedAuditRow>('audit', auditSql, limit).map(toAuditRow)
    const calls = this.#new<StoredCall>('call', callsSql, limit)
    const changes = this.#new<StoredChange>('service', changesSql, limit)
    const spans = this.#new<StoredSpan>('gap', spansSql, limit)
    const indexed = audit.length + calls.length + changes.length + spans.length
    if (indexed === 0) return { indexed, audit }
    this.#connection.write(() => {
      this.#add([...audit.map(ofAudit), ...calls.map(ofCall), ...changes.map(ofChange), ...spans.flatMap(ofSpan)])
      this.#upto('audit', audit.at(-1)?.seq)
      this.#upto('call', calls.at(-1)?.key)
      this.#upto('service', changes.at(-1)?.key)
      this.#upto('gap', spans.at(-1)?.key)
      this.#connection.run(highestSql)
    })
    return { indexed, audit }
  }

  /** When the newest record it holds happened, epoch ms; null while it holds none. */
  newestAtMs(): number | null {
    const id = this.#connection.get<{ id: number | null }>(newestSql)?.id ?? null
    return id === null ? null : Math.floor(id / callsPerMs)
  }

  /** Audit rows that are not in the index yet: a second's worth, or what is left of an older database. */
  waiting(): number {
    return Math.max(0, this.#connection.get<{ n: number }>(waitingSql)?.n ?? 0)
  }

  /**
   * Forgets records that are older, at most 2,000 a call; their sources keep what they keep.
   * @returns records forgotten; call again until 0
   */
  prune(beforeMs: number): number {
    return this.#connection.write(() => {
      const old = this.#connection.all<{ id: number; kind: number; seam: number }>(oldSql, seqAt(beforeMs))
      const sums = new Sums(-1)
      for (const { id, kind, seam } of old) {
        this.#connection.run(removeSql, id)
        this.#connection.run(removeTextSql, id)
        sums.add(Math.floor(id / callsPerMs), kind, seam)
      }
      this.#write(sums)
      if (old.length > 0) this.#connection.run(dropHoursSql)
      return old.length
    })
  }

  #new<Stored>(source: HistorySource, sql: string, limit: number): Stored[] {
    const upto = this.#connection.get<{ key: number }>(uptoSql, historySources.indexOf(source))?.key ?? 0
    return this.#connection.all<Stored>(sql, upto, limit)
  }

  #upto(source: HistorySource, key: number | undefined): void {
    if (key !== undefined) this.#connection.run(setUptoSql, key, historySources.indexOf(source))
  }

  #add(entries: readonly Entry[]): void {
    const sums = new Sums(1)
    for (const entry of entries) {
      const { source, key, session, correlation } = entry
      const id = this.#freeId(entry.atMs)
      const kind = historyKinds.indexOf(entry.kind)
      const seam = this.#seam(entry.seam)
      const place = [historySources.indexOf(source), key, kind, seam, originCode(entry.origin)] as const
      this.#connection.run(insertSql, id, ...place, session, correlation)
      this.#connection.run(insertTextSql, id, searchText([entry.seam, ...entry.words], entry.details), facetsOf(entry))
      sums.add(Math.floor(id / callsPerMs), kind, seam)
    }
    this.#write(sums)
  }

  /** The first number of the moment that no record has; the next moment's when a thousand share it. */
  #freeId(atMs: number): number {
    const first = seqAt(Math.floor(atMs))
    const taken = this.#connection.get<{ id: number | null }>(takenSql, first, first + callsPerMs)?.id ?? null
    if (taken === null) return first
    return taken + 1 < first + callsPerMs ? taken + 1 : this.#freeId(atMs + 1)
  }

  #seam(seam: string): number {
    const known = this.#seams.get(seam)
    if (known !== undefined) return known
    this.#connection.run(addSeamSql, seam)
    const no = this.#connection.get<{ no: number }>(seamSql, seam)?.no ?? 0
    this.#seams.set(seam, no)
    return no
  }

  #write({ hours, seams }: Sums): void {
    for (const { hour, kind, n } of hours.values()) this.#connection.run(addHourSql, hour, kind, n)
    for (const [seam, n] of seams) this.#connection.run(countSeamSql, n, seam)
  }
}

/** How the sums change with one step. */
class Sums {
  readonly hours = new Map<string, { readonly hour: number; readonly kind: number; n: number }>()
  readonly seams = new Map<number, number>()
  readonly #each: 1 | -1

  constructor(each: 1 | -1) {
    this.#each = each
  }

  add(atMs: number, kind: number, seam: number): void {
    const hour = Math.floor(atMs / hourMs) * hourMs
    const key = `${hour}:${kind}`
    const sum = this.hours.get(key) ?? { hour, kind, n: 0 }
    sum.n += this.#each
    this.hours.set(key, sum)
    this.seams.set(seam, (this.seams.get(seam) ?? 0) + this.#each)
  }
}

function facetsOf({ kind, seam, origin, session, correlation }: Entry): string {
  const facets: Facet[] = [
    { name: 'kind', value: kind },
    { name: 'seam', value: seam },
  ]
  if (origin !== null) facets.push({ name: 'origin', value: origin })
  if (session !== null) facets.push({ name: 'session', value: session })
  if (correlation !== null) facets.push({ name: 'correlation', value: correlation })
  return [everythingWord, ...facets.map(facetWord)].join(' ')
}

function ofAudit(row: AuditRow): Entry {
  const correlation = correlationOf(row)
  return {
    source: 'audit',
    key: row.seq,
    atMs: row.emittedAtMs,
    kind: kindOfSeam(row.seam),
    seam: row.seam,
    origin: row.source,
    session: row.callerSessionId,
    correlation,
    words: [row.callerSessionId, correlation, row.wakeEventId],
    details: row.details,
  }
}

function ofCall(call: StoredCall): Entry {
  const { key, at_ms: atMs, model, route, reason, subject, note, rung, incident_id: incidentId } = call
  return {
    source: 'call',
    key,
    atMs,
    kind: 'call',
    seam: otherSeams.call,
    origin: null,
    session: null,
    correlation: incidentId ?? alertOf(subject),
    words: [model, route, reason, subject, note, rung, incidentId],
    details: {},
  }
}

/** A call about an alert says so in its subject: `alert:alt_…`. */
function alertOf(subject: string | null): string | null {
  return subject?.startsWith('alert:alt_') ? subject.slice('alert:'.length) : null
}

function ofChange(change: StoredChange): Entry {
  const { key, at_ms: atMs, error, probe_id: probeId, title } = change
  const from = change.from_status === null ? null : toStatus(change.from_status)
  return {
    source: 'service',
    key,
    atMs,
    kind: 'service',
    seam: otherSeams.service,
    origin: null,
    session: callerSessionId(probeId, 'service_unhealthy'),
    correlation: null,
    words: [probeId, title, from, toStatus(change.to_status), toCause(change.cause), error],
    details: {},
  }
}

/** The time before a span in which nothing ran; none before the first. */
function ofSpan(span: StoredSpan): Entry[] {
  const { key, at_ms: atMs, before_ms: beforeMs, ended_by: endedBy } = span
  if (beforeMs === null || atMs - beforeMs < leastGapMs) return []
  return [
    {
      source: 'gap',
      key,
      atMs,
      kind: 'gap',
      seam: otherSeams.gap,
      origin: null,
      session: null,
      correlation: null,
      words: [gapWords[endedBy ?? 'crash'] ?? 'crashed', 'gap'],
      details: {},
    },
  ]
}

const gapWords: Readonly<Record<string, string>> = { suspend: 'asleep', clean_stop: 'not running', crash: 'crashed' }
