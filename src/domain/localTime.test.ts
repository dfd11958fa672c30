import { describe, expect, it } from 'vitest'
import { isTimeOfDay, isTimeZone, type LocalHours, localSpanAt, nextLocalSpan } from './localTime.ts'

const at = (text: string): number => Date.parse(text)
const everyDay = [0, 1, 2, 3, 4, 5, 6]

/** The occurrence in force at a moment, in UTC, or that there is none. */
function inForce(hours: LocalHours, now: string): string {
  const span = localSpanAt(hours, at(now))
  return span ? `${short(span.fromMs)} to ${short(span.toMs)}` : 'none'
}

function next(hours: LocalHours, now: string): string {
  const span = nextLocalSpan(hours, at(now))
  return span ? `${short(span.fromMs)} to ${short(span.toMs)}` : 'none'
}

function short(ms: number): string {
  return new Date(ms).toISOString().slice(5, 16).replace('T', ' ')
}

describe('names and readings', () => {
  it.each([
    ['Europe/Berlin', true],
    ['America/Argentina/Buenos_Aires', true],
    ['UTC', true],
    ['Asia/Calcutta', true],
    ['Europe/Berln', false],
    ['+02:00', false],
    ['-0330', false],
    ['', false],
    [' Europe/Berlin', false],
  ])('"%s" is a zone: %s', (name, known) => {
    expect(isTimeZone(name)).toBe(known)
  })

  it.each([
    ['00:00', true],
    ['23:59', true],
    ['24:00', false],
    ['7:30', false],
    ['07:60', false],
    ['07:30:00', false],
    ['', false],
  ])('"%s" is a time of day: %s', (text, reads) => {
    expect(isTimeOfDay(text)).toBe(reads)
  })
})

describe('an ordinary week', () => {
  // 11 May 2026 is a Monday; Berlin is two hours ahead of UTC.
  const night: LocalHours = { days: [1], from: '22:00', to: '02:00', timeZone: 'Europe/Berlin' }
  const lunch: LocalHours = { days: [1, 4], from: '12:00', to: '13:30', timeZone: 'Europe/Berlin' }

  it.each([
    { name: 'before it begins', hours: lunch, now: '2026-05-11T09:59:59.999Z', span: 'none' },
    { name: 'as it begins', hours: lunch, now: '2026-05-11T10:00:00Z', span: '05-11 10:00 to 05-11 11:30' },
    {
      name: 'a moment before its end',
      hours: lunch,
      now: '2026-05-11T11:29:59.999Z',
      span: '05-11 10:00 to 05-11 11:30',
    },
    { name: 'at its end', hours: lunch, now: '2026-05-11T11:30:00Z', span: 'none' },
    { name: 'on a day that is not chosen', hours: lunch, now: '2026-05-12T10:30:00Z', span: 'none' },
    { name: 'before midnight', hours: night, now: '2026-05-11T21:59:59Z', span: '05-11 20:00 to 05-12 00:00' },
    {
      name: 'after midnight, on the next day',
      hours: night,
      now: '2026-05-11T22:00:00Z',
      span: '05-11 20:00 to 05-12 00:00',
    },
    { name: 'the night before, which belongs to Sunday', hours: night, now: '2026-05-10T23:00:00Z', span: 'none' },
    {
      name: 'until midnight',
      hours: { ...night, to: '00:00' },
      now: '2026-05-11T21:59:59Z',
      span: '05-11 20:00 to 05-11 22:00',
    },
    {
      name: 'from midnight',
      hours: { ...night, from: '00:00' },
      now: '2026-05-10T22:00:00Z',
      span: '05-10 22:00 to 05-11 00:00',
    },
    {
      name: 'half an hour off',
      hours: { ...lunch, timeZone: 'Asia/Kolkata' },
      now: '2026-05-11T06:30:00Z',
      span: '05-11 06:30 to 05-11 08:00',
    },
    {
      name: 'in UTC',
      hours: { ...lunch, timeZone: 'UTC' },
      now: '2026-05-11T12:00:00Z',
      span: '05-11 12:00 to 05-11 13:30',
    },
  ])('$name: $span', ({ hours, now, span }) => {
    expect(inForce(hours, now)).toBe(span)
  })

  it.each([
    ['2026-05-11T09:59:59.999Z', '05-11 10:00 to 05-11 11:30'],
    ['2026-05-11T10:00:00Z', '05-14 10:00 to 05-14 11:30'],
    ['2026-05-14T10:00:00Z', '05-18 10:00 to 05-18 11:30'],
  ])('after %s comes %s', (now, span) => {
    expect(next(lunch, now)).toBe(span)
  })

  it('ends one occurrence where the next one begins, when it begins and ends at the same time', () => {
    const always = { days: everyDay, from: '08:00', to: '08:00', timeZone: 'UTC' }
    expect(inForce(always, '2026-05-11T07:59:59Z')).toBe('05-10 08:00 to 05-11 08:00')
    expect(inForce(always, '2026-05-11T08:00:00Z')).toBe('05-11 08:00 to 05-12 08:00')
  })

  it('has no next one without a day', () => {
    expect(next({ ...lunch, days: [] }, '2026-05-11T00:00:00Z')).toBe('none')
  })
})

