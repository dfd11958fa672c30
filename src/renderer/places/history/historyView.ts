import type { HistoryFilter, SavedFilter } from '../../../contract/history.ts'
import { type HistoryKind, historyKinds } from '../../../domain/history.ts'
import { routePath, withQuery } from '../../app/route.ts'
import { kindWords, sourceWord } from './kinds.ts'
import { everything, presetOf, readSpan, type Span, spanQuery, usualSpan } from './span.ts'

/** What History shows, as its controls hold it; texts are empty where nothing is narrowed by them. */
export interface HistoryView {
  readonly span: Span
  /** In the order of the list of kinds; none stands for all. */
  readonly kinds: readonly HistoryKind[]
  readonly text: string
  readonly seam: string
  /** Source of an audit row. */
  readonly origin: string
  readonly sessionId: string
  readonly correlationId: string
  /** An opened file; null for the running daemon's own records. */
  readonly file: string | null
}

/** The longest that each part of a filter may be. */
const longest = { text: 200, seam: 80, origin: 40, sessionId: 512, correlationId: 64 } as const

export const usualView: HistoryView = {
  span: usualSpan,
  kinds: [],
  text: '',
  seam: '',
  origin: '',
  sessionId: '',
  correlationId: '',
  file: null,
}

/** The view a link asks for; what it does not know is left as usual. */
export function readView(query: Readonly<Record<string, string>>): HistoryView {
  const named = new Set((query['kind'] ?? '').split(/[ ,]+/))
  const text = (name: keyof typeof longest, param: string) => (query[param] ?? '').slice(0, longest[name])
  return {
    span: readSpan(query),
    kinds: historyKinds.filter((kind) => named.has(kind)),
    text: text('text', 'q').trim() === '' ? '' : text('text', 'q'),
    seam: text('seam', 'seam'),
    origin: text('origin', 'source'),
    sessionId: text('sessionId', 'session'),
    correlationId: text('correlationId', 'correlation'),
    file: /^[\w-]{1,64}$/.test(query['file'] ?? '') ? (query['file'] ?? null) : null,
  }
}

/** The other way round; what is as usual stands in no link. */
export function viewQuery(view: HistoryView): Readonly<Record<string, string | undefined>> {
  return {
    ...spanQuery(view.span),
    kind: view.kinds.join(' ') || undefined,
    q: view.text || undefined,
    seam: view.seam || undefined,
    source: view.origin || undefined,
    session: view.sessionId || undefined,
    correlation: view.correlationId || undefined,
    file: view.file ?? undefined,
  }
}

/** The path of a view, and of one record in it. */
export function viewPath(view: HistoryView, recordId: number | null = null): string {
  const path = recordId === null ? routePath('history') : routePath('history', String(recordId))
  return withQuery(path, viewQuery(view))
}

/** The id of a record in a route; null when it is none. */
export function readRecordId(segment: string | undefined): number | null {
  return segment !== undefined && /^\d{1,16}$/.test(segment) ? Number(segment) : null
}

type Narrowing = SavedFilter['filter']

/** What narrows the records beside time, as the daemon is asked. */
export function narrowingOf(view: HistoryView): Narrowing {
  return {
    ...(view.kinds.length === 0 ? {} : { kinds: [...view.kinds] }),
    ...(view.text === '' ? {} : { text: view.text }),
    ...(view.seam === '' ? {} : { seam: view.seam }),
    ...(view.origin === '' ? {} : { origin: view.origin }),
    ...(view.sessionId === '' ? {} : { sessionId: view.sessionId }),
    ...(view.correlationId === '' ? {} : { correlationId: view.correlationId }),
  }
}

/** The whole filter, between the ends of a plan. */
export function filterOf(view: HistoryView, { fromMs, toMs }: { fromMs: number | null; toMs: number | null }) {
  const filter: HistoryFilter & { file?: string } = {
    ...narrowingOf(view),
    ...(fromMs === null ? {} : { fromMs }),
    ...(toMs === null ? {} : { toMs }),
    ...(view.file === null ? {} : { file: view.file }),
  }
  return filter
}

export function isNarrowed(view: HistoryView): boolean {
  return Object.keys(narrowingOf(view)).length > 0
}

/** The same view with nothing narrowed but time. */
export function widened(view: HistoryView): HistoryView {
  return { ...usualView, span: view.span, file: view.file }
}

export interface Chip {
  readonly key: string
  readonly label: string
  /** The view without it. */
  readonly without: HistoryView
}

/** What a view is narrowed to, one part each. */
export function chipsOf(view: HistoryView): readonly Chip[] {
  const chip = (key: keyof HistoryView, label: string, shown: boolean): readonly Chip[] =>
    shown ? [{ key, label, without: { ...view, [key]: usualView[key] } }] : []
  return [
    ...view.kinds.map((kind) => ({
      key: kind,
      label: kindWords[kind],
      without: { ...view, kinds: view.kinds.filter((other) => other !== kind) },
    })),
    ...chip('text', `“${view.text.trim()}”`, view.text !== ''),
    ...chip('seam', `Seam ${view.seam}`, view.seam !== ''),
    ...chip('origin', `Source ${sourceWord(view.origin)}`, view.origin !== ''),
    ...chip('sessionId', `Session ${view.sessionId}`, view.sessionId !== ''),
    ...chip('correlationId', `All about ${view.correlationId}`, view.correlationId !== ''),
  ]
}

/** A view to keep. One between two times is kept for any time: those times are over. */
export function savedFrom(view: HistoryView, id: string, name: string): SavedFilter {
  return { id, name, filter: narrowingOf(view), lastMs: view.span.kind === 'last' ? view.span.lastMs : null }
}

/** The view a saved filter stands for, on the records that are read now. */
export function viewOfSaved({ filter, lastMs }: SavedFilter, file: string | null): HistoryView {
  return {
    span: lastMs === null ? everything : { kind: 'last', lastMs },
    kinds: historyKinds.filter((kind) => filter.kinds?.includes(kind)),
    text: filter.text ?? '',
    seam: filter.seam ?? '',
    origin: filter.origin ?? '',
    sessionId: filter.sessionId ?? '',
    correlationId: filter.correlationId ?? '',
    file,
  }
}

/** Whether a view is what a saved filter stands for. */
export function isSaved(view: HistoryView, saved: SavedFilter): boolean {
  return viewPath(viewOfSaved(saved, view.file)) === viewPath(view)
}

/** How long back a saved filter looks: "24h", "any time". */
export function savedSpanWords({ lastMs }: Pick<SavedFilter, 'lastMs'>): string {
  const word = lastMs === null ? null : presetOf({ kind: 'last', lastMs })
  if (word === null) return 'any time'
  const unit = { m: 'min', h: 'h', d: 'd' }[word.slice(-1)] ?? ''
  return `last ${word.slice(0, -1)} ${unit}`
}
