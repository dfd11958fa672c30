import { useMemo, useState } from 'react'
import { SectionPage } from '../../app/SectionPage.tsx'
import type { AuditRowView } from '../../../contract/system.ts'
import { seams } from '../../../domain/audit.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useFetched, usePaged, useWork } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { Button } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { type Column, DataTable } from '../../components/DataTable.tsx'
import { Dialog } from '../../components/Dialog.tsx'
import { Age, Count } from '../../components/Figures.tsx'
import { countOf, formatExact } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { EmptyState, ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { Select } from '../../components/Select.tsx'
import { OlderButton } from './OlderButton.tsx'
import styles from './System.module.css'

const pageSize = 100
const anySeam = 'any'
const seamOptions = [
  { value: anySeam, label: 'Every seam' },
  ...seams.map((seam) => ({ value: seam as string, label: seam })),
]

function columns(onOpen: (row: AuditRowView) => void): readonly Column<AuditRowView>[] {
  return [
    {
      key: 'seq',
      header: 'No.',
      width: '4.75rem',
      align: 'right',
      cell: (row) => <Count value={row.seq} />,
      text: (row) => String(row.seq),
    },
    {
      key: 'at',
      header: 'When',
      width: '5.25rem',
      cell: (row) => <Age atMs={row.emittedAtMs} />,
      text: (row) => formatExact(row.emittedAtMs),
    },
    {
      key: 'seam',
      header: 'Seam',
      width: '14rem',
      cell: (row) => (
        <button type="button" className={`mono ${styles['seam']}`} onClick={() => onOpen(row)}>
          {row.known ? row.seam : `${row.seam} (unknown)`}
        </button>
      ),
      text: (row) => row.seam,
    },
    {
      key: 'details',
      header: 'Details',
      cell: (row) => <span className="mono dim">{JSON.stringify(row.details)}</span>,
      text: (row) => JSON.stringify(row.details),
    },
  ]
}

/** The chained log of every decision, newest first. */
export function AuditPage() {
  const { client } = useCockpit()
  const [seam, setSeam] = useState(anySeam)
  const [opened, setOpened] = useState<AuditRowView | null>(null)
  const newest = useMirror((mirror) => mirror.activity[0]?.key ?? '')
  const filter = seam === anySeam ? {} : { seam }
  const { state, reload } = useFetched(() => client.system.audit({ ...filter, limit: pageSize }), seam, newest)
  const { rows, more, work } = usePaged({
    first: state,
    key: seam,
    size: pageSize,
    id: (row) => row.seq,
    readOlder: (last) => client.system.audit({ ...filter, beforeSeq: last.seq, limit: pageSize }),
  })
  const cols = useMemo(() => columns(setOpened), [])

  return (
    <SectionPage
      title="Audit log"
      text="Each row carries the hash of the one before it, so that nothing can be changed or left out unseen."
      actions={<Select label="Seam" value={seam} options={seamOptions} onChange={setSeam} />}
    >
      <VerifyChain />
      <div>
        {state.kind === 'loading' ? <Skeleton lines={6} label="Loading the audit log" /> : null}
        {state.kind === 'failed' ? (
          <ErrorState title="The audit log could not be read" problem={state.problem} onRetry={reload} />
        ) : null}
        {state.kind === 'ready' && rows.length === 0 ? (
          <div className="panel">
            <EmptyState>
              {seam === anySeam ? 'Nothing is recorded yet.' : `Nothing is recorded under ${seam}.`}
            </EmptyState>
          </div>
        ) : null}
        {rows.length > 0 ? (
          <DataTable<AuditRowView>
            label="Audit log"
            columns={cols}
            rows={rows}
            rowKey={(row) => String(row.seq)}
            onOpen={setOpened}
            copyable
          />
        ) : null}
      </div>
      {state.kind === 'ready' && state.problem ? <InlineProblem problem={state.problem} /> : null}
      <OlderButton more={more} work={work} />
      <Record row={opened} onClose={() => setOpened(null)} />
    </SectionPage>
  )
}

function VerifyChain() {
  const { client, online } = useCockpit()
  const { state, run } = useWork(() => client.system.verifyAudit())
  return (
    <div className={styles['verify']}>
      <Button busy={state.kind === 'running'} unavailable={online ? null : offlineReason} onClick={() => void run()}>
        Verify chain
      </Button>
      <span role="status" className={styles['verdict']}>
        {state.kind === 'done' ? (
          <>
            <Glyph name={state.result.ok ? 'well' : 'trouble'} />
            {state.result.ok
              ? `${countOf(state.result.rows, 'row')} checked, every link holds`
              : `The chain breaks at row ${state.result.firstBrokenSeq ?? 'unknown'}`}
          </>
        ) : null}
      </span>
      {state.kind === 'failed' ? <InlineProblem problem={state.problem} /> : null}
    </div>
  )
}

function Record({ row, onClose }: { row: AuditRowView | null; onClose: () => void }) {
  const text = row ? JSON.stringify(row, null, 2) : ''
  return (
    <Dialog
      open={row !== null}
      wide
      title={row ? `Row ${row.seq}, ${row.seam}` : ''}
      onClose={onClose}
      actions={
        <>
          <CopyButton text={text} what="this row" word="Copy" />
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      <pre className={`mono ${styles['raw']}`} role="region" tabIndex={0} aria-label="Record">
        {text}
      </pre>
    </Dialog>
  )
}
