import { useLayoutEffect, useRef } from 'react'
import { isTypingTarget, matchesKeys } from './keys.ts'

export const isMac = /mac/i.test(globalThis.navigator?.platform ?? '')

export interface Shortcut {
  /** Combinations that run it, such as `['j', 'ArrowDown']`. */
  readonly keys: readonly string[]
  run: (event: KeyboardEvent) => void
}

type Layer = { readonly current: readonly Shortcut[] }
const layers: Layer[] = []

function isModalOpen(): boolean {
  return document.querySelector('[data-modal][data-open]') !== null
}

function dispatch(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const target = event.target instanceof HTMLElement ? event.target : null
  const single = !(event.ctrlKey || event.metaKey)
  if (single && isTypingTarget(target)) return
  if (isModalOpen()) return
  // Open menus and lists own their arrows and letters.
  if (single && target?.closest('[role="menu"],[role="listbox"],[role="combobox"]')) return
  for (const layer of layers.toReversed()) {
    for (const shortcut of layer.current) {
      if (!shortcut.keys.some((keys) => matchesKeys(keys, event, isMac))) continue
      event.preventDefault()
      shortcut.run(event)
      return
    }
  }
}

/** Listens for as long as the cockpit is drawn; later layers win over earlier ones. */
export function startShortcuts(): () => void {
  document.addEventListener('keydown', dispatch)
  return () => document.removeEventListener('keydown', dispatch)
}

/** Adds keys while the component is on screen. Never fires while a text field has the focus or a dialog is open. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const layer = useRef(shortcuts)
  useLayoutEffect(() => {
    layer.current = shortcuts
  })
  useLayoutEffect(() => {
    layers.push(layer)
    return () => {
      layers.splice(layers.indexOf(layer), 1)
    }
  }, [])
}

/** Puts the focus on the line of a list that stands for `id`, and brings it into sight. */
export function focusItem(id: string): void {
  const item = document.querySelector<HTMLElement>(`[data-list] [data-nav-item="${CSS.escape(id)}"]`)
  item?.focus({ preventScroll: true })
  item?.scrollIntoView({ block: 'nearest' })
}

/** Whether the window has room for a list or its inspector, and not for both. */
export function isNarrow(): boolean {
  return matchMedia('(max-width: 56.25em)').matches
}

/**
 * Moves focus among the elements marked `data-nav-item` inside a container, in the order they are drawn.
 * @returns the element that has the focus now, null when there is none
 */
export function moveFocus(container: HTMLElement | null, step: 1 | -1): HTMLElement | null {
  const items = [...(container?.querySelectorAll<HTMLElement>('[data-nav-item]') ?? [])]
  const current = document.activeElement?.closest<HTMLElement>('[data-nav-item]') ?? null
  const at = current ? items.indexOf(current) : -1
  const next = at === -1 ? items[step === 1 ? 0 : items.length - 1] : items[at + step]
  if (!next) return current
  next.focus({ preventScroll: true })
  next.scrollIntoView({ block: 'nearest' })
  return next
}
