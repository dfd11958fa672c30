import { escalatedByRule, type LedgerCell, type Route, routes, shortCircuitModel } from './ledger.ts'

export interface TuningRules {
  /** Calls of a route before its escalations are judged. */
  readonly minCalls: number
  /** Share of escalated calls from which the router is too eager, up to 1. */
  readonly tightenAt: number
  /** Overrides by the operator from which it is too thrifty. */
  readonly loosenAt: number
}

/** A proposal to the operator; nothing follows it by itself. */
export interface RouterSuggestion {
  readonly kind: 'tighten' | 'loosen'
  readonly route: Route
  /** 0 to 1; 1 at twice the calls, or three times the overrides, that a proposal needs. */
  readonly confidence: number
  readonly calls: number
  /** Escalations for `tighten`, overrides for `loosen`. */
  readonly count: number
}

export const defaultTuningRules: TuningRules = { minCalls: 20, tightenAt: 0.4, loosenAt: 3 }

/** Reasons that are the operator's own word, not the router's. */
const overrides: ReadonlySet<string> = new Set(['opus_prefix', 'force_opus_env'])

/**
 * What the last 24 hours say about the router, route by route (cost specification, 6): surest first, then the higher
 * share or count. Calls the strong model gets by rule, and replies without a call, say nothing about it.
 */
export function suggestions(input: { cells: readonly LedgerCell[]; rules: TuningRules }): RouterSuggestion[] {
  const judged = input.cells.filter(isJudged)
  return routes
    .flatMap((route) => ofRoute(route, judged, input.rules))
    .toSorted((a, b) => b.confidence - a.confidence || weight(b) - weight(a))
}

function isJudged({ route, model, reason }: LedgerCell): boolean {
  return route !== escalatedByRule && reason !== escalatedByRule && model !== shortCircuitModel
}

function ofRoute(route: Route, cells: readonly LedgerCell[], rules: TuningRules): RouterSuggestion[] {
  const own = cells.filter((cell) => cell.route === route)
  const escalatedCells = own.filter(({ escalated }) => escalated)
  const calls = sum(own)
  const escalated = sum(escalatedCells)
  const forced = sum(escalatedCells.filter(({ reason }) => overrides.has(reason)))
  const found: RouterSuggestion[] = []
  if (calls >= rules.minCalls && escalated / calls >= rules.tightenAt) {
    found.push({
      kind: 'tighten',
      route,
      confidence: Math.min(1, calls / (2 * rules.minCalls)),
      calls,
      count: escalated,
    })
  }
  if (forced >= rules.loosenAt) {
    found.push({ kind: 'loosen', route, confidence: Math.min(1, forced / (3 * rules.loosenAt)), calls, count: forced })
  }
  return found
}

function weight({ kind, count, calls }: RouterSuggestion): number {
  return kind === 'tighten' ? count / calls : count
}

function sum(cells: readonly LedgerCell[]): number {
  return cells.reduce((total, { calls }) => total + calls, 0)
}
