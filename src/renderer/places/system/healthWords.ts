import type { DaemonInfo, ListenerRow } from '../../../contract/system.ts'
import { countListeners } from '../../../domain/heroes.ts'
import { countOf } from '../../components/format.ts'
import type { Tone } from '../../components/status.ts'

const words: Readonly<Record<DaemonInfo['health']['overall'], { readonly word: string; readonly tone: Tone }>> = {
  healthy: { word: 'Healthy', tone: 'well' },
  degraded: { word: 'Degraded', tone: 'attention' },
  unhealthy: { word: 'Unhealthy', tone: 'trouble' },
  unknown: { word: 'Unknown', tone: 'unknown' },
}

/** How the daemon is, and what makes it so: listeners that are down, errors that count. */
export function healthLine({ health, listeners }: Pick<DaemonInfo, 'health' | 'listeners'>): {
  tone: Tone
  word: string
  text: string
} {
  const counted = countListeners(listeners.map(({ state }) => state))
  const down = counted.listeners - counted.listenersUp
  const text = [
    ...(down > 0 ? [`${down} of ${countOf(counted.listeners, 'listener')} not up`] : []),
    ...(health.recentErrors > 0 ? [`${countOf(health.recentErrors, 'error')} in 5 min that count`] : []),
    ...(health.overall === 'unknown' ? ['no listener has reported yet'] : []),
  ]
  return { ...words[health.overall], text: text.join(', ') }
}

/** Errors by kind, most first; what did not happen is not there. */
export function errorKinds(breakdown: DaemonInfo['health']['breakdown']): readonly { kind: string; count: number }[] {
  return Object.entries(breakdown)
    .flatMap(([kind, count]) => (count > 0 ? [{ kind, count }] : []))
    .toSorted((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1))
}

export interface ListenerNote {
  readonly name: string
  readonly kind: 'note' | 'error'
  readonly text: string
}

/** What the table has no room for: what a listener says of itself, and its last error while errors go on. */
export function listenerNotes(listeners: readonly ListenerRow[]): readonly ListenerNote[] {
  return listeners.flatMap(({ name, note, lastError, consecutiveErrors }): ListenerNote[] => {
    const count = consecutiveErrors > 1 ? `${consecutiveErrors} errors in a row, the last: ` : 'last error: '
    return [
      ...(lastError !== null && consecutiveErrors > 0
        ? [{ name, kind: 'error' as const, text: `${count}${lastError}` }]
        : []),
      ...(note === null ? [] : [{ name, kind: 'note' as const, text: note }]),
    ]
  })
}
