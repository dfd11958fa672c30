import type { HistoryItem } from '../../../contract/history.ts'
import { explain, type Problem } from '../../client/errors.ts'
import type { Work } from '../../client/hooks.ts'
import { type Line, RecordLines } from './recordLines.ts'

const pageSize = 100
/** For the way to a record that somebody linked to. */
const reachSize = 500
const reachPages = 4

interface Page {
  readonly items: readonly HistoryItem[]
  readonly next: number | null
}

/** A page of one filter. */
export type AskPage = (part: { before?: number; limit: number }, signal: AbortSignal) => Promise<Page>

export interface ReaderState {
  /** What the lines list; null before the first page. */
  readonly key: string | null
  /** Grows and shrinks in place: `version` tells when. */
  readonly lines: readonly Line[]
  readonly version: number
  /** Another list is under way; until it is there the old one stays. */
  readonly reading: boolean
  /** Why the list, or what is newer, could not be read. */
  readonly problem: Problem | null
  readonly more: Work<void>
  /** The first record of the filter is among the lines. */
  readonly end: boolean
  /** Newer records that are not among the lines. */
  readonly fresh: number
  /** There are more newer ones than a page holds. */
  readonly manyFresh: boolean
}

const empty = { items: [], next: null }

/** Reads one list after the other, each a page at a time, and looks for what is newer. */
export class RecordReader {
  readonly #lines = new RecordLines()
  readonly #readers = new Set<() => void>()
  #state: ReaderState = {
    key: null,
    lines: this.#lines.all,
    version: 0,
    reading: false,
    problem: null,
    more: { kind: 'idle' },
    end: false,
    fresh: 0,
    manyFresh: false,
  }
  #ask: AskPage = () => Promise.resolve(empty)
  #current = new AbortController()
  /** Of the list that is under way. */
  #wanted: string | null = null
  #next: number | null = null
  #newest: Page = empty
  #loading: Promise<void> | null = null
  #looking: Promise<void> | null = null

  readonly get = (): ReaderState => this.#state

  readonly subscribe = (run: () => void): (() => void) => {
    this.#readers.add(run)
    return () => void this.#readers.delete(run)
  }

  /** Where a record is among the lines; -1 when it is not. */
  indexOf(id: number): number {
    return this.#lines.indexOf(id)
  }

  /** Lists something else. What is drawn stays until its first page is there, or failed. */
  async open(key: string, ask: AskPage): Promise<void> {
    const signal = this.#restart()
    this.#wanted = key
    this.#ask = ask
    this.#set({ reading: true, more: { kind: 'idle' }, fresh: 0, manyFresh: false })
    try {
      const page = await ask({ limit: pageSize }, signal)
      if (signal.aborted) return
      this.#lines.reset(page.items)
      this.#next = page.next
      this.#set({ key, reading: false, problem: null, end: page.next === null })
    } catch (error) {
      if (!signal.aborted) this.#set({ reading: false, problem: explain(error) })
    }
  }

  /** The same again, after a failure. */
  retry(): void {
    if (this.#wanted !== null && this.#wanted !== this.#state.key) void this.open(this.#wanted, this.#ask)
    else void this.look()
  }

  /** The same list, from a later moment on. */
  narrow(ask: AskPage, fromMs: number): void {
    this.#ask = ask
    if (!this.#lines.trim(fromMs)) return
    // What is behind the last line lies before that moment as well.
    this.#next = null
    this.#set({ end: true })
  }

  /** The next page of older records. A second call while one is under way joins it. */
  more(limit = pageSize): Promise<void> {
    if (this.#loading) return this.#loading
    const loading = this.#readMore(limit).finally(() => {
      if (this.#loading === loading) this.#loading = null
    })
    this.#loading = loading
    return loading
  }

  async #readMore(limit: number): Promise<void> {
    const before = this.#next
    if (before === null || this.#wanted !== this.#state.key) return
    const { signal } = this.#current
    this.#set({ more: { kind: 'running', sinceMs: Date.now() } })
    try {
      const page = await this.#ask({ before, limit }, signal)
      if (signal.aborted) return
      this.#lines.append(page.items)
      this.#next = page.next
      this.#set({ more: { kind: 'idle' }, end: page.next === null })
    } catch (error) {
      if (!signal.aborted) this.#set({ more: { kind: 'failed', problem: explain(error) } })
    }
  }

  /** Reads on until a record is among the lines, or it is too far. */
  async reach(id: number): Promise<void> {
    for (let page = 0; page < reachPages; page++) {
      const { oldest } = this.#lines
      if (this.#next === null || this.#state.more.kind === 'failed' || (oldest !== null && oldest.id <= id)) return
      await this.more(reachSize)
    }
  }

  /** Looks for newer records; `take` brings them among the lines. A second call while one is under way joins it. */
  look(): Promise<void> {
    if (this.#looking) return this.#looking
    const looking = this.#readNewest().finally(() => {
      if (this.#looking === looking) this.#looking = null
    })
    this.#looking = looking
    return looking
  }

  async #readNewest(): Promise<void> {
    if (this.#wanted !== this.#state.key) return
    const { signal } = this.#current
    try {
      const page = await this.#ask({ limit: pageSize }, signal)
      if (signal.aborted) return
      this.#newest = page
      const fresh = this.#lines.missing(page.items)
      this.#set({ problem: null, fresh, manyFresh: page.next !== null && fresh === page.items.length })
    } catch (error) {
      if (!signal.aborted) this.#set({ problem: explain(error) })
    }
  }

  /** Brings what `look` found among the lines. */
  take(): void {
    const { fresh, manyFresh } = this.#state
    if (fresh === 0) return
    if (manyFresh) {
      // There may be others between these and the lines: the list begins anew.
      const { items, next } = this.#newest
      this.#restart()
      this.#lines.reset(items)
      this.#next = next
      this.#set({ fresh: 0, manyFresh: false, more: { kind: 'idle' }, end: next === null })
      return
    }
    this.#lines.refresh(this.#newest.items)
    this.#set({ fresh: 0 })
  }

  stop(): void {
    this.#current.abort()
  }

  #restart(): AbortSignal {
    this.#current.abort()
    this.#current = new AbortController()
    this.#newest = empty
    // Nobody joins what was given up.
    this.#loading = null
    this.#looking = null
    return this.#current.signal
  }

  #set(change: Partial<ReaderState>): void {
    this.#state = { ...this.#state, ...change, version: this.#state.version + 1 }
    for (const read of this.#readers) read()
  }
}
