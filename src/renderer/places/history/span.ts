const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** The stretch of time that is looked at. */
export type Span =
  /** It ends now, and goes on with it. */
  | { readonly kind: 'last'; readonly lastMs: number }
  /** From inclusive, to exclusive; null is open: from the first record, until now and on. */
  | { readonly kind: 'between'; readonly fromMs: number | null; readonly toMs: number | null }

export const everything: Span = { kind: 'between', fromMs: null, toMs: null }
export const usualSpan: Span = { kind: 'last', lastMs: day }

export const spanPresets = [
  { value: '1h', label: '1 h' },
  { value: '6h', label: '6 h' },
  { value: '24h', label: '24 h' },
  { value: '7d', label: '7 d' },
  { value: '30d', label: '30 d' },
  { value: 'all', label: 'All' },
] as const

/** Numbers of records hold times up to the year 2248. */
const latestMs = Date.UTC(2248, 0)
const units: Readonly<Record<string, number>> = { m: minute, h: hour, d: day }

/** The span a link asks for; the usual one when it asks for none there can be. */
export function readSpan(query: Readonly<Record<string, string>>): Span {
  const [fromMs, toMs] = [readTime(query['from']), readTime(query['to'])]
  if ((fromMs !== null || toMs !== null) && !(fromMs !== null && toMs !== null && toMs <= fromMs)) {
    return { kind: 'between', fromMs, toMs }
  }
  return presetSpan(query['span'] ?? '') ?? usualSpan
}

/** The span of a word such as `6h`, `7d`, `90m` or `all`; null when it is none. */
export function presetSpan(word: string): Span | null {
  if (word === 'all') return everything
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(word) ?? []
  const lastMs = Number(count) * (units[unit] ?? 0)
  return lastMs > 0 ? { kind: 'last', lastMs } : null
}

/** The word of a span; null when it lies between two times. */
export function presetOf(span: Span): string | null {
  if (span.kind === 'between') return span.fromMs === null && span.toMs === null ? 'all' : null
  const { lastMs } = span
  if (lastMs % day === 0 && lastMs > day) return `${lastMs / day}d`
  if (lastMs % hour === 0) return `${lastMs / hour}h`
  return `${Math.max(1, Math.round(lastMs / minute))}m`
}

/** The other way round; the usual span stands in no link. */
export function spanQuery(span: Span): Readonly<Record<'span' | 'from' | 'to', string | undefined>> {
  const preset = presetOf(span)
  if (preset !== null || span.kind === 'last') {
    return { span: preset === presetOf(usualSpan) ? undefined : (preset ?? undefined), from: undefined, to: undefined }
  }
  return { span: undefined, from: writeTime(span.fromMs), to: writeTime(span.toMs) }
}

/** ISO with any precision or epoch milliseconds; null for what is neither, or lies where no record can. */
function readTime(text: string | undefined): number | null {
  if (!text) return null
  const atMs = /^\d{10,16}$/.test(text) ? Number(text) : Date.parse(text)
  return atMs >= 0 && atMs <= latestMs ? Math.trunc(atMs) : null
}

function writeTime(atMs: number | null): string | undefined {
  return atMs === null ? undefined : new Date(atMs).toISOString().replace(/(?::00)?\.000Z$/, 'Z')
}

/** A span at one moment: what is asked for, and what the strip of its density covers. */
export interface Plan {
  /** Of the list; null is open. */
  readonly fromMs: number | null
  readonly toMs: number | null
  /** Where the span ends for people: now when it is open. */
  readonly endMs: number
  /** It ends now or later: new records belong to it. */
  readonly live: boolean
  readonly strip: { readonly fromMs: number; readonly toMs: number; readonly buckets: number }
}

/** Bars of a strip; one more on each side where a span begins or ends within one. */
const usualBars = 180
/** What round edges may cost: fewer would hide too much, more could not be told apart. */
const leastBars = 45
const mostBars = 360
const widths = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * second),
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 7, 14, 28].map((days) => days * day),
]

/** The narrowest round bar of which no more than fit a strip fill a span. */
export function barWidth(spanMs: number): number {
  const least = spanMs / usualBars
  return widths.find((width) => width >= least) ?? Math.ceil(least / (28 * day)) * 28 * day
}

/** A width whose bars begin and end with the span; the usual one where there are none. */
function fittingWidth(fromMs: number, toMs: number): number {
  const spanMs = toMs - fromMs
  const usual = barWidth(spanMs)
  const fitting = widths.filter(
    (width) => width >= spanMs / mostBars && width <= spanMs / leastBars && fromMs % width === 0 && toMs % width === 0,
  )
  return fitting.find((width) => width >= usual) ?? fitting.at(-1) ?? usual
}

const floorTo = (atMs: number, width: number) => Math.floor(atMs / width) * width
const ceilTo = (atMs: number, width: number) => Math.ceil(atMs / width) * width

/**
 * A span as of now. One that ends now begins with a whole bar, so that the strip and the list begin alike.
 * @param nowMs when it ends if it is open: the daemon's now, or the newest record of a file
 * @param oldestMs the first record; null when there is none
 */
