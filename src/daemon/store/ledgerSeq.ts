/** Calls that can be told apart within one millisecond. */
export const callsPerMs = 1_024

/**
 * The number of the first row that a call at that moment could have. Rows are numbered by their time, so that a stretch
 * of time is a stretch of the table and needs no index of its own: one page less to write for every call. Times up to
 * the year 2248 fit.
 */
export function seqAt(atMs: number): number {
  return Math.min(Math.max(0, atMs) * callsPerMs, Number.MAX_SAFE_INTEGER)
}
