import type { MessageKind } from './incident.ts'
import type { Severity } from './severity.ts'

/**
 * Whether quiet hours hold a native notification at this time of day (cockpit specification, section 14).
 * Criticals pass. `from` equal to `to` means the whole day.
 * @param minuteOfDay 0–1439 in the operator's zone
 * @returns minutes until quiet hours end, 0 when the message may go now
 */
export function quietForMinutes(
  quiet: { readonly enabled: boolean; readonly from: string; readonly to: string },
  severity: Severity | null,
  minuteOfDay: number,
): number {
  if (!quiet.enabled || severity === 'critical') return 0
  const from = minutes(quiet.from)
  const to = minutes(quiet.to)
  const inside = from < to ? minuteOfDay >= from && minuteOfDay < to : minuteOfDay >= from || minuteOfDay < to
  if (!inside) return 0
  return (to - minuteOfDay + 1440) % 1440 || 1440
}

function minutes(time: string): number {
  const [hour = '0', minute = '0'] = time.split(':')
  return Number(hour) * 60 + Number(minute)
}

/** One notification waiting to be shown. */
export interface Pending {
  readonly id: string
  readonly severity: Severity | null
  readonly kind: MessageKind
  readonly tag: string | null
  readonly title: string
}

/**
 * More than five notifications within a minute collapse into one summary; criticals stay individual.
 * @param shownInLastMinute how many were shown in the last 60 s
 * @returns the ids to show one by one, and those a summary speaks for: none, two or more, or a single one when five
 *   were already shown (the summary is then updated in place, so a trickle cannot outrun the limit)
 */
export function collapse(
  pending: readonly Pending[],
  shownInLastMinute: number,
): { readonly single: readonly string[]; readonly summarised: readonly string[] } {
  const criticals = pending.filter((item) => item.severity === 'critical')
  const others = pending.filter((item) => item.severity !== 'critical')
  const lone = others.length < 2 && shownInLastMinute < 5
  if (shownInLastMinute + pending.length <= 5 || lone) {
    return { single: pending.map((item) => item.id), summarised: [] }
  }
  return { single: criticals.map((item) => item.id), summarised: others.map((item) => item.id) }
}
