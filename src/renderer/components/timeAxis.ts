import { formatClock, formatDay } from './format.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const steps = [
  ...[5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => minutes * minute),
  ...[1, 2, 5, 7, 14, 28, 56, 112, 224, 448, 896].map((days) => days * day),
]

const longest = 1_792 * day

/**
 * Round times for a time axis: at most `count` of them and one more, on whole minutes, hours or days of the operator.
 * @param offsetMinutes `Date.getTimezoneOffset()` of the operator
 */
export function timeTicks(fromMs: number, toMs: number, count: number, offsetMinutes: number): number[] {
  const step = steps.find((candidate) => (toMs - fromMs) / candidate <= count) ?? longest
  const offset = offsetMinutes * minute
  const ticks: number[] = []
  for (let at = Math.ceil((fromMs - offset) / step) * step + offset; at <= toMs; at += step) ticks.push(at)
  return ticks
}

/** How a time reads on an axis: the day at midnight of a long span, with its year in one of years, else the time of day. */
export function timeLabel(atMs: number, spanMs: number): string {
  if (spanMs > 360 * day) return formatDay(atMs, 0)
  const midnight = formatClock(atMs) === '00:00'
  return spanMs > 7 * hour && midnight ? formatDay(atMs, atMs) : formatClock(atMs)
}
