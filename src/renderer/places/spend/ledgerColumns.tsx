import type { LedgerEntry } from '../../../contract/spend.ts'
import { toUsd } from '../../../domain/money.ts'
import type { Column } from '../../components/DataTable.tsx'
import { Age, Money, Tokens } from '../../components/Figures.tsx'
import { formatExact } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { isAvoided, rowMarks } from './ledgerFilter.ts'
import styles from './Spend.module.css'

const input = (row: LedgerEntry) => row.inputTokens
const output = (row: LedgerEntry) => row.outputTokens

function tokens(key: string, header: string, of: (row: LedgerEntry) => number): Column<LedgerEntry> {
  return {
    key,
    header,
    width: '4.5rem',
    align: 'right',
    leftOut: 'narrow',
    cell: (row) => (
      <span className="dim">
        <Tokens value={of(row)} />
      </span>
    ),
    text: (row) => String(of(row)),
  }
}

/** Columns of the ledger; the time is the button that opens a row. */
export function ledgerColumns(onOpen: (row: LedgerEntry) => void): readonly Column<LedgerEntry>[] {
  return [
    {
      key: 'at',
      header: 'When',
      width: '7rem',
      cell: (row) => (
        <button type="button" className={styles['rowButton']} data-nav-item={row.seq} onClick={() => onOpen(row)}>
          <Age atMs={row.atMs} />
          <span className="visuallyHidden">, details of this call</span>
        </button>
      ),
      text: (row) => formatExact(row.atMs),
    },
    {
      key: 'route',
      header: 'Route',
      width: '11.5rem',
      cell: (row) => <span className="mono">{row.route}</span>,
      text: (row) => row.route,
    },
    {
      key: 'model',
      header: 'Model',
      leftOut: 'narrow',
      cell: (row) => (
        <span className="mono dim" title={row.model}>
          {isAvoided(row) ? 'short circuit' : row.model}
        </span>
      ),
      text: (row) => row.model,
    },
    tokens('input', 'In', input),
    tokens('output', 'Out', output),
    {
      key: 'marks',
      header: 'Marked',
      width: '7rem',
      leftOut: 'narrow',
      cell: (row) => <Marks row={row} />,
      text: (row) => rowMarks(row).join(' '),
    },
    {
      key: 'cause',
      header: 'Cause',
      width: '7.25rem',
      leftOut: 'tiny',
      cell: (row) => <Cause row={row} />,
      text: (row) => row.subject ?? '',
    },
    {
      key: 'cost',
      header: 'Cost',
      width: '8.25rem',
      align: 'right',
      cell: (row) => <Cost row={row} />,
      text: (row) => (row.costNanoUsd === null ? 'unpriced' : String(toUsd(row.costNanoUsd))),
    },
  ]
}

function Marks({ row }: { row: LedgerEntry }) {
  const marks = rowMarks(row)
  if (marks.length === 0) return null
  return (
    <span className={styles['rowMarks']}>
      {row.costNanoUsd === null ? <Glyph name="attention" /> : null}
      <span className="dim">{marks.join(', ')}</span>
    </span>
  )
}

function Cause({ row }: { row: LedgerEntry }) {
  if (row.openRoute !== null) {
    return (
      <a className={styles['causeLink']} href={`#${row.openRoute}`}>
        {causeWord(row.subject)}
      </a>
    )
  }
  return <span className="faint">{row.subject === null ? '–' : causeWord(row.subject)}</span>
}

/** What kind of thing caused a call: the part of its subject before the colon. */
export function causeWord(subject: string | null): string {
  return subject?.split(':', 1)[0] || 'open'
}

function Cost({ row }: { row: LedgerEntry }) {
  if (isAvoided(row)) {
    return (
      <span className="faint">
        saved <Money nanoUsd={row.savedNanoUsd} estimate />
      </span>
    )
  }
  if (row.costNanoUsd === null) {
    return (
      <>
        unpriced{' '}
        <span className="faint" title="What the pool was charged in place of the price">
          <Money nanoUsd={row.poolChargeNanoUsd} estimate />
        </span>
      </>
    )
  }
  return <Money nanoUsd={row.costNanoUsd} estimate={row.costNanoUsd > 0} />
}
