import { useCallback, useState } from 'react'
import type { HistoryFile } from '../../../contract/history.ts'
import { useClient } from '../../client/CockpitContext.ts'
import type { Problem } from '../../client/errors.ts'
import { useFetched, useReconnects } from '../../client/hooks.ts'

export interface HistoryFiles {
  /** Open beside the daemon's own records. */
  readonly open: readonly HistoryFile[]
  /** What the link asks for: `own` stands for the daemon's records. */
  readonly asked:
    | { readonly kind: 'own' | 'unknown' | 'gone' }
    | { readonly kind: 'failed'; readonly problem: Problem }
    | { readonly kind: 'file'; readonly file: HistoryFile }
  reload: () => void
}

/** The history files that are open. @param id the one a link asks for; null for none */
export function useHistoryFiles(id: string | null): HistoryFiles {
  const client = useClient()
  const reconnects = useReconnects()
  const [changes, setChanges] = useState(0)
  const { state } = useFetched(
    async () => ({ files: await client.history.files(), asked: id }),
    'files',
    `${changes} ${reconnects} ${id}`,
  )
  const open = state.kind === 'ready' ? state.data.files : []
  return { open, asked: askedFile(id), reload: useCallback(() => setChanges((count) => count + 1), []) }

  function askedFile(wanted: string | null): HistoryFiles['asked'] {
    if (wanted === null) return { kind: 'own' }
    const file = open.find((one) => one.id === wanted)
    if (file) return { kind: 'file', file }
    if (state.kind === 'failed') return { kind: 'failed', problem: state.problem }
    // An answer from before the file was asked for says nothing about it.
    return { kind: state.kind === 'ready' && state.data.asked === wanted ? 'gone' : 'unknown' }
  }
}
