import { csvLine } from './csv.ts'

type Cell = Parameters<typeof csvLine>[0][number]

/** How rows become a file. */
export interface FileShape<Row> {
  readonly extension: string
  readonly type: string
  readonly head: string
  readonly row: (row: Row) => string
  /** Between two rows. */
  readonly between: string
  readonly tail: string
}

/** A table with named columns, as spreadsheets read it. */
export function csvShape<Row>(
  columns: readonly (readonly [name: string, value: (row: Row) => Cell])[],
): FileShape<Row> {
  return {
    extension: 'csv',
    type: 'text/csv',
    head: `${csvLine(columns.map(([name]) => name))}\r\n`,
    row: (row) => `${csvLine(columns.map(([, value]) => value(row)))}\r\n`,
    between: '',
    tail: '',
  }
}

/** One JSON value, a list. */
export function jsonShape<Row>(): FileShape<Row> {
  return {
    extension: 'json',
    type: 'application/json',
    head: '[\n',
    row: (row) => JSON.stringify(row),
    between: ',\n',
    tail: '\n]\n',
  }
}

/** One JSON value a line. */
export function jsonlShape<Row>(value: (row: Row) => unknown): FileShape<Row> {
  return {
    extension: 'jsonl',
    type: 'application/jsonl',
    head: '',
    row: (row) => `${JSON.stringify(value(row))}\n`,
    between: '',
    tail: '',
  }
}

/** Where rows come from: a page a call, newest first. */
export interface ExportSource<Row> {
  count: (signal: AbortSignal) => Promise<number>
  readonly pageRows: number
  /** @param cursor `next` of the page before; null for the first */
  page: (
    cursor: number | null,
    limit: number,
    signal: AbortSignal,
  ) => Promise<{ readonly rows: readonly Row[]; readonly next: number | null }>
}

export interface ExportProgress {
  readonly rows: number
  readonly total: number
}

export interface ExportedFile {
  readonly blob: Blob
  readonly rows: number
  /** Rows that found no room: the oldest ones. */
  readonly leftOut: number
}

/** The most one file holds: spreadsheets take no more. */
const mostRows = 1_000_000
/** What was written so far is handed to the browser in pieces of about this many characters, so that none of it stays here. */
const pieceLength = 4_000_000

/**
 * Everything a source holds as one file.
 * @param onProgress told before each call
 * @param most rows at most
 * @returns null when the signal ended it
 * @throws what a call throws
 */
export async function exportRows<Row>(
  source: ExportSource<Row>,
  shape: FileShape<Row>,
  onProgress: (progress: ExportProgress) => void,
  signal: AbortSignal,
  most = mostRows,
): Promise<ExportedFile | null> {
  const found = await source.count(signal)
  const total = Math.min(found, most)
  const pieces: Blob[] = []
  let text = shape.head
  let [count, cursor] = [0, null as number | null]
  do {
    if (signal.aborted) return null
    onProgress({ rows: count, total })
    const page = await source.page(cursor, Math.min(source.pageRows, most - count), signal)
    if (page.rows.length > 0) {
      text += `${count > 0 ? shape.between : ''}${page.rows.map(shape.row).join(shape.between)}`
    }
    if (text.length > pieceLength) {
      pieces.push(new Blob([text]))
      text = ''
    }
    count += page.rows.length
    cursor = page.next
  } while (cursor !== null && count < most)
  if (signal.aborted) return null
  return {
    blob: new Blob([...pieces, text, shape.tail], { type: shape.type }),
    rows: count,
    leftOut: cursor === null ? 0 : Math.max(0, found - count),
  }
}
