import type { OperationalView } from '../../contract/operational.ts'
import type { MaintenanceState } from '../../contract/state.ts'
import {
  type ClaimPermission,
  type DegradationReason,
  pausedByHand,
  type PrimaryState,
  type StateActor,
  type StopLevel,
} from '../../domain/operationalState.ts'
import { countOf, formatMoment } from './format.ts'
import type { Tone } from './status.ts'

export const primaryStates: Readonly<Record<PrimaryState, { readonly word: string; readonly tone: Tone }>> = {
  booting: { word: 'Starting', tone: 'unknown' },
  ready: { word: 'Ready', tone: 'well' },
  active: { word: 'Active', tone: 'well' },
  paused: { word: 'Paused', tone: 'paused' },
  stopped: { word: 'Stopped', tone: 'unknown' },
}

export const permissionWords: Readonly<Record<ClaimPermission, string>> = {
  none: 'nothing new is begun',
  critical_only: 'only criticals are begun',
  normal: 'everything may be begun',
}

export const reasonWords: Readonly<Record<DegradationReason, string>> = {
  auth: 'an account rejects its key',
  cost: 'the budget is used up',
  dispatch: 'work cannot be handed on',
  migration: 'data is being moved',
  operator: 'paused by hand',
  retry_ceiling: 'too many tries failed',
  substrate: 'a part it stands on does not answer',
  token_expiring: 'a token expires soon',
}

export const actorWords: Readonly<Record<StateActor, string>> = {
  daemon: 'by Kora',
  operator: 'by you',
  command_line: 'from the command line',
  agent: 'by an agent',
}

/** What each level of a pause does beyond beginning nothing new; the first does no more. */
export const levelWords: Readonly<Record<Exclude<StopLevel, 0>, string>> = {
  1: 'Nothing new is begun; what runs is finished.',
  2: 'What runs makes no further call.',
  3: 'What runs is aborted.',
}

/** Why Kora stands still: a person asked for it, or the budget alone. Null while it does not. */
export function pauseKind({
  primary,
  reasons,
}: Pick<OperationalView, 'primary' | 'reasons'>): 'person' | 'cost' | null {
  if (primary !== 'paused') return null
  return reasons.includes('cost') && !reasons.includes('operator') ? 'cost' : 'person'
}

/** "Paused until 14:00", "Paused until you resume". */
export function pausedText(untilMs: number | null, nowMs: number): string {
  return untilMs === null ? 'Paused until you resume' : `Paused until ${formatMoment(untilMs, nowMs)}`
}

export const stoppedByCost = 'Model calls are stopped: the budget is used up'

/** The strip over every place while a person's pause lasts: the fact, and what holds meanwhile. */
export function pauseStrip(state: OperationalView, nowMs: number): { fact: string; text: string } {
  const { actor, sinceMs, untilMs, trigger, permission, stopLevel, waiting, reasons } = state
  const until = untilMs === null ? 'until you resume' : `until ${formatMoment(untilMs, nowMs)}`
  const why = trigger === pausedByHand ? '' : `: ${trigger}`
  return {
    fact: `Paused ${actorWords[actor]}`,
    text: [
      `since ${formatMoment(sinceMs, nowMs)}, ${until}${why}.`,
      `Kora goes on watching; ${waitingWords(waiting)}.`,
      ...(permission === 'critical_only' ? ['Criticals still come through.'] : []),
      ...(stopLevel > 1 ? [levelWords[stopLevel === 2 ? 2 : 3]] : []),
      ...(reasons.includes('cost') ? [`${stoppedByCost}.`] : []),
    ].join(' '),
  }
}

/** "2 messages and 1 investigation wait", "nothing waits". */
export function waitingWords({ messages, investigations }: OperationalView['waiting']): string {
  const waiting = [
    ...(messages > 0 ? [countOf(messages, 'message')] : []),
    ...(investigations > 0 ? [countOf(investigations, 'investigation')] : []),
  ]
  if (waiting.length === 0) return 'nothing waits'
  return `${waiting.join(' and ')} ${messages + investigations === 1 ? 'waits' : 'wait'}`
}

/** More names than these are counted. */
const namedAtOnce = 3

/**
 * "Maintenance until 03:00: fly, supabase"; with windows that end at different times "Maintenance: fly until 03:00,
 * everything until 04:00". Null while none is in force.
 */
export function maintenanceText(
  { active }: MaintenanceState,
  titleOf: (probeId: string) => string,
  nowMs: number,
): string | null {
  const ends = [...new Set(active.map((window) => window.untilMs))].toSorted((a, b) => a - b)
  const [first] = ends
  if (first === undefined) return null
  const namesUntil = (untilMs: number) => {
    const ending = active.filter((window) => window.untilMs === untilMs)
    if (ending.some((window) => window.probeIds === null)) return 'everything'
    const names = [...new Set(ending.flatMap((window) => window.probeIds ?? []))].map(titleOf)
    const more = names.length - namedAtOnce
    return `${names.slice(0, namedAtOnce).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  }
  if (ends.length === 1) return `Maintenance until ${formatMoment(first, nowMs)}: ${namesUntil(first)}`
  return `Maintenance: ${ends.map((end) => `${namesUntil(end)} until ${formatMoment(end, nowMs)}`).join(', ')}`
}

/** When the maintenance that covers a service ends; null when none does. */
export function maintenanceUntil({ active }: MaintenanceState, probeId: string): number | null {
  const covering = active.filter(({ probeIds }) => probeIds === null || probeIds.includes(probeId))
  return covering.length === 0 ? null : Math.max(...covering.map((window) => window.untilMs))
}
