/** Path of Electron's binary, fetched when it is not there yet. */
export function electronBinary(
  root: string,
  say: (line: string) => void,
  patience?: { begin: number; stall: number },
): Promise<{ path: string } | { reason: string }>
