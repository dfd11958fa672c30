import type { BudgetState, ReconciliationView, SpendState } from '../../../contract/spend.ts'
import type { Rung } from '../../../domain/ledger.ts'
import { formatRound, formatTotal } from '../../../domain/money.ts'
import { formatClock, formatDay } from '../../components/format.ts'
import type { Tone } from '../../components/status.ts'

export type KnownBudget = Extract<BudgetState, { kind: 'known' }>

/** Where the budget's own figures can be changed. */
export const budgetSettings = '#/settings/budget'

/** "~$117.60 left of $200", "~$4.10 over the pool of $200", "Budget unknown". */
export function headline(budget: BudgetState): string {
  if (budget.kind === 'unknown') return 'Budget unknown'
  const estimate = budget.spentNanoUsd > 0
  const pool = formatRound(budget.poolNanoUsd)
  if (budget.overdraftNanoUsd > 0)
    return `${formatTotal(budget.overdraftNanoUsd, { estimate })} over the pool of ${pool}`
  return `${formatTotal(budget.remainingNanoUsd, { estimate })} left of ${pool}`
}

/** "1 May to 31 May": the days of a period, which begins and ends at midnight UTC. */
export function periodWords(budget: KnownBudget, nowMs: number): string {
  const utc = { timeZone: 'UTC' }
  return `${formatDay(budget.periodStartMs, nowMs, utc)} to ${formatDay(budget.periodEndMs - 1, nowMs, utc)}`
}

/** "+0.3 %", "-12.0 %": what the provider reported beside our own figure. */
export function formatDiff(made: Pick<ReconciliationView, 'localNanoUsd' | 'reportedNanoUsd' | 'diffPct'>): string {
  const sign = made.reportedNanoUsd > made.localNanoUsd ? '+' : made.reportedNanoUsd < made.localNanoUsd ? '-' : ''
  return `${sign}${(made.diffPct * 100).toFixed(1)} %`
}

/** "reconciled 9 May, +0.3 %", "not reconciled yet". */
export function reconciledWords(budget: KnownBudget, nowMs: number): string {
  const last = budget.lastReconciliation
  return last ? `reconciled ${formatDay(last.atMs, nowMs)}, ${formatDiff(last)}` : 'not reconciled yet'
}

export const rungWords: Readonly<Record<Rung, string>> = {
  normal: 'Normal',
  warn_75: 'Warning',
  downshift_90: 'Cheaper model',
  hard_stop_100: 'Stopped',
}

/** What stands at the line of a rung on the bar. */
export const markWords: Readonly<Record<Rung, string>> = {
  normal: 'normal',
  warn_75: 'warn',
  downshift_90: 'cheaper model',
  hard_stop_100: 'stop',
}

const rungTones: Readonly<Record<Rung, Tone>> = {
  normal: 'well',
  warn_75: 'attention',
  downshift_90: 'attention',
  hard_stop_100: 'trouble',
}

export interface RungLine {
  readonly tone: Tone
  readonly word: string
  /** What it does right now, in a sentence. */
  readonly text: string
  /** The budget holds something back: the way out is worth a link. */
  readonly held: boolean
}

/** The rung and what it means for the next call. */
export function rungLine(budget: KnownBudget, nowMs: number): RungLine {
  const next = formatDay(budget.periodEndMs, nowMs, { timeZone: 'UTC' })
  const line = { tone: rungTones[budget.rung], word: rungWords[budget.rung], held: budget.rung !== 'normal' }
  switch (budget.rung) {
    case 'normal':
      return budget.pausedForCost
        ? {
            tone: 'paused',
            word: 'Paused for cost',
            text: 'The pool has room again; model calls are about to resume.',
            held: true,
          }
        : { ...line, text: 'The cheap model first, the strong one where a signal earns it.' }
    case 'warn_75':
    case 'downshift_90':
      return { ...line, text: `Cheap model only, until ${next} or a larger pool.` }
    case 'hard_stop_100':
      return {
        ...line,
        word: budget.pausedForCost ? 'Stopped, paused for cost' : line.word,
        text: `No model calls until ${next} or a larger pool. Kora still watches and tells you.`,
      }
  }
}

export interface Notice {
  readonly key: string
  readonly tone: 'attention' | 'trouble'
  /** Said first, in bold. */
  readonly fact: string
  readonly text: string
  readonly link?: { readonly href: string; readonly label: string }
}

/** Standing conditions of the money, worst first. What is as usual is not in it. */
export function notices(spend: SpendState, nowMs: number): readonly Notice[] {
  const { budget, spike, unpricedModels, prices } = spend
  const list: Notice[] = []
  if (budget.kind === 'known' && budget.rung === 'hard_stop_100' && !budget.extraUsageOff) {
    list.push({
      key: 'extra',
      tone: 'trouble',
      fact: 'Extra usage is on',
      text: 'The pool is used up, and the provider bills whatever other programs still use on this account.',
      link: { href: budgetSettings, label: 'Open the budget' },
    })
  }
  if (spike) {
    list.push({
      key: 'spike',
      tone: 'trouble',
      fact: `${formatTotal(spike.hourNanoUsd, { estimate: true })} in the last hour`,
      text: `At that pace the pool is empty by ${formatClock(spike.emptyAtMs)}.`,
      link: { href: '#/spend/ledger?span=1h', label: 'Show its calls' },
    })
  }
  if (budget.kind === 'known' && budget.clockBehind) {
    list.push({
      key: 'clock',
      tone: 'attention',
      fact: 'The clock of this machine is behind',
      text: `It stands before ${formatDay(budget.periodStartMs, nowMs, { timeZone: 'UTC' })}, when this period began. The period is kept.`,
    })
  }
  if (prices.overlayError !== null) {
    list.push({
      key: 'overlay',
      tone: 'attention',
      fact: 'Your own price file is not used',
      text: prices.overlayError,
      link: { href: '#/spend/prices', label: 'Open prices' },
    })
  }
  for (const model of unpricedModels) {
    list.push({
      key: `unpriced:${model.model}`,
      tone: 'attention',
      fact: `No price for ${model.model}`,
      text: `${model.calls} ${model.calls === 1 ? 'call' : 'calls'}; the pool was charged ${formatTotal(model.chargedNanoUsd, { estimate: true })} in place of the price.`,
      link: { href: '#/spend/prices', label: 'Open prices' },
    })
  }
  return list
}
