import type { AlertView } from '../../contract/alerts.ts'
import type { AlertCategory, HoldCause } from '../../domain/alert.ts'
import { formatClockSeconds, formatMoment } from './format.ts'
import { severityTone, type Tone } from './status.ts'

const places: Readonly<Record<AlertView['toldVia'][number], string>> = {
  slack: 'on Slack',
  native: 'by notification',
  inbox: 'in the inbox',
}

const holds: Readonly<Record<HoldCause, string>> = {
  cooldown: 'cooldown',
  quiet_hours: 'quiet hours',
  maintenance: 'maintenance',
  digest: 'daily digest',
  paused: 'Kora is paused',
  snoozed: 'snoozed',
}

export const categoryWords: Readonly<Record<AlertCategory, string>> = {
  cost_ladder: 'budget',
  operational_state: 'operation',
  webhook_dead_letter: 'webhooks',
  agent_capability_denied: 'tools denied',
  reasoning_halted: 'reasoning',
  service_unhealthy: 'service',
  listener_down: 'listener',
  task_failing: 'schedule',
  snapshot_stale: 'snapshot',
  watching: 'watching',
  delivery_failing: 'delivery',
  daemon_problem: 'daemon',
  test_alert: 'test',
}

/** "told you 14:02:31 on Slack and by notification", "held: cooldown until 14:20", "not delivered", "you were not told yet". */
export function toldWords(
  alert: Pick<AlertView, 'toldVia' | 'toldAtMs' | 'hold' | 'notDelivered' | 'resolvedAtMs'>,
  nowMs: number,
): string {
  if (alert.notDelivered) return 'not delivered'
  if (alert.hold && alert.resolvedAtMs === null) return heldWords(alert.hold, nowMs)
  if (alert.toldAtMs === null || alert.toldVia.length === 0) {
    return alert.resolvedAtMs === null ? 'you were not told yet' : 'you were not told'
  }
  return `told you ${formatClockSeconds(alert.toldAtMs)} ${alert.toldVia.map((via) => places[via]).join(' and ')}`
}

function heldWords({ by, untilMs }: NonNullable<AlertView['hold']>, nowMs: number): string {
  return `held: ${holds[by]}${untilMs === null ? '' : ` until ${formatMoment(untilMs, nowMs)}`}`
}

/** "source unreadable since 13:03"; null while it can be read. */
export function staleWords({ staleSinceMs }: Pick<AlertView, 'staleSinceMs'>, nowMs: number): string | null {
  return staleSinceMs === null ? null : `source unreadable since ${formatMoment(staleSinceMs, nowMs)}`
}

/** Whether the operator put it aside: seen, or for later. */
export function isAside(
  alert: Pick<AlertView, 'acknowledgedAtMs' | 'snoozedUntilMs' | 'resolvedAtMs'>,
  nowMs: number,
): boolean {
  return alert.resolvedAtMs === null && (alert.acknowledgedAtMs !== null || (alert.snoozedUntilMs ?? 0) > nowMs)
}

export function alertTone(
  alert: Pick<AlertView, 'severity' | 'acknowledgedAtMs' | 'snoozedUntilMs' | 'resolvedAtMs'>,
  nowMs: number,
): Tone {
  if (alert.resolvedAtMs !== null) return 'well'
  return isAside(alert, nowMs) ? 'paused' : severityTone(alert.severity)
}
