import { Cron, CronPattern } from 'croner'
import { isTimeOfDay, isTimeZone, type LocalHours, localSpanAt, nextLocalSpan, type Span } from './localTime.ts'

const minuteMs = 60_000
const longestMinutes = 10_080

/** When planned work is done. */
export type MaintenanceSchedule =
  | ({ readonly kind: 'once' } & Span)
  /** `to` is a local time too: {@link LocalHours} says what becomes of both when the clocks change. */
  | ({ readonly kind: 'weekly' } & LocalHours)
  /**
   * A five-field cron expression for the beginnings, and how long each lasts: 1 to 10 080 minutes of elapsed time.
   * A beginning at fixed hours that a clock change passes over comes right after the jump, one that occurs twice at the
   * first pass only; "every so many minutes" simply goes on.
   */
  | {
      readonly kind: 'cron'
      readonly expression: string
      readonly minutes: number
      /** IANA name. */
      readonly timeZone: string
    }

/**
 * What is wrong with a schedule and the way out, in one sentence; null when it is well. Every other function treats a
 * schedule with a problem as never in force.
 */
export function maintenanceProblem(schedule: MaintenanceSchedule): string | null {
  const reading = read(schedule)
  return typeof reading === 'string' ? reading : null
}

/**
 * The occurrence in force at a moment; null when none is. Of occurrences of a cron schedule that overlap, the one begun
 * last: all last equally long, so its end is the latest that is certain by now.
 */
export function spanAt(schedule: MaintenanceSchedule, nowMs: number): Span | null {
  const reading = read(schedule)
  return typeof reading === 'string' ? null : reading.at(nowMs)
}

/** The first occurrence that begins after a moment; null when none does. */
export function nextSpan(schedule: MaintenanceSchedule, nowMs: number): Span | null {
  const reading = read(schedule)
  return typeof reading === 'string' ? null : reading.after(nowMs)
}

/** How to ask a schedule that is well. */
interface Occurrences {
  readonly at: (nowMs: number) => Span | null
  readonly after: (nowMs: number) => Span | null
}

/** Reading an expression costs as much as asking it does, so it is read once; a schedule never changes. */
const readings = new WeakMap<MaintenanceSchedule, Occurrences | string>()

function read(schedule: MaintenanceSchedule): Occurrences | string {
  const known = readings.get(schedule)
  if (known !== undefined) return known
  const reading = readAnew(schedule)
  readings.set(schedule, reading)
  return reading
}

function readAnew(schedule: MaintenanceSchedule): Occurrences | string {
  switch (schedule.kind) {
    case 'once':
      return readOnce(schedule)
    case 'weekly':
      return readWeekly(schedule)
    case 'cron':
      return readCron(schedule)
  }
}

function readOnce({ fromMs, toMs }: Span): Occurrences | string {
  const known = (ms: number): boolean => !Number.isNaN(new Date(ms).getTime())
  if (!known(fromMs) || !known(toMs)) return 'Its beginning or end is not a date; choose both anew.'
  if (toMs <= fromMs) return 'It does not end after it begins; choose a later end.'
  const span = { fromMs, toMs }
  return {
    at: (nowMs) => (fromMs <= nowMs && nowMs < toMs ? span : null),
    after: (nowMs) => (fromMs > nowMs ? span : null),
  }
}

function readWeekly(hours: LocalHours): Occurrences | string {
  const { days, from, to, timeZone } = hours
  if (days.length === 0) return 'No weekday is chosen; choose at least one.'
  const noDay = days.find((day) => !weekdays.has(day))
  if (noDay !== undefined) return `There is no weekday ${noDay}; use 0 (Sunday) to 6 (Saturday).`
  const noTime = [from, to].find((time) => !isTimeOfDay(time))
  if (noTime !== undefined) return `"${noTime}" is not a time of day; write it from 00:00 to 23:59.`
  if (from === to) {
    return `It begins and ends at ${from}; choose another end, or a cron expression with 1440 minutes for a whole day.`
  }
  if (!isTimeZone(timeZone)) return noZone(timeZone)
  return { at: (nowMs) => localSpanAt(hours, nowMs), after: (nowMs) => nextLocalSpan(hours, nowMs) }
}

function noZone(name: string): string {
  return `"${name}" is not a time zone known here; use a name such as Europe/Berlin or UTC.`
}

