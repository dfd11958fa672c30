/**
 * Money is integer nanodollars (1 USD = 1_000_000_000). A JavaScript number holds them exactly up to about
 * 9 million dollars, far above any pool this product governs.
 */
export const nanoPerUsd = 1_000_000_000

/** Nanodollars as published microdollar integers, half up. */
export function toMicroUsd(nanoUsd: number): number {
  return Math.floor((nanoUsd + 500) / 1000)
}

/** Nanodollars as a published USD number with at most six decimals, half up. */
export function toUsd(nanoUsd: number): number {
  return toMicroUsd(nanoUsd) / 1_000_000
}

/**
 * How money reads on every screen: null "–", zero "$0", under a hundredth of a cent "<$0.0001",
 * under ten cents four decimals, else two. Estimates carry "~" in front.
 */
export function formatMoney(nanoUsd: number | null, options: { estimate?: boolean } = {}): string {
  if (nanoUsd === null) return '–'
  const mark = options.estimate ? '~' : ''
  if (nanoUsd === 0) return `${mark}$0`
  const usd = nanoUsd / nanoPerUsd
  if (Math.abs(usd) < 0.0001) return '<$0.0001'
  return `${mark}$${usd.toFixed(Math.abs(usd) < 0.1 ? 4 : 2)}`
}
