import { routeNote, routeOf } from '../../domain/costTelemetry.ts'
import { KoraError } from '../../domain/errors.ts'
import {
  type Correction,
  type LedgerRow,
  noUsage,
  type Reservation,
  type Route,
  shortCircuitModel,
  type TokenUsage,
} from '../../domain/ledger.ts'
import { nanoPerUsd } from '../../domain/money.ts'
import { type PricedUsage, priceUsage, worstCase } from '../../domain/pricing.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Store } from '../store/Store.ts'
import type { BudgetService } from './BudgetService.ts'
import type { CostTelemetry } from './CostTelemetry.ts'
import type { Events } from './Events.ts'
import type { NewId } from './ids.ts'
import type { LateWrites } from './LateWrites.ts'
import type { PriceBook } from './PriceBook.ts'

/** Rows looked at in one go; the next follow a minute later. */
const repriceAtOnce = 500

/** How a call ended, as far as money goes. */
export type CallEnd =
  /** The provider said what it used. */
  | {
      readonly kind: 'used'
      readonly model: string
      readonly usage: TokenUsage
      readonly requestId: string
      readonly note: string | null
    }
  /** It may have been billed, but nobody knows how much: the amount set aside stands in. */
  | { readonly kind: 'unseen'; readonly requestId: string | null; readonly note: string }

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly clock: Clock
  readonly logger: Logger
  readonly events: Events
  readonly prices: PriceBook
  readonly budget: BudgetService
  readonly telemetry: CostTelemetry
  readonly processId: string
  readonly account: string
  readonly newId: NewId
}

