import { type RefObject, useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { routerStore } from './router.ts'

/** The opening that was answered last: drawing the same thing again must not take the focus a second time. */
let answered = 0

/** True once for each time a link led somewhere: whoever asks first moves the focus. */
export function claimOpening(opening: number): boolean {
  if (opening === answered) return false
  answered = opening
  return true
}

/**
 * For the heading of an inspector: it takes the focus when a link, Enter or a notification led here. Moving through
 * the list with j and k leaves the focus where it is.
 */
export function useOpenedFocus(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null)
  const openings = useStore(routerStore, (state) => state.openings)
  const named = useStore(routerStore, (state) => state.path.split('/').length > 2)
  useEffect(() => {
    if (named && claimOpening(openings)) heading.current?.focus({ preventScroll: true })
  }, [openings, named])
  return heading
}
