import { utcSeconds } from '../time.ts'

export const dayMs = 86_400_000
/** Days of a published series, today included. */
const seriesDays = 14

/** Windows of the published lists of investigations. */
export const windowNames = ['24h', '7d', 'all'] as const
export type WindowName = (typeof windowNames)[number]

/** Where a window begins; null when it has no beginning. */
export function windowStartMs(window: WindowName, nowMs: number): number | null {
  switch (window) {
    case '24h':
      return nowMs - dayMs
    case '7d':
      return nowMs - 7 * dayMs
    case 'all':
      return null
  }
}

interface Timed {
  readonly emittedAtMs: number
}

/** Rows of the last 24 hours, the oldest moment included. */
export function lastDay<T extends Timed>(rows: readonly T[], nowMs: number): T[] {
  return rows.filter((row) => row.emittedAtMs >= nowMs - dayMs)
}

/** The first moment of a series that ends today: the start of a UTC day. */
export function seriesStartMs(nowMs: number): number {
  return nowMs - (nowMs % dayMs) - (seriesDays - 1) * dayMs
}

/** Rows a day: exactly 14 UTC days, today last, zeros where there was nothing (audit specification, 8). */
export function daily(rows: readonly Timed[], nowMs: number): { date: string; count: number }[] {
  const startMs = seriesStartMs(nowMs)
  const counts = Array.from({ length: seriesDays }, () => 0)
  for (const { emittedAtMs } of rows) {
    const day = Math.floor((emittedAtMs - startMs) / dayMs)
    const before = counts[day]
    if (before !== undefined) counts[day] = before + 1
  }
  return counts.map((count, day) => ({ date: utcSeconds(startMs + day * dayMs).slice(0, 10), count }))
}

/** Every name with how often it occurs, those that never do included; other names are not counted. */
export function tally<T extends string>(names: readonly T[], found: Iterable<string>): Record<T, number> {
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<T, number>
  for (const name of found) if (Object.hasOwn(counts, name)) counts[name as T]++
  return counts
}

/** How often each name occurs, in alphabetical order. */
export function frequencies(found: Iterable<string>): Record<string, number> {
  const counts = new Map<string, number>()
  for (const name of found) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
