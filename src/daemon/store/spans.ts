import type { Gap } from '../../domain/gaps.ts'

export type SpanEnd = 'clean_stop' | 'suspend' | 'crash'

/** A stretch in which Kora was running, as it is kept. */
export interface StoredSpan {
  readonly from_ms: number
  readonly to_ms: number
  /** Null while it is open. */
  readonly ended_by: SpanEnd | null
}

const select = 'SELECT from_ms, to_ms, ended_by FROM sampling_spans'
/** Those that reach into a stretch: more than one at a time after a clock was set back. */
export const spansSql = `${select} WHERE to_ms > ? AND from_ms < ? ORDER BY from_ms, id`
/** The last one that ended before a stretch: it says why its beginning is empty. */
export const spanBeforeSql = `${select} WHERE to_ms <= ? ORDER BY to_ms DESC, id DESC LIMIT 1`

const reasons: Readonly<Record<SpanEnd, Gap['reason']>> = {
  suspend: 'asleep',
  clean_stop: 'not_running',
  crash: 'crashed',
}

/** How much of a stretch lies in at least one span, ms. @param spans by beginning */
export function coveredMs(spans: readonly StoredSpan[], fromMs: number, toMs: number): number {
  let covered = 0
  let reached = fromMs
  for (const span of spans) {
    const begin = Math.max(span.from_ms, reached)
    const end = Math.min(span.to_ms, toMs)
    if (end <= begin) continue
    covered += end - begin
    reached = end
  }
  return covered
}

/**
 * The parts of a stretch that lie in no span, and why. What lies before the first span ever is none: nobody knows
 * of it. An open span leaves none behind it unless another follows: then its process was killed.
 * @param before the last span that ended before the stretch
 * @param spans those that reach into it, by beginning
 */
export function gapsBetween(
  before: StoredSpan | null,
  spans: readonly StoredSpan[],
  fromMs: number,
  toMs: number,
): Gap[] {
  const gaps: Gap[] = []
  let last = before
  for (const span of spans) {
    const begin = Math.max(last?.to_ms ?? fromMs, fromMs)
    if (last && span.from_ms > begin) {
      gaps.push({ fromMs: begin, toMs: span.from_ms, reason: reasons[last.ended_by ?? 'crash'] })
    }
    if (!last || span.to_ms >= last.to_ms) last = span
  }
  if (last?.ended_by && last.to_ms < toMs) {
    gaps.push({ fromMs: Math.max(last.to_ms, fromMs), toMs, reason: reasons[last.ended_by] })
  }
  return gaps
}
