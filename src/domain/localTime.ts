const minuteMs = 60_000
const dayMs = 86_400_000

/** A stretch of time, epoch ms; `toMs` is exclusive. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Hours of the local week. `from` and `to` are readings of the local clock, "HH:MM", so the elapsed time between them
 * is an hour shorter or longer in the night of a clock change. Each occurrence belongs to the day on which it begins:
 *
 * - It begins when the clock first reads `from`, or at the jump where the clock passes over it.
 * - It ends when the clock has read less than `to` for the last time: where a stretch of time repeats that `to` lies
 *   within, in the second pass; where the clock passes over it, at the jump.
 * - An occurrence of which the jump leaves nothing does not happen, and none goes on when the next one begins.
 */
export interface LocalHours {
  /** Days of the local week on which it begins: 0 = Sunday to 6. */
  readonly days: readonly number[]
  readonly from: string
  /** At or before `from`: it ends on the next day. */
  readonly to: string
  /** IANA name. */
  readonly timeZone: string
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const kept = formats.get(timeZone)
  if (kept) return kept
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timeZone, made)
  return made
}

/** Whether this machine knows a zone of this name. A bare offset such as "+02:00" is none: it has no clock changes. */
export function isTimeZone(name: string): boolean {
  if (name === 'UTC') return true
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    formatOf(name)
    return true
  } catch {
    return false
  }
}

/** Whether a text is a reading of the clock, "00:00" to "23:59". */
export function isTimeOfDay(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text)
}

/** The occurrence in force at a moment; null when none is. */
export function localSpanAt(hours: LocalHours, nowMs: number): Span | null {
  const today = localDay(nowMs, hours.timeZone)
  // Tomorrow's may have begun already where the clock is put back over midnight.
  for (const day of [today + dayMs, today, today - dayMs]) {
    const span = spanFrom(day, hours)
    if (span && span.fromMs <= nowMs && nowMs < span.toMs) return span
  }
  return null
}

/** The first occurrence that begins after a moment; null when there is no day on which it may. */
export function nextLocalSpan(hours: LocalHours, nowMs: number): Span | null {
  const today = localDay(nowMs, hours.timeZone)
  // Two weeks: the only one of this week may be the one a clock change leaves out.
  for (let ahead = 0; ahead <= 14; ahead++) {
    const span = spanFrom(today + ahead * dayMs, hours)
    if (span && span.fromMs > nowMs) return span
  }
  return null
}

/**
 * The occurrence that begins on one day.
 * @param day a local date, as the UTC midnight of the same date
 */
function spanFrom(day: number, { days, from, to, timeZone }: LocalHours): Span | null {
  const beginsOn = (date: number): boolean => days.includes(new Date(date).getUTCDay())
  if (!beginsOn(day)) return null
  const beginning = minutes(from) * minuteMs
  const end = minutes(to) * minuteMs
  const nextDay = day + dayMs
  const fromMs = firstAt(day + beginning, timeZone)
  const endMs = lastBefore((end > beginning ? day : nextDay) + end, timeZone)
  const toMs = beginsOn(nextDay) ? Math.min(endMs, firstAt(nextDay + beginning, timeZone)) : endMs
  return fromMs < toMs ? { fromMs, toMs } : null
}

function minutes(time: string): number {
  const [hour = '0', minute = '0'] = time.split(':')
  return Number(hour) * 60 + Number(minute)
}

function localDay(nowMs: number, timeZone: string): number {
  return Math.floor((nowMs + offsetMs(nowMs, timeZone)) / dayMs) * dayMs
}

/** When the local clock first reads at least this. @param wallMs the reading, as the UTC moment that reads the same */
function firstAt(wallMs: number, timeZone: string): number {
  return momentsOf(wallMs, timeZone)[0] ?? jumpNear(wallMs, timeZone)
}

/** When the local clock stops reading less than this for good. */
function lastBefore(wallMs: number, timeZone: string): number {
  const [first, second] = momentsOf(wallMs, timeZone)
  if (first === undefined) return jumpNear(wallMs, timeZone)
  if (second === undefined) return first
  // Put back to this very reading, the clock never reads less again after it first came here.
  const putBackToIt = offsetMs(second - 1, timeZone) !== offsetMs(second, timeZone)
  return putBackToIt ? first : second
}

/** The moments at which the local clock reads this: one; two where time repeats; none where the clock passes over it. */
function momentsOf(wallMs: number, timeZone: string): number[] {
  // No offset reaches a day, so the one change that can matter lies between these two.
  const before = offsetMs(wallMs - dayMs, timeZone)
  const after = offsetMs(wallMs + dayMs, timeZone)
  if (before === after) return [wallMs - before]
  return [wallMs - before, wallMs - after].filter((atMs) => atMs + offsetMs(atMs, timeZone) === wallMs)
}

/** The moment of the clock change within a day of a reading that the clock passes over. */
function jumpNear(wallMs: number, timeZone: string): number {
  let beforeMs = wallMs - dayMs
  let afterMs = wallMs + dayMs
  const before = offsetMs(beforeMs, timeZone)
  while (afterMs - beforeMs > 1) {
    const middleMs = Math.floor((beforeMs + afterMs) / 2)
    if (offsetMs(middleMs, timeZone) === before) beforeMs = middleMs
    else afterMs = middleMs
  }
  return afterMs
}

/** How far the local clock is ahead of UTC, ms. */
function offsetMs(atMs: number, timeZone: string): number {
  // Time zone data costs memory, and UTC needs none.
  if (timeZone === 'UTC') return 0
  const parts = formatOf(timeZone).formatToParts(atMs)
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value)
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return local - Math.floor(atMs / 1_000) * 1_000
}
