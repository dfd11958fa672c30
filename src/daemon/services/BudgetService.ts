import type { BudgetState } from '../../contract/spend.ts'
import { nextPeriod, periodAt } from '../../domain/billingPeriod.ts'
import { admit, criticalShare, decidingSpend, marks, pctUsed, rungOf, type Thresholds } from '../../domain/ladder.ts'
import type { Reconciliation, Rung } from '../../domain/ledger.ts'
import { nanoPerUsd } from '../../domain/money.ts'
import { rampWaitMs, rampWindowMs } from '../../domain/ramp.ts'
import { reconcile } from '../../domain/reconciliation.ts'
import { utcSeconds } from '../../domain/time.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { NewId } from './ids.ts'
import type { LateWrites } from './LateWrites.ts'
import type { OperationalStateService } from './OperationalStateService.ts'
import type { Problems } from './Problems.ts'
import { RungChanges } from './RungChanges.ts'
import type { SettingsService } from './SettingsService.ts'

const unknownCode = 'budget_unknown'
const dayMs = 86_400_000

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly clock: Clock
  readonly logger: Logger
  readonly events: Events
  readonly problems: Problems
  readonly settings: SettingsService
  readonly operational: OperationalStateService
  readonly newId: NewId
  /** Calls of the billed account alone count against the pool. */
  readonly account: string
  /** A new period began. */
  readonly onPeriod: (periodMs: number) => void
}

/** What is known of the current period; the ledger is the truth, this its running sum. */
interface Known {
  readonly startMs: number
  readonly endMs: number
  rampUntilMs: number | null
  clockBehind: boolean
  /** Charged by calls, corrections included; adjustments of reconciliations apart. */
  chargedNanoUsd: number
  adjustmentNanoUsd: number
  unpricedCalls: number
  /** Charged since the UTC day began, and which day that is. */
  day: { startMs: number; chargedNanoUsd: number }
  lastReconciliation: Reconciliation | null
}

export type Refusal = 'hard_stop' | 'pool' | 'critical_share' | 'daily_cap'

/**
 * The pool of the billing period: how much of it is used, on which rung that is, and whether one more call fits.
 * Nothing may be called before `start`; a ledger that cannot be read leaves the budget unknown, and the cheap model only.
 */
export class BudgetService {
  readonly #deps: Deps
  #known: Known | null = null
  /** Set aside for calls under way, by reservation. */
  readonly #reserved = new Map<string, number>()
  readonly #rungs: RungChanges
  #unreadable: unknown = null
  #lastClaimAtMs: number | null = null

  constructor(deps: Deps) {
    this.#deps = deps
    this.#rungs = new RungChanges(deps)
  }

  /** Adds up the period from the ledger, opens the one that is due and takes up the rung. */
  start(): void {
    this.#deps.events.on('settings.changed', () => this.#evaluate('settings changed'))
    this.tick()
  }

