import type { SpendPoint } from '../../../contract/spend.ts'
import type { Gap } from '../../../domain/gaps.ts'
import { formatMoney, formatTokens, formatTotal } from '../../../domain/money.ts'
import { countOf, formatClock, formatDay, formatDuration } from '../../components/format.ts'
import { gapWords } from '../../components/gapWords.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Spans a chart can show, each in as many buckets as read well as bars; one more, since a span begins within a bucket. */
export const chartSpans = [
  { value: '1h', label: '1 h', words: 'the last hour', spanMs: hour, points: 61 },
  { value: '6h', label: '6 h', words: 'the last 6 h', spanMs: 6 * hour, points: 73 },
  { value: '24h', label: '24 h', words: 'the last 24 h', spanMs: day, points: 49 },
  { value: '7d', label: '7 d', words: 'the last 7 days', spanMs: 7 * day, points: 29 },
  { value: '30d', label: '30 d', words: 'the last 30 days', spanMs: 30 * day, points: 31 },
] as const
export type ChartSpan = (typeof chartSpans)[number]
export type ChartSpanName = ChartSpan['value']

/** The span a link asks for; a day when it asks for none there is. */
export function chartSpan(name: string | undefined): ChartSpan {
  return chartSpans.find(({ value }) => value === name) ?? chartSpans[2]
}

export interface Series {
  readonly label: string
  /** Token of its colour. */
  readonly colour: string
  /** Drawn in stripes, so that it differs from what is stacked below and above it without its colour too. */
  readonly striped: boolean
  /** One a bucket; null where Kora was not running. */
  readonly values: readonly (number | null)[]
}

export interface GapBox {
  readonly fromMs: number
  readonly toMs: number
  readonly words: string
}

/** What a chart draws: finished bars and the gaps between them. */
export interface Bars {
  readonly kind: 'tokens' | 'cost'
  readonly series: readonly Series[]
  /** Middle of each bucket. */
  readonly middlesMs: readonly number[]
  readonly bucketMs: number
  /** Less than half of the bucket was covered: drawn faintly. */
  readonly faint: readonly boolean[]
  /** Calls without a price in each bucket: their cost is in no bar. */
  readonly unpriced: readonly number[]
  readonly gaps: readonly GapBox[]
}

export interface SpendSeries {
  readonly bucketMs: number
  readonly points: readonly SpendPoint[]
  readonly gaps: readonly Gap[]
}

/** Nothing can be said about this bucket: Kora was not there, and no late report fell into it. */
function isGap(point: SpendPoint): boolean {
  return point.covered === 0 && point.calls === 0
}

export function tokenBars(series: SpendSeries): Bars {
  return bars('tokens', series, [
    ['input', '--series-1', (point) => point.inputTokens],
    ['output', '--series-2', (point) => point.outputTokens],
    ['cache', '--series-3', (point) => point.cacheTokens],
  ])
}

export function costBars(series: SpendSeries): Bars {
  return bars('cost', series, [
    ['cheap', '--series-1', (point) => point.cheapNanoUsd],
    ['strong', '--series-2', (point) => point.strongNanoUsd],
  ])
}

function bars(
  kind: Bars['kind'],
  { points, bucketMs, gaps }: SpendSeries,
  of: readonly (readonly [label: string, colour: string, value: (point: SpendPoint) => number])[],
): Bars {
  return {
    kind,
    bucketMs,
    series: of.map(([label, colour, value], index) => ({
      label,
      colour,
      striped: index === 1,
      values: points.map((point) => (isGap(point) ? null : value(point))),
    })),
    middlesMs: points.map((point) => point.atMs + bucketMs / 2),
    faint: points.map((point) => point.covered < 0.5),
    unpriced: points.map((point) => (kind === 'cost' ? point.unpriced : 0)),
    gaps: gapBoxes(points, bucketMs, gaps),
  }
}

/** Runs of empty buckets, each with the reason that covers most of it. */
export function gapBoxes(points: readonly SpendPoint[], bucketMs: number, gaps: readonly Gap[]): GapBox[] {
  const runs: { fromMs: number; toMs: number }[] = []
  for (const point of points) {
    if (!isGap(point)) continue
    const last = runs.at(-1)
    if (last && last.toMs === point.atMs) last.toMs = point.atMs + bucketMs
    else runs.push({ fromMs: point.atMs, toMs: point.atMs + bucketMs })
  }
  return runs.map((run) => {
    const shared = (gap: Gap) => Math.min(gap.toMs, run.toMs) - Math.max(gap.fromMs, run.fromMs)
    const reason = gaps.filter((gap) => shared(gap) > 0).toSorted((a, b) => shared(b) - shared(a))[0]?.reason
    return { ...run, words: reason ? gapWords[reason] : 'no record' }
  })
}

/** "30 min", "1 d": how long a bucket is, for a heading. */
export function bucketWords(bucketMs: number): string {
  return formatDuration(bucketMs)
}

/** The figure of a bar as its tooltip and its axis print it. */
export function barFigure(kind: Bars['kind'], value: number): string {
  return kind === 'tokens' ? formatTokens(Math.round(value)) : formatMoney(Math.round(value))
}

/** What pointing at a bar says: its figure, or why there is none. */
export function barLine(made: Bars, series: number, bucket: number): string {
  const one = made.series[series]
  const value = one?.values[bucket] ?? null
  if (value !== null) return `${one?.label}: ${barFigure(made.kind, value)}`
  const atMs = made.middlesMs[bucket] ?? 0
  return made.gaps.find((gap) => gap.fromMs <= atMs && atMs < gap.toMs)?.words ?? 'no record'
}

/** "12 May, 14:00 to 14:30". */
export function bucketTitle(middleMs: number, bucketMs: number): string {
  const [fromMs, toMs] = [middleMs - bucketMs / 2, middleMs + bucketMs / 2]
  if (bucketMs >= day) return formatDay(fromMs, fromMs)
  return `${formatDay(fromMs, fromMs)}, ${formatClock(fromMs)} to ${formatClock(toMs)}`
}

/** A chart in one sentence, for those who do not see it. */
export function barsSentence(made: Bars, words: string): string {
  const sums = made.series.map((one) => one.values.reduce<number>((sum, value) => sum + (value ?? 0), 0))
  const total = sums.reduce((sum, value) => sum + value, 0)
  const what = made.kind === 'tokens' ? 'Tokens' : 'Cost'
  if (total === 0) return `${what} in ${words}: none.`
  const heights = made.middlesMs.map((_, index) => made.series.reduce((sum, one) => sum + (one.values[index] ?? 0), 0))
  const top = heights.indexOf(Math.max(...heights))
  const figure = (value: number) =>
    made.kind === 'tokens' ? formatTokens(value) : formatTotal(value, { estimate: true })
  const parts = made.series.map((one, index) => `${one.label} ${figure(sums[index] ?? 0)}`).join(', ')
  const most = `most ${figure(heights[top] ?? 0)} on ${bucketTitle(made.middlesMs[top] ?? 0, made.bucketMs)}`
  const open = made.unpriced.reduce((sum, count) => sum + count, 0)
  const unpriced = open === 0 ? '' : `, +${open} unpriced`
  const gaps = made.gaps.length === 0 ? 'no gap' : countOf(made.gaps.length, 'gap')
  return `${what} in ${words}: ${figure(total)} in all${unpriced}, ${parts}; ${most}; ${gaps}.`
}
