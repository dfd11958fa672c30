import { describe, expect, it } from 'vitest'
import type { AlertView } from '../../../contract/alerts.ts'
import type { OperationalView } from '../../../contract/operational.ts'
import type { SpendState } from '../../../contract/spend.ts'
import type { DaemonInfo } from '../../../contract/system.ts'
import type { BudgetHero, HealthHero, OperationHero } from '../../../domain/heroes.ts'
import {
  alertsWords,
  budgetParts,
  budgetText,
  budgetTone,
  healthWords,
  namedMarks,
  operationWords,
} from './heroWords.ts'
import { alertsOf, budgetOf, healthOf, operationOf } from './liveHeroes.ts'

const now = new Date(2026, 4, 12, 14).getTime()
const ready: OperationHero = {
  primary: 'ready',
  permission: 'normal',
  reasons: [],
  degraded: false,
  sinceMs: new Date(2026, 4, 12, 9, 14).getTime(),
  actor: 'daemon',
  untilMs: null,
}
const healthy: HealthHero = {
  overall: 'healthy',
  listenersUp: 5,
  listeners: 5,
  recentErrors: 0,
  bootAtMs: now - 3 * 3_600_000,
}
const budget: BudgetHero = {
  spentNanoUsd: 82_400_000_000,
  poolNanoUsd: 200_000_000_000,
  rung: 'normal',
  pctUsed: 41.2,
  model: 'haiku',
}

describe('operation', () => {
  it('has no mark while all is as usual', () => {
    expect(operationWords(ready, now)).toEqual({
      value: 'Ready',
      tone: null,
      text: 'since 09:14',
    })
    expect(operationWords({ ...ready, permission: 'critical_only' }, now).text).toBe(
      'only criticals are begun · since 09:14',
    )
    expect(operationWords({ ...ready, primary: 'booting', sinceMs: null }, now).tone).toBe('unknown')
  })

  it('says who paused it, or why it was', () => {
    expect(operationWords({ ...ready, primary: 'paused', reasons: ['operator'], actor: 'operator' }, now)).toEqual({
      value: 'Paused',
      tone: 'paused',
      text: 'by you · since 09:14',
    })
    expect(operationWords({ ...ready, primary: 'paused', reasons: ['cost'] }, now).text).toBe(
      'since 09:14 · the budget is used up',
    )
  })

  it('says what is wrong with it', () => {
    expect(operationWords({ ...ready, reasons: ['auth', 'token_expiring'], degraded: true }, now)).toEqual({
      value: 'Ready, degraded',
      tone: 'attention',
      text: 'an account rejects its key, a token expires soon',
    })
  })
})

it('counts alerts by severity, and none as none', () => {
  expect(alertsWords({ total: 3, bySeverity: { critical: 1, warning: 2, info: 0 } })).toEqual({
    value: '3 active',
    tone: 'trouble',
    text: '1 critical · 2 warnings',
  })
  expect(alertsWords({ total: 1, bySeverity: { critical: 0, warning: 0, info: 1 } }).tone).toBeNull()
  expect(alertsWords({ total: 0, bySeverity: { critical: 0, warning: 0, info: 0 } }).value).toBe('None active')
})

it('says how the daemon is, and what is not as usual first', () => {
  expect(healthWords(healthy)).toEqual({ value: 'Healthy', tone: null, text: 'no errors in 5 min' })
  expect(healthWords({ ...healthy, overall: 'degraded', listenersUp: 4, recentErrors: 7 })).toEqual({
    value: 'Degraded',
    tone: 'attention',
    text: '1 of 5 listeners down · 7 errors in 5 min',
  })
  expect(healthWords({ ...healthy, overall: 'outage' }).tone).toBe('trouble')
})

describe('budget', () => {
  it('names the model, and none at the stop', () => {
    expect(budgetText(budget)).toBe('41.2 % · haiku')
    expect(budgetText({ ...budget, pctUsed: 103, rung: 'hard_stop_100' })).toBe('103 % · stopped, no model calls')
    expect(budgetText({ ...budget, pctUsed: null })).toBe('– % · haiku')
  })

  it('marks itself from the first rung on', () => {
    expect(
      (['normal', 'warn_75', 'downshift_90', 'hard_stop_100'] as const).map((rung) => budgetTone({ rung })),
    ).toEqual([null, 'attention', 'attention', 'trouble'])
  })

  it('draws what is spent, and what went beyond the pool', () => {
    expect(budgetParts({ spentNanoUsd: 50, poolNanoUsd: 200 })).toEqual([{ kind: 'spent', leftPct: 0, widthPct: 25 }])
    expect(budgetParts({ spentNanoUsd: 250, poolNanoUsd: 200 })).toEqual([
      { kind: 'spent', leftPct: 0, widthPct: 80 },
      { kind: 'overdraft', leftPct: 80, widthPct: 20 },
    ])
    expect(budgetParts({ spentNanoUsd: 0, poolNanoUsd: 200 })).toEqual([])
  })
})

it('names the marks that have room for words', () => {
  const at = (...positions: number[]) => positions.map((leftPct) => ({ leftPct }))
  expect(namedMarks(at(75, 90, 100))).toEqual(at(75, 90))
  expect(namedMarks(at(75, 80, 95))).toEqual(at(75, 95))
})

describe('live reads', () => {
  it('have the shape of what is projected', () => {
    const view = { ...ready, primary: 'paused', reasons: ['operator'], sinceMs: 1 } as unknown as OperationalView
    expect(operationOf(view).value).toMatchObject({ primary: 'paused', degraded: true, sinceMs: 1 })
    const active = (['warning', 'critical', 'warning'] as const).map((severity) => ({ severity }) as AlertView)
    const counted = { total: 3, bySeverity: { critical: 1, warning: 2, info: 0 } }
    expect(alertsOf({ active, cannotTell: [] }).value).toEqual(counted)
    expect(alertsOf({ active, cannotTell: ['cost_ladder'] }).value).toEqual(counted)
    expect(alertsOf({ active: [], cannotTell: [] }).value?.total).toBe(0)
    const models = { cheap: 'claude-haiku-4-5', strong: 'claude-opus-4-7' }
    expect(budgetOf({ budget: { kind: 'known', ...budget }, models } as unknown as SpendState).value).toEqual(budget)
    const other = { budget: { kind: 'known', ...budget }, models: { ...models, cheap: 'mystery-1' } }
    expect(budgetOf(other as unknown as SpendState).value?.model).toBe('mystery-1')
  })

  it('snapshot 26: of alerts find none only when every rule could tell', () => {
    expect(alertsOf({ active: [], cannotTell: ['cost_ladder', 'task_failing'] })).toEqual({
      value: null,
      reason: 'cannot tell: cost_ladder, task_failing',
    })
  })

  it('say why there is nothing to show', () => {
    expect(budgetOf({ budget: { kind: 'unknown', reason: 'being restored' } } as SpendState)).toEqual({
      value: null,
      reason: 'being restored',
    })
    const daemon = { health: { overall: 'unknown', recentErrors: 3, breakdown: {} }, listeners: [], startedAtMs: 1 }
    expect(healthOf(daemon as unknown as DaemonInfo).value).toBeNull()
    const down = { ...daemon, health: { ...daemon.health, overall: 'unhealthy' }, listeners: [{ state: 'down' }] }
    expect(healthOf(down as unknown as DaemonInfo).value).toEqual({
      overall: 'outage',
      listenersUp: 0,
      listeners: 1,
      recentErrors: 3,
      bootAtMs: 1,
    })
  })
})
