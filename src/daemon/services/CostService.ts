import { KoraError } from '../../domain/errors.ts'
import type { LedgerRow, Route, TokenUsage } from '../../domain/ledger.ts'
import { type PriceTable, priceUsage } from '../../domain/pricing.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { NewId } from './ids.ts'
import type { LateWrites } from './LateWrites.ts'

/** One finished provider call, as the client reports it. */
export interface ModelCall {
  readonly provider: string
  readonly model: string
  readonly route: Route
  readonly usage: TokenUsage
  readonly requestId: string
  /** Such as `investigation:inv_…`. */
  readonly subject: string
}

/** Prices calls and keeps them in the ledger. Budgets are not decided here. */
export class CostService {
  readonly #store: Store
  readonly #late: LateWrites
  readonly #clock: Clock
  readonly #prices: PriceTable
  readonly #processId: string
  readonly #newId: NewId

  constructor(deps: {
    store: Store
    late: LateWrites
    clock: Clock
    prices: PriceTable
    processId: string
    newId: NewId
  }) {
    this.#store = deps.store
    this.#late = deps.late
    this.#clock = deps.clock
    this.#prices = deps.prices
    this.#processId = deps.processId
    this.#newId = deps.newId
  }

  /**
   * Writes the ledger row of a call; durable when it returns. The same request id twice is one row.
   * @throws KoraError store_unwritable when the store refuses: the row is kept and follows, but what was paid for must
   * not be used without it
   */
  record(call: ModelCall): LedgerRow {
    const atMs = this.#clock.nowMs()
    const priced = priceUsage(this.#prices, call.model, call.usage, atMs)
    const row: LedgerRow = {
      ...call.usage,
      id: this.#newId(''),
      atMs,
      processId: this.#processId,
      provider: call.provider,
      account: 'api_key',
      model: call.model,
      route: call.route,
      parentRoute: null,
      iteration: 1,
      costNanoUsd: priced.costNanoUsd,
      poolChargeNanoUsd: priced.poolChargeNanoUsd,
      priceVersion: priced.version,
      priceBasis: priced.costNanoUsd === null ? 'unknown' : priced.basis,
      poolBasis: priced.basis,
      escalated: false,
      reason: null,
      rung: 'normal',
      requestId: call.requestId,
      sourceId: call.provider,
      reportId: call.requestId,
      subject: call.subject,
    }
    if (!this.#late.write(() => this.#store.ledger.append(row))) {
      throw new KoraError('store_unwritable', 'The cost of a model call could not be recorded.')
    }
    return row
  }

  /** What a call of this size would cost, nanodollars; null when the model has no known price. */
  estimate(model: string, usage: TokenUsage): number | null {
    return priceUsage(this.#prices, model, usage, this.#clock.nowMs()).costNanoUsd
  }
}
