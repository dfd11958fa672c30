import { marks, type Thresholds } from './ladder.ts'
import { formatTotal } from './money.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Least coverage before a horizon is believed (metrics specification, 14; the day's is that of the last hour). */
const needed = { totalMs: 6 * hourMs, hourMs: 30 * minuteMs, dayMs: 30 * minuteMs, weekMs: 3 * dayMs, periodMs: dayMs }

/** What the pool was charged in a span that ends now. */
export interface Trailing {
  readonly chargedNanoUsd: number
  /** Of the span, how long Kora was running. */
  readonly coveredMs: number
  /** How long the span is; no longer than there has been a ledger, or the time before would read as switched off. */
  readonly spanMs: number
}

interface Range {
  readonly low: number
  readonly centre: number
  readonly high: number
}

/** When a mark is passed at the high, the centre and the low rate, to the minute; null where the period ends first. */
interface Passing {
  readonly pct: number
  readonly earliestMs: number | null
  readonly centreMs: number | null
  readonly latestMs: number | null
}

export type Forecast =
  | { readonly kind: 'not_enough_data'; readonly coveredMs: number }
  | {
      readonly kind: 'pace'
      /** Whole nanodollars a day. */
      readonly rates: Range
      /** Whole nanodollars at the end of the period, uncapped. */
      readonly end: Range
      /** Of the marks still ahead, rising; empty when all were passed. */
      readonly passings: readonly Passing[]
    }

/**
 * Where the period ends at the pace of the last day, the last week and the period so far (metrics specification, 14).
 * Time in which Kora was not running counts in no rate, and the rest of the period is taken to run as much as the last
 * week did.
 */
export function forecast(input: {
  nowMs: number
  periodEndMs: number
  poolNanoUsd: number
  spentNanoUsd: number
  thresholds: Thresholds
  day: Trailing
  week: Trailing
  period: Trailing
  /** How long Kora has been running in all. */
  coveredMsTotal: number
}): Forecast {
  const { nowMs, spentNanoUsd, day, week, period } = input
  const rate = (trailing: Trailing): bigint => pacePerDay(trailing, week)
  const horizons = [
    ...(week.coveredMs >= needed.weekMs ? [{ weight: 5n, rate: rate(week) }] : []),
    ...(period.coveredMs >= needed.periodMs ? [{ weight: 3n, rate: rate(period) }] : []),
    ...(day.coveredMs >= needed.dayMs ? [{ weight: 2n, rate: rate(day) }] : []),
  ]
  if (input.coveredMsTotal < needed.totalMs || horizons.length === 0)
    return { kind: 'not_enough_data', coveredMs: input.coveredMsTotal }

  const weights = horizons.reduce((sum, { weight }) => sum + weight, 0n)
  const centre = horizons.reduce((sum, horizon) => sum + horizon.weight * horizon.rate, 0n) / weights
  const all = horizons.map((horizon) => Number(horizon.rate))
  const rates: Range = { low: Math.min(...all), centre: Number(centre), high: Math.max(...all) }

  const leftMs = Math.max(0, input.periodEndMs - nowMs)
  const atEnd = (perDay: number): number => spentNanoUsd + Number((BigInt(perDay) * BigInt(leftMs)) / BigInt(dayMs))
  const passedAt = (atNanoUsd: number, perDay: number): number | null => {
    if (perDay <= 0) return null
    const inMs = Number((BigInt(atNanoUsd - spentNanoUsd) * BigInt(dayMs)) / BigInt(perDay))
    return inMs < leftMs ? wholeMinute(nowMs + inMs) : null
  }
  return {
    kind: 'pace',
    rates,
    end: { low: atEnd(rates.low), centre: atEnd(rates.centre), high: atEnd(rates.high) },
    passings: marks(input.poolNanoUsd, input.thresholds)
      .filter(({ atNanoUsd }) => atNanoUsd > spentNanoUsd)
      .map(({ pct, atNanoUsd }) => ({
        pct,
        earliestMs: passedAt(atNanoUsd, rates.high),
        centreMs: passedAt(atNanoUsd, rates.centre),
        latestMs: passedAt(atNanoUsd, rates.low),
      })),
  }
}