/** The fields of a cron expression and what their figures may be. */
const cronFields = [
  ['minute', '0 to 59'],
  ['hour', '0 to 23'],
  ['day of the month', '1 to 31'],
  ['month', '1 to 12 or JAN to DEC'],
  ['weekday', '0 (Sunday) to 6 or SUN to SAT'],
] as const

function readCron({
  expression,
  minutes,
  timeZone,
}: Extract<MaintenanceSchedule, { kind: 'cron' }>): Occurrences | string {
  const fields = expression.trim().split(/\s+/)
  if (fields.length !== cronFields.length) {
    return 'A cron expression has five fields: minute, hour, day of the month, month, weekday; leave out seconds and years.'
  }
  // Read by itself first: in a job, a colon makes a date of the expression.
  if (!isCronPattern(fields)) return cronProblem(fields)
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > longestMinutes) {
    return `It must last a whole number of minutes, 1 to ${longestMinutes} (a week), not ${minutes}.`
  }
  if (!isTimeZone(timeZone)) return noZone(timeZone)
  const cron = new Cron(fields.join(' '), { paused: true, timezone: timeZone, fixedTimeRule: 'no-wildcard' })
  // Without a field for years it comes round always or never.
  if (cron.nextRun(new Date(0)) === null) {
    return 'The cron expression never comes round; choose a day that one of its months has.'
  }
  const spanFrom = (begin: Date | null | undefined): Span | null =>
    begin ? { fromMs: begin.getTime(), toMs: begin.getTime() + minutes * minuteMs } : null
  return {
    at: (nowMs) => {
      const latest = spanFrom(cron.previousRuns(1, new Date(nowMs + 1))[0])
      return latest && nowMs < latest.toMs ? latest : null
    },
    after: (nowMs) => spanFrom(cron.nextRun(new Date(nowMs))),
  }
}

function isCronPattern(fields: readonly string[]): boolean {
  try {
    new CronPattern(fields.join(' '), undefined, { mode: '5-part' })
    return true
  } catch {
    return false
  }
}

function cronProblem(fields: readonly string[]): string {
  const wrong = fields.findIndex(
    (field, at) => !isCronPattern(cronFields.map((_, other) => (other === at ? field : '*'))),
  )
  const [name, range] = cronFields[wrong] ?? cronFields[0]
  return `The ${name} of the cron expression cannot be read: "${fields[wrong]}"; it takes ${range}, *, lists, ranges and steps.`
}

/** Monday first, as a list is read. */
const weekdays = new Map([
  [1, 'Mon'],
  [2, 'Tue'],
  [3, 'Wed'],
  [4, 'Thu'],
  [5, 'Fri'],
  [6, 'Sat'],
  [0, 'Sun'],
])
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A schedule in a few words, for a list: "Tue, Thu 02:00 to 04:00, Europe/Berlin". */
export function scheduleText(schedule: MaintenanceSchedule): string {
  if (maintenanceProblem(schedule) !== null) return 'never in force'
  switch (schedule.kind) {
    case 'once':
      return `once, ${onceText(schedule)} UTC`
    case 'weekly': {
      const { days, from, to, timeZone } = schedule
      const named = [...weekdays].flatMap(([day, name]) => (days.includes(day) ? [name] : []))
      return `${named.length === weekdays.size ? 'every day' : named.join(', ')} ${from} to ${to}, ${timeZone}`
    }
    case 'cron':
      return `${schedule.expression.trim()}, ${schedule.minutes} min, ${schedule.timeZone}`
  }
}

/** Names what the end shares with the beginning only once. */
function onceText({ fromMs, toMs }: Span): string {
  const [from, to] = [new Date(fromMs), new Date(toMs)]
  const two = (part: number) => String(part).padStart(2, '0')
  const time = (at: Date) => `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
  const date = (at: Date) => `${at.getUTCDate()} ${months[at.getUTCMonth()]}`
  if (from.getUTCFullYear() !== to.getUTCFullYear()) {
    const whole = (at: Date) => `${date(at)} ${at.getUTCFullYear()} ${time(at)}`
    return `${whole(from)} to ${whole(to)}`
  }
  return date(from) === date(to)
    ? `${date(from)} ${time(from)} to ${time(to)}`
    : `${date(from)} ${time(from)} to ${date(to)} ${time(to)}`
}
