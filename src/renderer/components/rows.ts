/** How one column of a table orders rows: texts alphabetically, numbers upwards, null always last. */
export type SortValue = string | number | null

export interface SortState {
  readonly key: string
  readonly direction: 'ascending' | 'descending'
}

/** A sorted copy; rows that compare equal keep their order. Null stays last in both directions. */
export function sortRows<Row>(
  rows: readonly Row[],
  value: (row: Row) => SortValue,
  direction: SortState['direction'],
): readonly Row[] {
  const sign = direction === 'ascending' ? 1 : -1
  return rows.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)]
    if (left === right) return 0
    if (left === null) return 1
    if (right === null) return -1
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right)
    return sign * String(left).localeCompare(String(right), 'en', { numeric: true })
  })
}

/** Pressing a header: first ascending, then descending, then the order of the list itself. */
export function nextSort(current: SortState | null, key: string): SortState | null {
  if (current?.key !== key) return { key, direction: 'ascending' }
  return current.direction === 'ascending' ? { key, direction: 'descending' } : null
}

/** One row as it is put on the clipboard: cells separated by tabs, nothing that would break the line. */
export function rowText(cells: readonly string[]): string {
  return cells.map((cell) => cell.replace(/\s+/g, ' ').trim()).join('\t')
}
