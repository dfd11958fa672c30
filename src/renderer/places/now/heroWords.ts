import type { AlertsHero, BudgetHero, HealthHero, OperationHero } from '../../../domain/heroes.ts'
import { severities } from '../../../domain/severity.ts'
import { countOf, formatMoment } from '../../components/format.ts'
import { actorWords, permissionWords, primaryStates, reasonWords } from '../../components/operationalWords.ts'
import { severityTone, type Tone } from '../../components/status.ts'

/** What a card says: its value, and one line under it. The usual has no mark. */
export interface HeroWords {
  readonly value: string
  readonly tone: Tone | null
  readonly text: string
}

export function operationWords(hero: OperationHero, nowMs: number): HeroWords {
  const { word, tone } = primaryStates[hero.primary]
  const wrong = hero.reasons.filter((reason) => reason !== 'operator')
  const since = hero.sinceMs === null ? [] : [`since ${formatMoment(hero.sinceMs, nowMs)}`]
  if (hero.primary === 'paused') {
    const who = hero.reasons.includes('operator') && hero.actor ? [actorWords[hero.actor]] : []
    const why = wrong.map((reason) => reasonWords[reason])
    return { value: word, tone, text: [...who, ...since, ...why].join(' · ') }
  }
  if (wrong.length > 0) {
    const why = wrong.map((reason) => reasonWords[reason]).join(', ')
    return { value: `${word}, degraded`, tone: 'attention', text: why }
  }
  const held = hero.permission === 'normal' ? [] : [permissionWords[hero.permission]]
  const text = [...held, ...since].join(' · ')
  return { value: word, tone: tone === 'well' ? null : tone, text }
}

/** Severities that do not occur are not counted. */
export function alertsWords({ total, bySeverity }: AlertsHero): HeroWords {
  if (total === 0) return { value: 'None active', tone: null, text: 'nothing is out of order' }
  const present = severities.toReversed().filter((severity) => bySeverity[severity] > 0)
  const counts = present.map((severity) =>
    severity === 'critical' ? countOf(bySeverity.critical, 'critical') : countOf(bySeverity[severity], severity),
  )
  const [worst = 'info'] = present
  return { value: `${total} active`, tone: worst === 'info' ? null : severityTone(worst), text: counts.join(' · ') }
}

export function healthWords(hero: HealthHero): HeroWords {
  const down = hero.listeners - hero.listenersUp
  const errors = hero.recentErrors === 0 ? 'no errors in 5 min' : `${countOf(hero.recentErrors, 'error')} in 5 min`
  const lead = down > 0 ? [`${down} of ${countOf(hero.listeners, 'listener')} down`] : []
  const text = [...lead, errors].join(' · ')
  switch (hero.overall) {
    case 'healthy':
      return { value: 'Healthy', tone: null, text }
    case 'degraded':
      return { value: 'Degraded', tone: 'attention', text }
    case 'outage':
      return { value: 'Outage', tone: 'trouble', text }
  }
}

/** "41.2 % · haiku"; at the stop no model is named, because none is called. */
export function budgetText({ pctUsed, rung, model }: BudgetHero): string {
  const share = pctUsed === null ? '– %' : `${pctUsed} %`
  return `${share} · ${rung === 'hard_stop_100' ? 'stopped, no model calls' : model}`
}

/** How far a budget marks itself: nothing under the first rung. */
export function budgetTone({ rung }: Pick<BudgetHero, 'rung'>): Tone | null {
  if (rung === 'normal') return null
  return rung === 'hard_stop_100' ? 'trouble' : 'attention'
}

/** The bar of the card, percent: what is spent within the pool and beyond it. */
export function budgetParts({ spentNanoUsd, poolNanoUsd }: Pick<BudgetHero, 'spentNanoUsd' | 'poolNanoUsd'>) {
  const whole = Math.max(poolNanoUsd, spentNanoUsd, 1)
  const within = (Math.min(spentNanoUsd, poolNanoUsd) / whole) * 100
  const beyond = 100 - (poolNanoUsd / whole) * 100
  return [
    ...(within > 0 ? [{ kind: 'spent' as const, leftPct: 0, widthPct: within }] : []),
    ...(beyond > 0 ? [{ kind: 'overdraft' as const, leftPct: within, widthPct: beyond }] : []),
  ]
}

/** Words of two marks that stand closer than this, percent of the bar, would run into each other. */
const roomPct = 11

/** The marks that are named under the bar: its end needs no words, and where there is no room the later one has none. */
export function namedMarks<Mark extends { readonly leftPct: number }>(marks: readonly Mark[]): readonly Mark[] {
  const named: Mark[] = []
  for (const mark of marks) {
    const last = named.at(-1)
    if (mark.leftPct <= 97 && (!last || mark.leftPct - last.leftPct >= roomPct)) named.push(mark)
  }
  return named
}