  /** Opens the billing period that is due, once; called at the start, every minute and after a sleep. */
  tick(): void {
    if (this.#known === null && !this.#hydrate()) return
    this.#rollOver()
    this.#evaluate('time')
  }

  /** The store takes records again: what waited is in the ledger now, and the ledger is right. */
  reread(): void {
    if (this.#known === null) return
    this.#hydrate()
    this.#evaluate('the ledger was read again')
  }

  /** Start of the period that new calls are charged to. */
  get periodMs(): number {
    const { clock, settings } = this.#deps
    return this.#known?.startMs ?? periodAt(clock.nowMs(), settings.get().budget.anchorDay).startMs
  }

  /** As it stands this moment; `unknown` allows the cheap model alone. */
  rung(): Rung | 'unknown' {
    // A call in the first minute of a period belongs to it, whether or not the timer came by.
    if (this.#known !== null && this.#deps.clock.nowMs() >= this.#known.endMs) this.tick()
    return this.#known === null ? 'unknown' : this.#rungOf(this.#known)
  }

  #rungOf(known: Known): Rung {
    return rungOf({
      spentNanoUsd: this.#deciding(known).decidingNanoUsd,
      poolNanoUsd: this.#poolNanoUsd(),
      thresholds: this.thresholds(),
    })
  }

  thresholds(): Thresholds {
    const { warnPct, downshiftPct, stopPct } = this.#deps.settings.get().budget
    return { warnPct, downshiftPct, stopPct }
  }

  /** Whether a call that costs at most this much may be made now. */
  admit(amountNanoUsd: number, critical: boolean): { kind: 'granted' } | { kind: 'refused'; why: Refusal } {
    const known = this.#known
    // Without a figure there is nothing to compare with; the router keeps to the cheap model meanwhile.
    if (known === null) return { kind: 'granted' }
    const { dailyCapUsd, criticalSharePct } = this.#deps.settings.get().budget
    return admit({
      decidingNanoUsd: this.#deciding(known).decidingNanoUsd,
      reservedNanoUsd: this.reservedNanoUsd(),
      poolNanoUsd: this.#poolNanoUsd(),
      thresholds: this.thresholds(),
      amountNanoUsd,
      critical,
      criticalSharePct,
      dailyCap:
        dailyCapUsd === null
          ? null
          : { capNanoUsd: toNano(dailyCapUsd), spentNanoUsd: this.#today(known).chargedNanoUsd },
    })
  }

  reservedNanoUsd(): number {
    let sum = 0
    for (const amount of this.#reserved.values()) sum += amount
    return sum
  }

  /** A call is under way. */
  reserved(id: string, amountNanoUsd: number): void {
    this.#reserved.set(id, amountNanoUsd)
  }

  /** It ended: its money is free again, or was charged. */
  released(id: string): void {
    this.#reserved.delete(id)
  }

  /**
   * The ledger gained a row, or a correction of one.
   * @param change pool charge, and how many calls became unpriced (minus when priced later)
   * @param atMs when the call was made
   */
  charged(periodMs: number, atMs: number, change: { nanoUsd: number; unpriced: number }): void {
    const known = this.#known
    if (known === null) return
    if (periodMs === known.startMs) {
      known.chargedNanoUsd += change.nanoUsd
      known.unpricedCalls += change.unpriced
    }
    // A day that is not the one in memory is read from the ledger when it is asked for, this charge included.
    const { day } = known
    if (day.startMs === this.#dayStart() && atMs >= day.startMs) day.chargedNanoUsd += change.nanoUsd
    this.#evaluate('a model call')
  }

  /**
   * Compares with the provider's figure and raises spent to it when it is beyond the tolerance; never lowers it.
   * @param untilMs exclusive end of what the figure covers; null when it covers everything up to now
   * @throws KoraError bad_input, store_unwritable
   */
  reconcile(reportedNanoUsd: number, source: Reconciliation['source'], untilMs: number | null): Reconciliation {
    const { store, late, clock, settings, newId, account, events } = this.#deps
    const known = this.#require()
    const nowMs = clock.nowMs()
    const later = untilMs === null ? 0 : store.ledger.chargedSince(untilMs, account)
    const localNanoUsd = Math.max(0, known.chargedNanoUsd + known.adjustmentNanoUsd - later)
    const tolerance = settings.get().budget.reconcileTolerancePct / 100
    const { diffPct, withinTolerance, adjustmentNanoUsd, breakerReTripped } = reconcile({
      localNanoUsd,
      reportedNanoUsd,
      tolerance,
    })
    const row: Reconciliation = {
      id: newId('rec_'),
      atMs: nowMs,
      periodMs: known.startMs,
      source,
      localNanoUsd,
      reportedNanoUsd,
      diffPct,
      tolerance,
      withinTolerance,
      adjustmentNanoUsd,
      breakerReTripped,
    }
    late.require(() => {
      store.ledger.reconcile(row)
      store.audit.append(
        {
          seam: 'budget.reconciled',
          source: source === 'operator' ? 'operator' : 'cron',
          details: {
            source,
            local_usd: localNanoUsd / nanoPerUsd,
            reported_usd: reportedNanoUsd / nanoPerUsd,
            diff_pct: diffPct,
            within_tolerance: withinTolerance,
            breaker_re_tripped: breakerReTripped,
          },
        },
        nowMs,
      )
    })
    known.adjustmentNanoUsd += adjustmentNanoUsd
    known.lastReconciliation = row
    this.#evaluate('reconciliation')
    events.publish('spend.changed', {})
    return row
  }

  /** Milliseconds until the next investigation may begin; 0 outside the hour after a cost pause. */
  rampWaitMs(): number {
    return rampWaitMs({
      rampUntilMs: this.#known?.rampUntilMs ?? null,
      lastClaimAtMs: this.#lastClaimAtMs,
      nowMs: this.#deps.clock.nowMs(),
    })
  }

  /** An investigation begins. */
  claimed(): void {
    this.#lastClaimAtMs = this.#deps.clock.nowMs()
  }

  state(): BudgetState {
    const known = this.#known
    if (known === null) return { kind: 'unknown', reason: 'The ledger could not be read.' }
    const { budget } = this.#deps.settings.get()
    const { rampUntilMs } = known
    const poolNanoUsd = this.#poolNanoUsd()
    const spentNanoUsd = known.chargedNanoUsd + known.adjustmentNanoUsd
    const { decidingNanoUsd, hiddenNanoUsd } = this.#deciding(known)
    return {
      kind: 'known',
      periodStartMs: known.startMs,
      periodEndMs: known.endMs,
      poolNanoUsd,
      spentNanoUsd,
      reservedNanoUsd: this.reservedNanoUsd(),
      remainingNanoUsd: Math.max(0, poolNanoUsd - spentNanoUsd),
      overdraftNanoUsd: Math.max(0, spentNanoUsd - poolNanoUsd),
      pctUsed: pctUsed(decidingNanoUsd, poolNanoUsd),
      rung: rungOf({ spentNanoUsd: decidingNanoUsd, poolNanoUsd, thresholds: this.thresholds() }),
      marks: marks(poolNanoUsd, this.thresholds()),
      hiddenNanoUsd,
      unpricedCalls: known.unpricedCalls,
      extraUsageOff: budget.extraUsageOff,
      pausedForCost: this.#deps.operational.reasons.includes('cost'),
      rampUntilMs: rampUntilMs !== null && rampUntilMs > this.#deps.clock.nowMs() ? rampUntilMs : null,
      dailyCap:
        budget.dailyCapUsd === null
          ? null
          : { capNanoUsd: toNano(budget.dailyCapUsd), spentNanoUsd: this.#today(known).chargedNanoUsd },
      criticalShareNanoUsd: criticalShare(poolNanoUsd, budget.criticalSharePct),
      lastReconciliation: known.lastReconciliation,
      clockBehind: known.clockBehind,
    }
  }

  #require(): Known {
    if (this.#known === null) this.#hydrate()
    if (this.#known === null) throw this.#unreadable
    return this.#known
  }

  /** @returns whether the ledger could be read */
  #hydrate(): boolean {
    const { store, clock, settings, problems, logger } = this.#deps
    try {
      const nowMs = clock.nowMs()
      const stored = store.ledger.period()
      const { startMs, endMs } = stored ?? periodAt(nowMs, settings.get().budget.anchorDay)
      if (stored === null) store.ledger.openPeriod(opened(startMs, endMs, nowMs, false, null))
      this.#known = this.#read(startMs, endMs, stored?.rampUntilMs ?? null)
      problems.clear(unknownCode)
      return true
    } catch (error) {
      this.#unreadable = error
      logger.error('the budget could not be read', { error: String(error) })
      problems.raise({
        code: unknownCode,
        message:
          'How much of the budget is used is unknown: the ledger could not be read. Only the cheap model is used.',
        action: 'Kora tries again every minute. Look at System, Daemon, for what is wrong with the database.',
        route: '/spend',
      })
      return false
    }
  }

  #read(startMs: number, endMs: number, rampUntilMs: number | null): Known {
    const { store, account } = this.#deps
    const cells = store.ledger.periodCells(startMs, account)
    const day = this.#dayStart()
    return {
      startMs,
      endMs,
      rampUntilMs,
      clockBehind: false,
      chargedNanoUsd: cells.reduce((sum, cell) => sum + cell.poolNanoUsd, 0),
      adjustmentNanoUsd: store.ledger.adjustments(startMs),
      unpricedCalls: cells.reduce((sum, cell) => sum + cell.unpriced, 0),
      day: { startMs: day, chargedNanoUsd: store.ledger.chargedSince(day, account) },
      lastReconciliation: store.ledger.reconciliations(startMs)[0] ?? null,
    }
  }

  /** Cost specification, 3.5: spent begins anew, then the pause for cost ends, then work resumes little by little. */
  #rollOver(): void {
    const { store, late, clock, settings, operational, logger, events } = this.#deps
    const known = this.#require()
    const nowMs = clock.nowMs()
    const { anchorDay } = settings.get().budget
    const next = nextPeriod({ current: known, nowMs, anchorDay })
    known.clockBehind = next.kind === 'clock_behind'
    if (next.kind !== 'open') return
    const paused = operational.reasons.includes('cost')
    const rampUntilMs = paused ? nowMs + rampWindowMs : null
    const period = opened(next.startMs, next.endMs, nowMs, paused, rampUntilMs)
    const spentNanoUsd = known.chargedNanoUsd + known.adjustmentNanoUsd
    const written = late.write(() => {
      if (store.ledger.openPeriod(period) === 'known') return
      store.audit.append(
        {
          seam: 'budget.period_opened',
          source: 'cron',
          details: {
            from: utcSeconds(known.startMs),
            to: utcSeconds(next.startMs),
            spent_usd: spentNanoUsd / nanoPerUsd,
            cleared_cost_pause: paused,
          },
        },
        nowMs,
      )
    })
    if (!written) logger.warn('the new billing period could not be recorded yet', { startMs: next.startMs })
    this.#known = written
      ? this.#read(next.startMs, next.endMs, rampUntilMs)
      : { ...empty(next.startMs, next.endMs), rampUntilMs, day: known.day }
    this.#rungs.goOn('a new billing period began')
    this.#deps.onPeriod(next.startMs)
    events.publish('spend.changed', {})
  }

  #evaluate(trigger: string): void {
    const known = this.#known
    if (known === null) return
    this.#rungs.look({ periodMs: known.startMs, rung: this.#rungOf(known), trigger, state: () => this.state() })
  }

  #deciding(known: Known): { decidingNanoUsd: number; hiddenNanoUsd: number } {
    const spentNanoUsd = known.chargedNanoUsd + known.adjustmentNanoUsd
    return decidingSpend({ spentNanoUsd, lastReconciliation: known.lastReconciliation })
  }

  #poolNanoUsd(): number {
    return toNano(this.#deps.settings.get().budget.poolUsd)
  }

  #dayStart(): number {
    const nowMs = this.#deps.clock.nowMs()
    return nowMs - (nowMs % dayMs)
  }

  #today(known: Known): Known['day'] {
    const startMs = this.#dayStart()
    if (known.day.startMs !== startMs) {
      known.day = { startMs, chargedNanoUsd: this.#deps.store.ledger.chargedSince(startMs, this.#deps.account) }
    }
    return known.day
  }
}

function empty(startMs: number, endMs: number): Known {
  return {
    startMs,
    endMs,
    rampUntilMs: null,
    clockBehind: false,
    chargedNanoUsd: 0,
    adjustmentNanoUsd: 0,
    unpricedCalls: 0,
    day: { startMs: 0, chargedNanoUsd: 0 },
    lastReconciliation: null,
  }
}

function opened(
  startMs: number,
  endMs: number,
  openedAtMs: number,
  clearedCostPause: boolean,
  rampUntilMs: number | null,
) {
  return { startMs, endMs, openedAtMs, clearedCostPause, rampUntilMs }
}

function toNano(usd: number): number {
  return Math.round(usd * nanoPerUsd)
}
