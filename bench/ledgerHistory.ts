import type { Store } from '../src/daemon/store/Store.ts'
import { type LedgerRow, routes } from '../src/domain/ledger.ts'
import { aLedgerRow } from '../test/fakes/records.ts'
import { models } from './costs.ts'

/** The nth call: every route, two models, some escalated, a few without a price. */
function nth(index: number, atMs: number, periodMs: number): LedgerRow {
  const id = `01KR${String(index).padStart(22, '0')}`
  const requestId = `req_${id}`
  const [escalated, priced] = [index % 11 === 0, index % 5_003 !== 0]
  const costNanoUsd = priced ? 400_000 + ((index * 37) % 90_000) * 100 : null
  return aLedgerRow({
    id,
    requestId,
    reportId: requestId,
    atMs,
    periodMs,
    route: routes[index % routes.length] ?? 'unknown',
    model: escalated ? models.strong : models.cheap,
    cacheReadTokens: 1_800 + (index % 700),
    cacheCreationTokens: index % 13 === 0 ? 900 : 0,
    costNanoUsd,
    poolChargeNanoUsd: costNanoUsd ?? 5_000_000,
    priceBasis: priced ? 'table' : 'unknown',
    poolBasis: priced ? 'table' : 'fallback',
    escalated,
    reason: escalated ? 'decision_language' : 'default_haiku',
    subject: `investigation:inv_${Math.floor(index / 3)}`,
  })
}

/** Model calls spread evenly over a stretch of one billing period, a thousand a step. */
export function fillLedger(
  store: Store,
  count: number,
  span: { fromMs: number; toMs: number; periodMs: number },
): void {
  const { fromMs, toMs, periodMs } = span
  for (let from = 0; from < count; from += 1_000) {
    store.transaction(() => {
      for (let index = from; index < Math.min(count, from + 1_000); index++) {
        store.ledger.append(nth(index, fromMs + Math.floor((index * (toMs - fromMs)) / count), periodMs))
      }
    })
  }
}
