/** Accepted HTTP status codes, both ends included. */
type StatusRanges = readonly { readonly from: number; readonly to: number }[]

/**
 * Reads a list such as `200-299` or `200, 204, 301-302`.
 * @returns null when a part is no code or range of codes from 100 to 599
 */
export function parseStatusRanges(text: string): StatusRanges | null {
  const ranges: { from: number; to: number }[] = []
  for (const part of text.split(',')) {
    const match = /^\s*([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?\s*$/.exec(part)
    if (!match) return null
    const from = Number(match[1])
    const to = Number(match[2] ?? match[1])
    if (to < from) return null
    ranges.push({ from, to })
  }
  return ranges
}

export function acceptsStatus(ranges: StatusRanges, status: number): boolean {
  return ranges.some((range) => status >= range.from && status <= range.to)
}