/** Charged per running day, times the running share of the last week. */
function pacePerDay(trailing: Trailing, week: Trailing): bigint {
  const running = week.spanMs > 0 && week.coveredMs < week.spanMs
  const share = running ? { covered: BigInt(week.coveredMs), span: BigInt(week.spanMs) } : { covered: 1n, span: 1n }
  const charged = BigInt(Math.max(0, trailing.chargedNanoUsd))
  return (charged * BigInt(dayMs) * share.covered) / (BigInt(trailing.coveredMs) * share.span)
}

export interface Spike {
  /** Charged in the last 60 minutes. */
  readonly hourNanoUsd: number
  /** To the minute. */
  readonly emptyAtMs: number
}

/** Whether the pace of the last hour would empty the pool within a day; null when not, or when it cannot be told. */
export function spike(input: { nowMs: number; hour: Trailing; remainingNanoUsd: number }): Spike | null {
  const { nowMs, hour, remainingNanoUsd } = input
  if (hour.coveredMs < needed.hourMs || hour.chargedNanoUsd <= 0 || remainingNanoUsd <= 0) return null
  const inMs = Number((BigInt(remainingNanoUsd) * BigInt(hour.coveredMs)) / BigInt(hour.chargedNanoUsd))
  return inMs <= dayMs ? { hourNanoUsd: hour.chargedNanoUsd, emptyAtMs: wholeMinute(nowMs + inMs) } : null
}

/**
 * The forecast as it is shown, without a full stop. A spike outranks everything else.
 * @param options.extraUsageOff the provider refuses calls beyond the pool: a date is named instead of an amount above it
 * @param options.periodEndMs exclusive end of the period
 * @param options.timeZone IANA name, for moments; the period's last day is a UTC day
 */
export function forecastSentence(
  made: Forecast,
  options: {
    extraUsageOff: boolean
    poolNanoUsd: number
    periodEndMs: number
    spike: Spike | null
    timeZone: string
  },
): string {
  const { timeZone, periodEndMs } = options
  if (options.spike)
    return `At the pace of the last hour the pool is empty by ${clock(options.spike.emptyAtMs, timeZone)}`
  if (made.kind === 'not_enough_data') return 'Not enough data for a forecast yet'
  const stop = made.passings.at(-1)
  if (stop === undefined) return `The pool is used up; the next one begins on ${date(periodEndMs, 'UTC')}`
  if (options.extraUsageOff && stop.centreMs !== null)
    return `At this pace the pool stops the assistant around ${date(stop.centreMs, timeZone)}${span(stop, timeZone)}`

  const [low, centre, high] = [made.end.low, made.end.centre, made.end.high].map((amount) => formatTotal(amount))
  const used = `At this pace ${centre} of ${formatTotal(options.poolNanoUsd)} is used by ${date(periodEndMs - 1, 'UTC')}`
  if (options.extraUsageOff && stop.earliestMs !== null)
    return `${used} (from ${low}; at the highest pace the assistant stops around ${date(stop.earliestMs, timeZone)})`
  return low === high ? used : `${used} (${low}–${high})`
}

/** " (21–26 May)": between which days a mark is passed; empty when it is one day. */
function span({ earliestMs, latestMs }: Passing, timeZone: string): string {
  if (earliestMs === null) return ''
  const earliest = date(earliestMs, timeZone)
  if (latestMs === null) return ` (${earliest} or later)`
  const latest = date(latestMs, timeZone)
  if (earliest === latest) return ''
  const [day, month] = earliest.split(' ')
  return latest.endsWith(` ${month}`) ? ` (${day}–${latest})` : ` (${earliest}–${latest})`
}

const wholeMinute = (atMs: number): number => atMs - (atMs % minuteMs)

/** "23 May". */
function date(atMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone }).format(atMs)
}

/** "14:20". */
function clock(atMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone }).format(atMs)
}
