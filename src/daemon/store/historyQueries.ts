import type Database from 'better-sqlite3'
import type { HistoryBounds, HistoryFilter, HistoryItem } from '../../contract/history.ts'
import { auditSources, seams } from '../../domain/audit.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Gap } from '../../domain/gaps.ts'
import { type Facet, historyKinds, otherSeams } from '../../domain/history.ts'
import { searchExpression } from '../../domain/historySearch.ts'
import { recordsOf } from './historyRecords.ts'
import { callsPerMs, seqAt } from './ledgerSeq.ts'
import { gapsBetween, spanBeforeSql, spansSql, type StoredSpan } from './spans.ts'

export interface HistoryPage {
  readonly items: HistoryItem[]
  /** What to ask with for the next page; null at the end. */
  readonly next: number | null
}

export interface Density {
  readonly fromMs: number
  readonly bucketMs: number
  readonly counts: number[]
  readonly total: number
  readonly gaps: Gap[]
}

/** A row of the index. */
export interface HistoryEntry {
  readonly id: number
  readonly source: number
  readonly key: number
  readonly kind: number
  readonly seam: string
  readonly origin: number | null
  readonly session: string | null
  readonly correlation: string | null
}

const hourMs = 3_600_000
const minuteMs = 60_000
const columns = `h.id, h.source, h.key, h.kind, (SELECT seam FROM history_seams WHERE no = h.seam) AS seam, h.origin,
  h.session, h.correlation`
const known = new Set<string>([...seams, ...Object.values(otherSeams)])

/**
 * Records that a filter lets through, newest first.
 * @param before exclusive, `next` of the page before; null for the first page
 * @param full whether each carries its stored record
 */
export function historyPage(
  database: Database.Database,
  filter: HistoryFilter,
  before: number | null,
  limit: number,
  full: boolean,
): HistoryPage {
  const entries = find(database, filter, before, limit + 1)
  const shown = entries.slice(0, limit)
  return {
    items: toItems(database, shown, full),
    next: entries.length > limit ? (shown.at(-1)?.id ?? null) : null,
  }
}

/** One record with everything that is stored of it. @throws KoraError not_found */
export function historyRecord(database: Database.Database, id: number): HistoryItem {
  const sql = `SELECT ${columns} FROM history AS h WHERE h.id = ?`
  const entry = database.prepare<[number], HistoryEntry>(sql).get(id)
  const [item] = entry ? toItems(database, [entry], true) : []
  if (!item) throw new KoraError('not_found', 'This record is not there any more: it was past its keep.', { id })
  return item
}

/** How many records a filter lets through in each of at most `buckets` equal stretches of its span. */
export function historyDensity(database: Database.Database, filter: Spanned, buckets: number): Density {
  const spanMs = filter.toMs - filter.fromMs
  if (spanMs <= 0) {
    const { fromMs, toMs } = filter
    throw new KoraError('bad_input', 'The span ends before it begins.', { fromMs, toMs })
  }
  const bySums = isPlain(filter) && spanMs / buckets >= hourMs
  const unit = bySums ? hourMs : minuteMs / 60
  const bucketMs = Math.max(unit, Math.ceil(spanMs / buckets / unit) * unit)
  const fromMs = Math.floor(filter.fromMs / bucketMs) * bucketMs
  const counts = Array.from({ length: Math.ceil((filter.toMs - fromMs) / bucketMs) }, () => 0)
  const found = bySums ? countByHour(database, filter, bucketMs) : countRecords(database, filter, bucketMs)
  let total = 0
  for (const { at, n } of found) {
    const bucket = Math.floor((at - fromMs) / bucketMs)
    counts[Math.min(Math.max(bucket, 0), counts.length - 1)]! += n
    total += n
  }
  return { fromMs, bucketMs, counts, total, gaps: gaps(database, fromMs, filter.toMs) }
}

