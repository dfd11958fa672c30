import { useState } from 'react'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useFetched, useWork } from '../../client/hooks.ts'
import type { CockpitClient } from '../../client/types.ts'
import { Button } from '../../components/Button.tsx'
import { type Column, DataTable } from '../../components/DataTable.tsx'
import { ConfirmDialog } from '../../components/Dialog.tsx'
import { Age, Count } from '../../components/Figures.tsx'
import { countOf, formatDay, formatDuration, formatExact, sentenceCase } from '../../components/format.ts'
import { EmptyState, ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { notify } from '../../components/toasts.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import styles from './Settings.module.css'

type Usage = Awaited<ReturnType<CockpitClient['views']['usage']>>
type Place = Usage['places'][number]

const columns: readonly Column<Place>[] = [
  {
    key: 'place',
    header: 'Place',
    cell: (row) => sentenceCase(row.view),
    text: (row) => sentenceCase(row.view),
    sort: (row) => row.view,
  },
  {
    key: 'visits',
    header: 'Visits',
    width: '6rem',
    align: 'right',
    cell: (row) => <Count value={row.visits} />,
    text: (row) => String(row.visits),
    sort: (row) => row.visits,
  },
  {
    key: 'dwell',
    header: 'Time spent',
    width: '8rem',
    align: 'right',
    cell: (row) => <span className="num">{formatDuration(row.dwellMs)}</span>,
    text: (row) => formatDuration(row.dwellMs),
    sort: (row) => row.dwellMs,
  },
  {
    key: 'last',
    header: 'Last',
    width: '7rem',
    align: 'right',
    cell: (row) => <Age atMs={row.lastAtMs} />,
    text: (row) => formatExact(row.lastAtMs),
    sort: (row) => row.lastAtMs,
  },
]

/** Which places are opened, and for how long: kept here, never sent, and erased with a press. */
export function ViewRecords() {
  const { client, online } = useCockpit()
  const [version, setVersion] = useState(0)
  const { state, reload } = useFetched(() => client.views.usage(), 'views', version)
  return (
    <section className={styles['views']} aria-label="View records">
      <h3 className={styles['apartTitle']}>View records</h3>
      <p className={styles['apartText']}>
        Kora keeps which places of the cockpit you open and how long you stay, to tell which of them earn their keep.
        The records stay on this machine for 90 days and are never sent anywhere.
      </p>
      {state.kind === 'loading' ? <Skeleton lines={3} label="Loading view records" /> : null}
      {state.kind === 'failed' ? (
        <ErrorState title="The view records could not be read" problem={state.problem} onRetry={reload} />
      ) : null}
      {state.kind === 'ready' ? (
        <Kept usage={state.data} unavailable={online ? null : offlineReason} onErased={() => setVersion(version + 1)} />
      ) : null}
    </section>
  )
}

function Kept({ usage, unavailable, onErased }: { usage: Usage; unavailable: string | null; onErased: () => void }) {
  const { client } = useCockpit()
  const [asking, setAsking] = useState(false)
  const { state, run } = useWork(async () => {
    const { erased } = await client.views.erase()
    setAsking(false)
    onErased()
    notify({ title: `${sentenceCase(countOf(erased, 'view record'))} erased` })
  })
  if (usage.records === 0) {
    return (
      <div className="panel">
        <EmptyState>Nothing is recorded yet: a visit is kept once you leave a place.</EmptyState>
      </div>
    )
  }
  const since = usage.sinceMs === null ? '' : ` since ${formatDay(usage.sinceMs, daemonNowMs())}`
  return (
    <>
      <DataTable label="Visits by place" columns={columns} rows={usage.places} rowKey={(row) => row.view} />
      <div className={styles['erase']}>
        <span className="dim num">
          {countOf(usage.records, 'record')}
          {since}
        </span>
        <Button unavailable={unavailable} onClick={() => setAsking(true)}>
          Erase…
        </Button>
      </div>
      {state.kind === 'failed' ? <InlineProblem problem={state.problem} /> : null}
      <ConfirmDialog
        open={asking}
        title={`Erase ${countOf(usage.records, 'view record')}`}
        text="Every visit that was kept is erased at once. This cannot be undone; visits from now on are kept again."
        verb="Erase"
        danger
        busy={state.kind === 'running'}
        onConfirm={() => void run()}
        onClose={() => setAsking(false)}
      />
    </>
  )
}