/** Each night is asked in the middle of its change; `span` in UTC. */
const nights = {
  // Berlin, 29 March 2026: at 01:00 UTC 02:00 becomes 03:00. 25 October: at 01:00 UTC 03:00 becomes 02:00.
  berlinForward: { timeZone: 'Europe/Berlin', now: '2026-03-29T01:00:00Z' },
  berlinBack: { timeZone: 'Europe/Berlin', now: '2026-10-25T01:00:00Z' },
  // New York, 8 March 2026: at 07:00 UTC 02:00 becomes 03:00. 1 November: at 06:00 UTC 02:00 becomes 01:00.
  newYorkForward: { timeZone: 'America/New_York', now: '2026-03-08T07:00:00Z' },
  newYorkBack: { timeZone: 'America/New_York', now: '2026-11-01T06:00:00Z' },
  // Lord Howe, half an hour. 4 October 2026, 15:30 UTC the day before: 02:00 becomes 02:30. 5 April, 15:00: 02:00 becomes 01:30.
  lordHoweForward: { timeZone: 'Australia/Lord_Howe', now: '2026-10-03T15:30:00Z' },
  lordHoweBack: { timeZone: 'Australia/Lord_Howe', now: '2026-04-04T15:00:00Z' },
  // St John's put its clocks back from 00:01 to 23:01 of the day before: 7 November 2010, 02:31 UTC.
  stJohnsBack: { timeZone: 'America/St_Johns', now: '2010-11-07T02:31:00Z' },
} as const

