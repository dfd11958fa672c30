export const oldestNode: number
export function nodeRefusal(version: string): string | null
export function headlessReason(seen: {
  platform: string
  env: Readonly<Record<string, string | undefined>>
  uid: number | null
  args: readonly string[]
}): string | null
export function missingLibraries(output: string): string[]
export function earlyDeath(end: { code: number | null; signal: string | null; stderr: string }): string | null
