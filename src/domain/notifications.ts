import { localSpanAt } from './localTime.ts'
import type { Severity } from './severity.ts'

const everyDay = [0, 1, 2, 3, 4, 5, 6]

/**
 * Until when quiet hours hold a native notification (cockpit specification, section 14); null when it may go now.
 * Criticals pass. `from` equal to `to` means the whole day: the moment is the next `to`, at which to ask again.
 * @param timeZone IANA name of the operator's zone; its clock changes are kept to as {@link localSpanAt} does
 */
export function quietUntilMs(
  quiet: { readonly enabled: boolean; readonly from: string; readonly to: string },
  severity: Severity | null,
  nowMs: number,
  timeZone: string,
): number | null {
  if (!quiet.enabled || severity === 'critical') return null
  return localSpanAt({ days: everyDay, from: quiet.from, to: quiet.to, timeZone }, nowMs)?.toMs ?? null
}

/** After this many failed attempts a message counts as not delivered, although it is tried again. */
export const mostSilentAttempts = 3

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
