import {
  type CellSums,
  escalatedByRule,
  type LedgerCell,
  type LedgerRow,
  type Route,
  routes,
  shortCircuitModel,
} from './ledger.ts'
import { utcSeconds } from './time.ts'
import { toUsd } from './money.ts'
import { postCallReason } from './router.ts'
import { clip } from './text.ts'

/** Published counters of one route in one window (cost specification, 5.2). */
export interface Counters {
  calls_count: number
  input_tokens_total: number
  output_tokens_total: number
  cache_read_tokens_total: number
  cache_creation_tokens_total: number
  cost_estimate_usd_total: number
  escalation_count: number
  model_breakdown: Record<string, number>
  escalation_reason_breakdown: Record<string, number>
}

export type PublishedWindow = Record<Route, Counters>

/** Sums of calls as the cockpit shows them; escalations by rule, and avoided calls, beside those that were earned. */
export interface Tally {
  /** Avoided calls included. */
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheCreationTokens: number
  readonly costNanoUsd: number
  readonly unpriced: number
  readonly escalations: number
  readonly escalationsByRule: number
  readonly clamped: number
  readonly avoided: number
  readonly savedNanoUsd: number
}

export type RouteTally = Tally & {
  readonly route: Route
  /** Escalations that were earned, by signal. */
  readonly reasons: Record<string, number>
  readonly clampedSignals: Record<string, number>
}
export type ModelTally = Tally & { readonly model: string }

/** One call as a cell of its own, later price included. */
export type LedgerCall = LedgerCell & { readonly atMs: number }

const known: ReadonlySet<unknown> = new Set(routes)

/** The route a label names; whatever is none of the nine, or no text, is `unknown` (cost specification, 5.1). */
export function routeOf(label: unknown): Route {
  return known.has(label) ? (label as Route) : 'unknown'
}

/** Keeps the label that {@link routeOf} did not know as a ledger row's note, 80 characters at most; null otherwise. */
export function routeNote(label: unknown): string | null {
  if (label === null || label === undefined || known.has(label)) return null
  return clip(`route:${typeof label === 'string' ? label : (JSON.stringify(label) ?? typeof label)}`, 80)
}

/** A ledger row as a cell of one call. A reason that is no text is none (cost specification, 5.2). */
export function cellOf(row: LedgerRow): LedgerCell {
  const { route, model, escalated, inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens } = row
  return {
    route,
    model,
    escalated,
    reason: typeof row.reason === 'string' ? row.reason : '',
    clampedSignal: row.clampedSignal ?? '',
    calls: 1,
    inputTokens,
    outputTokens,
    cacheReadTokens,
    cacheCreationTokens,
    costNanoUsd: row.costNanoUsd ?? 0,
    poolNanoUsd: row.poolChargeNanoUsd,
    unpriced: row.costNanoUsd === null ? 1 : 0,
    savedNanoUsd: row.savedNanoUsd,
  }
}

/** One window as published: every route in its order, zeros and empty maps included; USD with six decimals. */
export function publishedWindow(cells: readonly LedgerCell[]): PublishedWindow {
  return Object.fromEntries(routes.map((route) => [route, countersOf(ofRoute(cells, route))])) as PublishedWindow
}

/** One window for the cockpit: in all, every route in its order, and every model, dearest first. */
export function tallies(cells: readonly LedgerCell[]): { total: Tally; byRoute: RouteTally[]; byModel: ModelTally[] } {
  const byModel = [...Map.groupBy(cells, ({ model }) => model)].map(([model, own]) => ({ ...tallyOf(own), model }))
  return {
    total: tallyOf(cells),
    byRoute: routes.map((route) => {
      const own = ofRoute(cells, route)
      return {
        ...tallyOf(own),
        route,
        reasons: count(own.filter(isEarned), ({ reason }) => bare(reason)),
        clampedSignals: count(own, ({ clampedSignal }) => clampedSignal),
      }
    }),
    byModel: byModel.toSorted(
      (a, b) => b.costNanoUsd - a.costNanoUsd || b.calls - a.calls || (a.model < b.model ? -1 : 1),
    ),
  }
}

/**
 * Share of the calls, 0 to 1, that a signal sent to the strong model. Avoided calls, and those the strong model got by
 * rule, were never the router's to decide. Null when it decided none.
 */
export function escalationRate(
  of: Pick<Tally, 'calls' | 'escalations' | 'escalationsByRule' | 'avoided'>,
): number | null {
  const decided = of.calls - of.avoided - of.escalationsByRule
  return decided > 0 ? of.escalations / decided : null
}

