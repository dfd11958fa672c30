type Cell = string | number | boolean | null

/**
 * One line of a CSV file, without its end. Texts that a spreadsheet would take for a formula get an apostrophe in
 * front: part of what is exported was written by others. Their full-width twins count too. Null is an empty cell.
 */
export function csvLine(cells: readonly Cell[]): string {
  return cells.map(csvCell).join(',')
}

function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  const text = /^[=+\-@\t\r\n＝＋－＠]/u.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
