import type { HistoryItem } from '../../../contract/history.ts'

/** A day of the operator, above its records. */
interface DayLine {
  readonly kind: 'day'
  readonly key: string
  /** A moment of that day. */
  readonly atMs: number
}

export type Line =
  | DayLine
  | { readonly kind: 'record'; readonly key: string; readonly item: HistoryItem; readonly day: DayLine }

/** The key of a record's line. */
export function lineKey(recordId: number): string {
  return String(recordId)
}

function dayOf(atMs: number): DayLine {
  const at = new Date(atMs)
  return { kind: 'day', key: `day ${at.getFullYear()}-${at.getMonth() + 1}-${at.getDate()}`, atMs }
}

/**
 * What was read so far, newest first, a heading above each day. It grows in place: a page costs the same whether it is
 * the second or the ten-thousandth.
 */
export class RecordLines {
  readonly #lines: Line[] = []

  get all(): readonly Line[] {
    return this.#lines
  }

  /** The oldest record; null when there is none. */
  get oldest(): HistoryItem | null {
    const last = this.#lines.at(-1)
    return last?.kind === 'record' ? last.item : null
  }

  /** Where a record is; -1 when it is not among what was read. */
  indexOf(id: number): number {
    let [low, high] = [0, this.#lines.length - 1]
    while (low <= high) {
      const middle = (low + high) >> 1
      // A heading has a record right below it.
      const at = this.#lines[middle]?.kind === 'day' ? middle + 1 : middle
      const line = this.#lines[at]
      if (line?.kind !== 'record') return -1
      if (line.item.id === id) return at
      if (line.item.id < id) high = middle - 1
      else low = at + 1
    }
    return -1
  }

  reset(items: readonly HistoryItem[]): void {
    this.#lines.length = 0
    this.append(items)
  }

  /** A page of older records. */
  append(items: readonly HistoryItem[]): void {
    const last = this.#lines.at(-1)
    let day = last?.kind === 'record' ? last.day : null
    for (const item of items) {
      const its = dayOf(item.atMs)
      if (its.key !== day?.key) {
        day = its
        this.#lines.push(day)
      }
      this.#lines.push({ kind: 'record', key: lineKey(item.id), item, day })
    }
  }

  /** How many records of the newest page are not among those that were read. */
  missing(page: readonly HistoryItem[]): number {
    const { known } = this.#head(page)
    return page.filter(({ id }) => !known.has(id)).length
  }

  /** The newest page once more: it takes the place of what was read of the same stretch. */
  refresh(page: readonly HistoryItem[]): void {
    if (page.length === 0) return
    const { length } = this.#head(page)
    const rest = this.#lines[length]
    const head = new RecordLines()
    head.append(page)
    const last = head.all.at(-1)
    const heading =
      rest?.kind === 'record' && last?.kind === 'record' && last.day.key !== rest.day.key ? [rest.day] : []
    this.#lines.splice(0, length, ...head.all, ...heading)
  }

  /** Forgets what lies before a moment. @returns whether there was anything */
  trim(fromMs: number): boolean {
    const before = this.#lines.length
    for (let last = this.#lines.at(-1); last; last = this.#lines.at(-1)) {
      if (last.kind === 'record' && last.item.atMs >= fromMs) break
      this.#lines.pop()
    }
    return this.#lines.length < before
  }

  /** How many lines a newest page speaks for, the heading right above what stays among them, and their records. */
  #head(page: readonly HistoryItem[]): { length: number; known: ReadonlySet<number> } {
    const lowest = page.at(-1)?.id ?? Number.POSITIVE_INFINITY
    const known = new Set<number>()
    let length = 0
    for (; length < this.#lines.length; length++) {
      const line = this.#lines[length]
      if (line?.kind !== 'record') continue
      if (line.item.id < lowest) break
      known.add(line.item.id)
    }
    return { length, known }
  }
}
