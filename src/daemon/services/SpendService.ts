import type {
  BudgetState,
  CorrectionView,
  LedgerEntry,
  LedgerFilter,
  PriceRowView,
  ReconciliationView,
  SpendState,
  SpendWindow,
} from '../../contract/spend.ts'
import { costState } from '../../domain/costState.ts'
import { publishedWindow, tallies } from '../../domain/costTelemetry.ts'
import { KoraError } from '../../domain/errors.ts'
import { forecast, spike, type Trailing } from '../../domain/forecast.ts'
import type { LedgerCell } from '../../domain/ledger.ts'
import { parseUsd } from '../../domain/money.ts'
import type { PriceRow } from '../../domain/priceTable.ts'
import { suggestions, type TuningRules } from '../../domain/routerTuning.ts'
import type { CostReportClient } from '../clients/costReport.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Store } from '../store/Store.ts'
import type { LedgerPageRow } from '../store/StoreReader.ts'
import type { BudgetService } from './BudgetService.ts'
import type { CostTelemetry } from './CostTelemetry.ts'
import type { ModelGateway } from './ModelGateway.ts'
import type { PriceBook } from './PriceBook.ts'
import type { SettingsService } from './SettingsService.ts'

const hourMs = 3_600_000
const dayMs = 86_400_000
const weekMs = 7 * dayMs
const listed = 200

interface Deps {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: SettingsService
  readonly secrets: Secrets
  readonly budget: BudgetService
  readonly telemetry: CostTelemetry
  readonly prices: PriceBook
  readonly gateway: ModelGateway
  readonly tuning: TuningRules
  readonly account: string
  readonly connectReport: (to: { baseUrl: string; adminKey: string }) => CostReportClient
}

