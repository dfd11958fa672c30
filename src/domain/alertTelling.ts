import { type AlertCategory, type AlertOccurrence, byUrgency, type Hold } from './alert.ts'
import { compareSeverity, type Severity } from './severity.ts'

/** When a category was told last, and how bad it was. */
export interface CategoryStamp {
  readonly atMs: number
  readonly severity: Severity
  readonly level: number
}
export type Stamps = Readonly<Partial<Record<AlertCategory, CategoryStamp>>>

export interface TellingRules {
  readonly mode: 'immediate' | 'digest'
  readonly cooldownMs: number
  /** More than this many at once become one message. */
  readonly burstThreshold: number
}

interface TellingInput {
  readonly active: readonly AlertOccurrence[]
  readonly stamps: Stamps
  readonly rules: TellingRules
  readonly nowMs: number
  /** Why Kora may not tell of it now, whatever it is: a pause, planned work, quiet hours. */
  readonly heldBy: (occurrence: AlertOccurrence) => Hold | null
  /** When the next digest is due, epoch ms. */
  readonly digestAtMs: number
}

/** What is to be told now, what waits and for what. */
export interface Telling {
  /** One message each, most urgent first. */
  readonly single: readonly AlertOccurrence[]
  /** One message for all of these; empty or more than the threshold. */
  readonly burst: readonly AlertOccurrence[]
  /** Into the inbox, silently. */
  readonly inbox: readonly AlertOccurrence[]
  readonly held: readonly { readonly occurrence: AlertOccurrence; readonly hold: Hold }[]
  readonly stamps: Stamps
  /** When something that waits may be told; null when nothing waits for a time. */
  readonly nextMs: number | null
}

/** Whether it was never told, or is worse than it was when it was told. */
export function isNews(occurrence: AlertOccurrence): boolean {
  const { toldAtMs, toldSeverity, toldLevel, severity, level } = occurrence
  if (toldAtMs === null || toldSeverity === null) return true
  const worse = compareSeverity(severity, toldSeverity)
  return worse > 0 || (worse === 0 && level > (toldLevel ?? 0))
}

/**
 * Decides what is told (alerts specification, 5): a cooldown, a digest or a hold delays and never discards; criticals
 * pass cooldown, digest, quiet hours and bursts; within a category what is worse passes the cooldown.
 */
export function planTelling({ active, stamps, rules, nowMs, heldBy, digestAtMs }: TellingInput): Telling {
  const present = new Set(active.map(({ category }) => category))
  const live = Object.fromEntries(
    Object.entries(stamps).filter(([category]) => present.has(category as AlertCategory)),
  ) as Stamps
  const inbox: AlertOccurrence[] = []
  const ready: AlertOccurrence[] = []
  const held: { occurrence: AlertOccurrence; hold: Hold }[] = []
  for (const occurrence of active.filter(isTellable).toSorted(byUrgency)) {
    const hold = heldBy(occurrence) ?? throttled(occurrence, live, rules, nowMs, digestAtMs)
    if (hold !== null) held.push({ occurrence, hold })
    else if (occurrence.severity === 'info') inbox.push(occurrence)
    else ready.push(occurrence)
  }
  const criticals = ready.filter(({ severity }) => severity === 'critical')
  const milder = ready.filter(({ severity }) => severity !== 'critical')
  const asOne = milder.length > rules.burstThreshold
  const waits = held.flatMap(({ hold }) => (hold.untilMs === null ? [] : [hold.untilMs]))
  return {
    single: asOne ? criticals : [...criticals, ...milder],
    burst: asOne ? milder : [],
    inbox,
    held,
    stamps: stamped(live, ready, nowMs),
    nextMs: waits.length === 0 ? null : Math.min(...waits),
  }
}

function isTellable(occurrence: AlertOccurrence): boolean {
  return occurrence.voice === 'alert' && occurrence.acknowledgedAtMs === null && isNews(occurrence)
}

function throttled(
  { category, severity, level }: AlertOccurrence,
  stamps: Stamps,
  { mode, cooldownMs }: TellingRules,
  nowMs: number,
  digestAtMs: number,
): Hold | null {
  if (severity === 'critical') return null
  if (mode === 'digest') return { by: 'digest', untilMs: digestAtMs }
  // The inbox disturbs nobody.
  const stamp = severity === 'info' ? undefined : stamps[category]
  if (!stamp) return null
  const untilMs = stamp.atMs + cooldownMs
  const worse = compareSeverity(severity, stamp.severity) > 0 || level > stamp.level
  // A stamp of a clock that was set back since must not hold for longer than a cooldown.
  if (worse || untilMs <= nowMs || stamp.atMs > nowMs) return null
  return { by: 'cooldown', untilMs }
}

function stamped(stamps: Stamps, told: readonly AlertOccurrence[], nowMs: number): Stamps {
  const next: Partial<Record<AlertCategory, CategoryStamp>> = { ...stamps }
  for (const { category, severity, level } of told) {
    const before = next[category]
    const sameLook = before?.atMs === nowMs
    const worst = sameLook && compareSeverity(before.severity, severity) > 0 ? before.severity : severity
    next[category] = { atMs: nowMs, severity: worst, level: Math.max(level, sameLook ? before.level : 0) }
  }
  return next
}

/** The first moment after `nowMs` that lies a whole number of intervals behind the last digest. */
export function nextDigestAtMs(lastMs: number | null, intervalMs: number, nowMs: number): number {
  if (lastMs === null || lastMs > nowMs) return nowMs + intervalMs
  return lastMs + Math.max(1, Math.ceil((nowMs - lastMs) / intervalMs)) * intervalMs
}