describe('in the night of a clock change', () => {
  it.each([
    ['01:00', '05:00', 'lasts three hours', nights.berlinForward, '03-29 00:00 to 03-29 03:00'],
    ['01:00', '05:00', 'lasts five hours', nights.berlinBack, '10-24 23:00 to 10-25 04:00'],
    ['22:00', '07:00', 'lasts eight hours over midnight', nights.berlinForward, '03-28 21:00 to 03-29 05:00'],
    ['22:00', '07:00', 'lasts ten hours over midnight', nights.berlinBack, '10-24 20:00 to 10-25 06:00'],
    ['02:30', '04:00', 'begins at the jump', nights.berlinForward, '03-29 01:00 to 03-29 02:00'],
    ['02:00', '04:00', 'begins at the jump that is its time', nights.berlinForward, '03-29 01:00 to 03-29 02:00'],
    ['01:00', '02:30', 'ends in the second pass', nights.berlinBack, '10-24 23:00 to 10-25 01:30'],
    ['02:30', '04:00', 'begins in the first pass', nights.berlinBack, '10-25 00:30 to 10-25 03:00'],
    ['02:10', '02:40', 'covers both passes and what lies between', nights.berlinBack, '10-25 00:10 to 10-25 01:40'],
    ['02:00', '03:00', 'covers the repeated hour twice', nights.berlinBack, '10-25 00:00 to 10-25 02:00'],
    ['03:00', '04:00', 'begins at the jump to its time', nights.newYorkForward, '03-08 07:00 to 03-08 08:00'],
    ['00:30', '03:30', 'lasts two hours', nights.newYorkForward, '03-08 05:30 to 03-08 07:30'],
    ['00:30', '01:30', 'lasts two hours', nights.newYorkBack, '11-01 04:30 to 11-01 06:30'],
    ['02:15', '03:00', 'begins at a jump of half an hour', nights.lordHoweForward, '10-03 15:30 to 10-03 16:00'],
    ['01:00', '03:00', 'lasts an hour and a half', nights.lordHoweForward, '10-03 14:30 to 10-03 16:00'],
    ['01:00', '03:00', 'lasts two hours and a half', nights.lordHoweBack, '04-04 14:00 to 04-04 16:30'],
    ['01:45', '02:15', 'covers the repeated half hour twice', nights.lordHoweBack, '04-04 14:45 to 04-04 15:45'],
    ['22:30', '23:30', 'goes on after the date went back', nights.stJohnsBack, '11-07 01:00 to 11-07 03:00'],
  ])('from %s to %s it %s', (from, to, _, { timeZone, now }, span) => {
    expect(inForce({ days: everyDay, from, to, timeZone }, now)).toBe(span)
  })

  it('ends at the jump that passes over its end', () => {
    const hours = { days: everyDay, from: '01:00', to: '02:30', timeZone: 'Europe/Berlin' }
    expect(inForce(hours, '2026-03-29T00:59:59Z')).toBe('03-29 00:00 to 03-29 01:00')
    expect(inForce(hours, '2026-03-29T01:00:00Z')).toBe('none')
  })

  it('ends as the repeated hour begins, when that is its end', () => {
    const hours = { days: everyDay, from: '01:00', to: '02:00', timeZone: 'Europe/Berlin' }
    expect(inForce(hours, '2026-10-24T23:30:00Z')).toBe('10-24 23:00 to 10-25 00:00')
    expect(inForce(hours, '2026-10-25T00:59:59Z')).toBe('none')
    expect(inForce(hours, '2026-10-25T01:00:00Z')).toBe('none')
  })

  it('does not happen when all of it is passed over', () => {
    const hours = { days: [0], from: '02:10', to: '02:50', timeZone: 'Europe/Berlin' }
    expect(inForce(hours, '2026-03-29T00:59:59.999Z')).toBe('none')
    expect(inForce(hours, '2026-03-29T01:00:00Z')).toBe('none')
    expect(next(hours, '2026-03-28T00:00:00Z')).toBe('04-05 00:10 to 04-05 00:50')
    expect(next(hours, '2026-03-22T01:10:00Z')).toBe('04-05 00:10 to 04-05 00:50')
  })

  it('gives way to the next one, which begins in the first pass while it would end in the second', () => {
    const hours = { days: everyDay, from: '02:30', to: '02:10', timeZone: 'Europe/Berlin' }
    expect(inForce(hours, '2026-10-25T00:20:00Z')).toBe('10-24 00:30 to 10-25 00:30')
    expect(inForce(hours, '2026-10-25T00:30:00Z')).toBe('10-25 00:30 to 10-26 01:10')
    const saturdays = { ...hours, days: [6] }
    expect(inForce(saturdays, '2026-10-25T00:40:00Z')).toBe('10-24 00:30 to 10-25 01:10')
  })

  it('belongs to its own day where the date goes back', () => {
    // 00:00 of Sunday comes before 23:01 to 24:00 of Saturday come again.
    const sunday = { days: [0], from: '00:00', to: '01:00', timeZone: 'America/St_Johns' }
    expect(inForce(sunday, '2010-11-07T02:31:00Z')).toBe('11-07 02:30 to 11-07 04:30')
    expect(inForce(sunday, '2010-11-07T03:31:00Z')).toBe('11-07 02:30 to 11-07 04:30')
  })
})

describe('the Friday that Apia left out', () => {
  // At 10:00 UTC on 30 December 2011, Thursday's midnight became Saturday's.
  const apia = { timeZone: 'Pacific/Apia' }

  it('ends what would have ended on it', () => {
    expect(inForce({ days: [4], from: '22:00', to: '02:00', ...apia }, '2011-12-30T09:30:00Z')).toBe(
      '12-30 08:00 to 12-30 10:00',
    )
  })

  it('begins what would have begun on it, when that lasts into Saturday', () => {
    expect(inForce({ days: [5], from: '22:00', to: '02:00', ...apia }, '2011-12-30T10:00:00Z')).toBe(
      '12-30 10:00 to 12-30 12:00',
    )
  })

  it('leaves out what lay within it', () => {
    const fridays = { days: [5], from: '10:00', to: '12:00', ...apia }
    expect(inForce(fridays, '2011-12-30T10:00:00Z')).toBe('none')
    expect(next(fridays, '2011-12-23T22:00:00Z')).toBe('01-05 20:00 to 01-05 22:00')
  })
})
