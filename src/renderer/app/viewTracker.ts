import type { ViewRecord } from '../../contract/views.ts'

export type ViewOrigin = ViewRecord['via']
export type Visit = Omit<ViewRecord, 'windowId'>

/** A window hidden this long was put away for good: the visit ended when it was hidden. */
export const putAwayMs = 30 * 60_000

/** Where the operator is, since when, how they came there, and since when the window is hidden. */
export interface Tracking {
  readonly view: string
  readonly enteredAtMs: number
  readonly via: ViewOrigin
  /** Null while the window is in sight. */
  readonly hiddenAtMs: number | null
  /** The visit was told already: the window was put away for good, or is about to close. */
  readonly told: boolean
}

export type TrackingEvent =
  | { readonly kind: 'moved'; readonly view: string; readonly via: ViewOrigin }
  | { readonly kind: 'hidden' }
  | { readonly kind: 'shown' }
  /** Looks whether a hidden window was put away for good. */
  | { readonly kind: 'looked' }
  /** The page ends. */
  | { readonly kind: 'closed' }

export function enter(view: string, via: ViewOrigin, nowMs: number): Tracking {
  return { view, enteredAtMs: nowMs, via, hiddenAtMs: null, told: false }
}

/**
 * One step: where the operator is now, and the visit that ended with it, if one did. Moving inside a place, drawing it
 * again and looking elsewhere for a while end nothing.
 */
export function track(state: Tracking, event: TrackingEvent, nowMs: number): { state: Tracking; ended: Visit | null } {
  switch (event.kind) {
    case 'moved':
      if (event.view === state.view) return { state, ended: null }
      return { state: enter(event.view, event.via, nowMs), ended: endOf(state, nowMs) }
    case 'hidden':
      return { state: state.hiddenAtMs === null ? { ...state, hiddenAtMs: nowMs } : state, ended: null }
    case 'shown':
      // Back after it was put away: a visit of its own, reached as the one before.
      if (state.told) return { state: enter(state.view, state.via, nowMs), ended: null }
      return { state: { ...state, hiddenAtMs: null }, ended: null }
    case 'looked':
      if (state.hiddenAtMs === null || nowMs - state.hiddenAtMs < putAwayMs) return { state, ended: null }
      return { state: { ...state, told: true }, ended: endOf(state, nowMs) }
    case 'closed':
      return { state: { ...state, told: true }, ended: endOf(state, nowMs) }
  }
}

/** A visit ends when the place is left, or earlier when the window was hidden before. */
function endOf({ view, enteredAtMs, via, hiddenAtMs, told }: Tracking, nowMs: number): Visit | null {
  return told ? null : { view, enteredAtMs, leftAtMs: Math.max(enteredAtMs, hiddenAtMs ?? nowMs), via }
}

const windowKey = 'kora_window_id'

/** What keeps a text for as long as the tab is open. */
type TabStorage = Pick<Storage, 'getItem' | 'setItem'>

/**
 * The id of this tab, the same over reloads; one of its own each time where the browser keeps nothing.
 * @param storage throws when it is blocked
 */
export function windowIdOf(storage: () => TabStorage, random: () => string): string {
  try {
    const kept = storage().getItem(windowKey)
    if (kept !== null && kept !== '') return kept.slice(0, 64)
    const made = random()
    storage().setItem(windowKey, made)
    return made
  } catch {
    // Blocked: one that lasts as long as the page, which its caller keeps.
    return random()
  }
}
