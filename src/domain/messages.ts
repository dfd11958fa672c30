import type { Incident } from './incident.ts'
import type { Severity } from './severity.ts'
import { formatDuration } from './time.ts'

/** 🚨, ⚠️, ℹ️, and 🔔 for anything else (probe specification 8.4). */
export function severityEmoji(severity: string): string {
  switch (severity) {
    case 'critical':
      return '🚨'
    case 'warning':
      return '⚠️'
    case 'info':
      return 'ℹ️'
    default:
      return '🔔'
  }
}

interface Told {
  readonly probe: string
  readonly severity: string
  readonly title: string
  readonly detail: string
}

function header(severity: string, probe: string): string {
  return `${severityEmoji(severity)} Probe alert · ${probe}`
}

/** A finding: the header and the model's text verbatim. */
export function happyMessage(told: { probe: string; severity: string }, engineText: string): string {
  return `${header(told.severity, told.probe)}\n${engineText}`
}

/** What is known without any investigation: the fallback format without its last line. */
export function alertMessage(told: Told): string {
  const title = told.title === '' ? '(no title)' : told.title
  const detail = told.detail === '' ? '(no detail)' : told.detail
  return `${header(told.severity, told.probe)}\n${told.probe} (${told.severity}): ${title}\n\n${detail}`
}

/** The last line of the fallback format. */
export function unableMessage(reason: string): string {
  return `I was unable to investigate — engine returned: ${reason}`
}

/** The whole fallback format of probe specification 8.4. */
export function fallbackMessage(told: Told, reason: string): string {
  return `${alertMessage(told)}\n\n${unableMessage(reason)}`
}

/**
 * Added to a message that goes out late, so that nobody takes it for news.
 * @param seenAgain whether a check of a moment ago found the same
 */
export function lateNote(seenAtMs: number, nowMs: number, seenAgain: boolean): string {
  const rest = seenAgain ? 'still so when checked again just now' : 'it could not be checked again yet'
  return `First seen ${formatDuration(nowMs - seenAtMs)} ago; ${rest}.`
}

export function recoveryMessage(incident: Incident, probeTitle: string): string {
  const end = incident.resolvedAtMs ?? incident.lastSeenAtMs
  return `✅ ${probeTitle} is well again after ${formatDuration(end - incident.firstSeenAtMs)}. It was: ${incident.title}`
}

/** One line for trouble that came and went before anybody could be told. */
export function lateRecoveryMessage(incident: Incident, probeTitle: string): string {
  const end = incident.resolvedAtMs ?? incident.lastSeenAtMs
  return `✅ ${probeTitle} had trouble for ${formatDuration(end - incident.firstSeenAtMs)} and is well again. It was: ${incident.title}`
}

export function reminderMessage(incident: Incident, probeTitle: string, nowMs: number): string {
  return `${severityEmoji(incident.severity)} Still open after ${formatDuration(nowMs - incident.firstSeenAtMs)} · ${probeTitle}\n${incident.title}`
}

/** One line for a group whose last member is well again. */
export function groupRecoveryMessage(members: readonly Incident[], title: (probeId: string) => string): string {
  const start = Math.min(...members.map((member) => member.firstSeenAtMs))
  const end = Math.max(...members.map((member) => member.resolvedAtMs ?? member.lastSeenAtMs))
  const names = members.map((member) => title(member.probeId)).join(', ')
  return `✅ ${members.length} services are well again after ${formatDuration(end - start)}: ${names}`
}

/** One message for several troubles that began together. */
export function groupMessage(members: readonly { title: string; severity: Severity; what: string }[]): string {
  const worst = members.some((member) => member.severity === 'critical') ? 'critical' : 'warning'
  const lines = members.map((member) => `• ${member.title} (${member.severity}): ${member.what}`)
  return `${severityEmoji(worst)} Probe alert · ${members.length} services at once\n${lines.join('\n')}`
}
