import type { BudgetState } from '../../contract/spend.ts'
import { type Rung, rungs } from '../../domain/ledger.ts'
import { formatTotal, nanoPerUsd } from '../../domain/money.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { NewId } from './ids.ts'
import type { LateWrites } from './LateWrites.ts'
import type { OperationalState } from './OperationalState.ts'
import type { OutboxBook } from './OutboxBook.ts'
import type { Problems } from './Problems.ts'
import { outboxRow, payload } from './wakeRows.ts'

const rungKey = 'budget.rung'
const haltedCode = 'budget_used_up'

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly book: OutboxBook
  readonly clock: Clock
  readonly events: Events
  readonly problems: Problems
  readonly operational: OperationalState
  readonly newId: NewId
}

type KnownBudget = Extract<BudgetState, { kind: 'known' }>

interface Look {
  readonly periodMs: number
  readonly rung: Rung
  /** What led to this look, for the record. */
  readonly trigger: string
  /** Asked for only when a mark was passed. */
  readonly state: () => BudgetState
}

/** What follows from the rung: the pause for cost, the record of a change, and one notice for each mark that is passed. */
export class RungNotices {
  readonly #deps: Deps
  /** The rung last told, and of which period; kept across restarts. */
  #told: { periodMs: number; rung: Rung } | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Called after everything that may have moved the rung. */
  look({ periodMs, rung, trigger, state }: Look): void {
    const told = this.#lastTold()
    const before = told?.periodMs === periodMs ? told.rung : 'normal'
    if (rung === 'hard_stop_100') this.#halt(trigger)
    else this.goOn(trigger)
    if (rung === before && told?.periodMs === periodMs) return
    this.#told = { periodMs, rung }
    const budget = state()
    if (budget.kind === 'known') this.#passed(before, rung, budget, trigger)
  }

  /** There is budget again: the pause for cost ends, and no other. */
  goOn(trigger: string): void {
    const { operational, problems } = this.#deps
    operational.resume('cost', `budget left (${trigger})`)
    problems.clear(haltedCode)
  }

  #halt(trigger: string): void {
    const { operational, problems } = this.#deps
    operational.pause('cost', `budget used up (${trigger})`)
    problems.raise({
      code: haltedCode,
      message: 'The model budget is used up: nothing is investigated. Kora still watches and tells you.',
      action: 'Raise the pool in Settings, Budget, or wait for the next billing period.',
      route: '/spend',
    })
  }

  #passed(before: Rung, rung: Rung, budget: KnownBudget, trigger: string): void {
    const { store, book, late, clock, newId, events } = this.#deps
    const nowMs = clock.nowMs()
    const told = { periodMs: budget.periodStartMs, rung }
    const details = {
      from: before,
      to: rung,
      trigger,
      spent_usd: budget.spentNanoUsd / nanoPerUsd,
      pool_usd: budget.poolNanoUsd / nanoPerUsd,
      pct_used: budget.pctUsed,
    }
    const write = (): void => {
      store.settings.set(rungKey, told)
      if (rung !== before) store.audit.append({ seam: 'budget.rung_changed', source: 'cron', details }, nowMs)
    }
    if (rungs.indexOf(rung) <= rungs.indexOf(before)) {
      late.write(write, { key: rungKey })
    } else {
      const { title, text } = words(rung, budget)
      const notice = outboxRow(newId, nowMs, {
        channel: 'native',
        kind: 'budget',
        payload: payload(title, text, {
          severity: rung === 'hard_stop_100' ? 'critical' : 'warning',
          tag: 'budget',
          silent: rung === 'warn_75',
          route: '/spend',
        }),
      })
      book.save([notice], write)
      events.publish('outbox.added', {})
    }
    if (rung !== before) events.publish('spend.changed', {})
  }

  #lastTold(): { periodMs: number; rung: Rung } | null {
    if (this.#told) return this.#told
    const stored = this.#deps.store.settings.get(rungKey)
    const { periodMs, rung } = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>
    const known = rungs.find((candidate) => candidate === rung)
    if (typeof periodMs === 'number' && known !== undefined) this.#told = { periodMs, rung: known }
    return this.#told
  }
}

/** What the operator is told when a mark is passed. */
function words(rung: Rung, budget: KnownBudget): { title: string; text: string } {
  const used = `${formatTotal(budget.spentNanoUsd, { estimate: true })} of ${formatTotal(budget.poolNanoUsd)}`
  if (rung === 'hard_stop_100') {
    return {
      title: 'The model budget is used up',
      text: `${used}. No model is called until the next period or a larger pool. Kora still watches and tells you.`,
    }
  }
  const mark = budget.marks.find((candidate) => candidate.rung === rung)?.pct ?? 0
  return {
    title: `${mark} % of the model budget is used`,
    text: `${used}. Only the cheap model is used from here on.`,
  }
}
