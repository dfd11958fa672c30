/** The parts of a KeyboardEvent that decide whether it is a shortcut. */
export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/**
 * Whether a press is the combination, such as `Mod+K`, `Mod+,`, `j`, `?`, `Escape`. Mod is ⌘ on a Mac and Ctrl
 * elsewhere; Shift counts only for letters, since "?" already needs it.
 */
export function matchesKeys(combination: string, press: KeyPress, isMac: boolean): boolean {
  const mod = combination.startsWith('Mod+')
  const key = mod ? combination.slice('Mod+'.length) : combination
  const held = isMac ? press.metaKey : press.ctrlKey
  const other = isMac ? press.ctrlKey : press.metaKey
  if (press.altKey || other || held !== mod) return false
  if (press.key.toLowerCase() !== key.toLowerCase()) return false
  return !(press.shiftKey && /^[a-z]$/i.test(key))
}

/** `Mod+K` as people know it: "⌘K" or "Ctrl+K". */
export function keysLabel(combination: string, isMac: boolean): string {
  const label = combination
    .replace('Escape', 'Esc')
    .replace('ArrowDown', '↓')
    .replace('ArrowUp', '↑')
    .replace(/(^|\+)([a-z])$/, (end) => end.toUpperCase())
  return isMac ? label.replace('Mod+', '⌘') : label.replace('Mod+', 'Ctrl+')
}

/** Elements that take typed text: single keys belong to them. */
export function isTypingTarget(
  target: { tagName?: string; type?: string; isContentEditable?: boolean } | null,
): boolean {
  if (!target) return false
  if (target.isContentEditable) return true
  const tag = target.tagName?.toLowerCase()
  if (tag === 'textarea' || tag === 'select') return true
  return tag === 'input' && !['checkbox', 'radio', 'button', 'submit'].includes(target.type ?? 'text')
}
