import { type Rung, rungs } from './ledger.ts'
import type { ClaimPermission, DegradationReason, PrimaryState, StateActor } from './operationalState.ts'
import { type Health, type SnapshotSection, type Unknown, unknown } from './snapshot.ts'

/** The four cards at the top of Now, in the order in which they stand. */
export const heroes = ['operation', 'alerts', 'budget', 'health'] as const
export type HeroName = (typeof heroes)[number]

/** The section of the snapshot each of them is projected from. */
export const heroSections: Readonly<Record<HeroName, SnapshotSection>> = {
  operation: 'operational_state',
  alerts: 'alerts',
  budget: 'cost_ladder',
  health: 'daemon_health',
}

/** What a published snapshot says, as far as heroes read it. */
export interface HeroSnapshot {
  readonly operational_state: {
    readonly primary: PrimaryState | Unknown
    readonly paused: boolean
    readonly reasons: readonly DegradationReason[]
    readonly claim_permission: ClaimPermission | Unknown
    readonly since: string
    readonly actor: StateActor | null
    readonly until: string | null
  }
  readonly alerts: {
    readonly active_count: number | Unknown
    readonly by_severity: Readonly<Record<'critical' | 'warning' | 'info', number | Unknown>>
  }
  readonly cost_ladder: {
    readonly current_tier: string
    readonly monthly_budget_pct_used: number | null
    readonly model_default: string
    readonly spent_to_date_usd: number | Unknown
    readonly credit_pool_usd: number
  }
  readonly daemon_health: {
    readonly overall_status: Health
    readonly boot_at: string
    readonly listeners: Readonly<Record<string, { readonly status: 'up' | 'down' | 'off' | Unknown }>>
    readonly recent_error_count_5min: number
  }
  readonly sections: Readonly<Record<SnapshotSection, SnapshotSectionState>>
}

export interface SnapshotSectionState {
  readonly status: 'ok' | 'partial' | Unknown
  readonly observed_at: string
  readonly expected_every_seconds: number
  readonly reason: string | null
}

export interface OperationHero {
  readonly primary: PrimaryState
  readonly permission: ClaimPermission
  readonly reasons: readonly DegradationReason[]
  readonly degraded: boolean
  readonly sinceMs: number | null
  readonly actor: StateActor | null
  readonly untilMs: number | null
}

export interface AlertsHero {
  readonly total: number
  readonly bySeverity: Readonly<Record<'critical' | 'warning' | 'info', number>>
}

export interface BudgetHero {
  readonly spentNanoUsd: number
  readonly poolNanoUsd: number
  readonly rung: Rung
  /** Two decimals; null when it could not be read. */
  readonly pctUsed: number | null
  /** Tier of the model that answers by default, or its id where it belongs to no tier. */
  readonly model: string
}

export interface HealthHero {
  readonly overall: 'healthy' | 'degraded' | 'outage'
  readonly listenersUp: number
  /** Those that are configured. */
  readonly listeners: number
  readonly recentErrors: number
  readonly bootAtMs: number | null
}

/**
 * What each card shows of a snapshot (snapshot specification, 10). Null means that this card alone is to be read live:
 * what is unknown is never made up, and counts of a section that is known in part are no counts.
 */
export function projectOperation({ operational_state: state }: HeroSnapshot): OperationHero | null {
  const { primary, paused, reasons, claim_permission: permission } = state
  if (primary === unknown) return null
  return {
    primary,
    permission: permission === unknown ? (paused ? 'none' : 'normal') : permission,
    reasons,
    degraded: paused || reasons.length > 0,
    sinceMs: instantMs(state.since),
    actor: state.actor,
    untilMs: instantMs(state.until),
  }
}

export function projectAlerts({ alerts, sections }: HeroSnapshot): AlertsHero | null {
  const { active_count: total, by_severity: by } = alerts
  if (sections.alerts.status !== 'ok' || total === unknown) return null
  const { critical, warning, info } = by
  if (critical === unknown || warning === unknown || info === unknown) return null
  return { total, bySeverity: { critical, warning, info } }
}

export function projectBudget({ cost_ladder: ladder }: HeroSnapshot): BudgetHero | null {
  const rung = rungOf(ladder.current_tier)
  const model = modelTier(ladder.model_default)
  if (ladder.spent_to_date_usd === unknown || rung === null || model === null) return null
  return {
    spentNanoUsd: nanoUsdOf(ladder.spent_to_date_usd),
    poolNanoUsd: nanoUsdOf(ladder.credit_pool_usd),
    rung,
    pctUsed: ladder.monthly_budget_pct_used,
    model,
  }
}

export function projectHealth({ daemon_health: health, sections }: HeroSnapshot): HealthHero | null {
  const overall = healthWord(health.overall_status)
  if (sections.daemon_health.status !== 'ok' || overall === null) return null
  return {
    overall,
    ...countListeners(Object.values(health.listeners).map(({ status }) => status)),
    recentErrors: health.recent_error_count_5min,
    bootAtMs: instantMs(health.boot_at),
  }
}

/** The daemon's health as the card names it; null while it is unknown. */
export function healthWord(overall: Health): HealthHero['overall'] | null {
  if (overall === unknown) return null
  return overall === 'unhealthy' ? 'outage' : overall
}

/** How many are up of those that count; one that is off is not configured and counts as nothing. */
export function countListeners(states: readonly string[]): Pick<HealthHero, 'listenersUp' | 'listeners'> {
  const counted = states.filter((state) => state !== 'off')
  return { listenersUp: counted.filter((state) => state === 'up').length, listeners: counted.length }
}

/** The tier a model's id names; null when it names none. */
export function modelTier(model: string): 'haiku' | 'sonnet' | 'opus' | null {
  return (['haiku', 'sonnet', 'opus'] as const).find((tier) => model.toLowerCase().includes(tier)) ?? null
}

/** Rungs are published in capitals and known in small letters. */
function rungOf(published: string): Rung | null {
  return rungs.find((rung) => rung === published.toLowerCase()) ?? null
}

/** Published amounts have six decimals at the most, so nothing is lost. */
function nanoUsdOf(usd: number): number {
  return Math.round(usd * 1_000_000) * 1_000
}

/** A published time as epoch ms; null when it is unknown or cannot be read. */
export function instantMs(text: string | null): number | null {
  if (text === null || text === unknown) return null
  const atMs = Date.parse(text)
  return Number.isNaN(atMs) ? null : atMs
}
