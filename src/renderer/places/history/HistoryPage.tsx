import { type ReactNode, useEffect, useRef } from 'react'
import type { HistoryFile } from '../../../contract/history.ts'
import { navigate } from '../../app/router.ts'
import { useShortcuts } from '../../app/shortcuts.ts'
import { useClient } from '../../client/CockpitContext.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import { ExportButtons } from '../../components/ExportButtons.tsx'
import { ListInspector, PlaceHeader } from '../../components/Layout.tsx'
import { DensityStrip } from './DensityStrip.tsx'
import { FilterBar } from './FilterBar.tsx'
import styles from './HistoryPlace.module.css'
import { historyFormats, historySource } from './historyExport.ts'
import { FileFacts, FileStrip, Freshness, Narrowing, Nothing } from './HistoryNotes.tsx'
import { filterOf, type HistoryView, isNarrowed, viewPath } from './historyView.ts'
import { useListKeys, useTakeAtTop } from './listHooks.ts'
import { RecordInspector } from './RecordInspector.tsx'
import { RecordList } from './RecordList.tsx'
import type { Saved } from './SavedFilters.tsx'
import { shiftSpan, type Span, widerSpan } from './span.ts'
import { type History, useHistory, useReading } from './useHistory.ts'
import { fileName, headline, totalWords } from './words.ts'

interface HistoryPageProps {
  view: HistoryView
  /** The record that is opened; null while none is. */
  recordId: number | null
  /** The opened file that is read; null for the daemon's own records. */
  file: HistoryFile | null
  saved: Saved
  /** Chooses whose records are read. */
  sources: ReactNode
  onCloseFile: (file: HistoryFile) => void
  /** The file turned out to be closed. */
  onGone: () => void
}

/** One timeline of everything, of one Kora. */
export function HistoryPage(props: HistoryPageProps) {
  const { view, recordId, file, saved, sources, onCloseFile, onGone } = props
  const client = useClient()
  const scroller = useRef<HTMLDivElement>(null)
  // Whoever reads a record, or further down, is not to have the list move under their eyes.
  const atTop = () => recordId === null && scroller.current !== null && scroller.current.scrollTop < 4
  const history = useHistory(view, file, atTop)
  const { plan, bounds, counted, reader, take } = history
  useTakeAtTop(scroller, atTop, recordId, reader, take)
  const listed = useReading(reader, ({ key }) => key)
  const problem = useReading(reader, (state) => state.problem?.code ?? null)
  const known = useReading(reader, ({ lines }) => {
    const line = recordId === null ? undefined : lines[reader.indexOf(recordId)]
    return line?.kind === 'record' ? line.item : null
  })
  const nowMs = file ? plan.endMs : daemonNowMs()
  const oldestMs = bounds?.oldestAtMs ?? null
  const change = (next: HistoryView) => navigate(viewPath(next, recordId), { replace: true, quiet: true })
  const goTo = (span: Span | null) => {
    if (span) navigate(viewPath({ ...view, span }, recordId), { quiet: true })
  }
  useListKeys(view, recordId, reader)
  useShortcuts([
    { keys: ['['], run: () => goTo(shiftSpan(view.span, plan, -1, nowMs, oldestMs)) },
    { keys: [']'], run: () => goTo(shiftSpan(view.span, plan, 1, nowMs, oldestMs)) },
  ])
  const gone = file !== null && problem === 'not_found'
  useEffect(() => {
    if (gone) onGone()
  }, [gone, onGone])

  const wider = widerSpan(view.span, plan, nowMs, oldestMs)
  const total = counted !== null && listed === history.key ? counted.density.total : null
  return (
    <>
      <div className={styles['top']}>
        <PlaceHeader
          title={titleOf(history, view, file, total)}
          sub={file ? <FileFacts file={file} /> : <Freshness history={history} />}
          actions={
            <div className={styles['actions']}>
              <ExportButtons
                source={historySource(client, filterOf(view, plan), plan.strip)}
                subject={history.key}
                name={file ? `kora-history-of-${fileName(file.path).replace(/\.db$/, '')}` : 'kora-history'}
                formats={historyFormats}
                one="record"
                unavailable={total === 0 ? 'There is no record to export' : null}
              />
              {sources}
            </div>
          }
        />
      </div>
      <div className={styles['body']}>
        {file ? <FileStrip file={file} onClose={onCloseFile} /> : <div />}
        <div className={styles['tools']} data-opened={recordId !== null}>
          <p className="visuallyHidden" role="status">
            {total !== null && isNarrowed(view) ? totalWords(total, true) : null}
          </p>
          <FilterBar view={view} plan={plan} bounds={bounds} saved={saved} onChange={change} />
          <DensityStrip
            density={counted?.density ?? null}
            problem={problem === history.countProblem?.code ? null : history.countProblem}
            onRetry={history.retry}
            caption={<Narrowing view={view} onChange={change} />}
            markAtMs={known?.atMs ?? null}
            onZoom={(span) => goTo({ kind: 'between', ...span })}
            onWider={wider === null ? null : () => goTo(wider)}
          />
        </div>
        <ListInspector
          table
          listLabel="Records"
          backLabel="All records"
          opened={recordId !== null}
          subject={String(recordId)}
          onBack={() => navigate(viewPath(view))}
          list={
            <RecordList
              history={history}
              view={view}
              total={total}
              selectedId={recordId}
              scroller={scroller}
              none={<Nothing history={history} view={view} onChange={change} />}
            />
          }
          inspector={
            recordId === null ? null : <RecordInspector key={recordId} id={recordId} known={known} file={view.file} />
          }
        />
      </div>
    </>
  )
}

function titleOf(
  { key, counted, plan, bounds }: History,
  view: HistoryView,
  file: HistoryFile | null,
  total: number | null,
): string {
  if (!file && bounds?.records === 0 && !total) return 'Nothing is recorded yet'
  // Until the records of another view are counted, the sentence is about those that were.
  const shown = counted && counted.key !== key ? counted.plan : plan
  return headline(
    {
      fromMs: shown.fromMs ?? shown.strip.fromMs,
      endMs: shown.endMs,
      live: shown.toMs === null,
      total: counted?.density.total ?? null,
      narrowed: counted?.narrowed ?? isNarrowed(view),
      fileName: file ? fileName(file.path) : null,
    },
    daemonNowMs(),
  )
}
