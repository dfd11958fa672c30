import type { RouteTally, RouterSuggestion, SpendWindow, Tally } from '../../../contract/spend.ts'
import { escalationRate, escalationText } from '../../../domain/costTelemetry.ts'
import { escalatedByRule, type Route, shortCircuitModel } from '../../../domain/ledger.ts'
import { formatTotal } from '../../../domain/money.ts'
import { countOf, formatCount } from '../../components/format.ts'
import type { Tone } from '../../components/status.ts'

export const windowOptions = [
  { value: 'monthly', label: 'Month', words: 'this month' },
  { value: 'today', label: 'Today', words: 'today' },
  { value: 'rolling_24h', label: '24 h', words: 'in the last 24 h' },
  { value: 'process_lifetime', label: 'Lifetime', words: 'since Kora started' },
] as const satisfies readonly { value: SpendWindow; label: string; words: string }[]

export interface Judgement {
  readonly text: string
  readonly tone: Extract<Tone, 'well' | 'attention' | 'trouble' | 'unknown'>
  /** Empty when there is nothing to say about it. */
  readonly word: string
}

/** How often a signal asked for the strong model, and whether that is as it should be (cost specification, 7). */
export function escalation(tally: Tally & { readonly route?: Route }): Judgement {
  if (tally.route === escalatedByRule && tally.calls > 0) return { text: 'by rule', tone: 'unknown', word: '' }
  const rate = escalationRate(tally)
  const text = escalationText(tally)
  if (rate === null) return { text, tone: 'unknown', word: '' }
  if (rate > 0.3) return { text, tone: 'trouble', word: 'too high' }
  if (rate > 0.15) return { text, tone: 'attention', word: 'high' }
  // Where signals lost to the budget, few escalations are what the budget is for.
  if (rate < 0.05 && tally.clamped === 0) return { text, tone: 'attention', word: 'low' }
  return { text, tone: 'well', word: '' }
}

/** A line of the table of routes: a route's own calls, or the replies that needed none. */
export interface RouteLine extends Tally {
  readonly key: string
  readonly kind: 'route' | 'avoided'
  readonly label: string
  readonly route?: Route
  /** Calls of a model: avoided ones are not in it. */
  readonly modelCalls: number
  /** Of the dearest line, percent. */
  readonly barPct: number
  readonly clampedSignals: Readonly<Record<string, number>>
}

const nothing: Tally = {
  calls: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheCreationTokens: 0,
  costNanoUsd: 0,
  unpriced: 0,
  escalations: 0,
  escalationsByRule: 0,
  clamped: 0,
  avoided: 0,
  savedNanoUsd: 0,
}

/** Every route in the published order, and at the end what the phrasebook answered for nothing. */
export function routeLines(byRoute: readonly RouteTally[], total: Tally): readonly RouteLine[] {
  const dearest = Math.max(1, ...byRoute.map((route) => route.costNanoUsd))
  const lines = byRoute.map(
    (route): RouteLine => ({
      ...route,
      key: route.route,
      kind: 'route',
      label: route.route,
      modelCalls: route.calls - route.avoided,
      barPct: (route.costNanoUsd / dearest) * 100,
    }),
  )
  return [
    ...lines,
    {
      ...nothing,
      avoided: total.avoided,
      savedNanoUsd: total.savedNanoUsd,
      key: 'avoided',
      kind: 'avoided',
      label: 'short circuit',
      modelCalls: total.avoided,
      barPct: 0,
      clampedSignals: {},
    },
  ]
}

/** Cost as a line prints it: "~$31.22", "~$9.10 +2 unpriced", "unpriced", "$0.00, saved ~$28.40", "no calls in window". */
export function costText(
  line: Pick<RouteLine, 'kind' | 'modelCalls' | 'costNanoUsd' | 'unpriced' | 'savedNanoUsd'>,
): string {
  if (line.kind === 'avoided') {
    const saved = line.savedNanoUsd > 0 ? `, saved ${formatTotal(line.savedNanoUsd, { estimate: true })}` : ''
    return `${formatTotal(0)}${saved}`
  }
  if (line.modelCalls === 0) return 'no calls in window'
  if (line.unpriced === line.modelCalls) return 'unpriced'
  const cost = formatTotal(line.costNanoUsd)
  return line.unpriced > 0 ? `${cost} +${line.unpriced} unpriced` : cost
}

const tiers = ['haiku', 'sonnet', 'opus']

/** Models in the order in which people compare them: short circuit, cheapest tier to dearest, then the others. */
export function modelOrder<Row extends { readonly model: string; readonly calls: number }>(
  rows: readonly Row[],
): readonly Row[] {
  const rank = ({ model }: Row) => {
    if (model === shortCircuitModel) return -1
    const tier = tiers.findIndex((word) => model.toLowerCase().includes(word))
    return tier === -1 ? tiers.length : tier
  }
  return rows.toSorted((a, b) => rank(a) - rank(b) || b.calls - a.calls || (a.model < b.model ? -1 : 1))
}

/** "83 clamped": signals that lost to the budget; empty when none did. */
export function clampedText({ clamped }: Pick<Tally, 'clamped'>): string {
  return clamped === 0 ? '' : `${formatCount(clamped)} clamped`
}

/** "decision_language 4, low_confidence_marker 1": signals by how often, most often first. */
export function signalText(signals: Readonly<Record<string, number>>): string {
  return Object.entries(signals)
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([signal, count]) => `${signal} ${count}`)
    .join(', ')
}

/** A proposal about the router in one sentence; nothing follows it by itself. */
export function suggestionText({ kind, route, calls, count }: RouterSuggestion): string {
  return kind === 'tighten'
    ? `${route}: ${count} of ${countOf(calls, 'call')} were escalated in 24 h. Narrower signals would save money.`
    : `${route}: you asked for the strong model ${count} times in 24 h. Wider signals would spare you that.`
}
