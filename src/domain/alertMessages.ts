import { type AlertOccurrence, countBySeverity } from './alert.ts'
import { severityEmoji } from './messages.ts'
import { utcSeconds } from './time.ts'

/** 🔴, 🟡, and 🔵 for info and anything else (alerts specification, 5). */
export function alertEmoji(severity: string): string {
  if (severity === 'critical') return '🔴'
  return severity === 'warning' ? '🟡' : '🔵'
}

/**
 * How long ago, as alerts say it: `12s ago`, `5m ago`, `3h ago`, `2d ago`.
 * @param seenAt epoch ms or text; what is in the future or no time is given back as text, nothing is "unknown"
 */
export function alertAge(seenAt: number | string, nowMs: number): string {
  if (seenAt === '') return 'unknown'
  const atMs = typeof seenAt === 'number' ? seenAt : Date.parse(seenAt)
  if (typeof seenAt === 'number' && atMs > nowMs) return utcSeconds(atMs)
  if (Number.isNaN(atMs) || atMs > nowMs) return String(seenAt)
  const seconds = Math.floor((nowMs - atMs) / 1_000)
  if (seconds < 60) return `${seconds}s ago`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ago`
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h ago` : `${Math.floor(seconds / 86_400)}d ago`
}

type Told = Pick<AlertOccurrence, 'severity' | 'title' | 'detail' | 'sourcePanelRoute' | 'firstSeenAtMs'>

/** The body of a single alert, but its last line, which depends on when it is sent. */
export function alertBody({ severity, title, detail }: Told): string {
  return `${alertEmoji(severity)} ${severity.toUpperCase()} ${title}\n\n${detail}`
}

/** The last line: where to look, and since when. */
export function alertFoot({ sourcePanelRoute, firstSeenAtMs }: Told, nowMs: number): string {
  return `${sourcePanelRoute} · first seen ${alertAge(firstSeenAtMs, nowMs)}`
}

/** One message for many, criticals never among them. @param cockpitUrl null when there is none to give */
export function burstBody(alerts: readonly Told[], cockpitUrl: string | null): string {
  const counts = countBySeverity(alerts)
  const parts = Object.entries(counts).flatMap(([severity, n]) => (n > 0 ? [`${n} ${severity}`] : []))
  const lines = alerts.map(({ severity, title }) => `${alertEmoji(severity)} ${title}`)
  const head = `${alertEmoji('warning')} ${alerts.length} alerts at once: ${parts.join(', ')}`
  return [head, '', ...lines, ...(cockpitUrl === null ? [] : ['', cockpitUrl])].join('\n')
}

/** Warnings, then infos, each by id, with what is known of each. */
export function digestBody(
  alerts: readonly (Told & Pick<AlertOccurrence, 'id' | 'category'>)[],
  nowMs: number,
): string {
  return alerts
    .toSorted((a, b) => Number(b.severity === 'warning') - Number(a.severity === 'warning') || (a.id < b.id ? -1 : 1))
    .map(
      (alert) =>
        `${alertEmoji(alert.severity)} ${alert.title} (${alert.category}, first seen ${alertAge(alert.firstSeenAtMs, nowMs)}, ${alert.sourcePanelRoute})`,
    )
    .join('\n')
}

/** `3 alerts: 2 warnings, 1 info`. */
export function digestTitle(alerts: readonly Pick<AlertOccurrence, 'severity'>[]): string {
  const { warning, info } = countBySeverity(alerts)
  const many = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
  return `${many(alerts.length, 'alert')}: ${many(warning, 'warning')}, ${many(info, 'info')}`
}

export function resolvedBody({ title, firstSeenAtMs, resolvedAtMs }: AlertOccurrence): string {
  // A clock that was set back meanwhile may have it end before it began.
  const endMs = Math.max(firstSeenAtMs, resolvedAtMs ?? firstSeenAtMs)
  const lasted = alertAge(firstSeenAtMs, endMs).replace(' ago', '')
  return `✅ Over after ${lasted}: ${title}`
}

/** What a model found out about an alert (alerts specification, 6). */
export function findingBody(alert: Pick<AlertOccurrence, 'severity' | 'category'>, text: string): string {
  return `${severityEmoji(alert.severity)} ${alert.category}\n${text}`
}

/** What is said when nothing could be found out; nobody will try again. */
export function noFindingBody(alert: Pick<AlertOccurrence, 'severity' | 'category' | 'id'>, reason: string): string {
  return `${severityEmoji(alert.severity)} ${alert.category}\n${alert.id} could not be looked into: ${reason}. It is not tried again.`
}