/** What was spent, as people look at it. Reading costs nothing and asks no provider. */
export class SpendService {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** A ledger that cannot be read leaves everything that comes from it unknown, never zero. */
  state(): SpendState {
    const { settings, gateway, prices, logger } = this.#deps
    const { model, routing } = settings.get()
    const about = {
      models: { cheap: model.id, strong: routing.strongModel },
      pulse: gateway.pulse,
      prices: prices.status(),
    }
    try {
      return { ...this.#figures(), ...about }
    } catch (error) {
      logger.error('what was spent could not be added up', { error: String(error) })
      return {
        budget: { kind: 'unknown', reason: 'The ledger could not be read.' },
        burn: { hourNanoUsd: null, dayNanoUsd: null, weekNanoUsd: null },
        forecast: { kind: 'not_enough_data', coveredMs: 0 },
        spike: null,
        unpricedModels: [],
        ...about,
      }
    }
  }

  #figures(): Pick<SpendState, 'budget' | 'burn' | 'forecast' | 'spike' | 'unpricedModels'> {
    const { budget, clock, store, telemetry } = this.#deps
    const nowMs = clock.nowMs()
    const state = budget.state()
    const hour = this.#trailing(nowMs - hourMs, nowMs)
    const day = this.#trailing(nowMs - dayMs, nowMs)
    const week = this.#trailing(nowMs - weekMs, nowMs)
    const known = state.kind === 'known' ? state : null
    return {
      budget: state,
      burn: {
        hourNanoUsd: hour.chargedNanoUsd,
        dayNanoUsd: day.chargedNanoUsd,
        weekNanoUsd: week.chargedNanoUsd,
      },
      forecast: known
        ? forecast({
            nowMs,
            periodEndMs: known.periodEndMs,
            poolNanoUsd: known.poolNanoUsd,
            // What the provider reported beyond our own figure counts towards the marks.
            spentNanoUsd: known.spentNanoUsd + known.hiddenNanoUsd,
            thresholds: budget.thresholds(),
            day,
            week,
            period: { ...this.#trailing(known.periodStartMs, nowMs), chargedNanoUsd: known.spentNanoUsd },
            coveredMsTotal: store.spans.covered(0, nowMs),
          })
        : { kind: 'not_enough_data', coveredMs: 0 },
      spike: known ? spike({ nowMs, hour, remainingNanoUsd: untilStop(known) }) : null,
      unpricedModels: unpricedModels(telemetry.cells('monthly')),
    }
  }

  window(window: SpendWindow) {
    const { telemetry, clock, budget, tuning } = this.#deps
    const nowMs = clock.nowMs()
    const since = {
      process_lifetime: null,
      rolling_24h: nowMs - dayMs,
      today: nowMs - (nowMs % dayMs),
      monthly: budget.periodMs,
    }
    return {
      sinceMs: since[window],
      ...tallies(telemetry.cells(window)),
      suggestions: suggestions({ cells: telemetry.cells('rolling_24h'), rules: tuning }),
    }
  }

  async ledger(input: LedgerFilter & { beforeSeq?: number | undefined; limit: number }) {
    const { beforeSeq, limit, ...filter } = input
    const page = await this.#deps.store.reader.ledgerPage(filter, beforeSeq ?? null, limit)
    return { rows: page.rows.map((row) => this.#entry(row)), nextBeforeSeq: page.nextBeforeSeq }
  }

  ledgerTotals(filter: LedgerFilter) {
    return this.#deps.store.reader.ledgerTotals(filter)
  }

  /** @throws KoraError bad_input when the span ends before it begins */
  series(input: { fromMs: number; toMs: number; points: number }) {
    const { store, settings } = this.#deps
    return store.reader.spendSeries({ ...input, cheapModel: settings.get().model.id })
  }

  months() {
    return this.#deps.store.reader.months()
  }

  corrections(): { corrections: CorrectionView[]; reconciliations: ReconciliationView[] } {
    const { ledger } = this.#deps.store
    return {
      corrections: ledger.corrections(listed),
      reconciliations: ledger.reconciliations(null).slice(0, listed),
    }
  }

  /** @throws KoraError bad_input for what is no amount of USD */
  reconcile(reportedUsd: string): ReconciliationView {
    const reported = parseUsd(reportedUsd)
    if (reported === null) {
      throw new KoraError('bad_input', `"${reportedUsd}" is no amount in USD. Enter it like 82.40.`, {
        field: 'reportedUsd',
      })
    }
    return this.#deps.budget.reconcile(reported, 'operator', null)
  }

  /** @throws KoraError secret_unavailable without an admin key; what the cost report's client throws */
  async fetchReported(): Promise<ReconciliationView> {
    const { settings, secrets, budget, clock, connectReport } = this.#deps
    const { model, budget: chosen } = settings.get()
    const adminKey = secrets.resolve(chosen.adminKeyRef)
    if (adminKey === null) {
      throw new KoraError('secret_unavailable', 'No admin key is set. Add one under Settings, Budget.', {
        ref: chosen.adminKeyRef,
      })
    }
    const report = connectReport({ baseUrl: model.baseUrl, adminKey })
    const { nanoUsd, throughMs } = await report.spentSince({ fromMs: budget.periodMs, toMs: clock.nowMs() })
    return budget.reconcile(nanoUsd, 'usage_api', throughMs)
  }

  prices() {
    const { prices, clock } = this.#deps
    const nowMs = clock.nowMs()
    const { version, overlayError } = prices.status()
    const rows = prices.table().rows.map((row) => priceView(row, nowMs))
    return { version, overlayFile: prices.overlayFile, overlayError, rows }
  }

  /** `GET /api/cost_telemetry` (cost specification, 5.6). */
  publishedTelemetry() {
    const { telemetry } = this.#deps
    return {
      process_lifetime: publishedWindow(telemetry.cells('process_lifetime')),
      rolling_24h: publishedWindow(telemetry.cells('rolling_24h')),
      monthly: publishedWindow(telemetry.cells('monthly')),
    }
  }

  /** `GET /api/cost-state` (cost specification, 5.6). */
  publishedState() {
    const { budget, clock, gateway, settings, store } = this.#deps
    const state = budget.state()
    return costState({
      budget: state,
      nowMs: clock.nowMs(),
      thresholds: budget.thresholds(),
      strongModel: settings.get().routing.strongModel,
      reconciliations: state.kind === 'known' ? store.ledger.reconciliations(state.periodStartMs) : [],
      pulse: gateway.pulse,
    })
  }

  #trailing(fromMs: number, toMs: number): Trailing {
    const { store, account } = this.#deps
    return {
      chargedNanoUsd: store.ledger.chargedSince(fromMs, account),
      coveredMs: store.spans.covered(fromMs, toMs),
      // Before the first record there was no Kora that could have run.
      spanMs: toMs - Math.max(fromMs, store.audit.firstAtMs() ?? toMs),
    }
  }

  #entry(row: LedgerPageRow): LedgerEntry {
    const { correctedCostNanoUsd, poolDeltaNanoUsd, ...rest } = row
    return {
      ...rest,
      costNanoUsd: row.costNanoUsd ?? correctedCostNanoUsd,
      poolChargeNanoUsd: row.poolChargeNanoUsd + poolDeltaNanoUsd,
      openRoute: this.#openRoute(row.subject),
    }
  }

  /** Where in the cockpit the cause of a call is. */
  #openRoute(subject: string | null): string | null {
    const [kind, id] = subject?.split(':', 2) ?? []
    if (kind !== 'investigation' || id === undefined) return null
    const investigation = this.#deps.store.investigations.get(id)
    return investigation ? `/investigations/${investigation.incidentId}` : null
  }
}

