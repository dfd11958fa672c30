import { describe, expect, it } from 'vitest'
import { csvShape, type ExportSource, exportRows, jsonlShape, jsonShape } from './exportRows.ts'

interface Row {
  readonly no: number
}

/** `count` rows, newest first, numbered down to 1. */
function source(count: number, onPage: () => void = () => undefined) {
  const asked: { cursor: number | null; limit: number }[] = []
  const rows: ExportSource<Row> = {
    count: () => Promise.resolve(count),
    pageRows: 1_000,
    page: (cursor, limit) => {
      asked.push({ cursor, limit })
      onPage()
      const from = cursor ?? count + 1
      const page = Array.from({ length: Math.min(limit, from - 1) }, (_, index) => ({ no: from - 1 - index }))
      const last = page.at(-1)?.no ?? 1
      return Promise.resolve({ rows: page, next: last > 1 ? last : null })
    },
  }
  return { rows, asked }
}

const never = () => new AbortController().signal
const silent = () => undefined
const csv = csvShape<Row>([['no', (row) => row.no]])

describe('exportRows', () => {
  it('reads page after page and says how far it is', async () => {
    const { rows, asked } = source(2_500)
    const progress: unknown[] = []
    const file = await exportRows(rows, jsonShape<Row>(), (told) => progress.push(told), never())
    expect(asked).toEqual([
      { cursor: null, limit: 1_000 },
      { cursor: 1_501, limit: 1_000 },
      { cursor: 501, limit: 1_000 },
    ])
    expect(progress).toEqual([0, 1_000, 2_000].map((done) => ({ rows: done, total: 2_500 })))
    const read = JSON.parse((await file?.blob.text()) ?? '') as Row[]
    expect([read.length, read[0]?.no, read.at(-1)?.no, file?.rows, file?.leftOut]).toEqual([2_500, 2_500, 1, 2_500, 0])
  })

  it('gives a file that reads even when there is no row', async () => {
    const text = async (shape: Parameters<typeof exportRows<Row>>[1]) =>
      (await exportRows(source(0).rows, shape, silent, never()))?.blob.text()
    expect(JSON.parse((await text(jsonShape<Row>())) ?? '')).toEqual([])
    expect(await text(csv)).toBe('no\r\n')
    expect(await text(jsonlShape<Row>((row) => row))).toBe('')
  })

  it('ends each line of a table and of a list of lines', async () => {
    const made = await exportRows(source(2).rows, csv, silent, never())
    expect([await made?.blob.text(), made?.blob.type]).toEqual(['no\r\n2\r\n1\r\n', 'text/csv'])
    const lines = await exportRows(
      source(2).rows,
      jsonlShape<Row>(({ no }) => [no]),
      silent,
      never(),
    )
    expect(await lines?.blob.text()).toBe('[2]\n[1]\n')
  })

  it('stops at once when it is cancelled', async () => {
    const controller = new AbortController()
    const { rows, asked } = source(5_000, () => controller.abort())
    expect(await exportRows(rows, csv, silent, controller.signal)).toBeNull()
    expect(asked).toHaveLength(1)
  })

  it('holds no more than fits, and says how much that left out', async () => {
    const { rows, asked } = source(2_700)
    const file = await exportRows(rows, csv, silent, never(), 2_200)
    expect([file?.rows, file?.leftOut, asked.map(({ limit }) => limit)]).toEqual([2_200, 500, [1_000, 1_000, 200]])
  })

  it('keeps what is long in pieces and loses nothing between them', async () => {
    const wide = jsonlShape<Row>(({ no }) => ({ no, text: 'x'.repeat(3_000) }))
    const file = await exportRows(source(3_000).rows, wide, silent, never())
    const lines = ((await file?.blob.text()) ?? '').trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as Row).no)).toEqual(
      Array.from({ length: 3_000 }, (_, at) => 3_000 - at),
    )
  })
})