/** What the file holds, and how much of it the index does not hold yet. */
export function historyBounds(database: Database.Database): HistoryBounds {
  const one = (sql: string): number | null => database.prepare<[], number | null>(sql).pluck().get() ?? null
  const [oldest, newest] = [one('SELECT min(id) FROM history'), one('SELECT max(id) FROM history')]
  const upto = one('SELECT key FROM history_upto WHERE source = 0') ?? 0
  const sql = 'SELECT seam, n AS count FROM history_seams WHERE n > 0 ORDER BY seam'
  const kindsSql = 'SELECT kind, sum(n) AS count FROM history_hours GROUP BY kind ORDER BY kind'
  const kinds = database.prepare<[], { kind: number; count: number }>(kindsSql).all()
  return {
    oldestAtMs: oldest === null ? null : Math.floor(oldest / callsPerMs),
    newestAtMs: newest === null ? null : Math.floor(newest / callsPerMs),
    records: kinds.reduce((sum, { count }) => sum + count, 0),
    waiting: Math.max(0, (one('SELECT max(seq) FROM audit_log') ?? 0) - upto),
    kinds: kinds.flatMap(({ kind, count }) => {
      const name = historyKinds[kind]
      return name === undefined ? [] : [{ kind: name, count }]
    }),
    seams: database.prepare<[], { seam: string; count: number }>(sql).all(),
  }
}

/** Entries newest first, along the narrowest way there is. */
function find(
  database: Database.Database,
  filter: HistoryFilter,
  before: number | null,
  limit: number,
): HistoryEntry[] {
  const expression = searchOf(filter)
  const highest = Math.min(before ?? Infinity, filter.toMs === undefined ? Infinity : seqAt(filter.toMs))
  // One upper bound: of two, SQLite would walk down from the first although the second lies far below it.
  const span: unknown[] = [
    Math.min(highest, Number.MAX_SAFE_INTEGER),
    filter.fromMs === undefined ? 0 : seqAt(filter.fromMs),
  ]
  const { conditions, values } = narrowed(filter)
  const rest = conditions.map((condition) => ` AND ${condition}`).join('')
  const select = (sql: string, ...given: unknown[]) => database.prepare<unknown[], HistoryEntry>(sql).all(...given)
  if (expression !== null) {
    const sql = `SELECT ${columns} FROM history_text AS t CROSS JOIN history AS h ON h.id = t.rowid
      WHERE t.history_text MATCH ? AND t.rowid < ? AND t.rowid >= ?${rest} ORDER BY t.rowid DESC LIMIT ?`
    return select(sql, expression, ...span, ...values, limit)
  }
  const kinds = filter.kinds?.map((kind) => historyKinds.indexOf(kind)) ?? []
  const { correlationId, sessionId, seam } = filter
  // Several kinds by themselves are several walks side by side; one more condition makes its own index the better one.
  if (kinds.length === 0 || correlationId !== undefined || sessionId !== undefined || seam !== undefined) {
    const sql = `SELECT ${columns} FROM history AS h WHERE h.id < ? AND h.id >= ?${rest} ORDER BY h.id DESC LIMIT ?`
    return select(sql, ...span, ...values, limit)
  }
  const walk = `SELECT * FROM (SELECT h.* FROM history AS h INDEXED BY history_by_kind
    WHERE h.id < ? AND h.id >= ? AND h.kind = ?${originOnly(filter)} ORDER BY h.id DESC LIMIT ?)`
  const origin = filter.origin === undefined ? [] : [originOf(filter.origin)]
  const sql = `SELECT ${columns} FROM (${kinds.map(() => walk).join(' UNION ALL ')}) AS h ORDER BY h.id DESC LIMIT ?`
  return select(sql, ...kinds.flatMap((kind) => [...span, kind, ...origin, limit]), limit)
}

/** Conditions on rows of the index but the span, in the order of their values. */
function narrowed(filter: HistoryFilter): { conditions: string[]; values: unknown[] } {
  const { kinds, seam, origin, sessionId, correlationId } = filter
  const given: [condition: string, values: unknown[] | undefined][] = [
    ['h.correlation = ?', correlationId === undefined ? undefined : [correlationId]],
    ['h.session = ?', sessionId === undefined ? undefined : [sessionId]],
    ['h.seam = (SELECT no FROM history_seams WHERE seam = ?)', seam === undefined ? undefined : [seam]],
    [
      // The plus keeps SQLite from preferring an index of little use beside the others.
      `+h.kind IN (${(kinds ?? []).map(() => '?').join(', ')})`,
      kinds && kinds.length > 0 ? kinds.map((kind) => historyKinds.indexOf(kind)) : undefined,
    ],
    ['h.origin = ?', origin === undefined ? undefined : [originOf(origin)]],
  ]
  const used = given.filter((part): part is [string, unknown[]] => part[1] !== undefined)
  return { conditions: used.map(([condition]) => condition), values: used.flatMap(([, values]) => values) }
}

function originOnly({ origin }: HistoryFilter): string {
  return origin === undefined ? '' : ' AND h.origin = ?'
}

