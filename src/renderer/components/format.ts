/** How figures and times read on every screen. Pure; the time zone is a parameter only for tests. */

const thin = '\u2009'
const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

interface Zone {
  readonly timeZone?: string | undefined
}

const cache = new Map<string, Intl.DateTimeFormat>()

/** Making a formatter costs 50 µs and keeps its locale data; a screen of 500 ages asks for the same few. */
function dateFormat(options: Intl.DateTimeFormatOptions & Zone): Intl.DateTimeFormat {
  const key = JSON.stringify(options)
  const known = cache.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-GB', options)
  cache.set(key, made)
  return made
}

/** "14:02" */
export function formatClock(atMs: number, zone: Zone = {}): string {
  return dateFormat({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone }).format(atMs)
}

/** "14:02:31" */
export function formatClockSeconds(atMs: number, zone: Zone = {}): string {
  return dateFormat({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', ...zone }).format(atMs)
}

/** "14 Mar", with the year when it is not this one. */
export function formatDay(atMs: number, nowMs: number, zone: Zone = {}): string {
  const year = dateFormat({ year: 'numeric', ...zone })
  const sameYear = year.format(atMs) === year.format(nowMs)
  // Month names by hand: ICU versions differ between "Sep" and "Sept".
  const parts = dateFormat({ day: 'numeric', month: 'numeric', ...zone }).formatToParts(atMs)
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value)
  const text = `${part('day')} ${months[part('month') - 1] ?? ''}`
  return sameYear ? text : `${text} ${year.format(atMs)}`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function weekday(atMs: number, zone: Zone): string {
  return dateFormat({ weekday: 'short', ...zone }).format(atMs)
}

function sameDay(aMs: number, bMs: number, zone: Zone): boolean {
  const format = dateFormat({ year: 'numeric', month: '2-digit', day: '2-digit', ...zone })
  return format.format(aMs) === format.format(bMs)
}

/**
 * How long ago: "12 s", "4 min", "3 h", then "Tue 14:02", then "14 Mar 14:02". A time in the future (a clock that
 * is a little off) reads as "0 s".
 */
export function formatAge(atMs: number, nowMs: number, zone: Zone = {}): string {
  const age = Math.max(0, nowMs - atMs)
  if (age < minute) return `${Math.floor(age / second)} s`
  if (age < hour) return `${Math.floor(age / minute)} min`
  if (age < day) return `${Math.floor(age / hour)} h`
  if (age < 6 * day) return `${weekday(atMs, zone)} ${formatClock(atMs, zone)}`
  return `${formatDay(atMs, nowMs, zone)} ${formatClock(atMs, zone)}`
}

/** The same as a phrase: "12 s ago", "3 h ago", "on Tue 14:02". */
export function formatAgo(atMs: number, nowMs: number, zone: Zone = {}): string {
  const text = formatAge(atMs, nowMs, zone)
  return nowMs - atMs < day ? `${text} ago` : `on ${text}`
}

/** What is to come: "in 12 s", "in 4 min", "in 3 h", "Tue 14:02"; "now" when it is due. */
export function formatUntil(atMs: number, nowMs: number, zone: Zone = {}): string {
  const left = atMs - nowMs
  if (left <= 0) return 'now'
  if (left < minute) return `in ${Math.ceil(left / second)} s`
  if (left < hour) return `in ${Math.ceil(left / minute)} min`
  if (left < day) return `in ${Math.floor(left / hour)} h`
  return `${weekday(atMs, zone)} ${formatClock(atMs, zone)}`
}

/** For list edges: today "14:02", this week "Tue", else "14 Mar". */
export function formatStamp(atMs: number, nowMs: number, zone: Zone = {}): string {
  if (sameDay(atMs, nowMs, zone)) return formatClock(atMs, zone)
  if (nowMs - atMs < 6 * day && atMs <= nowMs) return weekday(atMs, zone)
  return formatDay(atMs, nowMs, zone)
}

/** A moment near now, past or to come: "14:02" today, "Wed 07:00" within six days, else "14 Mar 07:00". */
export function formatMoment(atMs: number, nowMs: number, zone: Zone = {}): string {
  const clock = formatClock(atMs, zone)
  if (sameDay(atMs, nowMs, zone)) return clock
  const near = Math.abs(atMs - nowMs) < 6 * day
  return `${near ? weekday(atMs, zone) : formatDay(atMs, nowMs, zone)} ${clock}`
}

/** "Tue 14 Mar 2026, 14:02:31 (13:02:31 UTC)": what hovering shows and copying takes. */
export function formatExact(atMs: number, zone: Zone = {}): string {
  const zoned = (where: Zone) => ({ day: formatDay(atMs, 0, where), clock: formatClockSeconds(atMs, where) })
  const local = zoned(zone)
  const utc = zoned({ timeZone: 'UTC' })
  const utcText = utc.day === local.day ? utc.clock : `${utc.day}, ${utc.clock}`
  return `${weekday(atMs, zone)} ${local.day}, ${local.clock} (${utcText} UTC)`
}

/** A span of time with two units at most: "212 ms", "1.8 s", "41 s", "12 min", "3 h 12 min", "4 d 3 h". */
export function formatDuration(ms: number): string {
  if (ms < second) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 10 * second) return `${(ms / second).toFixed(1)} s`
  if (ms < minute) return `${Math.floor(ms / second)} s`
  if (ms < hour) return `${Math.floor(ms / minute)} min`
  if (ms < day) {
    const minutes = Math.floor((ms % hour) / minute)
    return minutes === 0 ? `${Math.floor(ms / hour)} h` : `${Math.floor(ms / hour)} h ${minutes} min`
  }
  const hours = Math.floor((ms % day) / hour)
  return hours === 0 ? `${Math.floor(ms / day)} d` : `${Math.floor(ms / day)} d ${hours} h`
}

/** An interval as it was set: "30 s", "90 s", "5 min", "1 h", "24 h". */
export function formatInterval(ms: number): string {
  if (ms >= hour && ms % hour === 0) return `${ms / hour} h`
  if (ms >= minute && ms % minute === 0) return `${ms / minute} min`
  return `${Math.round(ms / second)} s`
}

/** "142 ms", "1.84 s", "12.4 s"; null "–". */
export function formatLatency(ms: number | null): string {
  if (ms === null) return '–'
  if (ms < 1_000) return `${Math.round(ms)} ms`
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`
}

/** "812 B", "4.2 kB", "38.1 MB", "1.3 GB": powers of 1000, three digits. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = ''
  for (const next of units) {
    if (value < 1_000 && unit !== '') break
    value /= 1_000
    unit = next
  }
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${unit}`
}

/** Whole numbers with a thin space between thousands: "1 204". Null "–". */
export function formatCount(value: number | null): string {
  if (value === null) return '–'
  return String(Math.trunc(value)).replace(/\B(?=(\d{3})+$)/g, thin)
}

/** "1 service", "3 services", "no services". */
export function countOf(count: number, one: string, many = `${one}s`): string {
  if (count === 0) return `no ${many}`
  return count === 1 ? `1 ${one}` : `${formatCount(count)} ${many}`
}

/** First letter raised; everything else as it is. */
export function sentenceCase(text: string): string {
  return text === '' ? text : text[0]?.toUpperCase() + text.slice(1)
}
