import { type Alert, type AlertOccurrence, byUrgency } from './alert.ts'
import { groupOf, type RuleResult } from './alertRules.ts'
import { compareSeverity } from './severity.ts'

/** What one look changed, by occurrence as it is now. */
export interface Reconciled {
  /** Everything that is active, most urgent first. */
  readonly active: readonly AlertOccurrence[]
  readonly raised: readonly AlertOccurrence[]
  readonly resolved: readonly AlertOccurrence[]
  /** Raised or resolved, got better or worse, lost or found its source, or says something else. */
  readonly changed: readonly AlertOccurrence[]
}

/**
 * Brings the active occurrences in line with what the rules say. What a rule cannot tell stays as it was, marked stale:
 * a source that cannot be read is neither a resolution nor, when it comes back, news.
 */
export function reconcileAlerts(
  before: readonly AlertOccurrence[],
  results: readonly RuleResult[],
  nowMs: number,
  newId: () => string,
): Reconciled {
  const unknown = new Set(results.flatMap((result) => (result.kind === 'unknown' ? [result.group] : [])))
  const alerts = results.flatMap((result) => (result.kind === 'known' ? result.alerts : []))
  const found = new Map(alerts.map((alert) => [alert.id, alert]))
  const kept = before.map((occurrence) => {
    const alert = found.get(occurrence.id)
    if (alert) return seenAgain(occurrence, alert, nowMs)
    const group = groupOf(occurrence)
    if (group !== null && unknown.has(group)) return { ...occurrence, staleSinceMs: occurrence.staleSinceMs ?? nowMs }
    return { ...occurrence, resolvedAtMs: nowMs }
  })
  const known = new Map(before.map((occurrence) => [occurrence.id, occurrence]))
  const fresh = [...found.values()].filter(({ id }) => !known.has(id)).map((alert) => opened(alert, nowMs, newId()))
  const resolved = kept.filter(({ resolvedAtMs }) => resolvedAtMs !== null)
  const open = [...kept.filter(({ resolvedAtMs }) => resolvedAtMs === null), ...fresh]
  const active = inherit(open, resolved).toSorted(byUrgency)
  return {
    active,
    raised: active.filter(({ id }) => !known.has(id)),
    resolved,
    changed: [...active, ...resolved].filter((after) => differs(known.get(after.id), after)),
  }
}

function opened(alert: Alert, nowMs: number, occurrenceId: string): AlertOccurrence {
  return {
    ...alert,
    occurrenceId,
    maxSeverity: alert.severity,
    firstSeenAtMs: nowMs,
    lastSeenAtMs: nowMs,
    resolvedAtMs: null,
    staleSinceMs: null,
    toldAtMs: null,
    toldSeverity: null,
    toldLevel: null,
    messageIds: [],
    hold: null,
    acknowledgedAtMs: null,
    snoozedUntilMs: null,
  }
}

function seenAgain(occurrence: AlertOccurrence, alert: Alert, nowMs: number): AlertOccurrence {
  const worse = compareSeverity(alert.severity, occurrence.maxSeverity) > 0
  return {
    ...occurrence,
    ...alert,
    maxSeverity: worse ? alert.severity : occurrence.maxSeverity,
    lastSeenAtMs: nowMs,
    staleSinceMs: null,
    // Somebody saw it when it was milder.
    acknowledgedAtMs: worse ? null : occurrence.acknowledgedAtMs,
    snoozedUntilMs: worse ? null : occurrence.snoozedUntilMs,
  }
}

/** Whether a look changed anything but when it was last seen. */
function differs(before: AlertOccurrence | undefined, after: AlertOccurrence): boolean {
  if (before === undefined) return true
  const { severity, title, detail, route, voice, staleSinceMs, resolvedAtMs } = before
  return (
    severity !== after.severity ||
    title !== after.title ||
    detail !== after.detail ||
    route !== after.route ||
    voice !== after.voice ||
    staleSinceMs !== after.staleSinceMs ||
    resolvedAtMs !== after.resolvedAtMs
  )
}

/**
 * Steps of one ladder follow each other: whoever was told of a higher one need not be told of the lower one that it
 * gave way to.
 */
function inherit(active: readonly AlertOccurrence[], resolved: readonly AlertOccurrence[]): AlertOccurrence[] {
  return active.map((occurrence) => {
    if (occurrence.level === 0 || occurrence.toldAtMs !== null) return occurrence
    const above = resolved.find(
      (one) => one.category === occurrence.category && one.level > occurrence.level && one.toldAtMs !== null,
    )
    if (!above) return occurrence
    const { toldAtMs, toldSeverity, toldLevel, messageIds } = above
    return { ...occurrence, toldAtMs, toldSeverity, toldLevel, messageIds }
  })
}

/** Whether a resolved occurrence gave way to a worse step of its ladder: then that is the news. */
export function gaveWay(resolved: AlertOccurrence, active: readonly AlertOccurrence[]): boolean {
  if (resolved.level === 0) return false
  return active.some((one) => one.category === resolved.category && one.level > resolved.level)
}
