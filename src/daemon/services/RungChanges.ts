import type { BudgetState } from '../../contract/spend.ts'
import { type Rung, rungs } from '../../domain/ledger.ts'
import { nanoPerUsd } from '../../domain/money.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { LateWrites } from './LateWrites.ts'
import type { OperationalStateService } from './OperationalStateService.ts'
import type { Problems } from './Problems.ts'

const rungKey = 'budget.rung'
const haltedCode = 'budget_used_up'

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly clock: Clock
  readonly events: Events
  readonly problems: Problems
  readonly operational: OperationalStateService
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

/** What follows from the rung: the pause for cost, and the record of a change. The operator hears of it as an alert. */
export class RungChanges {
  readonly #deps: Deps
  /** The rung last seen, and of which period; kept across restarts. */
  #seen: { periodMs: number; rung: Rung } | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Called after everything that may have moved the rung. */
  look({ periodMs, rung, trigger, state }: Look): void {
    const last = this.#lastSeen()
    const before = last?.periodMs === periodMs ? last.rung : 'normal'
    if (rung === 'hard_stop_100') this.#halt(trigger)
    else this.goOn(trigger)
    if (rung === before && last?.periodMs === periodMs) return
    this.#seen = { periodMs, rung }
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
    const { store, late, clock, events } = this.#deps
    const nowMs = clock.nowMs()
    const seen = { periodMs: budget.periodStartMs, rung }
    const details = {
      from: before,
      to: rung,
      trigger,
      spent_usd: budget.spentNanoUsd / nanoPerUsd,
      pool_usd: budget.poolNanoUsd / nanoPerUsd,
      pct_used: budget.pctUsed,
    }
    const changed = rung !== before
    const write = (): void => {
      store.settings.set(rungKey, seen)
      if (changed) store.audit.append({ seam: 'budget.rung_changed', source: 'cron', details }, nowMs)
    }
    // While the store refuses, each change is kept; of what only repeats the newest will do.
    late.write(write, changed ? {} : { key: rungKey })
    if (changed) events.publish('spend.changed', {})
  }

  #lastSeen(): { periodMs: number; rung: Rung } | null {
    if (this.#seen) return this.#seen
    const stored = this.#deps.store.settings.get(rungKey)
    const { periodMs, rung } = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>
    const known = rungs.find((candidate) => candidate === rung)
    if (typeof periodMs === 'number' && known !== undefined) this.#seen = { periodMs, rung: known }
    return this.#seen
  }
}
