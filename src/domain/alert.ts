import { type Severity, severities } from './severity.ts'

/** What an alert is about. The first six are published (alerts specification, 3); the rest are ours. */
export const alertCategories = [
  'cost_ladder',
  'operational_state',
  'webhook_dead_letter',
  'agent_capability_denied',
  'reasoning_halted',
  'service_unhealthy',
  'listener_down',
  'task_failing',
  'snapshot_stale',
  'watching',
  'delivery_failing',
  'daemon_problem',
  'test_alert',
] as const
export type AlertCategory = (typeof alertCategories)[number]

/** Who speaks of it: the alert itself, the incident it stands for (ruling 15), or a notice that somebody else sends. */
export type AlertVoice = 'alert' | 'incident' | 'notice'

/** Something that is true right now and that the operator should know of. */
export interface Alert {
  /** Stable, such as `cost_ladder_halted` or `service_unhealthy:fly`. */
  readonly id: string
  readonly category: AlertCategory
  readonly severity: Severity
  /** Within its category, how far it goes: of two of one severity the higher one is worse. */
  readonly level: number
  readonly title: string
  readonly detail: string
  /** Published names of the place that shows it. */
  readonly sourcePanel: string
  readonly sourcePanelRoute: string
  /** The same in this cockpit. */
  readonly route: string
  readonly voice: AlertVoice
}

/** Why an alert is not told although it should be; `untilMs` null: nobody knows until when. */
export const holdCauses = ['cooldown', 'quiet_hours', 'maintenance', 'digest', 'paused', 'snoozed'] as const
export type HoldCause = (typeof holdCauses)[number]

export interface Hold {
  readonly by: HoldCause
  readonly untilMs: number | null
}

/** One stretch in which an alert was true, from the first time it was seen to its resolution; persisted. */
export interface AlertOccurrence extends Alert {
  /** `alt_` and a ULID. */
  readonly occurrenceId: string
  readonly maxSeverity: Severity
  readonly firstSeenAtMs: number
  readonly lastSeenAtMs: number
  readonly resolvedAtMs: number | null
  /** Its source could not be read since then: it is kept as it was. Null while it can. */
  readonly staleSinceMs: number | null
  /** When the operator was told last, and how bad it was then. */
  readonly toldAtMs: number | null
  readonly toldSeverity: Severity | null
  readonly toldLevel: number | null
  /** Messages that told it last, on each channel; none when it went to the inbox. */
  readonly messageIds: readonly string[]
  readonly hold: Hold | null
  readonly acknowledgedAtMs: number | null
  readonly snoozedUntilMs: number | null
}

/** Critical first, then warning, then info; within, by id: the list does not reshuffle between two looks. */
export function byUrgency<T extends Pick<Alert, 'severity' | 'id'>>(a: T, b: T): number {
  return severities.indexOf(b.severity) - severities.indexOf(a.severity) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** How many of each severity; every one is named. */
export function countBySeverity(alerts: readonly Pick<Alert, 'severity'>[]): Record<Severity, number> {
  const counts = { critical: 0, warning: 0, info: 0 }
  for (const { severity } of alerts) counts[severity] += 1
  return counts
}

/**
 * Whether it waits for the operator: theirs to act on, not put aside, told by the alert or by a notice. That Kora is
 * paused is said by the pause itself, wherever it is shown: it is no second thing to act on.
 */
export function alertNeedsOperator(
  alert: Pick<
    AlertOccurrence,
    'category' | 'severity' | 'voice' | 'acknowledgedAtMs' | 'snoozedUntilMs' | 'resolvedAtMs'
  >,
  nowMs: number,
): boolean {
  const { category, severity, voice, acknowledgedAtMs, snoozedUntilMs, resolvedAtMs } = alert
  if (resolvedAtMs !== null || voice === 'incident' || severity === 'info') return false
  if (category === 'operational_state') return false
  return acknowledgedAtMs === null && (snoozedUntilMs ?? 0) <= nowMs
}
