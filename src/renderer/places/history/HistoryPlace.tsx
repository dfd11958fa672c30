import { useState } from 'react'
import type { HistoryFile, SavedFilter } from '../../../contract/history.ts'
import { navigate, useRoute } from '../../app/router.ts'
import { offlineReason, useClient, useCockpit } from '../../client/CockpitContext.ts'
import { explain } from '../../client/errors.ts'
import { useFetched, useReconnects } from '../../client/hooks.ts'
import { Button } from '../../components/Button.tsx'
import { formatAge } from '../../components/format.ts'
import { PlaceHeader } from '../../components/Layout.tsx'
import { Select } from '../../components/Select.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../components/States.tsx'
import { notify } from '../../components/toasts.ts'
import { HistoryPage } from './HistoryPage.tsx'
import styles from './HistoryPlace.module.css'
import { type HistoryView, readRecordId, readView, viewPath } from './historyView.ts'
import { OpenDialog } from './OpenDialog.tsx'
import type { Saved } from './SavedFilters.tsx'
import { usualSpan } from './span.ts'
import { useHistoryFiles } from './useHistoryFiles.ts'
import { fileName } from './words.ts'

/** What happened between A and B? */
export function HistoryPlace() {
  const { client, online } = useCockpit()
  const { rest, query } = useRoute()
  const view = useStable(readView(query))
  const [opening, setOpening] = useState(false)
  const files = useHistoryFiles(view.file)
  const saved = useSaved()
  const unavailable = online ? null : offlineReason

  const read = (file: string | null) => navigate(viewPath(inFile(view, file)), { quiet: true })
  const close = async (file: HistoryFile) => {
    try {
      await client.history.close({ file: file.id })
      read(null)
      files.reload()
    } catch (error) {
      notify({ title: `${fileName(file.path)} was not closed`, text: explain(error).message, failed: true })
    }
  }
  const sources = (
    <>
      {files.open.length > 0 ? (
        <Select
          label="Whose records"
          value={view.file ?? own}
          options={sourceOptions(files.open)}
          onChange={(file) => read(file === own ? null : file)}
        />
      ) : null}
      <Button unavailable={unavailable} onClick={() => setOpening(true)}>
        Open another history…
      </Button>
    </>
  )
  const { asked } = files
  return (
    <>
      {asked.kind === 'own' || asked.kind === 'file' ? (
        <HistoryPage
          key={view.file ?? own}
          view={view}
          recordId={readRecordId(rest[0])}
          file={asked.kind === 'file' ? asked.file : null}
          saved={saved}
          sources={sources}
          onCloseFile={(file) => void close(file)}
          onGone={files.reload}
        />
      ) : (
        <>
          <PlaceHeader title="History" actions={<div className={styles['actions']}>{sources}</div>} />
          <div className={styles['state']}>
            {asked.kind === 'unknown' ? <Skeleton lines={10} label="Loading the records" /> : null}
            {asked.kind === 'failed' ? (
              <ErrorState
                title="Which history files are open could not be read."
                problem={asked.problem}
                onRetry={files.reload}
              />
            ) : null}
            {asked.kind === 'gone' ? (
              <EmptyState action={<Button onClick={() => read(null)}>Show this machine’s records</Button>}>
                This history file is not open any more. Open it again to read on: nothing of the file itself is lost.
              </EmptyState>
            ) : null}
          </div>
        </>
      )}
      {opening ? (
        <OpenDialog
          onClose={() => setOpening(false)}
          onOpened={(file) => {
            setOpening(false)
            read(file.id)
          }}
        />
      ) : null}
    </>
  )
}

const own = 'own'

function sourceOptions(open: readonly HistoryFile[]) {
  const names = open.map(({ path }) => fileName(path))
  return [
    { value: own, label: 'This machine' },
    ...open.map((file, index) => {
      const name = names[index] ?? ''
      // The same file twice is told apart by when it was opened.
      const twice = names.filter((other) => other === name).length > 1
      return { value: file.id, label: twice ? `${name}, ${formatAge(file.openedAtMs, 0)}` : name }
    }),
  ]
}

/** The same narrowing on other records. A stretch between two times belongs to the records it was chosen on. */
function inFile(view: HistoryView, file: string | null): HistoryView {
  const bound = view.span.kind === 'between' && (view.span.fromMs !== null || view.span.toMs !== null)
  return { ...view, file, span: bound ? usualSpan : view.span }
}

/** The same object for as long as it says the same, so that nothing is read again for a record that is opened. */
function useStable(view: HistoryView): HistoryView {
  const [held, setHeld] = useState(view)
  if (viewPath(held) === viewPath(view)) return held
  setHeld(view)
  return view
}

/** The filters that were kept. A change made here holds until they are read again. */
function useSaved(): Saved {
  const client = useClient()
  const { state, reload } = useFetched(() => client.history.savedFilters(), 'saved', useReconnects())
  const read = state.kind === 'ready' ? state.data : null
  const [changed, setChanged] = useState<{ after: typeof read; list: readonly SavedFilter[] } | null>(null)
  return {
    list: changed?.after === read ? (changed?.list ?? []) : (read ?? []),
    problem: state.kind === 'failed' ? state.problem : null,
    keep: (list) => setChanged({ after: read, list }),
    reload,
  }
}
