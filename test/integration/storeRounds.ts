/**
 * How hard the store's fault tests try: `KORA_ROUNDS` is their number of rounds, small unless told, since the long
 * form takes minutes.
 */
export function rounds(usual: number): number {
  const wanted = Number(process.env['KORA_ROUNDS'])
  return Number.isInteger(wanted) && wanted > 0 ? wanted : usual
}

/** Prints what a fault test found, one line of JSON, for the torture report. */
export function figure(row: number, name: string, values: Record<string, number>): void {
  process.stdout.write(`${JSON.stringify({ row, name, ...values })}\n`)
}

/** Whole number from 0 to below `end`. */
export function randomBelow(end: number): number {
  return Math.floor(Math.random() * end)
}
