import { type ReactNode, useEffect, useMemo, useState } from 'react'
import type { LedgerEntry, LedgerFilter } from '../../../contract/spend.ts'
import { useShortcuts } from '../../app/shortcuts.ts'
import { useClient } from '../../client/CockpitContext.ts'
import { useFetched, usePaged } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { DataTable } from '../../components/DataTable.tsx'
import { MoreRows } from '../../components/MoreRows.tsx'
import { ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { LedgerRowSheet } from './LedgerRowSheet.tsx'
import { ledgerColumns } from './ledgerColumns.tsx'

const pageSize = 100

/** Moves with every call that cost something: the newest page is read again. */
export function useLedgerVersion(): string {
  const burn = useMirror((mirror) => mirror.spend.burn)
  return `${burn.hourNanoUsd}:${burn.weekNanoUsd}`
}

interface LedgerRowsProps {
  /** Must stay the same while the component does: another filter is another list. */
  filter: LedgerFilter
  /** What stands in place of the table when the filter holds nothing. */
  none: ReactNode
  /** Told the models of the rows that were read. */
  onModels: (models: readonly string[]) => void
}

/** The rows of one filter, a page more at each end of the scrolling, and the one that is looked at beside them. */
export function LedgerRows({ filter, none, onModels }: LedgerRowsProps) {
  const client = useClient()
  const [opened, setOpened] = useState<LedgerEntry | null>(null)
  const { state, reload } = useFetched(
    async () => (await client.spend.ledger({ ...filter, limit: pageSize })).rows,
    'ledger',
    useLedgerVersion(),
  )
  const { rows, more, work } = usePaged({
    first: state,
    key: 'ledger',
    size: pageSize,
    id: (row) => row.seq,
    readOlder: async (last) => (await client.spend.ledger({ ...filter, beforeSeq: last.seq, limit: pageSize })).rows,
  })
  const columns = useMemo(() => ledgerColumns(setOpened), [])
  const close = () => setOpened(null)
  useShortcuts([{ keys: ['Escape'], run: close }])

  const models = [...new Set(rows.map((row) => row.model))].toSorted().join('\n')
  useEffect(() => onModels(models === '' ? [] : models.split('\n')), [models, onModels])

  return (
    <>
      <div>
        {state.kind === 'loading' ? <Skeleton lines={8} label="Loading the ledger" /> : null}
        {state.kind === 'failed' ? (
          <div className="panel">
            <ErrorState
              title="The ledger could not be read. Budget and prices are still shown."
              problem={state.problem}
              onRetry={reload}
            />
          </div>
        ) : null}
        {state.kind === 'ready' && rows.length === 0 ? <div className="panel">{none}</div> : null}
        {rows.length > 0 ? (
          <DataTable<LedgerEntry>
            label="Ledger"
            columns={columns}
            rows={rows}
            rowKey={rowKey}
            selectedKey={opened ? rowKey(opened) : null}
            onOpen={setOpened}
            copyable
          />
        ) : null}
      </div>
      {state.kind === 'ready' && state.problem ? <InlineProblem problem={state.problem} /> : null}
      <MoreRows more={more} work={work} />
      <LedgerRowSheet row={opened} onClose={close} />
    </>
  )
}

const rowKey = (row: LedgerEntry) => String(row.seq)
