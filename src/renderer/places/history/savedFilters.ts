import type { SavedFilter } from '../../../contract/history.ts'

/** What pressing Save will do with a name. */
export type Saving =
  | { readonly kind: 'new' }
  /** Another filter has the name: it is replaced. */
  | { readonly kind: 'replace'; readonly saved: SavedFilter }
  /** The filter that is in use gets another name, and what is shown now. */
  | { readonly kind: 'rename'; readonly saved: SavedFilter }

/**
 * Where a filter goes that is saved under a name: over the one that has the name, over the one that is in use, or
 * beside all others.
 * @param inUse the saved filter that was applied last; null when none was
 */
export function savingAs(name: string, saved: readonly SavedFilter[], inUse: SavedFilter | null): Saving {
  const same = saved.find((one) => one.name.toLowerCase() === name.trim().toLowerCase())
  if (same) return { kind: 'replace', saved: same }
  return inUse === null ? { kind: 'new' } : { kind: 'rename', saved: inUse }
}

/** The verb on the button. */
export function savingVerb(saving: Saving): string {
  switch (saving.kind) {
    case 'new':
      return 'Save filter'
    case 'replace':
      return `Replace “${saving.saved.name}”`
    case 'rename':
      return `Rename “${saving.saved.name}”`
  }
}
