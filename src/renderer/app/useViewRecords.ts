import { useCallback, useEffect, useRef, useState } from 'react'
import { useCockpit } from '../client/CockpitContext.ts'
import { useNewest } from '../client/hooks.ts'
import { daemonNowMs } from '../client/ticker.ts'
import { routerStore } from './router.ts'
import { enter, putAwayMs, track, type Tracking, type TrackingEvent, windowIdOf } from './viewTracker.ts'

/** Random enough to tell tabs apart, also where the page is no secure context. */
function randomId(): string {
  return globalThis.crypto?.randomUUID?.() ?? `w${Math.random().toString(36).slice(2)}`
}

/**
 * Tells the daemon of each visit of a top-level place once it ends. Nothing the operator does depends on it: a visit
 * that cannot be told is forgotten.
 * @param place id of the place that is shown
 */
export function useViewRecords(place: string): void {
  const newest = useNewest(useCockpit().client)
  const [windowId] = useState(() => windowIdOf(() => sessionStorage, randomId))
  const tracking = useRef<Tracking | null>(null)

  const step = useCallback(
    (event: TrackingEvent) => {
      const nowMs = daemonNowMs()
      if (tracking.current === null) {
        if (event.kind === 'moved') tracking.current = enter(event.view, event.via, nowMs)
        return
      }
      const { state, ended } = track(tracking.current, event, nowMs)
      tracking.current = state
      if (ended) newest.current.views.record({ ...ended, windowId }).catch(() => undefined)
    },
    [newest, windowId],
  )

  useEffect(() => step({ kind: 'moved', view: place, via: routerStore.getState().via }), [step, place])

  useEffect(() => {
    const visibility = () => step({ kind: document.visibilityState === 'hidden' ? 'hidden' : 'shown' })
    const shown = () => step({ kind: 'shown' })
    const closed = () => step({ kind: 'closed' })
    const timer = setInterval(() => step({ kind: 'looked' }), putAwayMs / 10)
    document.addEventListener('visibilitychange', visibility)
    window.addEventListener('pageshow', shown)
    window.addEventListener('pagehide', closed)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', visibility)
      window.removeEventListener('pageshow', shown)
      window.removeEventListener('pagehide', closed)
    }
  }, [step])
}
