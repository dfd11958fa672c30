import { useSyncExternalStore } from 'react'
import { mirrorStore } from './mirror.ts'

/** One timer for every age on the screen; it stands still while nothing shows one. */
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | null = null
let tickedAtMs = 0

function tick(): void {
  tickedAtMs = Date.now()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    tickedAtMs = Date.now()
    timer = setInterval(tick, 1_000)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0 && timer) clearInterval(timer)
  }
}

/** The daemon's clock, exact; for actions and one-off reads. */
export function daemonNowMs(): number {
  return Date.now() + (mirrorStore.getState().mirror?.offsetMs ?? 0)
}

/** The daemon's clock as of the last tick, or as of the newest message when that is younger. */
function displayedNowMs(): number {
  const { mirror } = mirrorStore.getState()
  return Math.max(tickedAtMs, mirror?.heardAtMs ?? 0) + (mirror?.offsetMs ?? 0)
}

/**
 * A value computed from the daemon's clock, looked at again each second. The component is drawn again only when the
 * value changes, so `select` must return something that compares by value (a text, a number, a boolean).
 */
export function useTick<T extends string | number | boolean | null>(select: (nowMs: number) => T): T {
  return useSyncExternalStore(subscribe, () => select(displayedNowMs()))
}

/** Now, to the given precision: for lists that sort or filter by time and need not do so each second. */
export function useNow(precisionMs = 15_000): number {
  return useTick((nowMs) => Math.floor(nowMs / precisionMs) * precisionMs)
}
