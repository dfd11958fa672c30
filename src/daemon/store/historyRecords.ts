import type Database from 'better-sqlite3'
import type { HistorySource } from '../../domain/history.ts'
import { historySources } from '../../domain/history.ts'
import {
  auditLine,
  type CallWords,
  callLine,
  changeLine,
  gapLine,
  type HistoryLine,
} from '../../domain/historyWords.ts'
import { utcMicros } from '../../domain/time.ts'
import { type ListedAuditRow, listedColumns, toAuditRow } from './AuditRepository.ts'
import { toCause, toStatus } from './codes.ts'
import type { HistoryEntry } from './historyQueries.ts'
import { gapsBetween, type SpanEnd } from './spans.ts'

/** What stands behind an entry of the index. */
export interface HistoryRecord {
  readonly atMs: number
  readonly line: HistoryLine
  /** Source of an audit row. */
  readonly origin: string | null
  /** As stored, under the names of its columns; of audit rows in their published shape. */
  readonly stored: Record<string, unknown>
}

type Keyed<Row> = Row & { readonly key: number }

const callsSql = `SELECT l.*, l.seq AS key, i.incident_id FROM ledger AS l
  LEFT JOIN investigations AS i ON i.id = substr(l.subject, 15) AND l.subject LIKE 'investigation:%' WHERE l.seq IN`
const changesSql = `SELECT c.*, c.seq AS key, p.id AS probe_id, p.title FROM state_changes AS c
  JOIN probes AS p ON p.no = c.probe_no WHERE c.seq IN`
const spansSql = `SELECT s.*, s.id AS key,
    (SELECT b.id FROM sampling_spans AS b WHERE b.id < s.id ORDER BY b.to_ms DESC, b.id DESC LIMIT 1) AS before_id
  FROM sampling_spans AS s WHERE s.id IN`
const spanSql = 'SELECT from_ms, to_ms, ended_by FROM sampling_spans WHERE id = ?'

interface StoredGapSpan {
  readonly from_ms: number
  readonly to_ms: number
  readonly ended_by: SpanEnd | null
  readonly before_id: number | null
}

/** Reads what stands behind entries of the index, by their ids; what its source forgot is missing. */
export function recordsOf(database: Database.Database, entries: readonly HistoryEntry[]): Map<number, HistoryRecord> {
  const records = new Map<number, HistoryRecord>()
  const read = <Row>(source: HistorySource, sql: string, toRecord: (row: Keyed<Row>) => HistoryRecord | null): void => {
    const wanted = entries.filter((entry) => historySources[entry.source] === source)
    if (wanted.length === 0) return
    const marks = wanted.map(() => '?').join(', ')
    const rows = database.prepare<unknown[], Keyed<Row>>(`${sql} (${marks})`).all(...wanted.map(({ key }) => key))
    const byKey = new Map(rows.map((row) => [row.key, row]))
    for (const { id, key } of wanted) {
      const row = byKey.get(key)
      const record = row ? toRecord(row) : null
      if (record) records.set(id, record)
    }
  }
  const titles = lazyTitles(database)
  const auditSql = `SELECT ${listedColumns}, a.seq AS key FROM audit_log AS a WHERE a.seq IN`
  read<ListedAuditRow>('audit', auditSql, (row) => ofAudit(row, titles))
  read<Record<string, unknown>>('call', callsSql, ofCall)
  read<Record<string, unknown>>('service', changesSql, ofChange)
  read<StoredGapSpan>('gap', spansSql, (row) => ofSpan(database, row))
  return records
}

/** Names of probes, read when the first one is asked for; a removed probe keeps its name. */
function lazyTitles(database: Database.Database): (probeId: string) => string {
  let titles: Map<string, string> | null = null
  return (probeId) => {
    titles ??= new Map(database.prepare<[], [string, string]>('SELECT id, title FROM probes ORDER BY no').raw().all())
    return titles.get(probeId) ?? probeId
  }
}

function ofAudit(stored: ListedAuditRow, title: (probeId: string) => string): HistoryRecord {
  const row = toAuditRow(stored)
  return {
    atMs: row.emittedAtMs,
    line: auditLine(row, title),
    origin: row.source,
    stored: {
      emitted_at: utcMicros(row.emittedAtMs),
      seam: row.seam,
      details: row.details,
      caller_session_id: row.callerSessionId,
      source: row.source,
      seq: row.seq,
      event_id: row.eventId,
      incident_id: row.incidentId,
      wake_event_id: row.wakeEventId,
      schema_version: row.schemaVersion,
      hash: row.hash,
      prev_hash: row.prevHash,
    },
  }
}

function ofCall({ key: _key, incident_id: incidentId, ...row }: Keyed<Record<string, unknown>>): HistoryRecord {
  const words: CallWords = {
    model: text(row['model']),
    route: text(row['route']),
    subject: maybeText(row['subject']),
    reason: maybeText(row['reason']),
    note: maybeText(row['note']),
    costNanoUsd: typeof row['cost_nano_usd'] === 'number' ? row['cost_nano_usd'] : null,
    incidentId: maybeText(incidentId),
  }
  return { atMs: number(row['at_ms']), line: callLine(words), origin: null, stored: row }
}

function ofChange({ key: _key, ...row }: Keyed<Record<string, unknown>>): HistoryRecord {
  const from = row['from_status'] === null ? null : toStatus(number(row['from_status']))
  const to = toStatus(number(row['to_status']))
  const error = maybeText(row['error'])
  return {
    atMs: number(row['at_ms']),
    line: changeLine({ title: text(row['title']), from, to, error }),
    origin: null,
    stored: {
      probe: row['probe_id'],
      at_ms: row['at_ms'],
      from,
      to,
      cause: toCause(number(row['cause'])),
      error,
      details: parsed(row['details']),
    },
  }
}

/** The time before a span in which nothing ran. */
function ofSpan(database: Database.Database, span: Keyed<StoredGapSpan>): HistoryRecord | null {
  const before = database.prepare<[number | null], StoredGapSpan>(spanSql).get(span.before_id)
  if (!before) return null
  const [gap] = gapsBetween(before, [{ ...span, to_ms: span.from_ms + 1 }], before.to_ms, span.from_ms + 1)
  if (!gap) return null
  return {
    atMs: span.from_ms,
    line: gapLine(gap),
    origin: null,
    stored: { from_ms: gap.fromMs, to_ms: gap.toMs, reason: gap.reason },
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function maybeText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return null
  try {
    return JSON.parse(value)
  } catch {
    return { _unreadable: value }
  }
}
