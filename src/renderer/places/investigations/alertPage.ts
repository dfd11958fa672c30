import type { AlertView } from '../../../contract/alerts.ts'
import { parseRoute } from '../../app/route.ts'
import { formatDuration, formatMoment, sentenceCase } from '../../components/format.ts'
import { failureWords } from './words.ts'

/** How an alert was looked into: "Finished in 3.1 s", "Skipped: Kora is paused", "Not yet". */
export function lookedWords(
  { investigation, voice }: Pick<AlertView, 'investigation' | 'voice'>,
  durationMs: number | null,
): string {
  if (voice === 'incident') return 'With its incident'
  if (investigation === null) return 'No'
  const failure = investigation.failure === null ? '' : `: ${failureWords(investigation.failure)}`
  switch (investigation.state) {
    case 'pending':
      return 'Not yet'
    case 'running':
      return 'Under way'
    case 'finished':
      return durationMs === null ? 'Yes' : `In ${formatDuration(durationMs)}`
    case 'failed':
      return `Failed${failure}`
    case 'skipped':
      return `Skipped${failure}`
  }
}

/** "Acknowledged 14:02", "Snoozed until 15:14". */
export function asideWords(
  { acknowledgedAtMs, snoozedUntilMs }: Pick<AlertView, 'acknowledgedAtMs' | 'snoozedUntilMs'>,
  nowMs: number,
): string {
  if (acknowledgedAtMs !== null) return `Acknowledged ${formatMoment(acknowledgedAtMs, nowMs)}`
  return `Snoozed until ${formatMoment(snoozedUntilMs ?? nowMs, nowMs)}`
}

/** What is pressed to see the cause: "Open System, schedules", "Open the incident". */
export function causeLabel(route: string): string {
  const { place, rest } = parseRoute(route)
  const [section] = rest
  if (section?.startsWith('inc_')) return 'Open the incident'
  const where = section ? `, ${section.replaceAll('-', ' ')}` : ''
  return `Open ${sentenceCase(place)}${where}`
}
