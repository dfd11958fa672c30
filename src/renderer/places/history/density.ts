import type { Gap } from '../../../domain/gaps.ts'
import { countOf, formatCount, formatDuration } from '../../components/format.ts'
import { gapWords } from '../../components/gapWords.ts'
import { spanWords } from './words.ts'

/** How many records there are in each of equal stretches of time, as the daemon counts them. */
export interface Density {
  /** `counts[n]` begins at `fromMs + n * bucketMs`. */
  readonly fromMs: number
  readonly bucketMs: number
  readonly counts: readonly number[]
  readonly total: number
  readonly gaps: readonly Gap[]
}

/** A stretch of neighbouring bars, both ends inclusive. */
export interface Stretch {
  readonly first: number
  readonly last: number
}

const lengthMs = ({ bucketMs, counts }: Density) => bucketMs * counts.length

/** The stretch of time that some bars stand for. */
export function stretchSpan({ fromMs, bucketMs }: Density, { first, last }: Stretch): { fromMs: number; toMs: number } {
  return { fromMs: fromMs + first * bucketMs, toMs: fromMs + (last + 1) * bucketMs }
}

/** The bar at a share of the width, 0 to 1; what lies beside the strip counts as its edge. */
export function bucketAt({ counts }: Density, share: number): number {
  return Math.min(counts.length - 1, Math.max(0, Math.floor(share * counts.length)))
}

/** Where a moment lies in the strip, 0 to 1; null when it is outside. */
export function shareOf(density: Density, atMs: number): number | null {
  const share = (atMs - density.fromMs) / lengthMs(density)
  return share >= 0 && share <= 1 ? share : null
}

/** A bar is never lower than this, or a single record would vanish beside many. */
const leastHeight = 2

/**
 * All bars as one path, their edges on whole pixels.
 * @param width of the strip, px
 * @param height of the highest bar, px
 */
export function barsPath({ counts }: Density, width: number, height: number): string {
  const most = Math.max(...counts, 1)
  const pitch = width / counts.length
  const gap = pitch >= 4 ? 1 : 0
  return counts
    .map((count, index) => {
      if (count === 0) return ''
      const left = Math.round(index * pitch)
      const right = Math.max(left + 1, Math.round((index + 1) * pitch) - gap)
      const tall = Math.max(leastHeight, Math.round((count / most) * height))
      return `M${left} ${height}V${height - tall}H${right}V${height}Z`
    })
    .join('')
}

export interface GapBox {
  /** Shares of the width, 0 to 1. */
  readonly left: number
  readonly right: number
  readonly words: string
}

/** The gaps inside a strip, as shares of its width. */
export function gapBoxes(density: Density): GapBox[] {
  const length = lengthMs(density)
  return density.gaps.flatMap((gap) => {
    const left = Math.max(0, (gap.fromMs - density.fromMs) / length)
    const right = Math.min(1, (gap.toMs - density.fromMs) / length)
    return right > left ? [{ left, right, words: gapWords[gap.reason] }] : []
  })
}

/** "12 May 14:00 to 14:10: 12 records, asleep 14:02 to 18:40". */
export function stretchWords(density: Density, stretch: Stretch, nowMs: number): string {
  const { fromMs, toMs } = stretchSpan(density, stretch)
  const count = density.counts.slice(stretch.first, stretch.last + 1).reduce((sum, one) => sum + one, 0)
  const within = density.gaps.filter((gap) => gap.toMs > fromMs && gap.fromMs < toMs)
  return [`${spanWords(fromMs, toMs, nowMs)}: ${countOf(count, 'record')}`, ...gapsIn(within, nowMs)].join(', ')
}

/** One gap by its reason and its ends, several by their number. */
function gapsIn(gaps: readonly Gap[], nowMs: number): string[] {
  const [only] = gaps
  if (!only) return []
  if (gaps.length > 1) return [countOf(gaps.length, 'gap')]
  return [`${gapWords[only.reason]} ${spanWords(minuteOf(only.fromMs), minuteOf(only.toMs), nowMs)}`]
}

const minuteOf = (atMs: number) => Math.floor(atMs / 60_000) * 60_000

/** "A bar is 10 min, the highest 41 records". */
export function scaleWords({ bucketMs, counts, total }: Density): string {
  const highest = total === 0 ? '' : `, the highest ${countOf(Math.max(0, ...counts), 'record')}`
  return `A bar is ${formatDuration(bucketMs)}${highest}`
}

/** The strip in one sentence, for those who do not see it. */
export function densitySentence(density: Density, nowMs: number): string {
  const { counts, gaps, total } = density
  const { fromMs, toMs } = stretchSpan(density, { first: 0, last: counts.length - 1 })
  const span = `Records from ${spanWords(fromMs, toMs, nowMs)}`
  if (total === 0) return `${span}: none; ${countOf(gaps.length, 'gap')}.`
  const top = counts.indexOf(Math.max(...counts))
  const most = spanWords(...ends(stretchSpan(density, { first: top, last: top })), nowMs)
  return `${span}: ${formatCount(total)} in all, most ${formatCount(counts[top] ?? 0)} on ${most}; ${countOf(gaps.length, 'gap')}.`
}

const ends = ({ fromMs, toMs }: { fromMs: number; toMs: number }): [number, number] => [fromMs, toMs]

export interface DensityRow {
  readonly key: string
  readonly span: string
  readonly what: string
}

/** The strip as a table: bars that hold something, and the gaps, in the order of time. */
export function densityRows(density: Density, nowMs: number): DensityRow[] {
  const bars = density.counts.flatMap((count, index) => {
    if (count === 0) return []
    const { fromMs, toMs } = stretchSpan(density, { first: index, last: index })
    return [{ fromMs, toMs, what: countOf(count, 'record') }]
  })
  const gaps = density.gaps.map(({ fromMs, toMs, reason }) => ({ fromMs, toMs, what: gapWords[reason] }))
  return [...bars, ...gaps]
    .toSorted((a, b) => a.fromMs - b.fromMs)
    .map(({ fromMs, toMs, what }) => ({ key: `${fromMs} ${what}`, span: spanWords(fromMs, toMs, nowMs), what }))
}
