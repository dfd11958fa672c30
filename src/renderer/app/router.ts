import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { isWithin, normalisePath, parseRoute, type Route } from './route.ts'
import type { ViewOrigin } from './viewTracker.ts'

/** Where an unsaved form wants to keep the operator, and where they wanted to go instead. */
type Pending = { readonly kind: 'path'; readonly path: string; readonly via: ViewOrigin } | { readonly kind: 'close' }

interface RouterState {
  readonly path: string
  /** Paths outside this scope ask first; null while nothing is unsaved. */
  readonly guardedScope: string | null
  readonly pending: Pending | null
  /** How the present path was reached. */
  readonly via: ViewOrigin
  /** Grows when a link (not j/k in a list) led here: the inspector's heading takes focus. */
  readonly openings: number
}

export const routerStore = createStore<RouterState>(() => ({
  path: normalisePath(globalThis.location?.hash ?? ''),
  guardedScope: null,
  pending: null,
  openings: 0,
  via: 'link',
}))

/** What navigates just now, unless the call says otherwise. */
let origin: ViewOrigin = 'link'

function leavesGuard(path: string): boolean {
  const { guardedScope } = routerStore.getState()
  return guardedScope !== null && !isWithin(path, guardedScope)
}

/**
 * Goes to a path such as `/investigations/inc_1`. With unsaved changes it only asks.
 * @param options.replace no new entry in the history: moving through a list, or mending an address
 * @param options.quiet focus stays where it is
 * @param options.via by default what {@link reachedBy} says, else a link
 */
export function navigate(path: string, options: { replace?: boolean; quiet?: boolean; via?: ViewOrigin } = {}): void {
  const next = normalisePath(path)
  const via = options.via ?? origin
  if (leavesGuard(next)) {
    routerStore.setState({ pending: { kind: 'path', path: next, via } })
    return
  }
  if (next !== routerStore.getState().path) {
    if (options.replace) history.replaceState(null, '', `#${next}`)
    else history.pushState(null, '', `#${next}`)
  }
  routerStore.setState((state) => ({
    path: next,
    openings: options.quiet ? state.openings : state.openings + 1,
    via,
  }))
}

/** Runs something that may navigate, and says how its place was reached. */
export function reachedBy(via: ViewOrigin, run: () => void): void {
  const before = origin
  origin = via
  try {
    run()
  } finally {
    origin = before
  }
}

/** Follows the address bar and the back button; ends with the returned function. */
export function startRouter(host: 'desktop' | 'headless'): () => void {
  const follow = () => {
    const next = normalisePath(location.hash)
    const { path } = routerStore.getState()
    if (next === path) return
    if (leavesGuard(next)) {
      history.pushState(null, '', `#${path}`)
      routerStore.setState({ pending: { kind: 'path', path: next, via: 'link' } })
      return
    }
    routerStore.setState((state) => ({ path: next, openings: state.openings + 1, via: 'link' }))
  }
  // Links go through `navigate`, so that an unsaved form is asked first and pressing the same link twice still leads there.
  const click = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return
    const link = event.target instanceof Element ? event.target.closest('a[href^="#/"]') : null
    const href = link?.getAttribute('href')
    if (!href) return
    event.preventDefault()
    navigate(href, { via: link?.closest('[data-places]') ? 'nav' : 'link' })
  }
  const beforeUnload = (event: BeforeUnloadEvent) => {
    if (routerStore.getState().guardedScope === null) return
    event.preventDefault()
    // A browser asks by itself; the desktop window would just stay open without a word.
    if (host === 'desktop') routerStore.setState({ pending: { kind: 'close' } })
  }
  routerStore.setState({ path: normalisePath(location.hash) })
  window.addEventListener('hashchange', follow)
  window.addEventListener('popstate', follow)
  document.addEventListener('click', click)
  window.addEventListener('beforeunload', beforeUnload)
  return () => {
    window.removeEventListener('hashchange', follow)
    window.removeEventListener('popstate', follow)
    document.removeEventListener('click', click)
    window.removeEventListener('beforeunload', beforeUnload)
  }
}

/** "Keep editing". */
export function stay(): void {
  routerStore.setState({ pending: null })
}

/** "Discard": what was asked for happens after all. */
export function discardAndGo(): void {
  const { pending } = routerStore.getState()
  routerStore.setState({ pending: null, guardedScope: null })
  if (pending?.kind === 'path') navigate(pending.path, { via: pending.via })
  if (pending?.kind === 'close') window.close()
}

/** Asks before anything outside `scope` is opened while `dirty`. */
export function useUnsavedGuard(dirty: boolean, scope: string): void {
  useEffect(() => {
    if (!dirty) return
    routerStore.setState({ guardedScope: scope })
    return () => routerStore.setState({ guardedScope: null })
  }, [dirty, scope])
}

/** What was unsaved is saved: leaving asks no more, even before the form is drawn again. */
export function releaseGuard(): void {
  routerStore.setState({ guardedScope: null })
}

function usePath(): string {
  return useStore(routerStore, (state) => state.path)
}

export function useRoute(): Route {
  const path = usePath()
  return useMemo(() => parseRoute(path), [path])
}
