import type { LedgerEntry, LedgerFilter } from '../../../contract/spend.ts'
import { type Route, routes, shortCircuitModel } from '../../../domain/ledger.ts'

const hour = 3_600_000
const day = 24 * hour

export const ledgerSpans = [
  { value: 'period', label: 'This period' },
  { value: '1h', label: '1 h' },
  { value: '24h', label: '24 h' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
  { value: 'all', label: 'All there is' },
] as const
export type LedgerSpan = (typeof ledgerSpans)[number]['value']

const lengths: Readonly<Record<Exclude<LedgerSpan, 'period' | 'all'>, number>> = {
  '1h': hour,
  '24h': day,
  '7d': 7 * day,
  '30d': 30 * day,
}

export const onlyOptions = [
  { value: 'any', label: 'Every call' },
  { value: 'unpriced', label: 'Unpriced' },
  { value: 'escalated', label: 'Escalated' },
  { value: 'avoided', label: 'Avoided' },
  { value: 'corrected', label: 'Corrected' },
] as const
export type Only = (typeof onlyOptions)[number]['value']

/** What the ledger is narrowed to, as the controls hold it. */
export interface LedgerView {
  readonly span: LedgerSpan
  readonly route: Route | 'any'
  /** Empty for every model. */
  readonly model: string
  readonly only: Only
}

function oneOf<T extends string>(values: readonly T[], text: string | undefined, otherwise: T): T {
  return values.find((value) => value === text) ?? otherwise
}

/** The view a link asks for; what it does not know is left as usual. */
export function readView(query: Readonly<Record<string, string>>): LedgerView {
  return {
    span: oneOf(
      ledgerSpans.map(({ value }) => value),
      query['span'],
      'period',
    ),
    route: oneOf<Route | 'any'>(routes, query['route'], 'any'),
    model: query['model'] ?? '',
    only: oneOf(
      onlyOptions.map(({ value }) => value),
      query['only'],
      'any',
    ),
  }
}

/** The other way round; what is as usual stands in no link. */
export function viewQuery(view: LedgerView): Readonly<Record<string, string | undefined>> {
  return {
    span: view.span === 'period' ? undefined : view.span,
    route: view.route === 'any' ? undefined : view.route,
    model: view.model || undefined,
    only: view.only === 'any' ? undefined : view.only,
  }
}

export function isNarrowed(view: LedgerView): boolean {
  return Object.values(viewQuery(view)).some((value) => value !== undefined)
}

/**
 * The filter the daemon is asked for.
 * @param periodStartMs null when no period is known: then everything counts as this period
 */
export function ledgerFilter(view: LedgerView, nowMs: number, periodStartMs: number | null): LedgerFilter {
  const fromMs =
    view.span === 'all' ? null : view.span === 'period' ? periodStartMs : Math.floor(nowMs - lengths[view.span])
  return {
    ...(fromMs === null ? {} : { fromMs }),
    ...(view.route === 'any' ? {} : { route: view.route }),
    ...(view.model === '' ? {} : { model: view.model }),
    ...(view.only === 'any' ? {} : { only: view.only }),
  }
}

export function isAvoided(row: Pick<LedgerEntry, 'model'>): boolean {
  return row.model === shortCircuitModel
}

/** What is worth a word about a row, most important first: "unpriced", "escalated", "clamped", "corrected". */
export function rowMarks(row: LedgerEntry): readonly string[] {
  return [
    row.costNanoUsd === null ? 'unpriced' : null,
    row.escalated ? 'escalated' : null,
    row.clampedSignal === null ? null : 'clamped',
    row.correctedAtMs === null ? null : 'corrected',
    row.poolBasis === 'reserved' ? 'end not seen' : null,
  ].filter((mark) => mark !== null)
}
