import type { Gap } from '../../domain/gaps.ts'
import type { Connection } from './Connection.ts'
import { coveredMs, gapsBetween, type SpanEnd, spanBeforeSql, spansSql, type StoredSpan } from './spans.ts'

const beginSql = 'INSERT INTO sampling_spans (boot_id, from_ms, to_ms) VALUES (?, ?, ?) RETURNING id'
const open = 'ended_by IS NULL'
// Time that was covered stays covered when the clock is set back.
const extendSql = `UPDATE sampling_spans SET to_ms = max(to_ms, ?) WHERE id = ? AND ${open}`
const endSql = `UPDATE sampling_spans SET to_ms = max(to_ms, ?), ended_by = ? WHERE id = ? AND ${open}`
const closeOpenSql = `UPDATE sampling_spans SET ended_by = 'crash' WHERE ${open} AND id IS NOT ?`

/** When Kora was running, from a start or a waking-up to the end, the crash or the sleep that followed. */
export class SpanRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Opens a span. @returns its id */
  begin(bootId: string, atMs: number): number {
    return this.#connection.write(() => this.#connection.get<{ id: number }>(beginSql, bootId, atMs, atMs)?.id ?? 0)
  }

  /** Still running; a span never becomes shorter, and one that ended stays as it is. */
  extend(id: number, toMs: number): void {
    this.#connection.run(extendSql, toMs, id)
  }

  /** The first end counts. */
  end(id: number, toMs: number, endedBy: SpanEnd): void {
    this.#connection.run(endSql, toMs, endedBy, id)
  }

  /**
   * Marks what earlier processes left open as ended by a crash, where it was last heard of.
   * @param exceptId the running span; null when there is none yet
   */
  closeOpen(exceptId: number | null): void {
    this.#connection.run(closeOpenSql, exceptId)
  }

  /** How much of a stretch Kora was running, ms; what spans share counts once. @param toMs exclusive */
  covered(fromMs: number, toMs: number): number {
    return coveredMs(this.#spans(fromMs, toMs), fromMs, toMs)
  }

  /**
   * When Kora was not running within a stretch, and why, oldest first; nothing before the first span ever.
   * @param toMs exclusive
   */
  gaps(fromMs: number, toMs: number): Gap[] {
    const before = this.#connection.get<StoredSpan>(spanBeforeSql, fromMs) ?? null
    return gapsBetween(before, this.#spans(fromMs, toMs), fromMs, toMs)
  }

  #spans(fromMs: number, toMs: number): StoredSpan[] {
    return this.#connection.all<StoredSpan>(spansSql, fromMs, toMs)
  }
}
