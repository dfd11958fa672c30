const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Bucket widths a chart may get; past the last one, whole multiples of a day. */
export const bucketLadderMs: readonly number[] = [
  second,
  5 * second,
  10 * second,
  30 * second,
  minute,
  5 * minute,
  15 * minute,
  30 * minute,
  hour,
  6 * hour,
  day,
]

/** One check, as far as a chart needs it. */
export interface LatencySample {
  readonly atMs: number
  /** Null when nothing was measured. */
  readonly latencyMs: number | null
  readonly bad: boolean
}

export interface LatencyBucket {
  /** Start of the bucket, a multiple of its width since the epoch, so that buckets stay put while time moves on. */
  readonly atMs: number
  /** Mean of the measured latencies in whole ms; null is a gap. */
  readonly latencyMs: number | null
  readonly maxMs: number | null
  /** Checks in the bucket, measured or not. */
  readonly samples: number
  readonly bad: number
}

interface Range {
  readonly fromMs: number
  readonly toMs: number
  /** The most buckets wanted, 1 or more. */
  readonly points: number
}

/** The narrowest width of the ladder with which at most `points` aligned buckets cover the range, both ends included. */
export function bucketWidthMs({ fromMs, toMs, points }: Range): number {
  const fits = (widthMs: number): boolean => bucketCount(fromMs, toMs, widthMs) <= Math.max(1, points)
  const listed = bucketLadderMs.find(fits)
  if (listed !== undefined) return listed
  let days = Math.max(1, Math.floor((toMs - fromMs) / day / Math.max(1, points)))
  // Ends at the latest when one bucket reaches from the epoch past the end of the range.
  while (!fits(days * day) && days * day <= toMs) days++
  return days * day
}

function bucketCount(fromMs: number, toMs: number, widthMs: number): number {
  return Math.floor(toMs / widthMs) - Math.floor(fromMs / widthMs) + 1
}

/**
 * Samples of one probe, in any order, as a finished series, oldest first. Every bucket of the range is there, so a
 * gap is a point without a latency. Samples outside the range are left out; both ends belong to it.
 */
export function bucketSeries(
  samples: Iterable<LatencySample>,
  range: Range,
): { bucketMs: number; points: LatencyBucket[] } {
  const { fromMs, toMs } = range
  if (toMs < fromMs) return { bucketMs: second, points: [] }
  const bucketMs = bucketWidthMs(range)
  const first = Math.floor(fromMs / bucketMs)
  const tallies = Array.from({ length: bucketCount(fromMs, toMs, bucketMs) }, newTally)
  for (const sample of samples) {
    if (sample.atMs < fromMs || sample.atMs > toMs) continue
    const tally = tallies[Math.floor(sample.atMs / bucketMs) - first]
    if (tally) count(tally, sample)
  }
  return {
    bucketMs,
    points: tallies.map((tally, index) => ({
      atMs: (first + index) * bucketMs,
      latencyMs: mean(tally),
      maxMs: tally.maxMs,
      samples: tally.samples,
      bad: tally.bad,
    })),
  }
}

/**
 * The last hour up to `nowMs` as 60 one-minute means in whole ms, oldest first; null is a gap. The last minute ends
 * with `nowMs`. Samples older than an hour or later than `nowMs` are left out.
 */
export function minuteBuckets(
  samples: Iterable<Pick<LatencySample, 'atMs' | 'latencyMs'>>,
  nowMs: number,
): (number | null)[] {
  const tallies = Array.from({ length: 60 }, newTally)
  for (const { atMs, latencyMs } of samples) {
    const tally = tallies[59 - Math.floor((nowMs - atMs) / minute)]
    if (tally) count(tally, { atMs, latencyMs, bad: false })
  }
  return tallies.map(mean)
}

/**
 * Nearest-rank percentile: always one of the values.
 * @param share 0–1, such as 0.95
 * @returns null with fewer than 5 values, which say nothing about a tail
 */
export function percentile(values: readonly number[], share: number): number | null {
  if (values.length < 5) return null
  const sorted = values.toSorted((a, b) => a - b)
  // 0.07 × 100 is a hair above 7 in floating point; that hair must not cost a rank.
  const rank = Math.ceil(share * sorted.length - 1e-9)
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1] ?? null
}

interface Tally {
  sum: number
  measured: number
  maxMs: number | null
  samples: number
  bad: number
}

function newTally(): Tally {
  return { sum: 0, measured: 0, maxMs: null, samples: 0, bad: 0 }
}

function count(tally: Tally, { latencyMs, bad }: LatencySample): void {
  tally.samples++
  if (bad) tally.bad++
  if (latencyMs === null) return
  tally.sum += latencyMs
  tally.measured++
  tally.maxMs = tally.maxMs === null ? latencyMs : Math.max(tally.maxMs, latencyMs)
}

function mean({ sum, measured }: Tally): number | null {
  return measured === 0 ? null : Math.round(sum / measured)
}