/** What is left until no model is called. */
function untilStop(known: Extract<BudgetState, { kind: 'known' }>): number {
  const stop = known.marks.find(({ rung }) => rung === 'hard_stop_100')?.atNanoUsd ?? known.poolNanoUsd
  return Math.max(0, stop - known.spentNanoUsd - known.hiddenNanoUsd)
}

function unpricedModels(cells: readonly LedgerCell[]): SpendState['unpricedModels'] {
  const unpriced = cells.filter((cell) => cell.unpriced > 0)
  return [...Map.groupBy(unpriced, ({ model }) => model)]
    .map(([model, own]) => ({
      model,
      calls: own.reduce((sum, cell) => sum + cell.unpriced, 0),
      // A cell may hold priced calls too; what those cost is not part of the stand-in charge.
      chargedNanoUsd: own.reduce((sum, cell) => sum + cell.poolNanoUsd - cell.costNanoUsd, 0),
    }))
    .sort((a, b) => b.chargedNanoUsd - a.chargedNanoUsd)
}

function priceView(row: PriceRow, nowMs: number): PriceRowView {
  const { price, above, ...rest } = row
  return {
    provider: rest.provider,
    model: rest.model,
    aliases: [...rest.aliases],
    effectiveFromMs: rest.effectiveFromMs,
    effectiveToMs: rest.effectiveToMs,
    usdPerMillion: printed(price),
    above: above === null ? null : { promptTokens: above.promptTokens, usdPerMillion: printed(above.price) },
    sourceUrl: rest.sourceUrl,
    checkedAtMs: rest.checkedAtMs,
    source: rest.source,
    effective: rest.effectiveFromMs <= nowMs && (rest.effectiveToMs === null || nowMs < rest.effectiveToMs),
  }
}

/** Nanodollars a token are thousandths of a dollar a million tokens. */
function printed(price: PriceRow['price']): PriceRowView['usdPerMillion'] {
  const usd = (nano: number | null): number | null => (nano === null ? null : nano / 1_000)
  return {
    input: price.input / 1_000,
    output: price.output / 1_000,
    cacheRead: usd(price.cacheRead),
    cacheWrite5m: usd(price.cacheWrite5m),
    cacheWrite1h: usd(price.cacheWrite1h),
  }
}