/** {@link escalationRate} as every screen writes it: "12.5%", "0.0%", "—" when there is none. */
export function escalationText(of: Parameters<typeof escalationRate>[0]): string {
  const rate = escalationRate(of)
  return rate === null ? '—' : `${(rate * 100).toFixed(1)}%`
}

/** How the input was paid, percent of all three classes, which never overlap; null before the first input token. */
export function cacheShares(
  tokens: Pick<LedgerCell, 'inputTokens' | 'cacheReadTokens' | 'cacheCreationTokens'>,
): { reads: number; writes: number; uncached: number } | null {
  const all = tokens.inputTokens + tokens.cacheReadTokens + tokens.cacheCreationTokens
  if (all === 0) return null
  return {
    reads: (tokens.cacheReadTokens / all) * 100,
    writes: (tokens.cacheCreationTokens / all) * 100,
    uncached: (tokens.inputTokens / all) * 100,
  }
}

/** The exported file (cost specification, 5.4): sorted keys, two spaces, a final newline. */
export function exportDocument(document: {
  windows: Readonly<Record<string, PublishedWindow>>
  writtenAtMs: number
}): string {
  const written_at = utcSeconds(document.writtenAtMs)
  return `${JSON.stringify(sorted({ schema_version: 1, written_at, windows: document.windows }), null, 2)}\n`
}

/** Null for a file that is no JSON object. */
export function readExport(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return isRecord(parsed) ? parsed : null
  } catch {
    return null
  }
}

function countersOf(cells: readonly LedgerCell[]): Counters {
  const escalated = cells.filter((cell) => cell.escalated)
  return {
    calls_count: sum(cells, 'calls'),
    input_tokens_total: sum(cells, 'inputTokens'),
    output_tokens_total: sum(cells, 'outputTokens'),
    cache_read_tokens_total: sum(cells, 'cacheReadTokens'),
    cache_creation_tokens_total: sum(cells, 'cacheCreationTokens'),
    cost_estimate_usd_total: toUsd(sum(cells, 'costNanoUsd')),
    escalation_count: sum(escalated, 'calls'),
    model_breakdown: count(cells, ({ model }) => model),
    escalation_reason_breakdown: count(escalated, ({ reason }) => bare(reason)),
  }
}

function tallyOf(cells: readonly LedgerCell[]): Tally {
  return {
    calls: sum(cells, 'calls'),
    inputTokens: sum(cells, 'inputTokens'),
    outputTokens: sum(cells, 'outputTokens'),
    cacheReadTokens: sum(cells, 'cacheReadTokens'),
    cacheCreationTokens: sum(cells, 'cacheCreationTokens'),
    costNanoUsd: sum(cells, 'costNanoUsd'),
    unpriced: sum(cells, 'unpriced'),
    escalations: sum(cells.filter(isEarned), 'calls'),
    escalationsByRule: sum(cells.filter(isByRule), 'calls'),
    clamped: sum(
      cells.filter(({ clampedSignal }) => clampedSignal !== ''),
      'calls',
    ),
    avoided: sum(
      cells.filter(({ model }) => model === shortCircuitModel),
      'calls',
    ),
    savedNanoUsd: sum(cells, 'savedNanoUsd'),
  }
}

function isByRule({ escalated, route, reason }: LedgerCell): boolean {
  return escalated && (route === escalatedByRule || reason === escalatedByRule)
}

function isEarned(cell: LedgerCell): boolean {
  return cell.escalated && !isByRule(cell)
}

function ofRoute(cells: readonly LedgerCell[], route: Route): LedgerCell[] {
  return cells.filter((cell) => cell.route === route)
}

function bare(reason: string): string {
  return reason.startsWith(postCallReason) ? reason.slice(postCallReason.length) : reason
}

function sum(cells: readonly LedgerCell[], field: keyof CellSums): number {
  return cells.reduce((total, cell) => total + cell[field], 0)
}

/** Calls by name, names in order; what has no name is not counted. */
function count(cells: readonly LedgerCell[], nameOf: (cell: LedgerCell) => string): Record<string, number> {
  const calls = new Map<string, number>()
  for (const cell of cells) {
    const name = nameOf(cell)
    if (name !== '' && cell.calls > 0) calls.set(name, (calls.get(name) ?? 0) + cell.calls)
  }
  return Object.fromEntries([...calls].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function sorted(value: unknown): unknown {
  if (!isRecord(value)) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
