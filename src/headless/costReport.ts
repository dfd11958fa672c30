import type { RouteTally, SpendState } from '../contract/spend.ts'
import { forecastSentence } from '../domain/forecast.ts'
import { formatTotal } from '../domain/money.ts'

type KnownBudget = Extract<SpendState['budget'], { kind: 'known' }>

/**
 * What `kora cost` prints, line by line.
 * @param byRoute calls of the last 24 hours
 * @param timeZone IANA name, for moments; the billing period is one of UTC days
 */
export function costReport(state: SpendState, byRoute: readonly RouteTally[], timeZone: string): string[] {
  return [...budgetLines(state, timeZone), ...routeLines(byRoute), ...unpricedLines(state)]
}

function budgetLines({ budget, forecast, spike }: SpendState, timeZone: string): string[] {
  if (budget.kind === 'unknown') {
    return [`What was spent is unknown. ${budget.reason}`, 'Until it is known only the cheap model is used.']
  }
  const { poolNanoUsd, periodStartMs, periodEndMs, extraUsageOff, unpricedCalls } = budget
  const share = `${formatTotal(budget.spentNanoUsd)} of ${formatTotal(poolNanoUsd)} (${budget.pctUsed} %)`
  return [
    `Spent ${share} since ${utcDay(periodStartMs)}, by estimate${plusUnpriced(unpricedCalls)}.`,
    ...(budget.reservedNanoUsd > 0 ? [`Set aside for calls under way: ${formatTotal(budget.reservedNanoUsd)}.`] : []),
    ...(budget.hiddenNanoUsd > 0
      ? [`The provider reported ${formatTotal(budget.hiddenNanoUsd)} more, within tolerance: it counts for the rung.`]
      : []),
    rungSentence(budget),
    `${forecastSentence(forecast, { extraUsageOff, poolNanoUsd, periodEndMs, spike, timeZone })}.`,
  ]
}

/** The rung in words: what holds now, and where the next change is. */
function rungSentence({ rung, marks, periodEndMs }: KnownBudget): string {
  const from = (name: typeof rung): string => formatTotal(marks.find((mark) => mark.rung === name)?.atNanoUsd ?? null)
  const stop = `calls stop at ${from('hard_stop_100')}`
  switch (rung) {
    case 'normal':
      return `Well within the budget: the strong model may be used; only the cheap one from ${from('warn_75')}.`
    case 'warn_75':
      return `Past ${from('warn_75')}: only the cheap model is used; ${stop}.`
    case 'downshift_90':
      return `Past ${from('downshift_90')}, close to the end: only the cheap model is used; ${stop}.`
    case 'hard_stop_100':
      return `Used up: no model is called before ${utcDay(periodEndMs)}, when the next period begins.`
  }
}

function routeLines(byRoute: readonly RouteTally[]): string[] {
  const active = byRoute
    .filter(({ calls }) => calls > 0)
    .map(({ route, calls, avoided, costNanoUsd, unpriced }) => ({
      route,
      made: calls - avoided,
      // Only unpriced calls: there is no sum, not one of nothing.
      cost: formatTotal(unpriced > 0 && unpriced === calls - avoided ? null : costNanoUsd),
      rest: `${plusUnpriced(unpriced)}${avoided === 0 ? '' : `, ${avoided} avoided`}`,
    }))
  if (active.length === 0) return ['No model was called in the last 24 hours.']
  const name = Math.max(...active.map(({ route }) => route.length))
  const count = Math.max(...active.map(({ made }) => String(made).length))
  return [
    'The last 24 hours by route:',
    ...active.map(({ route, made, cost, rest }) => {
      const counted = `${String(made).padStart(count)} ${made === 1 ? 'call ' : 'calls'}`
      return `  ${route.padEnd(name)}  ${counted}  ${cost}${rest}`
    }),
  ]
}

function unpricedLines({ unpricedModels }: SpendState): string[] {
  return unpricedModels.map(
    ({ model, calls, chargedNanoUsd }) =>
      `No price is known for ${model}: ${calls} ${calls === 1 ? 'call' : 'calls'}, ` +
      `${formatTotal(chargedNanoUsd)} charged in ${calls === 1 ? 'its' : 'their'} place.`,
  )
}

function plusUnpriced(calls: number): string {
  return calls === 0 ? '' : `, +${calls} unpriced`
}

/** "1 Nov". */
function utcDay(atMs: number): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(atMs)
}
