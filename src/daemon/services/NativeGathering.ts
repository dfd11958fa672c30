import type { MessageKind, OutboxRow } from '../../domain/incident.ts'
import { collapses, type Spoken } from '../../domain/notifications.ts'
import { clip } from '../../domain/text.ts'
import type { NewId } from './ids.ts'
import type { OutboxBook } from './OutboxBook.ts'
import { outboxRow, payload } from './wakeRows.ts'

/** What is no critical waits this long for others like it, so that a bad moment is one notification. */
const gatherMs = 2_000
const minuteMs = 60_000
/** A notification shows little: this many lines, each this long. */
const mostLines = 10
const lineLength = 100
/** What is about incidents may be summarised; what is about Kora itself may not. */
const collapsible: ReadonlySet<MessageKind> = new Set(['alert', 'diagnosis', 'recovery', 'late_recovery', 'reminder'])
/** Why a row was never shown by itself: a summary spoke for it. */
export const summarised = 'summarised'

interface Line extends Spoken {
  readonly atMs: number
  readonly text: string
  readonly summarised: boolean
}

/** Notifications of one minute, seen together: more than five collapse (cockpit specification, section 14). */
export class NativeGathering {
  readonly #book: OutboxBook
  readonly #newId: NewId
  /** By subject: what was said in the last minute. */
  readonly #recent = new Map<string, Line>()

  constructor(deps: { book: OutboxBook; newId: NewId }) {
    this.#book = deps.book
    this.#newId = deps.newId
  }

  /** When a row may be shown at the earliest, epoch ms; criticals at once. */
  waitsUntilMs(row: OutboxRow): number {
    return isMild(row) ? row.createdAtMs + gatherMs : 0
  }

  /** A row was shown. */
  shown(row: OutboxRow, nowMs: number): void {
    if (collapsible.has(row.kind)) this.#recent.set(subjectOf(row), lineOf(row, nowMs, false))
  }

  /**
   * Looks over the rows about to be shown: what a later row about the same subject says again is dropped, and too many
   * become one summary.
   */
  arrange(ready: readonly OutboxRow[], nowMs: number): void {
    for (const [subject, line] of this.#recent) if (line.atMs <= nowMs - minuteMs) this.#recent.delete(subject)
    const stale = ready.filter((row) => isMild(row) && this.#isOvertaken(row, ready))
    const waiting = ready.filter((row) => isMild(row) && !stale.includes(row))
    const dropped = stale.map((row): OutboxRow => ({ ...row, state: 'superseded', settledAtMs: nowMs }))
    const spoken = waiting.map((row) => lineOf(row, nowMs, true))
    if (collapses(spoken, [...this.#recent.values()])) dropped.push(...this.#summarise(waiting, spoken, nowMs))
    if (dropped.length > 0) this.#book.save(dropped)
  }

  #summarise(waiting: readonly OutboxRow[], spoken: readonly Line[], nowMs: number): OutboxRow[] {
    const single = [...this.#recent.values()].filter((line) => line.severity !== 'critical' && !line.summarised)
    for (const line of [...single, ...spoken]) this.#recent.set(line.subject, { ...line, summarised: true })
    const lines = [...this.#recent.values()].filter((line) => line.summarised)
    const more = lines.length > mostLines ? [`and ${lines.length - mostLines} more`] : []
    const text = [...lines.slice(0, mostLines).map((line) => line.text), ...more].join('\n')
    const earlier = this.#book.unsettled('native').filter((row) => row.kind === 'summary' && row.state === 'pending')
    const gone = [...waiting.map((row) => ({ ...row, failure: summarised })), ...earlier]
    const row = outboxRow(this.#newId, nowMs, {
      channel: 'native',
      kind: 'summary',
      payload: {
        ...payload(`${lines.length} things in the last minute`, text, { tag: 'summary', route: '/now' }),
        replaces: single.map((line) => line.subject),
      },
    })
    return [...gone.map((one): OutboxRow => ({ ...one, state: 'superseded', settledAtMs: nowMs })), row]
  }

  /** A notification is updated in place: shown after a newer one of its tag, it would put old words over new ones. */
  #isOvertaken(row: OutboxRow, ready: readonly OutboxRow[]): boolean {
    if (row.incidentId === null) return false
    const rows = this.#book.byIncident(row.incidentId).filter((one) => subjectOf(one) === subjectOf(row))
    const later = rows.slice(rows.findIndex((one) => one.id === row.id) + 1)
    return later.some((one) => one.state === 'sent' || one.state === 'sending' || ready.some(({ id }) => id === one.id))
  }
}

function isMild(row: OutboxRow): boolean {
  return row.payload.severity !== 'critical' && collapsible.has(row.kind)
}

function subjectOf(row: OutboxRow): string {
  return row.payload.tag ?? row.id
}

function lineOf(row: OutboxRow, atMs: number, asSummary: boolean): Line {
  const { title, text, severity } = row.payload
  const [first = ''] = text.split('\n')
  return {
    subject: subjectOf(row),
    severity,
    atMs,
    text: clip(`${title}: ${first}`, lineLength),
    summarised: asSummary,
  }
}
