import type { HistoryItem } from '../../../contract/history.ts'
import { utcMicros } from '../../../domain/time.ts'

/** One line of an exported log: the published shape of an audit row, and nothing else. */
export interface LogLine {
  readonly emitted_at: string
  readonly seam: string
  readonly details: unknown
  readonly caller_session_id: string | null
  readonly source: string | null
}

/** What is stored of a record, as its published line. Whatever is no audit row is its own details. */
export function logLine(item: HistoryItem): LogLine {
  const record = item.record ?? {}
  const { emitted_at: emittedAt, seam, details, caller_session_id: session, source } = record
  if (typeof emittedAt === 'string' && typeof seam === 'string' && typeof details === 'object') {
    return {
      emitted_at: emittedAt,
      seam,
      details: details ?? {},
      caller_session_id: typeof session === 'string' ? session : null,
      source: typeof source === 'string' ? source : null,
    }
  }
  return {
    emitted_at: utcMicros(item.atMs),
    seam: item.seam,
    details: record,
    caller_session_id: item.sessionId,
    source: null,
  }
}

/**
 * A stored record to be looked at: JSON that reads back as the same. Characters that are not seen, or that turn the
 * writing round, are written out.
 */
export function rawText(record: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(record, null, 2).replaceAll(/[\p{Cf}\p{Zl}\p{Zp}\u007f-\u009f]/gu, (character) =>
    [...Array(character.length).keys()].map((at) => escaped(character.charCodeAt(at))).join(''),
  )
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
