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

/** What was said, or is to be said, in one place: later words about the same subject replace the earlier ones. */
export interface Spoken {
  /** The notification's tag, or its id. */
  readonly subject: string
  readonly severity: Severity | null
}

/** The most subjects that notifications of one minute may be about before they collapse. */
const mostSubjects = 5

/**
 * Whether what waits is told in one summary with all else of the last 60 s (cockpit specification, section 14): when
 * it is about more than five subjects altogether. Criticals count, but are never summarised.
 * @param waiting about to be shown; no criticals
 * @param recent shown in the last 60 s; `summarised` where the summary spoke
 */
export function collapses(
  waiting: readonly Spoken[],
  recent: readonly (Spoken & { readonly summarised: boolean })[],
): boolean {
  if (waiting.length === 0) return false
  const live = new Set(recent.flatMap((spoken) => (spoken.summarised ? [spoken.subject] : [])))
  // The summary spoke of it a moment ago: it is the summary that is brought up to date.
  if (waiting.some((spoken) => live.has(spoken.subject))) return true
  const all = [...recent, ...waiting]
  const subjects = new Set(all.map((spoken) => spoken.subject))
  const milder = new Set(all.flatMap((spoken) => (spoken.severity === 'critical' ? [] : [spoken.subject])))
  return subjects.size > mostSubjects && milder.size > 1
}
