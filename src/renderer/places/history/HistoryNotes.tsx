import FolderOpen from 'lucide-react/icons/folder-open'
import X from 'lucide-react/icons/x'
import type { HistoryFile } from '../../../contract/history.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useMirror } from '../../client/mirror.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import { Button, ButtonLink } from '../../components/Button.tsx'
import { Age } from '../../components/Figures.tsx'
import { formatBytes } from '../../components/format.ts'
import { EmptyState } from '../../components/States.tsx'
import styles from './HistoryPlace.module.css'
import { chipsOf, type HistoryView, isNarrowed, widened } from './historyView.ts'
import { everything } from './span.ts'
import type { History } from './useHistory.ts'
import { fileName, indexingWords, spanWords } from './words.ts'

/** How new the newest record is, and whether everything can be found. */
export function Freshness({ history }: { history: History }) {
  const own = useMirror((mirror) => mirror.history)
  const indexing = indexingWords(history.bounds?.records ?? 0, own.waiting)
  return (
    <>
      {own.newestAtMs === null ? (
        'No record yet'
      ) : (
        <>
          Newest record <Age atMs={own.newestAtMs} as="ago" />
        </>
      )}
      {' · This machine’s own records, no network needed'}
      {indexing ? <span className={styles['indexing']}>{indexing}</span> : null}
    </>
  )
}

export function FileFacts({ file }: { file: HistoryFile }) {
  return (
    <>
      Opened <Age atMs={file.openedAtMs} as="ago" /> · {formatBytes(file.bytes)} · schema {file.schema}
    </>
  )
}

export function FileStrip({ file, onClose }: { file: HistoryFile; onClose: (file: HistoryFile) => void }) {
  const { online } = useCockpit()
  return (
    <div className={styles['file']} role="status">
      <FolderOpen size={15} strokeWidth={1.6} aria-hidden="true" />
      <span className={styles['fileWords']}>
        You are reading <strong title={file.path}>{fileName(file.path)}</strong>, a copy opened read-only. Newest record{' '}
        <Age atMs={file.newestAtMs} as="ago" none="none" />.
      </span>
      <Button unavailable={online ? null : offlineReason} onClick={() => onClose(file)}>
        Close file
      </Button>
    </div>
  )
}

export function Narrowing({ view, onChange }: { view: HistoryView; onChange: (view: HistoryView) => void }) {
  const chips = chipsOf(view)
  if (chips.length === 0) return 'Everything recorded'
  return (
    <>
      {chips.map(({ key, label, without }) => (
        <button
          key={key}
          type="button"
          className={styles['chip']}
          aria-label={`Remove ${label}`}
          title={label}
          onClick={() => onChange(without)}
        >
          <span>{label}</span>
          <X size={12} aria-hidden="true" />
        </button>
      ))}
      <Button look="quiet" className={styles['clear']} onClick={() => onChange(widened(view))}>
        Clear
      </Button>
    </>
  )
}

interface NothingProps {
  history: History
  view: HistoryView
  onChange: (view: HistoryView) => void
}

/** Why the list is empty, and the way out. */
export function Nothing({ history: { bounds, plan }, view, onChange }: NothingProps) {
  if (bounds?.records === 0 && bounds.waiting === 0) {
    return (
      <EmptyState action={<ButtonLink href="#/settings/probes">Watch a service</ButtonLink>}>
        What Kora sees, decides, sends and spends from now on is listed here.
      </EmptyState>
    )
  }
  const span = spanWords(plan.fromMs ?? plan.strip.fromMs, plan.endMs, daemonNowMs())
  if (isNarrowed(view)) {
    return (
      <EmptyState action={<Button onClick={() => onChange(widened(view))}>Clear the filter</Button>}>
        Nothing matches this filter from {span}.
      </EmptyState>
    )
  }
  return (
    <EmptyState action={<Button onClick={() => onChange({ ...view, span: everything })}>Show all there is</Button>}>
      Nothing was recorded from {span}.
    </EmptyState>
  )
}
