import type { AuditRow, Seam } from '../../domain/audit.ts'
import { type CountName, countNames, countRuleOf, countRules } from '../../domain/recordCounts.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'

const keptMs = 86_400_000
const healthMs = 300_000
/** Far above every threshold; what lies beyond changes no verdict. */
const mostKept = 10_000
const pageLength = 5_000

interface Deps {
  readonly store: Store
  readonly clock: Clock
  readonly events: Events
}

/** How often some kinds of records came in the last day: read once at the start, then counted as they come. */
export class RecordCounts {
  readonly #deps: Deps
  /** Times by kind, in the order in which they came. */
  readonly #times = new Map<CountName, number[]>(countNames.map((name) => [name, []]))
  /** Rows up to here were read at the start. */
  #uptoSeq = 0

  constructor(deps: Deps) {
    this.#deps = deps
  }

  start(): void {
    const { store, clock, events } = this.#deps
    this.#uptoSeq = store.audit.head().seq
    const sinceMs = clock.nowMs() - keptMs
    const seams = new Set(countRules.flatMap((rule) => rule.seams))
    for (const seam of seams) for (const row of this.#read(seam, sinceMs)) this.#add(row)
    events.on('record.lost', () => this.#count('record_lost', clock.nowMs()))
    events.on('history.grew', ({ audit }) => {
      for (const row of audit) if (row.seq > this.#uptoSeq) this.#add(row)
    })
  }

  /** Rows of one seam that are counted, oldest first, at most as many as are kept and a page more. */
  #read(seam: Seam, sinceMs: number): AuditRow[] {
    const { audit } = this.#deps.store
    const found: AuditRow[] = []
    let beforeSeq = this.#uptoSeq + 1
    while (true) {
      const page = audit.list({ seam, sinceMs, beforeSeq, limit: pageLength })
      found.push(...page.filter((row) => countRuleOf(row) !== null))
      const last = page.at(-1)
      if (last === undefined || page.length < pageLength || found.length >= mostKept) return found.reverse()
      beforeSeq = last.seq
    }
  }

  /** Records of one kind in the last 24 hours, at most 10,000. */
  lastDay(name: CountName): number {
    return this.#since(name, keptMs)
  }

  /** Errors of the last five minutes: those that count, and all by kind; kinds without one are left out. */
  lastMinutes(): { count: number; byKind: Partial<Record<CountName, number>> } {
    const byKind: Partial<Record<CountName, number>> = {}
    let count = 0
    for (const { name, health } of countRules) {
      const found = this.#since(name, healthMs)
      if (found > 0) byKind[name] = found
      if (health) count += found
    }
    return { count, byKind }
  }

  /** @param windowMs a record exactly this old still counts */
  #since(name: CountName, windowMs: number): number {
    const nowMs = this.#deps.clock.nowMs()
    const times = this.#times.get(name) ?? []
    // A clock that was set back leaves times ahead of now: they are no record of the last minutes.
    return times.reduce((sum, atMs) => (atMs >= nowMs - windowMs && atMs <= nowMs ? sum + 1 : sum), 0)
  }

  #add(row: AuditRow): void {
    const rule = countRuleOf(row)
    if (rule) this.#count(rule.name, row.emittedAtMs)
  }

  #count(name: CountName, atMs: number): void {
    const times = this.#times.get(name) ?? []
    times.push(atMs)
    const oldMs = this.#deps.clock.nowMs() - keptMs
    while (times.length > mostKept || (times[0] ?? oldMs) < oldMs) times.shift()
  }
}
