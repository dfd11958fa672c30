import { focusItem, isNarrow } from '../../app/shortcuts.ts'

/** Puts the focus on a record of the list, now where it is drawn already, and once the list has been drawn around it. */
export function focusSoon(id: number): void {
  if (!isNarrow()) focusItem(String(id))
  requestAnimationFrame(() => requestAnimationFrame(() => focusItem(String(id))))
}
