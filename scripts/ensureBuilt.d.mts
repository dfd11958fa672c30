/** Folder of `package.json`. */
export const root: string
/** Builds `out` when it is missing or older than what it is made of. @throws with what the build printed */
export function ensureBuilt(say?: (line: string) => void): void
