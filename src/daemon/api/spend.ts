import type { SpendService } from '../services/SpendService.ts'
import { api } from './implementer.ts'

export function spendApi({ spend }: { spend: SpendService }) {
  return api.spend.router({
    state: api.spend.state.handler(() => spend.state()),
    window: api.spend.window.handler(({ input }) => spend.window(input.window)),
    ledger: api.spend.ledger.handler(({ input }) => spend.ledger(input)),
    ledgerTotals: api.spend.ledgerTotals.handler(({ input }) => spend.ledgerTotals(input)),
    series: api.spend.series.handler(({ input }) => spend.series(input)),
    months: api.spend.months.handler(() => spend.months()),
    corrections: api.spend.corrections.handler(() => spend.corrections()),
    reconcile: api.spend.reconcile.handler(({ input }) => spend.reconcile(input.reportedUsd)),
    fetchReported: api.spend.fetchReported.handler(() => spend.fetchReported()),
    prices: api.spend.prices.handler(() => spend.prices()),
  })
}