/** Sets money aside before a call and turns it into a ledger row when the call ends: one writer, one row a call. */
export class CostService {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Settles what calls of an earlier process left behind at the amount set aside: how they ended is unknown. */
  recover(): void {
    const { store, late, clock, logger, processId } = this.#deps
    for (const reservation of store.ledger.reservations()) {
      if (reservation.processId === processId) continue
      // Charged where it was set aside: by now another period, or another clock, may be current.
      const row = { ...this.#unseenRow(reservation, null, 'settled_after_crash'), periodMs: reservation.periodMs }
      const nowMs = clock.nowMs()
      const details = { reservation: reservation.id, route: reservation.route, model: reservation.model }
      late.write(() => {
        store.ledger.settle(reservation.id, row)
        store.audit.append({ seam: 'budget.reservation_recovered', source: 'cron', details }, nowMs)
      })
      logger.warn('a model call was cut off by the end of the process; the amount set aside is charged', details)
    }
  }

  /** What a call of this size would cost, nanodollars; null when the model has no known price. */
  estimate(model: string, usage: TokenUsage): number | null {
    return this.#price(model, usage).costNanoUsd
  }

  /** The most a call can cost, nanodollars. @param inputTokens an upper bound */
  worstCase(model: string, inputTokens: number, maxOutputTokens: number): number {
    const { prices, clock } = this.#deps
    return worstCase(prices.table(), { model }, { inputTokens, maxOutputTokens }, clock.nowMs())
  }

  /**
   * Sets money aside; durable when it returns.
   * @throws KoraError store_full and the like: without its record nothing may be spent
   */
  reserve(
    call: Omit<Reservation, 'id' | 'atMs' | 'periodMs' | 'processId' | 'account' | 'note'>,
    also: () => void = () => undefined,
  ): Reservation {
    const { store, late, clock, budget, processId, account, newId, events } = this.#deps
    const reservation: Reservation = {
      ...call,
      // Whoever calls from outside the types still has its money counted.
      route: routeOf(call.route),
      note: routeNote(call.route),
      id: newId(''),
      atMs: clock.nowMs(),
      periodMs: budget.periodMs,
      processId,
      account,
    }
    late.require(() => {
      store.ledger.reserve(reservation)
      also()
    })
    budget.reserved(reservation.id, reservation.amountNanoUsd)
    events.publish('spend.changed', {})
    return reservation
  }

  /** Nothing was billed: the money is free again. */
  release(reservation: Reservation): void {
    const { store, late, budget, events } = this.#deps
    budget.released(reservation.id)
    late.write(() => store.ledger.release(reservation.id))
    events.publish('spend.changed', {})
  }

  /**
   * Writes the ledger row and gives back what was set aside, in one step; durable when it returns. The same request id
   * twice is one row.
   * @param clampedSignal a signal that asked for the strong model after the answer and lost to the budget
   * @throws KoraError store_unwritable when the store refuses: the row is kept and follows, but what was paid for must
   * not be used without it
   */
  settle(reservation: Reservation, end: CallEnd, clampedSignal: string | null = null): LedgerRow {
    const { store, late, budget, logger } = this.#deps
    // A signal that lost before the call is the one that counts.
    const lost = reservation.clampedSignal ?? clampedSignal
    const settled = lost === reservation.clampedSignal ? reservation : { ...reservation, clampedSignal: lost }
    const row = end.kind === 'used' ? this.#usedRow(settled, end) : this.#unseenRow(settled, end.requestId, end.note)
    let outcome: 'inserted' | 'duplicate' = 'inserted'
    const written = late.write(() => {
      outcome = store.ledger.settle(reservation.id, row)
    })
    budget.released(reservation.id)
    if (!written || outcome === 'inserted') this.#counted(row)
    // One request id is one charge; two calls that share one mean that somebody in between makes them up.
    else logger.warn('a model call came back under a request id that is known', { requestId: row.requestId })
    if (!written) throw new KoraError('store_unwritable', 'The cost of a model call could not be recorded.')
    return row
  }

  /** A reply that needed no model call: kept at $0 with what it saved by estimate. */
  avoided(reply: { route: Route; requestId: string; subject: string | null; savedNanoUsd: number }): void {
    const { store, late, clock, budget, processId, account, newId } = this.#deps
    const row: LedgerRow = {
      ...noUsage,
      id: newId(''),
      atMs: clock.nowMs(),
      periodMs: budget.periodMs,
      processId,
      provider: 'kora',
      account,
      model: shortCircuitModel,
      route: reply.route,
      parentRoute: null,
      iteration: 1,
      costNanoUsd: 0,
      poolChargeNanoUsd: 0,
      priceVersion: this.#deps.prices.status().version,
      priceBasis: 'included',
      poolBasis: 'included',
      escalated: false,
      reason: shortCircuitModel,
      clampedSignal: null,
      rung: knownRung(budget),
      requestId: reply.requestId,
      sourceId: 'kora',
      reportId: reply.requestId,
      subject: reply.subject,
      savedNanoUsd: reply.savedNanoUsd,
      note: null,
    }
    let outcome: 'inserted' | 'duplicate' = 'inserted'
    const written = late.write(() => {
      outcome = store.ledger.append(row)
    })
    if (!written || outcome === 'inserted') this.#counted(row)
  }

  /**
   * Looks up prices for rows that had none, some at a time; each found is a correction beside the row. What a call used
   * whose reply nobody saw stays unknown for good.
   * @param again from the oldest row on, since the prices changed; else it goes on where it stopped
   * @returns how many were found
   */
  reprice(again: boolean): number {
    if (again) this.#repriceAfterSeq = 0
    if (this.#repriceAfterSeq === null) return 0
    const { store, late, clock, prices, newId, logger } = this.#deps
    const rows = store.ledger.unpriced(this.#repriceAfterSeq, repriceAtOnce)
    this.#repriceAfterSeq = rows.length < repriceAtOnce ? null : (rows.at(-1)?.seq ?? null)
    const nowMs = clock.nowMs()
    const found = rows.flatMap((row) => {
      const ref = { model: row.model, provider: row.provider }
      const { costNanoUsd, version } = priceUsage(prices.table(), ref, row, row.atMs)
      if (costNanoUsd === null) return []
      const correction: Correction = {
        id: newId('cor_'),
        atMs: nowMs,
        kind: 'repricing',
        requestId: row.requestId,
        callAtMs: row.atMs,
        periodMs: row.periodMs,
        route: row.route,
        model: row.model,
        costNanoUsd,
        poolDeltaNanoUsd: costNanoUsd - row.poolChargeNanoUsd,
        priceVersion: version,
      }
      return [{ row, correction }]
    })
    if (found.length === 0) return 0
    const write = (): void => {
      for (const { correction } of found) {
        store.ledger.correct(correction)
        store.audit.append({ seam: 'ledger.corrected', source: 'cron', details: correctionDetails(correction) }, nowMs)
      }
    }
    late.write(write, { written: () => this.#corrected(found) })
    logger.info('prices were found for earlier calls', { calls: found.length })
    return found.length
  }

  #repriceAfterSeq: number | null = null

  #corrected(found: readonly { row: LedgerRow; correction: Correction }[]): void {
    const { telemetry, budget, account, events } = this.#deps
    for (const { row, correction } of found) {
      telemetry.correct(row, correction)
      if (row.account !== account) continue
      budget.charged(row.periodMs, row.atMs, { nanoUsd: correction.poolDeltaNanoUsd, unpriced: -1 })
    }
    events.publish('spend.changed', {})
  }

  #usedRow(reservation: Reservation, end: Extract<CallEnd, { kind: 'used' }>): LedgerRow {
    const { costNanoUsd, poolChargeNanoUsd, basis, version } = this.#price(end.model, end.usage)
    return {
      ...this.#common(reservation),
      ...end.usage,
      model: end.model,
      costNanoUsd,
      poolChargeNanoUsd,
      priceVersion: version,
      priceBasis: costNanoUsd === null ? 'unknown' : basis,
      poolBasis: basis,
      requestId: end.requestId,
      reportId: end.requestId,
      note: joined(reservation.note, end.note),
    }
  }

  #unseenRow(reservation: Reservation, requestId: string | null, note: string): LedgerRow {
    const id = requestId ?? `reservation:${reservation.id}`
    return {
      ...this.#common(reservation),
      ...noUsage,
      costNanoUsd: null,
      poolChargeNanoUsd: reservation.amountNanoUsd,
      priceVersion: this.#deps.prices.status().version,
      priceBasis: 'unknown',
      poolBasis: 'reserved',
      requestId: id,
      reportId: id,
      note: joined(reservation.note, note),
    }
  }

  #common(reservation: Reservation) {
    const { clock, budget } = this.#deps
    const {
      id,
      provider,
      account,
      model,
      route,
      parentRoute,
      iteration,
      escalated,
      reason,
      clampedSignal,
      rung,
      subject,
    } = reservation
    return {
      id,
      atMs: clock.nowMs(),
      periodMs: budget.periodMs,
      processId: reservation.processId,
      provider,
      account,
      model,
      route,
      parentRoute,
      iteration,
      escalated,
      reason,
      clampedSignal,
      rung,
      sourceId: provider,
      subject,
      savedNanoUsd: 0,
    }
  }

  /** Telemetry watches; it must never disturb what was paid for. */
  #counted(row: LedgerRow): void {
    const { telemetry, budget, events, logger } = this.#deps
    try {
      telemetry.add(row)
    } catch (error) {
      logger.error('a call was not counted; it is in the ledger', { error: String(error) })
    }
    budget.charged(row.periodMs, row.atMs, {
      nanoUsd: row.poolChargeNanoUsd,
      unpriced: row.costNanoUsd === null ? 1 : 0,
    })
    events.publish('spend.changed', {})
  }

  #price(model: string, usage: TokenUsage): PricedUsage {
    const { prices, clock } = this.#deps
    return priceUsage(prices.table(), { model }, usage, clock.nowMs())
  }
}

function correctionDetails(correction: Correction): Record<string, unknown> {
  const { requestId, model, costNanoUsd, poolDeltaNanoUsd, priceVersion } = correction
  return {
    request_id: requestId,
    model,
    cost_usd: costNanoUsd / nanoPerUsd,
    pool_delta_usd: poolDeltaNanoUsd / nanoPerUsd,
    price_version: priceVersion,
  }
}

function joined(...notes: readonly (string | null)[]): string | null {
  return notes.filter((note) => note !== null).join(' ') || null
}

function knownRung(budget: BudgetService) {
  const rung = budget.rung()
  return rung === 'unknown' ? 'normal' : rung
}
