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
import { useNewest } from '../client/hooks.ts'
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
  /** Without a frame of its own: it fills what it stands in. */
  bare?: boolean
  /** The words of a row that is a heading of those below it; null for any other. It stays in sight above them. */
  heading?: (row: Row) => ReactNode
  /** The heading above a row, in words. */
  headingOf?: (row: Row) => ReactNode
  /** How many rows there are, when only some were read; -1 when nobody knows. */
  total?: number
}

/** Above this only the rows in sight are in the document. */
const virtualPast = 200
/** Rows kept drawn above and below, so that j/k always has a next one to go to. */
const overscan = 12
/** The virtualizer measures all rows whenever their number changes; told in steps, it does so once in forty pages. */
const countStep = 4_096

/**
 * A table with a header that stays, sorting where it helps, and rows that can be opened and copied. Past 200 rows it
 * draws what the nearest `data-scroller` around it shows.
 */
export function DataTable<Row>({ rows, columns, ...props }: DataTableProps<Row>) {
  const [sort, setSort] = useState<SortState | null>(null)
  const sortBy = sort ? columns.find((column) => column.key === sort.key)?.sort : undefined
  const sorted = sort && sortBy ? sortRows(rows, sortBy, sort.direction) : rows
  const body = useRef<HTMLTableSectionElement>(null)
  const selected = props.selectedKey ?? null
  const { rowKey, headingOf } = props
  // A sorted table has no stretches, so it has no headings either.
  const heading = sortBy ? undefined : props.heading
  const shown = useWindow(sorted.length, body, heading ? 2 : 1)
  const first = sorted[shown.from]
  // The heading of the first row drawn is far above, among those that are not.
  const above = heading && first !== undefined && shown.before > 0 && !heading(first) ? headingOf?.(first) : null

  // Once for each selection, as soon as its row is there: who scrolls on from it is not brought back.
  const revealed = useRef<string | null>(null)
  const reveal = useNewest(shown.reveal)
  useLayoutEffect(() => {
    if (selected === revealed.current) return
    const at = selected === null ? null : sorted.findIndex((row) => rowKey(row) === selected)
    if (at === -1) return
    revealed.current = selected
    if (at !== null) reveal.current(at)
  }, [selected, sorted, sorted.length, rowKey, reveal])

  return (
    <div
      className={`${props.bare ? styles['bareFrame'] : 'panel'} ${styles['frame']} ${props.roomy ? styles['roomy'] : ''}`}
    >
      <table className={styles['table']} aria-label={props.label} aria-rowcount={rowCount(sorted.length, props.total)}>
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
          <Spacer height={above ? shown.before - shown.rowHeight : shown.before} />
          {above ? <Heading>{above}</Heading> : null}
          {sorted.slice(shown.from, shown.to).map((row, index) => {
            const words = heading?.(row)
            if (words) {
              return (
                <Heading key={rowKey(row)} index={shown.from + index}>
                  {words}
                </Heading>
              )
            }
            return (
              <MemoRow
                key={rowKey(row)}
                row={row as unknown}
                index={shown.from + index}
                columns={columns as readonly Column<unknown>[]}
                selected={selected !== null && rowKey(row) === selected}
                copyable={props.copyable ?? false}
                mark={props.rowMark?.(row)}
                onOpen={props.onOpen as ((row: unknown) => void) | undefined}
                onRowKey={props.onRowKey as ((event: KeyboardEvent, row: unknown) => void) | undefined}
              />
            )
          })}
          <Spacer height={shown.after} />
        </tbody>
      </table>
    </div>
  )
}

function rowCount(read: number, total: number | undefined): number {
  if (total === undefined) return read + 1
  return total === -1 ? -1 : Math.max(read, total) + 1
}

interface Shown {
  readonly from: number
  readonly to: number
  /** Heights in px of what is not drawn. */
  readonly before: number
  readonly after: number
  readonly rowHeight: number
  /** Scrolls to a row that is out of sight, as little as it takes. */
  reveal: (index: number) => void
}

/** @param covered rows that the header, and a heading that stays, cover at the top */
function useWindow(count: number, body: RefObject<HTMLTableSectionElement | null>, covered: number): Shown {
  const virtual = count > virtualPast
  const [offset, setOffset] = useState(0)
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
  const rowHeight = 1.75 * rem
  const virtualizer = useVirtualizer({
    count: virtual ? Math.ceil(count / countStep) * countStep : 0,
    getScrollElement: () => scrollerOf(body.current),
    estimateSize: () => rowHeight,
    overscan,
    scrollMargin: offset,
    scrollPaddingStart: covered * rowHeight,
    scrollPaddingEnd: rowHeight,
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

  const reveal = (index: number) => {
    if (virtual) virtualizer.scrollToIndex(index, { align: 'auto' })
    else body.current?.children[index]?.querySelector('[data-nav-item]')?.scrollIntoView({ block: 'nearest' })
  }

  if (!virtual) return { from: 0, to: count, before: 0, after: 0, rowHeight, reveal }
  const items = virtualizer.getVirtualItems()
  const [first, last] = [items[0], items.at(-1)]
  // A list that became shorter is scrolled back only after it was drawn.
  const to = Math.min(count, last ? last.index + 1 : 2 * overscan)
  const from = Math.min(first?.index ?? 0, Math.max(0, to - overscan))
  return { from, to, before: from * rowHeight, after: (count - to) * rowHeight, rowHeight, reveal }
}

function scrollerOf(table: HTMLElement | null): HTMLElement | null {
  return table?.closest<HTMLElement>('[data-scroller]') ?? null
}

/** One cell wide: where columns are left out, a wider one would bring them back as empty ones. */
function Spacer({ height }: { height: number }) {
  if (height <= 0) return null
  return (
    <tr aria-hidden="true" className={styles['spacer']}>
      <td style={{ height }} />
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

/** Without an index it stands in for one that is not drawn. */
function Heading({ index, children }: { index?: number; children: ReactNode }) {
  return (
    <tr
      className={styles['heading']}
      {...(index === undefined ? { 'aria-hidden': true } : { 'aria-rowindex': index + 2 })}
    >
      <th scope="rowgroup">
        <div className={styles['headingWords']}>{children}</div>
      </th>
    </tr>
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
