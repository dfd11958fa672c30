/** What a process of Kora leaves with; documented in `kora --help`. */
export const exitCodes = { ok: 0, failed: 1, badUsage: 2, alreadyRunning: 3, notRunning: 4, interrupted: 130 } as const
