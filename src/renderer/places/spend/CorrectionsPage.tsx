import { useState } from 'react'
import type { CorrectionView, ReconciliationView } from '../../../contract/spend.ts'
import { toUsd } from '../../../domain/money.ts'
import { SectionPage } from '../../app/SectionPage.tsx'
import { useClient } from '../../client/CockpitContext.ts'
import { useFetched } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import type { CockpitClient } from '../../client/types.ts'
import { type Column, DataTable } from '../../components/DataTable.tsx'
import { Age, Count, Money, Total } from '../../components/Figures.tsx'
import { formatDay, formatExact } from '../../components/format.ts'
import { Section } from '../../components/Layout.tsx'
import { EmptyState, ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { ReconcileForm } from './ReconcileForm.tsx'
import { outcomeText, outcomeWord } from './reconcileWords.ts'
import styles from './Spend.module.css'
import { formatDiff } from './spendWords.ts'

type Month = Awaited<ReturnType<CockpitClient['spend']['months']>>[number]

/** What was put right later: against the provider's figure, or by a price found afterwards; and month by month. */
export function CorrectionsPage() {
  const client = useClient()
  const [made, setMade] = useState(0)
  // Spent moves when another window reconciles, or when a call is priced later.
  const spent = useMirror(({ spend }) => (spend.budget.kind === 'known' ? spend.budget.spentNanoUsd : 0))
  const version = `${made}:${spent}`
  const lists = useFetched(() => client.spend.corrections(), 'corrections', version)
  const months = useFetched(() => client.spend.months(), 'months', version)
  const data = lists.state.kind === 'ready' ? lists.state.data : null

  return (
    <SectionPage
      title="Corrections"
      text="The ledger itself is never changed: what turned out differently stands here, and is counted with it."
    >
      <div className={`panel ${styles['formPanel']}`}>
        <ReconcileForm onDone={() => setMade((count) => count + 1)} />
      </div>
      <Section title="Comparisons with the provider" aside="reported figures are billed, the rest is estimate">
        {lists.state.kind === 'loading' ? <Skeleton lines={3} label="Loading comparisons" /> : null}
        {lists.state.kind === 'failed' ? (
          <div className="panel">
            <ErrorState
              title="Earlier comparisons could not be read. A new one can still be entered."
              problem={lists.state.problem}
              onRetry={lists.reload}
            />
          </div>
        ) : null}
        {data ? (
          <Listed
            rows={data.reconciliations}
            columns={reconciliationColumns}
            label="Comparisons"
            none="The estimate was not compared with the provider’s figure yet."
          />
        ) : null}
      </Section>
      {data ? (
        <Section title="Calls priced later" aside="estimate">
          <Listed
            rows={data.corrections}
            columns={correctionColumns}
            label="Calls priced later"
            none="No call had to be priced later."
          />
        </Section>
      ) : null}
      <Section title="Periods" aside="spent is estimate, reported is billed">
        {months.state.kind === 'loading' ? <Skeleton lines={3} label="Loading periods" /> : null}
        {months.state.kind === 'failed' ? (
          <div className="panel">
            <ErrorState
              title="Earlier periods could not be read."
              problem={months.state.problem}
              onRetry={months.reload}
            />
          </div>
        ) : null}
        {months.state.kind === 'ready' ? (
          months.state.data.length === 0 ? (
            <div className="panel">
              <EmptyState>No period has begun yet.</EmptyState>
            </div>
          ) : (
            <DataTable
              label="Periods"
              columns={monthColumns}
              rows={months.state.data}
              rowKey={(row) => String(row.periodMs)}
              copyable
            />
          )
        ) : null}
      </Section>
      {lists.state.kind === 'ready' && lists.state.problem ? <InlineProblem problem={lists.state.problem} /> : null}
    </SectionPage>
  )
}

function Listed<Row extends { readonly id: string }>({
  rows,
  columns,
  label,
  none,
}: {
  rows: readonly Row[]
  columns: readonly Column<Row>[]
  label: string
  none: string
}) {
  if (rows.length === 0) {
    return (
      <div className="panel">
        <EmptyState>{none}</EmptyState>
      </div>
    )
  }
  return <DataTable label={label} columns={columns} rows={rows} rowKey={(row) => row.id} copyable />
}

const reconciliationColumns: readonly Column<ReconciliationView>[] = [
  {
    key: 'at',
    header: 'When',
    width: '8rem',
    cell: (row) => <Age atMs={row.atMs} />,
    text: (row) => formatExact(row.atMs),
  },
  {
    key: 'outcome',
    header: 'Outcome',
    cell: (row) => <span title={outcomeText(row)}>{outcomeWord(row)}</span>,
    text: (row) => outcomeText(row),
  },
  {
    key: 'source',
    header: 'Told by',
    width: '7rem',
    leftOut: 'narrow',
    cell: (row) => <span className="dim">{row.source === 'operator' ? 'you' : 'its cost report'}</span>,
    text: (row) => row.source,
  },
  {
    key: 'local',
    header: 'Estimate',
    width: '6rem',
    align: 'right',
    cell: (row) => <Total nanoUsd={row.localNanoUsd} estimate />,
    text: (row) => String(toUsd(row.localNanoUsd)),
  },
  {
    key: 'reported',
    header: 'Billed',
    width: '6rem',
    align: 'right',
    cell: (row) => <Total nanoUsd={row.reportedNanoUsd} />,
    text: (row) => String(toUsd(row.reportedNanoUsd)),
  },
  {
    key: 'diff',
    header: 'Difference',
    width: '6.5rem',
    leftOut: 'tiny',
    align: 'right',
    cell: (row) => formatDiff(row),
    text: (row) => formatDiff(row),
  },
]

const correctionColumns: readonly Column<CorrectionView>[] = [
  {
    key: 'at',
    header: 'When',
    width: '8rem',
    cell: (row) => <Age atMs={row.atMs} />,
    text: (row) => formatExact(row.atMs),
  },
  {
    key: 'route',
    header: 'Route',
    cell: (row) => <span className="mono">{row.route}</span>,
    text: (row) => row.route,
  },
  {
    key: 'model',
    header: 'Model',
    width: '14.5rem',
    leftOut: 'narrow',
    cell: (row) => (
      <span className="mono dim" title={row.model}>
        {row.model}
      </span>
    ),
    text: (row) => row.model,
  },
  {
    key: 'call',
    header: 'Call of',
    width: '8rem',
    leftOut: 'narrow',
    cell: (row) => <Age atMs={row.callAtMs} />,
    text: (row) => formatExact(row.callAtMs),
  },
  {
    key: 'cost',
    header: 'Cost',
    width: '6rem',
    align: 'right',
    cell: (row) => <Money nanoUsd={row.costNanoUsd} />,
    text: (row) => String(toUsd(row.costNanoUsd)),
  },
  {
    key: 'pool',
    header: 'Pool',
    width: '7rem',
    align: 'right',
    cell: (row) => <Money nanoUsd={row.poolDeltaNanoUsd} />,
    text: (row) => String(toUsd(row.poolDeltaNanoUsd)),
  },
]

const monthColumns: readonly Column<Month>[] = [
  {
    key: 'period',
    header: 'From',
    cell: (row) => <Period atMs={row.periodMs} />,
    text: (row) => new Date(row.periodMs).toISOString().slice(0, 10),
  },
  {
    key: 'calls',
    header: 'Calls',
    width: '6rem',
    align: 'right',
    cell: (row) => <Count value={row.calls - row.avoided} />,
    text: (row) => String(row.calls - row.avoided),
  },
  {
    key: 'avoided',
    header: 'Avoided',
    width: '6rem',
    align: 'right',
    leftOut: 'tiny',
    cell: (row) => <Count value={row.avoided} />,
    text: (row) => String(row.avoided),
  },
  {
    key: 'saved',
    header: 'Saved',
    width: '6rem',
    align: 'right',
    leftOut: 'narrow',
    cell: (row) => <Total nanoUsd={row.savedNanoUsd} estimate={row.savedNanoUsd > 0} />,
    text: (row) => String(toUsd(row.savedNanoUsd)),
  },
  {
    key: 'raised',
    header: 'Raised by',
    width: '6rem',
    align: 'right',
    leftOut: 'narrow',
    cell: (row) => <Total nanoUsd={row.adjustmentNanoUsd} />,
    text: (row) => String(toUsd(row.adjustmentNanoUsd)),
  },
  {
    key: 'spent',
    header: 'Spent',
    width: '11.5rem',
    align: 'right',
    cell: (row) => (
      <>
        <Total nanoUsd={row.spentNanoUsd} estimate={row.spentNanoUsd > 0} />
        {row.unpriced > 0 ? <span className="faint"> +{row.unpriced} unpriced</span> : null}
      </>
    ),
    text: (row) => String(toUsd(row.spentNanoUsd)),
  },
  {
    key: 'reported',
    header: 'Billed',
    width: '6rem',
    align: 'right',
    cell: (row) => <Total nanoUsd={row.reportedNanoUsd} />,
    text: (row) => (row.reportedNanoUsd === null ? '' : String(toUsd(row.reportedNanoUsd))),
  },
]

function Period({ atMs }: { atMs: number }) {
  const nowMs = useNow(60_000)
  return <span title={formatExact(atMs)}>{formatDay(atMs, nowMs, { timeZone: 'UTC' })}</span>
}
