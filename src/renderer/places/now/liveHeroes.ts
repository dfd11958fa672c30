import type { AlertView } from '../../../contract/alerts.ts'
import type { OperationalView } from '../../../contract/operational.ts'
import type { SpendState } from '../../../contract/spend.ts'
import type { DaemonInfo } from '../../../contract/system.ts'
import { countBySeverity } from '../../../domain/alert.ts'
import {
  type AlertsHero,
  type BudgetHero,
  countListeners,
  type HealthHero,
  healthWord,
  modelTier,
  type OperationHero,
} from '../../../domain/heroes.ts'
import type { CockpitClient } from '../../client/types.ts'
import type { LiveAnswer } from './heroCards.ts'

type Answer<T> = Omit<LiveAnswer<T>, 'atMs'>

/** The same cards from live reads: one shape, whatever the source. */
export function operationOf(view: OperationalView): Answer<OperationHero> {
  const { primary, permission, reasons, sinceMs, actor, untilMs } = view
  const degraded = primary === 'paused' || reasons.length > 0
  return known({ primary, permission, reasons, degraded, sinceMs, actor, untilMs })
}

/** None found is none only when every rule could tell. */
export function alertsOf({ active, cannotTell }: ActiveAlerts): Answer<AlertsHero> {
  if (active.length === 0 && cannotTell.length > 0) {
    return { value: null, reason: `cannot tell: ${cannotTell.join(', ')}` }
  }
  return known({ total: active.length, bySeverity: countBySeverity(active.map(({ severity }) => ({ severity }))) })
}

export function budgetOf({ budget, models }: Pick<SpendState, 'budget' | 'models'>): Answer<BudgetHero> {
  if (budget.kind === 'unknown') return { value: null, reason: budget.reason }
  const { spentNanoUsd, poolNanoUsd, rung, pctUsed } = budget
  return known({ spentNanoUsd, poolNanoUsd, rung, pctUsed, model: modelTier(models.cheap) ?? models.cheap })
}

export function healthOf({ health, listeners, startedAtMs }: DaemonInfo): Answer<HealthHero> {
  const overall = healthWord(health.overall)
  if (overall === null) return { value: null, reason: 'no listener has reported yet' }
  const counted = countListeners(listeners.map(({ state }) => state))
  return known({ overall, ...counted, recentErrors: health.recentErrors, bootAtMs: startedAtMs })
}

function known<T>(value: T): Answer<T> {
  return { value, reason: null }
}

type AlertPage = Awaited<ReturnType<CockpitClient['alerts']['list']>>

interface ActiveAlerts {
  readonly active: readonly Pick<AlertView, 'severity'>[]
  /** Groups of rules whose alerts may be missing. */
  readonly cannotTell: AlertPage['cannotTell']
}

/** More active alerts than one page holds are read on, so that none is left out of the count. */
export async function readActiveAlerts(client: CockpitClient): Promise<ActiveAlerts> {
  const active: AlertView[] = []
  let cannotTell: AlertPage['cannotTell']
  let cursor: string | null = null
  do {
    const page: AlertPage = await client.alerts.list({
      state: 'active',
      window: 'all',
      limit: 200,
      ...(cursor === null ? {} : { cursor }),
    })
    active.push(...page.items)
    cannotTell = page.cannotTell
    cursor = page.nextCursor
  } while (cursor !== null)
  return { active, cannotTell }
}
