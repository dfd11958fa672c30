import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Span } from './localTime.ts'
import { type MaintenanceSchedule, nextSpan, spanAt } from './maintenanceSchedule.ts'

type Weekly = Extract<MaintenanceSchedule, { kind: 'weekly' }>

const minuteMs = 60_000
const dayMs = 86_400_000

/** A week around a moment of each zone at which its clocks change, or around any other. */
const changes = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  // Over midnight: forward at 00:00, back from 24:00 to 23:00, and back from 00:01.
  ['Africa/Cairo', '2026-04-23T22:00:00Z'],
  ['Africa/Cairo', '2026-10-29T21:00:00Z'],
  ['America/St_Johns', '2010-11-07T02:31:00Z'],
  // Two hours at once.
  ['Antarctica/Troll', '2026-03-29T01:00:00Z'],
  ['Antarctica/Troll', '2026-10-25T01:00:00Z'],
  // A whole day left out.
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Asia/Kolkata', '2026-05-11T00:00:00Z'],
  ['UTC', '2026-05-11T00:00:00Z'],
] as const
const zones = [...new Set(changes.map(([zone]) => zone))]

/** What the local clock and calendar show in one minute. */
interface Reading {
  readonly ms: number
  readonly date: string
  readonly time: string
}

/** Every minute of nine days around a moment, as the platform writes it. */
function readingsAround(timeZone: string, middle: string): Reading[] {
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone })
  const firstMs = Date.parse(middle) - 4.5 * dayMs
  return Array.from({ length: 9 * 1_440 }, (_, minute) => {
    const ms = firstMs + minute * minuteMs
    const [date = '', time = ''] = format.format(ms).split(' ')
    return { ms, date, time }
  })
}

/**
 * The minutes in force, found by looking at every one: an occurrence goes from the first to the last minute whose date
 * and time lie within it, whatever the clock shows between.
 */
function minutesInForce(readings: readonly Reading[], { days, from, to }: Weekly): Set<number> {
  const nextDate = (date: string): string => new Date(Date.parse(date) + dayMs).toISOString().slice(0, 10)
  const dates = [...new Set(readings.map(({ date }) => date))]
  // A date that never was may still have been one on which something should have begun.
  const begins = [...new Set([...dates, ...dates.map(nextDate)])].filter((date) =>
    days.includes(new Date(date).getUTCDay()),
  )
  const inForce = new Set<number>()
  for (const begin of begins) {
    const after = nextDate(begin)
    const within = readings.filter(({ date, time }) =>
      to > from
        ? date === begin && time >= from && time < to
        : (date === begin && time >= from) || (date === after && time < to),
    )
    const [first, last] = [within[0], within.at(-1)]
    if (!first || !last) continue
    for (let ms = first.ms; ms <= last.ms; ms += minuteMs) inForce.add(ms)
  }
  return inForce
}

const clock = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':')
/** Most clocks change between midnight and three. */
const time = fc
  .oneof(
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 200 }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 60, 90, 120, 150, 180, 1_380, 1_439) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_439 }) },
  )
  .map(clock)
const days = fc.oneof(
  fc.constant([0, 1, 2, 3, 4, 5, 6]),
  fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 }),
)
const hours = fc.record({ days, from: time, to: time }).filter(({ from, to }) => from !== to)

/** All occurrences that begin in a stretch of time. */
function chain(schedule: MaintenanceSchedule, fromMs: number, toMs: number): Span[] {
  const spans: Span[] = []
  for (let span = nextSpan(schedule, fromMs); span && span.fromMs < toMs; span = nextSpan(schedule, span.fromMs)) {
    spans.push(span)
  }
  return spans
}

describe('weekly windows', () => {
  it.each(changes)('are in force when the clock on the wall says so: %s around %s', (timeZone, middle) => {
    const readings = readingsAround(timeZone, middle)
    // What began before the first day, or ends after the last one, is not all in sight.
    const inSight = readings.slice(1_440, -1_440)
    fc.assert(
      fc.property(hours, fc.integer({ min: 0, max: 40 }), (some, offset) => {
        const schedule: Weekly = { kind: 'weekly', timeZone, ...some }
        const expected = minutesInForce(readings, schedule)
        const wrong = inSight.filter(({ ms }, index) => {
          const turns =
            expected.has(ms) !== expected.has(ms - minuteMs) || expected.has(ms) !== expected.has(ms + minuteMs)
          if (!turns && index % 41 !== offset) return false
          const found = [ms, ms + minuteMs - 1].map((now) => spanAt(schedule, now) !== null)
          return found.some((inForce) => inForce !== expected.has(ms))
        })
        expect(wrong.slice(0, 3)).toEqual([])
      }),
      { numRuns: 10 },
    )
  })

  it.each(zones)('never overlap in two years, and begin when the clock first shows their time: %s', (timeZone) => {
    const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone })
    const fromMs = Date.parse('2025-06-01T00:00:00Z')
    fc.assert(
      fc.property(hours, (some) => {
        const schedule: Weekly = { kind: 'weekly', timeZone, ...some }
        const spans = chain(schedule, fromMs, fromMs + 730 * dayMs)
        expect(spans.length).toBeGreaterThanOrEqual(100 * some.days.length)
        let previousMs = fromMs
        for (const span of spans) {
          expect(span.fromMs).toBeGreaterThanOrEqual(previousMs)
          expect(span.toMs).toBeGreaterThan(span.fromMs)
          previousMs = span.toMs
          // Just after a gap the clock shows more, and a minute before it showed less.
          const shown = format.format(span.fromMs)
          const before = format.format(span.fromMs - minuteMs)
          const asked = `${shown.slice(0, 10)} ${some.from}`
          expect(shown === asked || (before < asked && asked < shown)).toBe(true)
          for (const now of [span.fromMs, (span.fromMs + span.toMs) / 2, span.toMs - 1]) {
            expect(spanAt(schedule, now)).toEqual(span)
          }
          expect(spanAt(schedule, span.fromMs - 1)).not.toEqual(span)
          expect(spanAt(schedule, span.toMs)).not.toEqual(span)
        }
      }),
      { numRuns: 3 },
    )
  })
})

describe('windows by cron expression', () => {
  const expressions = [
    '30 2 * * *',
    '0,30 1-3 * * 0',
    '*/20 0-3 * * 0',
    '15 0 1,15 * *',
    '0 23 L * *',
    '59 23 * * 6#2',
    '0 */5 * * 0,1',
  ]

  it.each(zones)('are the same asked forwards and backwards, for a year: %s', (timeZone) => {
    const fromMs = Date.parse('2025-06-01T00:00:00Z')
    for (const expression of expressions) {
      const schedule = { kind: 'cron', expression, minutes: 15, timeZone } as const
      const spans = chain(schedule, fromMs, fromMs + 365 * dayMs)
      expect(spans.length).toBeGreaterThan(10)
      const wrong = spans.filter((span, index) => {
        const found = [span.fromMs, span.toMs - 1].map((now) => spanAt(schedule, now)?.fromMs)
        const inOrder = span.fromMs > (spans[index - 1]?.fromMs ?? fromMs)
        return (
          !inOrder ||
          found.some((begin) => begin !== span.fromMs) ||
          spanAt(schedule, span.fromMs - 1)?.fromMs === span.fromMs
        )
      })
      expect(wrong).toEqual([])
    }
  })
})
