import { type MaintenanceSchedule, nextSpan, spanAt } from './maintenanceSchedule.ts'
import type { Span } from './localTime.ts'

/** Planned work: while it is in force Kora watches and records, but does not tell. */
export interface MaintenanceWindow {
  readonly id: string
  readonly title: string
  readonly enabled: boolean
  /** Probe ids, or everything: all services and what Kora says about itself. */
  readonly scope: { readonly kind: 'everything' } | { readonly kind: 'services'; readonly probeIds: readonly string[] }
  readonly schedule: MaintenanceSchedule
}

/** A window in force and the moment, epoch ms, at which its present occurrence ends. */
export interface InForce {
  readonly untilMs: number
  readonly window: MaintenanceWindow
}

/** Occurrences that go over into each other are followed this far; each costs some 50 µs. */
const mostFollowed = 64

/** Of the windows in force for one probe, the one that ends last; null when Kora may tell. */
export function maintenanceOf(windows: readonly MaintenanceWindow[], probeId: string, nowMs: number): InForce | null {
  return lastToEnd(
    windows.filter(({ scope }) => scope.kind === 'everything' || scope.probeIds.includes(probeId)),
    nowMs,
  )
}

/** Of the windows in force for what Kora says about itself, the one that ends last; null when it may tell. */
export function maintenanceOfEverything(windows: readonly MaintenanceWindow[], nowMs: number): InForce | null {
  return lastToEnd(
    windows.filter(({ scope }) => scope.kind === 'everything'),
    nowMs,
  )
}

function lastToEnd(windows: readonly MaintenanceWindow[], nowMs: number): InForce | null {
  let last: InForce | null = null
  for (const window of windows) {
    const span = window.enabled ? spanAt(window.schedule, nowMs) : null
    if (span && span.toMs > (last?.untilMs ?? nowMs)) last = { untilMs: span.toMs, window }
  }
  return last
}

/**
 * The next moment at which the set of windows in force changes, epoch ms after `nowMs`; null when it never does. An
 * occurrence that begins as or before the last one ends changes nothing. A window in force without a pause has no end:
 * it is followed for {@link mostFollowed} occurrences, and the moment reached is one at which to ask again.
 */
export function nextChangeMs(windows: readonly MaintenanceWindow[], nowMs: number): number | null {
  const changes = windows.flatMap(({ enabled, schedule }) => {
    if (!enabled) return []
    const span = spanAt(schedule, nowMs)
    const changeMs = span ? endOfRun(schedule, span) : nextSpan(schedule, nowMs)?.fromMs
    return changeMs === undefined ? [] : [changeMs]
  })
  return changes.length === 0 ? null : Math.min(...changes)
}

function endOfRun(schedule: MaintenanceSchedule, span: Span): number {
  let { toMs } = span
  for (let followed = 0; followed < mostFollowed; followed++) {
    const following = spanAt(schedule, toMs)
    if (!following) break
    toMs = following.toMs
  }
  return toMs
}
