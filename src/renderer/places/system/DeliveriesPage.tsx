import { routePath } from '../../app/route.ts'
import { SectionPage } from '../../app/SectionPage.tsx'
import type { DeliveryView } from '../../../contract/incidents.ts'
import { useClient } from '../../client/CockpitContext.ts'
import { useFetched, usePaged } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { type Column, DataTable } from '../../components/DataTable.tsx'
import { Age } from '../../components/Figures.tsx'
import { formatExact, formatLatency } from '../../components/format.ts'
import { Status } from '../../components/Glyph.tsx'
import { EmptyState, ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { channelWords, kindWords, outcomeWords, reasonText } from './deliveryWords.ts'
import { OlderButton } from './OlderButton.tsx'
import styles from './System.module.css'

const pageSize = 100

const columns: readonly Column<DeliveryView>[] = [
  {
    key: 'at',
    header: 'When',
    width: '4.75rem',
    cell: (row) => <Age atMs={row.startedAtMs} />,
    text: (row) => formatExact(row.startedAtMs),
  },
  {
    key: 'message',
    header: 'Message',
    cell: (row) => <Message row={row} />,
    text: (row) => `${kindWords(row.kind)}: ${row.title}`,
  },
  {
    key: 'channel',
    header: 'Channel',
    width: '6.25rem',
    cell: (row) => <span className="dim">{channelWords(row.channel)}</span>,
    text: (row) => channelWords(row.channel),
  },
  {
    key: 'attempt',
    header: 'Try',
    width: '3rem',
    align: 'right',
    leftOut: 'narrow',
    cell: (row) => row.attempt,
    text: (row) => String(row.attempt),
  },
  {
    key: 'outcome',
    header: 'Outcome',
    width: '12rem',
    cell: (row) => <Outcome row={row} />,
    text: (row) => `${outcomeWords(row.outcome)} ${reasonText(row)}`.trim(),
  },
  {
    key: 'latency',
    header: 'Took',
    width: '5rem',
    align: 'right',
    leftOut: 'narrow',
    cell: (row) => <span className="dim">{formatLatency(row.latencyMs)}</span>,
    text: (row) => formatLatency(row.latencyMs),
  },
]

function Message({ row }: { row: DeliveryView }) {
  const text = `${kindWords(row.kind)}: ${row.title}`
  if (row.incidentId === null) return <span title={text}>{text}</span>
  return (
    <a className={styles['message']} href={`#${routePath('investigations', row.incidentId)}`} title={text}>
      {text}
    </a>
  )
}

function Outcome({ row }: { row: DeliveryView }) {
  const reason = reasonText(row)
  const tone = row.outcome === 'failed' ? 'attention' : row.outcome === 'unknown' ? 'unknown' : 'well'
  return (
    <span title={reason}>
      <Status tone={tone}>
        {outcomeWords(row.outcome)}
        {reason ? `: ${reason}` : ''}
      </Status>
    </span>
  )
}

/** Every attempt to tell the operator something. */
export function DeliveriesPage() {
  const client = useClient()
  // A new line of activity is the sign that something may have been sent.
  const newest = useMirror((mirror) => mirror.activity[0]?.key ?? '')
  const { state, reload } = useFetched(() => client.system.deliveries({ limit: pageSize }), 'deliveries', newest)
  const { rows, more, work } = usePaged({
    first: state,
    key: 'deliveries',
    size: pageSize,
    id: (row) => row.id,
    readOlder: (last) => client.system.deliveries({ before: last.startedAtMs, limit: pageSize }),
  })

  return (
    <SectionPage
      title="Deliveries"
      text="Every attempt to tell you something, with what came of it. Nothing is sent that is not listed here."
    >
      <div>
        {state.kind === 'loading' ? <Skeleton lines={6} label="Loading deliveries" /> : null}
        {state.kind === 'failed' ? (
          <ErrorState title="The deliveries could not be read" problem={state.problem} onRetry={reload} />
        ) : null}
        {state.kind === 'ready' && rows.length === 0 ? (
          <div className="panel">
            <EmptyState>Nothing was sent yet, because nothing had to be told.</EmptyState>
          </div>
        ) : null}
        {rows.length > 0 ? (
          <DataTable label="Deliveries" columns={columns} rows={rows} rowKey={(row) => row.id} copyable />
        ) : null}
      </div>
      {state.kind === 'ready' && state.problem ? <InlineProblem problem={state.problem} /> : null}
      <OlderButton more={more} work={work} />
    </SectionPage>
  )
}
