import type { SeriesPoint } from '../../../contract/probes.ts'
import { countOf, formatDuration, formatLatency } from '../../components/format.ts'

export const latencyWindows = [
  { value: '1h', label: '1 h', words: 'the last hour', spanMs: 3_600_000 },
  { value: '6h', label: '6 h', words: 'the last 6 h', spanMs: 6 * 3_600_000 },
  { value: '24h', label: '24 h', words: 'the last 24 h', spanMs: 24 * 3_600_000 },
  { value: '48h', label: '48 h', words: 'the last 48 h', spanMs: 48 * 3_600_000 },
] as const
export type LatencyWindow = (typeof latencyWindows)[number]['value']

interface Dot {
  readonly x: number
  readonly y: number | null
}

/** What a chart draws: finished lines. Null is a gap and stays one. */
export interface LatencyLines {
  readonly usual: readonly Dot[]
  readonly highest: readonly Dot[]
  /** Buckets with failed checks, to be marked on the axis. */
  readonly failed: readonly { readonly x: number; readonly y: 0; readonly count: number }[]
}

export function latencyLines(points: readonly SeriesPoint[]): LatencyLines {
  return {
    usual: points.map((point) => ({ x: point.atMs, y: point.latencyMs })),
    highest: points.map((point) => ({ x: point.atMs, y: point.maxMs })),
    failed: points.filter((point) => point.bad > 0).map((point) => ({ x: point.atMs, y: 0, count: point.bad })),
  }
}

/** The chart in one sentence, for those who do not see it. */
export function latencySentence(points: readonly SeriesPoint[], bucketMs: number, words: string): string {
  const measured = points
    .flatMap((point) => (point.latencyMs === null ? [] : [point.latencyMs]))
    .toSorted((a, b) => a - b)
  if (measured.length === 0) return `Nothing was measured in ${words}.`
  const middle = measured[Math.floor(measured.length / 2)] ?? null
  const highest = Math.max(...points.map((point) => point.maxMs ?? point.latencyMs ?? 0))
  const bad = points.reduce((sum, point) => sum + point.bad, 0)
  const gaps = gapsOf(points)
  const gapWords =
    gaps.length === 0
      ? 'no gap'
      : `${countOf(gaps.length, 'gap')}, the longest ${formatDuration(Math.max(...gaps) * bucketMs)}`
  return `Latency in ${words}: usually ${formatLatency(middle)}, at most ${formatLatency(highest)}, ${countOf(bad, 'failed check')}, ${gapWords}.`
}

/** Lengths in buckets of every run without a sample. */
function gapsOf(points: readonly SeriesPoint[]): number[] {
  const gaps: number[] = []
  let run = 0
  for (const point of points) {
    if (point.samples === 0) run++
    else {
      if (run > 0) gaps.push(run)
      run = 0
    }
  }
  return run > 0 ? [...gaps, run] : gaps
}
