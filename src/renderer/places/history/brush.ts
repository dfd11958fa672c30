import type { Stretch } from './density.ts'

/** Where the keyboard or a pointer stands in the strip, and what it has marked so far. */
export interface Brush {
  /** The bar that was pointed at or walked to last; null while nobody did. */
  readonly at: number | null
  /** Where the marking began; null while nothing is marked. */
  readonly from: number | null
  /** The pointer is down. */
  readonly held: boolean
}

export const idleBrush: Brush = { at: null, from: null, held: false }

export type BrushEvent =
  | { readonly kind: 'press' | 'drag' | 'walkTo'; readonly at: number }
  /** `extend`: what lies between here and there is marked. */
  | { readonly kind: 'walk'; readonly by: number; readonly extend: boolean }
  | { readonly kind: 'release' | 'cancel' }

/** The brush after an event, in a strip of `count` bars. */
export function brushed(brush: Brush, event: BrushEvent, count: number): Brush {
  const inside = (at: number) => Math.min(count - 1, Math.max(0, at))
  switch (event.kind) {
    case 'press':
      return { at: inside(event.at), from: null, held: true }
    case 'drag': {
      const at = inside(event.at)
      if (!brush.held || (brush.from === null && at === brush.at)) return brush
      return { ...brush, at, from: brush.from ?? brush.at }
    }
    case 'release':
      return { ...brush, held: false }
    case 'walkTo':
      return { at: inside(event.at), from: null, held: false }
    case 'walk': {
      // The first step of anybody begins where the newest records are.
      const start = brush.at ?? count - 1
      const at = brush.at === null && !event.extend ? start : inside(start + event.by)
      return { at, from: event.extend ? (brush.from ?? start) : null, held: false }
    }
    case 'cancel':
      return idleBrush
  }
}

/** What is marked; null while it is nothing. */
export function marked({ at, from }: Brush): Stretch | null {
  return at === null || from === null ? null : { first: Math.min(at, from), last: Math.max(at, from) }
}

/** What zooming would show: what is marked, else the bar that was walked to. */
export function aimed(brush: Brush): Stretch | null {
  return marked(brush) ?? (brush.at === null ? null : { first: brush.at, last: brush.at })
}