export function planSpan(span: Span, nowMs: number, oldestMs: number | null): Plan {
  if (span.kind === 'last') {
    const width = barWidth(span.lastMs)
    const fromMs = Math.max(0, floorTo(nowMs - span.lastMs, width))
    return planOf({ fromMs, toMs: null }, fromMs, ceilTo(nowMs + 1, width), width, nowMs)
  }
  const { fromMs, toMs } = span
  if (fromMs !== null && toMs !== null) return planOf(span, fromMs, toMs, fittingWidth(fromMs, toMs), nowMs)
  const end = toMs ?? Math.max(nowMs + 1, (fromMs ?? 0) + second)
  const begin = Math.min(fromMs ?? oldestMs ?? end - hour, end - second)
  const width = barWidth(end - begin)
  return planOf(span, fromMs ?? floorTo(begin, width), toMs ?? ceilTo(end, width), width, nowMs)
}

function planOf(
  { fromMs, toMs }: { fromMs: number | null; toMs: number | null },
  stripFromMs: number,
  stripToMs: number,
  width: number,
  nowMs: number,
): Plan {
  return {
    fromMs,
    toMs,
    endMs: toMs ?? nowMs,
    live: toMs === null || toMs > nowMs,
    strip: { fromMs: stripFromMs, toMs: stripToMs, buckets: Math.ceil((stripToMs - stripFromMs) / width) },
  }
}

/**
 * The span before or after one of the same length; null where there is nothing. Whole days of the operator stay whole
 * days when a clock change makes one longer.
 */
export function shiftSpan(span: Span, plan: Plan, step: 1 | -1, nowMs: number, oldestMs: number | null): Span | null {
  const { fromMs } = plan
  if (fromMs === null) return null
  if (step === -1) {
    if (oldestMs === null || fromMs <= oldestMs) return null
    const length = span.kind === 'last' ? span.lastMs : nowMs - fromMs
    const before = plan.toMs === null ? { fromMs: fromMs - length, toMs: fromMs } : moved(fromMs, plan.toMs, -1)
    return { kind: 'between', fromMs: Math.max(0, before.fromMs), toMs: before.toMs }
  }
  if (plan.toMs === null || plan.live) return null
  const next = moved(fromMs, plan.toMs, 1)
  const length = plan.toMs - fromMs
  // Less than a bar before now is now.
  if (next.toMs + barWidth(length) > nowMs) return { kind: 'last', lastMs: ceilTo(length, minute) }
  return { kind: 'between', ...next }
}

function moved(fromMs: number, toMs: number, step: 1 | -1): { fromMs: number; toMs: number } {
  const [from, to] = [new Date(fromMs), new Date(toMs)]
  const clock = (at: Date) => [at.getHours(), at.getMinutes(), at.getSeconds(), at.getMilliseconds()].join()
  if (clock(from) !== clock(to)) return { fromMs: fromMs + step * (toMs - fromMs), toMs: toMs + step * (toMs - fromMs) }
  const days = step * Math.round((toMs - fromMs) / day)
  return { fromMs: from.setDate(from.getDate() + days), toMs: to.setDate(to.getDate() + days) }
}

/** The next wider span around the same middle; null when everything is shown already. */
export function widerSpan(span: Span, plan: Plan, nowMs: number, oldestMs: number | null): Span | null {
  if (span.kind === 'last') {
    const presets = spanPresets.map(({ value }) => presetSpan(value))
    return presets.find((preset) => preset?.kind === 'last' && preset.lastMs > span.lastMs) ?? everything
  }
  if (span.fromMs === null && span.toMs === null) return null
  const { fromMs, toMs } = plan.strip
  const length = 2 * (toMs - fromMs)
  const width = barWidth(length)
  const begin = floorTo(fromMs - length / 4, width)
  const end = ceilTo(toMs + length / 4, width)
  const fromStart = span.fromMs === null || oldestMs === null || begin <= oldestMs
  const untilNow = span.toMs === null || end >= nowMs
  if (fromStart && untilNow) return everything
  if (untilNow && !fromStart) return { kind: 'last', lastMs: ceilTo(nowMs - begin, minute) }
  return { kind: 'between', fromMs: fromStart ? null : begin, toMs: end }
}

/** Ten minutes before and after a moment, on whole bars. */
export function spanAround(atMs: number): Span {
  const width = barWidth(20 * minute)
  return {
    kind: 'between',
    fromMs: Math.max(0, floorTo(atMs - 10 * minute, width)),
    toMs: ceilTo(atMs + 10 * minute, width),
  }
}

/** A moment as a date-time field takes it: the operator's clock, with seconds where there are any. */
export function toField(atMs: number): string {
  const at = new Date(atMs)
  const two = (part: number) => String(part).padStart(2, '0')
  const date = [String(at.getFullYear()).padStart(4, '0'), two(at.getMonth() + 1), two(at.getDate())].join('-')
  const seconds = at.getSeconds() === 0 ? '' : `:${two(at.getSeconds())}`
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}${seconds}`
}

/** What a date-time field holds as a moment; null when it is not filled in, or lies where no record can. */
export function fromField(text: string): number | null {
  if (!/^\d{4,6}-\d\d-\d\dT\d\d:\d\d/.test(text)) return null
  return readTime(new Date(text).getTime().toString())
}
