import { useVirtualizer } from '@tanstack/react-virtual'
import ArrowDown from 'lucide-react/icons/arrow-down'
import ArrowUp from 'lucide-react/icons/arrow-up'
import Copy from 'lucide-react/icons/copy'
import {
  type KeyboardEvent,
  memo,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { matchesKeys } from '../app/keys.ts'
import { isMac } from '../app/shortcuts.ts'
import { IconButton } from './Button.tsx'
import styles from './DataTable.module.css'
import { nextSort, rowText, type SortState, type SortValue, sortRows } from './rows.ts'
import { copyText } from './toasts.ts'

export interface Column<Row> {
  readonly key: string
  readonly header: string
  /** Width as CSS gives it to a `<col>`; one column may go without and takes the rest. */
  readonly width?: string
  readonly align?: 'right'
  /** Left out where the table is `narrow` (under 43 rem) or only where it is `tiny` (under 38 rem). */
  readonly leftOut?: 'narrow' | 'tiny'
  /** The header is for those who do not see it: a column of buttons. */
  readonly bare?: boolean
  cell: (row: Row) => ReactNode
  /** The cell on the clipboard; a column without is left out. */
  text?: (row: Row) => string
  /** Makes the header a button. */
  sort?: (row: Row) => SortValue
}

interface DataTableProps<Row> {
  label: string
  /** Must keep its identity, or every row is drawn again. */
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** What clicking anywhere on the row does; the row's own link does the same. */
  onOpen?: (row: Row) => void
  onRowKey?: (event: KeyboardEvent, row: Row) => void
  selectedKey?: string | null
  /** How the whole row is drawn: `hatched` while nothing is known about it for a reason, `quiet` when it is set aside. */
  rowMark?: (row: Row) => 'hatched' | 'quiet' | undefined
  /** Each row gets a sign that copies it. */
  copyable?: boolean
  /** Rows with buttons in them are taller than 28 px. */
  roomy?: boolean
}

/** Above this only the rows in sight are in the document. */
const virtualPast = 200
/** Rows kept drawn above and below, so that j/k always has a next one to go to. */
const overscan = 12

/**
 * A table with a header that stays, sorting where it helps, and rows that can be opened and copied. Past 200 rows it
 * draws what the nearest `data-scroller` around it shows.
 */
export function DataTable<Row>({ rows, columns, ...props }: DataTableProps<Row>) {
  const [sort, setSort] = useState<SortState | null>(null)
  const sortBy = sort ? columns.find((column) => column.key === sort.key)?.sort : undefined
  const sorted = sort && sortBy ? sortRows(rows, sortBy, sort.direction) : rows
  const body = useRef<HTMLTableSectionElement>(null)
  const span = columns.length + (props.copyable ? 1 : 0)
  const window = useWindow(sorted.length, body)

  return (
    <div className={`panel ${styles['frame']} ${props.roomy ? styles['roomy'] : ''}`}>
      <table className={styles['table']} aria-label={props.label} aria-rowcount={sorted.length + 1}>
        <colgroup>
          {columns.map((column) => (
            <col
              key={column.key}
              className={column.leftOut ? styles[column.leftOut] : undefined}
              style={column.width ? { width: column.width } : undefined}
            />
          ))}
          {props.copyable ? <col className={styles['tool']} /> : null}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <Header
                key={column.key}
                column={column}
                sort={sort?.key === column.key ? sort.direction : null}
                onSort={() => setSort(nextSort(sort, column.key))}
              />
            ))}
            {props.copyable ? (
              <th scope="col">
                <span className="visuallyHidden">Copy</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody ref={body}>
          <Spacer height={window.before} span={span} />
          {sorted.slice(window.from, window.to).map((row, index) => (
            <MemoRow
              key={props.rowKey(row)}
              row={row as unknown}
              index={window.from + index}
              columns={columns as readonly Column<unknown>[]}
              selected={props.selectedKey !== undefined && props.rowKey(row) === props.selectedKey}
              copyable={props.copyable ?? false}
              mark={props.rowMark?.(row)}
              onOpen={props.onOpen as ((row: unknown) => void) | undefined}
              onRowKey={props.onRowKey as ((event: KeyboardEvent, row: unknown) => void) | undefined}
            />
          ))}
          <Spacer height={window.after} span={span} />
        </tbody>
      </table>
    </div>
  )
}

interface Window {
  readonly from: number
  readonly to: number
  /** Heights in px of what is not drawn. */
  readonly before: number
  readonly after: number
}

