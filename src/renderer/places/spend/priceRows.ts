import type { PriceRowView } from '../../../contract/spend.ts'

/** One line of the price table: a row, or its rates for long prompts. */
export interface PriceLine {
  readonly key: string
  readonly row: PriceRowView
  readonly prices: PriceRowView['usdPerMillion']
  /** Set on the line for prompts longer than this many tokens. */
  readonly aboveTokens: number | null
}

/** In force first; within that by provider and model, newest dates first. Long-prompt rates stand under their row. */
export function priceLines(rows: readonly PriceRowView[]): readonly PriceLine[] {
  const sorted = rows.toSorted(
    (a, b) =>
      Number(b.effective) - Number(a.effective) ||
      a.provider.localeCompare(b.provider, 'en') ||
      a.model.localeCompare(b.model, 'en', { numeric: true }) ||
      b.effectiveFromMs - a.effectiveFromMs,
  )
  return sorted.flatMap((row) => {
    const key = `${row.source}:${row.provider}:${row.model}:${row.effectiveFromMs}`
    const line: PriceLine = { key, row, prices: row.usdPerMillion, aboveTokens: null }
    if (row.above === null) return [line]
    return [line, { key: `${key}:above`, row, prices: row.above.usdPerMillion, aboveTokens: row.above.promptTokens }]
  })
}

/** The address of a source when it may be opened: https and nothing else. */
export function openableSource(url: string): string | null {
  try {
    const parsed = new URL(url)
    return parsed.protocol === 'https:' && parsed.username === '' && parsed.password === '' ? parsed.href : null
  } catch {
    return null
  }
}

/** "platform.claude.com", or the text as it is when it is no address. */
export function sourceName(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}
