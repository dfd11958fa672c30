import { describe, expect, it } from 'vitest'
import {
  type HeroSnapshot,
  instantMs,
  modelTier,
  projectAlerts,
  projectBudget,
  projectHealth,
  projectOperation,
  type SnapshotSectionState,
} from './heroes.ts'
import { snapshotSections, unknown } from './snapshot.ts'

const section = {
  status: 'ok',
  observed_at: '2026-05-12T14:00:00Z',
  expected_every_seconds: 300,
  reason: null,
} as const

const well: HeroSnapshot = {
  operational_state: {
    primary: 'ready',
    paused: false,
    reasons: [],
    claim_permission: 'normal',
    since: '2026-05-08T11:00:00Z',
    actor: 'daemon',
    until: null,
  },
  alerts: { active_count: 3, by_severity: { critical: 1, warning: 2, info: 0 } },
  cost_ladder: {
    current_tier: 'NORMAL',
    monthly_budget_pct_used: 41.2,
    model_default: 'claude-haiku-4-5-20251001',
    spent_to_date_usd: 82.4,
    credit_pool_usd: 200,
  },
  daemon_health: {
    overall_status: 'healthy',
    boot_at: '2026-05-08T11:00:00Z',
    listeners: { heartbeat: { status: 'up' }, slack_client: { status: 'off' }, probe_wake: { status: 'down' } },
    recent_error_count_5min: 2,
  },
  sections: Object.fromEntries(snapshotSections.map((name) => [name, section])) as HeroSnapshot['sections'],
}

function changed<Key extends keyof HeroSnapshot>(key: Key, change: Partial<HeroSnapshot[Key]>): HeroSnapshot {
  return { ...well, [key]: { ...well[key], ...change } }
}

function damaged(name: keyof HeroSnapshot['sections'], state: SnapshotSectionState): HeroSnapshot {
  return changed('sections', { [name]: state })
}

describe('operation', () => {
  it('is projected with permission, reasons and times', () => {
    expect(projectOperation(well)).toEqual({
      primary: 'ready',
      permission: 'normal',
      reasons: [],
      degraded: false,
      sinceMs: Date.UTC(2026, 4, 8, 11),
      actor: 'daemon',
      untilMs: null,
    })
  })

  it('says degraded for any reason, and for a pause without one', () => {
    expect(projectOperation(changed('operational_state', { reasons: ['token_expiring'] }))?.degraded).toBe(true)
    expect(projectOperation(changed('operational_state', { primary: 'paused', paused: true }))?.degraded).toBe(true)
  })

  it('takes the permission of the state where it is not published', () => {
    const asked = (paused: boolean) =>
      projectOperation(
        changed('operational_state', { primary: paused ? 'paused' : 'ready', paused, claim_permission: unknown }),
      )
    expect([asked(true)?.permission, asked(false)?.permission]).toEqual(['none', 'normal'])
  })

  it('is read live while the state is unknown', () => {
    expect(projectOperation(changed('operational_state', { primary: unknown }))).toBeNull()
  })
})

describe('alerts', () => {
  it('are projected as they are counted', () => {
    expect(projectAlerts(well)).toEqual({ total: 3, bySeverity: { critical: 1, warning: 2, info: 0 } })
  })

  it('snapshot 26: are read live while their section is degraded, in part too, or a count is unknown', () => {
    for (const status of [unknown, 'partial'] as const) {
      expect(projectAlerts(damaged('alerts', { ...section, status, reason: 'cannot tell: cost_ladder' }))).toBeNull()
    }
    expect(projectAlerts(changed('alerts', { active_count: unknown }))).toBeNull()
    expect(projectAlerts(changed('alerts', { by_severity: { critical: 0, warning: unknown, info: 0 } }))).toBeNull()
  })
})

describe('budget', () => {
  it('is projected in nanodollars, its rung in small letters, its model by tier', () => {
    expect(projectBudget(well)).toEqual({
      spentNanoUsd: 82_400_000_000,
      poolNanoUsd: 200_000_000_000,
      rung: 'normal',
      pctUsed: 41.2,
      model: 'haiku',
    })
    expect(projectBudget(changed('cost_ladder', { spent_to_date_usd: 0.000_001 }))?.spentNanoUsd).toBe(1_000)
  })

  it.each([
    ['NORMAL', 'normal'],
    ['WARN_75', 'warn_75'],
    ['DOWNSHIFT_90', 'downshift_90'],
    ['HARD_STOP_100', 'hard_stop_100'],
  ])('%s is %s', (published, rung) => {
    expect(projectBudget(changed('cost_ladder', { current_tier: published }))?.rung).toBe(rung)
  })

  it.each<[string, Partial<HeroSnapshot['cost_ladder']>]>([
    ['what is spent is unknown', { spent_to_date_usd: unknown }],
    ['the rung is unknown', { current_tier: unknown }],
    ['the rung is none we know', { current_tier: 'WARN_50' }],
    ['the model is unknown', { model_default: unknown }],
    ['the model names no tier', { model_default: 'mystery-1' }],
  ])('is read live while %s', (_name, change) => {
    expect(projectBudget(changed('cost_ladder', change))).toBeNull()
  })

  it('is projected without its share, which stays unknown', () => {
    expect(projectBudget(changed('cost_ladder', { monthly_budget_pct_used: null }))?.pctUsed).toBeNull()
  })
})

describe('health', () => {
  it('counts the listeners that are configured', () => {
    expect(projectHealth(well)).toEqual({
      overall: 'healthy',
      listenersUp: 1,
      listeners: 2,
      recentErrors: 2,
      bootAtMs: Date.UTC(2026, 4, 8, 11),
    })
  })

  it('is read live while some of it could not be read: errors nobody could count are not none', () => {
    expect(projectHealth(damaged('daemon_health', { ...section, status: 'partial', reason: 'no log' }))).toBeNull()
  })

  it('calls unhealthy an outage, and is read live while unknown', () => {
    const of = (overall_status: HeroSnapshot['daemon_health']['overall_status']) =>
      projectHealth(changed('daemon_health', { overall_status }))?.overall ?? null
    expect([of('degraded'), of('unhealthy'), of(unknown)]).toEqual(['degraded', 'outage', null])
  })
})

it('finds the tier in any spelling of a model', () => {
  expect(['claude-Opus-4-7', 'anthropic/claude-sonnet-4', 'gpt'].map(modelTier)).toEqual(['opus', 'sonnet', null])
})

it('reads a time or says that it cannot', () => {
  expect([instantMs('2026-05-12T14:00:00Z'), instantMs(unknown), instantMs('soon'), instantMs(null)]).toEqual([
    Date.UTC(2026, 4, 12, 14),
    null,
    null,
    null,
  ])
})
