import type { Settings } from '../../../contract/settings.ts'
import { criticalShare, marks } from '../../../domain/ladder.ts'
import { formatTotal, nanoPerUsd, parseUsd } from '../../../domain/money.ts'
import type { Problems } from './settingsForm.ts'

type Budget = Settings['budget']

/** As far as the settings go (`contract/settings.ts`). */
const mostUsd = 1_000_000
const mostCriticalPct = 50
const lastAnchorDay = 28

/** What is typed as an amount of USD, such as "82.40"; NaN while it is none. */
export function readUsd(text: string): number {
  const nanoUsd = parseUsd(text)
  return nanoUsd === null ? Number.NaN : nanoUsd / nanoPerUsd
}

/** "200.00", "0.005": cents at least, and nothing that was typed is lost. */
export function printUsd(usd: number): string {
  return usd.toFixed(9).replace(/(\.\d\d\d*?)0+$/, '$1')
}

/** What is typed as percent, such as "75" or "82.5"; NaN while it is none. Two decimals count. */
export function readPercent(text: string): number {
  return /^\d{1,3}(\.\d{1,2})?$/.test(text.trim()) ? Number(text) : Number.NaN
}

/** What is wrong with a budget as a whole, in words, by path; fields that hold no number yet are not judged. */
export function budgetProblems({ budget }: Pick<Settings, 'budget'>): Problems {
  const found: Record<string, string> = {}
  const judge = (key: keyof Budget, wrong: boolean, words: string) => {
    if (wrong) found[`budget.${key}`] ??= words
  }
  const { poolUsd, dailyCapUsd, warnPct, downshiftPct, stopPct } = budget
  const usd = `An amount above 0, up to ${formatTotal(mostUsd * nanoPerUsd)}, is needed.`
  judge('poolUsd', poolUsd <= 0 || poolUsd > mostUsd, usd)
  judge('dailyCapUsd', dailyCapUsd !== null && (dailyCapUsd <= 0 || dailyCapUsd > mostUsd), usd)
  for (const key of ['warnPct', 'downshiftPct', 'stopPct', 'reconcileTolerancePct'] as const) {
    judge(key, budget[key] > 100, 'At most 100 percent.')
  }
  judge('criticalSharePct', budget.criticalSharePct > mostCriticalPct, `At most ${mostCriticalPct} percent.`)
  judge('anchorDay', budget.anchorDay < 1 || budget.anchorDay > lastAnchorDay, `A day from 1 to ${lastAnchorDay}.`)
  judge('warnPct', warnPct <= 0, 'It has to begin above 0 percent.')
  judge('downshiftPct', downshiftPct <= warnPct, `It has to begin after the warning, above ${warnPct} percent.`)
  judge('stopPct', stopPct <= downshiftPct, `It has to come last, above ${downshiftPct} percent.`)
  return found
}

export type BudgetEffects = Readonly<Record<'warnPct' | 'downshiftPct' | 'stopPct' | 'criticalSharePct', string>>

/** What the shares of a budget come to, each in a sentence; without amounts while they cannot be worked out. */
export function budgetEffects(budget: Budget): BudgetEffects {
  const at = amounts(budget)
  return {
    warnPct: `You are warned, and calls keep to the cheap model${at ? `, from ${at.warn}` : ''}.`,
    downshiftPct: `You are told again${at ? ` at ${at.downshift}` : ''}: only the cheaper model is used up to the stop.`,
    stopPct: `No model is called ${at ? `from ${at.stop} on ` : ''}until the next period begins.`,
    criticalSharePct: at?.kept
      ? `The last ${at.kept} before the stop is kept for critical investigations.`
      : 'Part of the pool that only critical investigations may use; 0 keeps nothing back.',
  }
}

function amounts(budget: Budget): { warn: string; downshift: string; stop: string; kept: string | null } | null {
  const { poolUsd, criticalSharePct } = budget
  const shares = ['poolUsd', 'warnPct', 'downshiftPct', 'stopPct', 'criticalSharePct'] as const
  const wrong = budgetProblems({ budget })
  if (shares.some((key) => Number.isNaN(budget[key]) || wrong[`budget.${key}`] !== undefined)) return null
  const poolNanoUsd = Math.round(poolUsd * nanoPerUsd)
  const [warn = '', downshift = '', stop = ''] = marks(poolNanoUsd, budget).map(({ atNanoUsd }) =>
    formatTotal(atNanoUsd),
  )
  const keptNanoUsd = criticalShare(poolNanoUsd, criticalSharePct)
  return { warn, downshift, stop, kept: keptNanoUsd === 0 ? null : formatTotal(keptNanoUsd) }
}