function useWindow(count: number, body: RefObject<HTMLTableSectionElement | null>): Window {
  const virtual = count > virtualPast
  const [offset, setOffset] = useState(0)
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
  const virtualizer = useVirtualizer({
    count: virtual ? count : 0,
    getScrollElement: () => scrollerOf(body.current),
    estimateSize: () => 1.75 * rem,
    overscan,
    scrollMargin: offset,
  })

  // Where the table begins in what scrolls. Being off by a few rows only shifts which rows are kept drawn around those
  // in sight, so looking again at each scroll is enough.
  useLayoutEffect(() => {
    const [table, area] = [body.current, scrollerOf(body.current)]
    if (!virtual || !table || !area) return
    const measure = () =>
      setOffset(Math.round(table.getBoundingClientRect().top - area.getBoundingClientRect().top + area.scrollTop))
    measure()
    area.addEventListener('scroll', measure, { passive: true })
    return () => area.removeEventListener('scroll', measure)
  }, [virtual, count, body])

  if (!virtual) return { from: 0, to: count, before: 0, after: 0 }
  const items = virtualizer.getVirtualItems()
  const [first, last] = [items[0], items.at(-1)]
  if (!first || !last) return { from: 0, to: Math.min(count, 2 * overscan), before: 0, after: 0 }
  return {
    from: first.index,
    to: last.index + 1,
    before: first.start - offset,
    after: virtualizer.getTotalSize() - (last.end - offset),
  }
}

function scrollerOf(table: HTMLElement | null): HTMLElement | null {
  return table?.closest<HTMLElement>('[data-scroller]') ?? null
}

function Spacer({ height, span }: { height: number; span: number }) {
  if (height <= 0) return null
  return (
    <tr aria-hidden="true" className={styles['spacer']}>
      <td colSpan={span} style={{ height }} />
    </tr>
  )
}

function Header<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>
  sort: SortState['direction'] | null
  onSort: () => void
}) {
  const Arrow = sort === 'descending' ? ArrowDown : ArrowUp
  return (
    <th scope="col" className={cellClass(column)} {...(column.sort ? { 'aria-sort': sort ?? ('none' as const) } : {})}>
      {column.sort ? (
        <button type="button" className={styles['sorter']} onClick={onSort}>
          {column.header}
          {sort ? <Arrow size={11} aria-hidden="true" /> : null}
        </button>
      ) : (
        <span className={column.bare ? 'visuallyHidden' : undefined}>{column.header}</span>
      )}
    </th>
  )
}

interface RowProps {
  row: unknown
  index: number
  columns: readonly Column<unknown>[]
  selected: boolean
  copyable: boolean
  mark: 'hatched' | 'quiet' | undefined
  onOpen: ((row: unknown) => void) | undefined
  onRowKey: ((event: KeyboardEvent, row: unknown) => void) | undefined
}

const MemoRow = memo(function Row(props: RowProps) {
  const { row, index, columns, selected, copyable, mark, onOpen, onRowKey } = props
  const copy = () => {
    const cells = columns.flatMap((column) => (column.text ? [column.text(row)] : []))
    copyText(rowText(cells), 'this row')
  }
  const click = (event: MouseEvent) => {
    const onControl = event.target instanceof Element && event.target.closest('a,button,input')
    if (onControl || document.getSelection()?.isCollapsed === false) return
    onOpen?.(row)
  }
  const press = (event: KeyboardEvent) => {
    if (matchesKeys('Mod+c', event, isMac) && document.getSelection()?.isCollapsed !== false) {
      event.preventDefault()
      copy()
      return
    }
    onRowKey?.(event, row)
  }
  return (
    <tr
      className={onOpen ? styles['openable'] : undefined}
      data-selected={selected || undefined}
      data-mark={mark}
      aria-rowindex={index + 2}
      onClick={onOpen ? click : undefined}
      onKeyDown={press}
    >
      {columns.map((column) => (
        <td key={column.key} className={cellClass(column)}>
          {column.cell(row)}
        </td>
      ))}
      {copyable ? (
        <td className={styles['toolCell']}>
          <IconButton label="Copy row" onClick={copy}>
            <Copy size={13} aria-hidden="true" />
          </IconButton>
        </td>
      ) : null}
    </tr>
  )
})

function cellClass<Row>(column: Column<Row>): string | undefined {
  const classes = [
    column.align === 'right' ? styles['right'] : '',
    column.leftOut ? styles[column.leftOut] : '',
    column.bare ? styles['toolCell'] : '',
  ]
  return classes.filter(Boolean).join(' ') || undefined
}
