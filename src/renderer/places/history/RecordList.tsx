import { type ReactNode, type RefObject, useEffect, useMemo } from 'react'
import { navigate } from '../../app/router.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useSlow } from '../../client/hooks.ts'
import { Button } from '../../components/Button.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import { countOf, formatDay, formatExact } from '../../components/format.ts'
import { MoreRows } from '../../components/MoreRows.tsx'
import { ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { daemonNowMs } from '../../client/ticker.ts'
import { focusSoon } from './focusSoon.ts'
import { type HistoryView, viewPath } from './historyView.ts'
import styles from './RecordList.module.css'
import { recordColumns } from './recordColumns.tsx'
import { type Line, lineKey } from './recordLines.ts'
import type { ReaderState } from './recordReader.ts'
import { type History, useReading } from './useHistory.ts'

interface RecordListProps {
  history: History
  view: HistoryView
  /** How many there are; null while nobody knows. */
  total: number | null
  selectedId: number | null
  scroller: RefObject<HTMLDivElement | null>
  /** What stands in place of the list when it is empty. */
  none: ReactNode
}

/** The records of a view, newest first, a page more whenever the end is scrolled to. */
export function RecordList({ history, view, total, selectedId, scroller, none }: RecordListProps) {
  const { reader, key } = history
  const list = useReading(reader, (state) => state)
  const columns = useMemo(() => recordColumns((id) => viewPath(view, id)), [view])
  const listed = list.key === key
  const stale = useSlow(!listed && list.reading)

  // Another list begins at its top.
  useEffect(() => {
    scroller.current?.scrollTo(0, 0)
  }, [list.key, scroller])
  useEffect(() => {
    if (listed && selectedId !== null) void reader.reach(selectedId)
  }, [reader, listed, selectedId])

  return (
    <div className={styles['frame']}>
      <Fresh list={list} take={history.take} scroller={scroller} />
      <div className={styles['scroller']} ref={scroller} data-scroller="" aria-busy={stale || undefined}>
        {list.problem ? (
          <Trouble list={list} retry={history.retry} />
        ) : list.key === null ? (
          <div className={styles['pad']}>
            <Skeleton lines={10} label="Loading the records" />
          </div>
        ) : null}
        {listed && list.lines.length === 0 ? <div className={styles['alone']}>{none}</div> : null}
        {list.lines.length > 0 ? (
          <DataTable<Line>
            key={list.key}
            label="Records"
            columns={columns}
            rows={list.lines}
            rowKey={rowKey}
            heading={dayHeading}
            headingOf={dayAbove}
            total={list.end ? list.lines.length : -1}
            selectedKey={selectedId === null ? null : lineKey(selectedId)}
            onOpen={(line) => (line.kind === 'record' ? navigate(viewPath(view, line.item.id)) : undefined)}
            bare
            copyable
          />
        ) : null}
        {listed && list.lines.length > 0 ? (
          <div className={styles['pad']}>
            <MoreRows more={list.end ? null : () => void reader.more()} work={list.more} />
            {list.end ? <End list={list} total={total} /> : null}
          </div>
        ) : null}
      </div>
    </div>
  )
}

const rowKey = (line: Line) => line.key

function dayHeading(line: Line): ReactNode {
  return line.kind === 'day' ? <Day atMs={line.atMs} /> : null
}

function dayAbove(line: Line): ReactNode {
  return <Day atMs={line.kind === 'day' ? line.atMs : line.day.atMs} />
}

function Day({ atMs }: { atMs: number }) {
  const [weekday = ''] = formatExact(atMs).split(' ', 1)
  return `${weekday} ${formatDay(atMs, daemonNowMs())}`
}

/** What came while somebody reads further down: offered, and never pushed under their eyes. */
function Fresh({ list, take, scroller }: { list: ReaderState; take: () => void } & Pick<RecordListProps, 'scroller'>) {
  const words = list.manyFresh ? 'More than 100 new records' : countOf(list.fresh, 'new record')
  return (
    <div className={styles['fresh']} role="status">
      {list.fresh > 0 ? (
        <Button
          onClick={() => {
            take()
            scroller.current?.scrollTo(0, 0)
            const newest = list.lines.find((line) => line.kind === 'record')
            if (newest?.kind === 'record') focusSoon(newest.item.id)
          }}
        >
          {words}
        </Button>
      ) : null}
    </div>
  )
}

/** Why what was asked for is not there; what was read before stays under it. */
function Trouble({ list, retry }: { list: ReaderState; retry: () => void }) {
  const { online } = useCockpit()
  if (!list.problem) return null
  if (list.key === null) {
    return (
      <div className={styles['alone']}>
        <ErrorState title="The records could not be read." problem={list.problem} onRetry={retry} />
      </div>
    )
  }
  return (
    <div className={styles['trouble']}>
      <InlineProblem problem={list.problem} />
      <span className="dim small">What was read before is still shown.</span>
      <Button busy={list.reading} unavailable={online ? null : offlineReason} onClick={retry}>
        Try again
      </Button>
    </div>
  )
}

function End({ list, total }: { list: ReaderState; total: number | null }) {
  const last = list.lines.at(-1)
  if (last?.kind !== 'record') return null
  return (
    <p className={styles['end']}>
      {total === null ? 'These are all' : `All ${countOf(total, 'record')}`}, the first on {formatExact(last.item.atMs)}
      .
    </p>
  )
}
