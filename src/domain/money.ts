/**
 * Money is integer nanodollars (1 USD = 1_000_000_000). A JavaScript number holds them exactly up to about
 * 9 million dollars, far above any pool this product governs.
 */
export const nanoPerUsd = 1_000_000_000

/** What a screen shows where an amount is not known. Never zero. */
const unknown = '—'

/** Nanodollars as published microdollar integers, half up. */
export function toMicroUsd(nanoUsd: number): number {
  return Math.floor((nanoUsd + 500) / 1000)
}

/** Nanodollars as a published USD number with at most six decimals, half up. */
export function toUsd(nanoUsd: number): number {
  return toMicroUsd(nanoUsd) / 1_000_000
}

/**
 * The price of one call as every screen writes it: unknown "—", zero "$0", under a hundredth of a cent "<$0.0001",
 * under ten cents four decimals, else two. Estimates carry "~" in front.
 */
export function formatMoney(nanoUsd: number | null, options: { estimate?: boolean } = {}): string {
  if (nanoUsd === null) return unknown
  if (nanoUsd < 0) return `-${formatMoney(-nanoUsd, options)}`
  const mark = options.estimate ? '~' : ''
  if (nanoUsd === 0) return `${mark}$0`
  const usd = nanoUsd / nanoPerUsd
  if (usd < 0.0001) return '<$0.0001'
  return `${mark}$${usd.toFixed(usd < 0.1 ? 4 : 2)}`
}

/**
 * A sum as every screen writes it (cost specification, 7): unknown "—", zero "$0.00", under a cent "<$0.01", else two
 * decimals. Cut, not rounded, so that no sum reads as a mark it has not reached. Estimates carry "~" in front.
 */
export function formatTotal(nanoUsd: number | null, options: { estimate?: boolean } = {}): string {
  if (nanoUsd === null) return unknown
  if (nanoUsd < 0) return `-${formatTotal(-nanoUsd, options)}`
  const mark = options.estimate ? '~' : ''
  const cents = Math.floor(nanoUsd / (nanoPerUsd / 100))
  if (cents === 0 && nanoUsd > 0) return '<$0.01'
  return `${mark}$${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
}

/** A sum without its cents when there are none: what a person set, such as the pool. */
export function formatRound(nanoUsd: number | null): string {
  return formatTotal(nanoUsd).replace(/\.00$/, '')
}

/** A price as its provider prints it, exact: two decimals, and up to four where it has them ("$5.00", "$0.125"). */
export function formatRate(usd: number | null): string {
  if (usd === null) return unknown
  return `$${usd.toFixed(4).replace(/0{1,2}$/, '')}`
}

/** Tokens as every screen writes them, cut rather than rounded: "999", "1.5k", "2.34M". */
export function formatTokens(tokens: number): string {
  if (tokens >= 1_000_000) return `${(Math.floor(tokens / 10_000) / 100).toFixed(2)}M`
  if (tokens >= 1_000) return `${(Math.floor(tokens / 100) / 10).toFixed(1)}k`
  return String(tokens)
}

/**
 * Reads a decimal amount of USD such as "82.40", digit by digit: no float ever touches it. What is finer than a
 * nanodollar is rounded half up.
 * @returns nanodollars; null for anything else, a sign, an exponent or an amount too large to hold exactly included
 */
export function parseUsd(text: string): number | null {
  const [, whole, fraction = ''] = /^(\d{1,15})(?:\.(\d{1,30}))?$/.exec(text.trim()) ?? []
  if (whole === undefined) return null
  const nano = BigInt(whole + fraction.slice(0, 9).padEnd(9, '0')) + (Number(fraction[9] ?? 0) >= 5 ? 1n : 0n)
  return nano <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(nano) : null
}