function originOf(origin: string): number {
  return (auditSources as readonly string[]).indexOf(origin)
}

/** The filter as one search, its facets among the words; null when no text is looked for. */
function searchOf({ text, kinds, seam, origin, sessionId, correlationId }: HistoryFilter): string | null {
  if (text === undefined || text.trim() === '') return null
  const facets: Facet[][] = [(kinds ?? []).map((value) => ({ name: 'kind', value }) as const)]
  const one = (name: 'seam' | 'origin' | 'session' | 'correlation', value: string | undefined): void => {
    if (value !== undefined) facets.push([{ name, value }])
  }
  one('seam', seam)
  one('origin', origin)
  one('session', sessionId)
  one('correlation', correlationId)
  return searchExpression(text, facets)
}

/** Whether nothing but time and kind narrows the filter: then the sums by hour hold the answer. */
function isPlain(filter: HistoryFilter): boolean {
  const { seam, origin, sessionId, correlationId } = filter
  return searchOf(filter) === null && [seam, origin, sessionId, correlationId].every((part) => part === undefined)
}

interface Counted {
  readonly at: number
  readonly n: number
}

type Spanned = HistoryFilter & { readonly fromMs: number; readonly toMs: number }

/** Whole hours from their sums; the hours that the span cuts from the records. */
function countByHour(database: Database.Database, filter: Spanned, bucketMs: number): Counted[] {
  const kinds = filter.kinds?.map((kind) => historyKinds.indexOf(kind)) ?? []
  const only = kinds.length === 0 ? '' : ` AND kind IN (${kinds.map(() => '?').join(', ')})`
  const [first, last] = [Math.ceil(filter.fromMs / hourMs) * hourMs, Math.floor(filter.toMs / hourMs) * hourMs]
  const sql = `SELECT hour_ms - hour_ms % ? AS at, sum(n) AS n FROM history_hours
    WHERE hour_ms >= ? AND hour_ms < ?${only} GROUP BY 1`
  return [
    ...database.prepare<unknown[], Counted>(sql).all(bucketMs, first, last, ...kinds),
    ...countRecords(database, { ...filter, toMs: Math.min(first, filter.toMs) }, bucketMs),
    ...(last >= first ? countRecords(database, { ...filter, fromMs: last }, bucketMs) : []),
  ]
}

function countRecords(database: Database.Database, filter: Spanned, bucketMs: number): Counted[] {
  const expression = searchOf(filter)
  const width = bucketMs * callsPerMs
  const span = [seqAt(filter.fromMs), seqAt(filter.toMs)]
  const toCounted = ([bucket, n]: [number, number]): Counted => ({ at: bucket * bucketMs, n })
  if (expression !== null) {
    const sql = `SELECT rowid / ?, count(*) FROM history_text WHERE history_text MATCH ? AND rowid >= ? AND rowid < ?
      GROUP BY 1`
    const rows = database
      .prepare<unknown[], [number, number]>(sql)
      .raw()
      .all(width, expression, ...span)
    return rows.map(toCounted)
  }
  const { conditions, values } = narrowed(filter)
  const rest = conditions.map((condition) => ` AND ${condition}`).join('')
  const sql = `SELECT h.id / ?, count(*) FROM history AS h WHERE h.id >= ? AND h.id < ?${rest} GROUP BY 1`
  return database
    .prepare<unknown[], [number, number]>(sql)
    .raw()
    .all(width, ...span, ...values)
    .map(toCounted)
}

function gaps(database: Database.Database, fromMs: number, toMs: number): Gap[] {
  const before = database.prepare<[number], StoredSpan>(spanBeforeSql).get(fromMs) ?? null
  return gapsBetween(before, database.prepare<[number, number], StoredSpan>(spansSql).all(fromMs, toMs), fromMs, toMs)
}

function toItems(database: Database.Database, entries: readonly HistoryEntry[], full: boolean): HistoryItem[] {
  const records = recordsOf(database, entries)
  return entries.flatMap((entry): HistoryItem[] => {
    const record = records.get(entry.id)
    // Its source forgot it before the index did.
    if (!record) return []
    return [
      {
        id: entry.id,
        atMs: record.atMs,
        kind: historyKinds[entry.kind] ?? 'system',
        seam: entry.seam,
        known: known.has(entry.seam),
        ...record.line,
        origin: record.origin,
        sessionId: entry.session,
        correlationId: entry.correlation,
        ...(full ? { record: record.stored } : {}),
      },
    ]
  })
}
