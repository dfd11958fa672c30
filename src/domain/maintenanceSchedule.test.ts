import { describe, expect, it } from 'vitest'
import { type MaintenanceSchedule, maintenanceProblem, nextSpan, scheduleText, spanAt } from './maintenanceSchedule.ts'

const at = (text: string): number => Date.parse(text)
const span = (from: string, to: string) => ({ fromMs: at(from), toMs: at(to) })

const once = { kind: 'once', ...span('2026-05-12T02:00:00Z', '2026-05-12T04:00:00Z') } as const
const weekly = { kind: 'weekly', days: [2, 4], from: '02:00', to: '04:00', timeZone: 'Europe/Berlin' } as const
const cron = { kind: 'cron', expression: '0 3 * * 1', minutes: 90, timeZone: 'America/New_York' } as const

describe('what is wrong with a schedule', () => {
  it.each<[string, MaintenanceSchedule]>([
    ['once', once],
    ['weekly', weekly],
    ['weekly over midnight', { ...weekly, from: '22:00', to: '00:00' }],
    ['a cron expression', cron],
    ['names and steps', { ...cron, expression: '*/15 8-17 * JAN,jul mon-FRI' }],
    ['spaces around the fields', { ...cron, expression: '  0  3 * * 1 ' }],
    ['the last day of the month', { ...cron, expression: '0 3 L * *' }],
    ['29 February', { ...cron, expression: '0 3 29 2 *' }],
    ['the shortest', { ...cron, minutes: 1 }],
    ['the longest', { ...cron, minutes: 10_080 }],
  ])('nothing: %s', (_, schedule) => {
    expect(maintenanceProblem(schedule)).toBeNull()
  })

  const fiveFields =
    'A cron expression has five fields: minute, hour, day of the month, month, weekday; leave out seconds and years.'
  const noSuchZone = (name: string) =>
    `"${name}" is not a time zone known here; use a name such as Europe/Berlin or UTC.`

  it.each<[MaintenanceSchedule, string]>([
    [{ ...once, toMs: once.fromMs }, 'It does not end after it begins; choose a later end.'],
    [{ ...once, toMs: once.fromMs - 1 }, 'It does not end after it begins; choose a later end.'],
    [{ ...once, fromMs: Number.NaN }, 'Its beginning or end is not a date; choose both anew.'],
    [{ ...once, toMs: Number.POSITIVE_INFINITY }, 'Its beginning or end is not a date; choose both anew.'],
    [{ ...weekly, days: [] }, 'No weekday is chosen; choose at least one.'],
    [{ ...weekly, days: [1, 7] }, 'There is no weekday 7; use 0 (Sunday) to 6 (Saturday).'],
    [{ ...weekly, days: [0.5] }, 'There is no weekday 0.5; use 0 (Sunday) to 6 (Saturday).'],
    [{ ...weekly, from: '2:00' }, '"2:00" is not a time of day; write it from 00:00 to 23:59.'],
    [{ ...weekly, to: '24:00' }, '"24:00" is not a time of day; write it from 00:00 to 23:59.'],
    [
      { ...weekly, to: '02:00' },
      'It begins and ends at 02:00; choose another end, or a cron expression with 1440 minutes for a whole day.',
    ],
    [{ ...weekly, timeZone: 'Europe/Berln' }, noSuchZone('Europe/Berln')],
    [{ ...weekly, timeZone: '+02:00' }, noSuchZone('+02:00')],
    [{ ...cron, timeZone: '' }, noSuchZone('')],
    [{ ...cron, minutes: 0 }, 'It must last a whole number of minutes, 1 to 10080 (a week), not 0.'],
    [{ ...cron, minutes: 10_081 }, 'It must last a whole number of minutes, 1 to 10080 (a week), not 10081.'],
    [{ ...cron, minutes: 1.5 }, 'It must last a whole number of minutes, 1 to 10080 (a week), not 1.5.'],
    [{ ...cron, minutes: Number.NaN }, 'It must last a whole number of minutes, 1 to 10080 (a week), not NaN.'],
    [{ ...cron, expression: '' }, fiveFields],
    [{ ...cron, expression: '0 3 * *' }, fiveFields],
    [{ ...cron, expression: '0 0 3 * * 1' }, fiveFields],
    [{ ...cron, expression: '0 0 3 * * 1 2027' }, fiveFields],
    [{ ...cron, expression: '@daily' }, fiveFields],
    [{ ...cron, expression: '2026-05-12T02:00:00' }, fiveFields],
    [
      { ...cron, expression: '60 3 * * 1' },
      'The minute of the cron expression cannot be read: "60"; it takes 0 to 59, *, lists, ranges and steps.',
    ],
    [
      { ...cron, expression: '0 3:00 * * 1' },
      'The hour of the cron expression cannot be read: "3:00"; it takes 0 to 23, *, lists, ranges and steps.',
    ],
    [
      { ...cron, expression: '0 3 32 * 1' },
      'The day of the month of the cron expression cannot be read: "32"; it takes 1 to 31, *, lists, ranges and steps.',
    ],
    [
      { ...cron, expression: '0 3 * 9-3 1' },
      'The month of the cron expression cannot be read: "9-3"; it takes 1 to 12 or JAN to DEC, *, lists, ranges and steps.',
    ],
    [
      { ...cron, expression: '0 3 * * monday' },
      'The weekday of the cron expression cannot be read: "monday"; it takes 0 (Sunday) to 6 or SUN to SAT, *, lists, ranges and steps.',
    ],
    [
      { ...cron, expression: '0 3 30 2 *' },
      'The cron expression never comes round; choose a day that one of its months has.',
    ],
  ])('%o: %s', (schedule, problem) => {
    expect(maintenanceProblem(schedule)).toBe(problem)
    expect(spanAt(schedule, at('2026-05-12T03:00:00Z'))).toBeNull()
    expect(nextSpan(schedule, at('2026-05-01T00:00:00Z'))).toBeNull()
    expect(scheduleText(schedule)).toBe('never in force')
  })
})

describe('once', () => {
  it('is in force from its beginning until its end', () => {
    const { fromMs, toMs } = once
    expect(spanAt(once, fromMs - 1)).toBeNull()
    expect(spanAt(once, fromMs)).toEqual({ fromMs, toMs })
    expect(spanAt(once, toMs - 1)).toEqual({ fromMs, toMs })
    expect(spanAt(once, toMs)).toBeNull()
  })

  it('comes next until it begins', () => {
    const { fromMs, toMs } = once
    expect(nextSpan(once, fromMs - 1)).toEqual({ fromMs, toMs })
    expect(nextSpan(once, fromMs)).toBeNull()
  })

  it.each([
    ['go forward', '2026-03-29T00:30:00Z'],
    ['go back', '2026-10-25T00:30:00Z'],
  ])('lasts as long as it was given in the night when the clocks of its author %s', (_, from) => {
    const schedule = { kind: 'once', fromMs: at(from), toMs: at(from) + 7_200_000 } as const
    expect(spanAt(schedule, at(from) + 7_199_999)).toEqual({ fromMs: at(from), toMs: at(from) + 7_200_000 })
    expect(spanAt(schedule, at(from) + 7_200_000)).toBeNull()
  })
})

describe('weekly', () => {
  it('is in force and comes next by the local clock', () => {
    // 12 May 2026 is a Tuesday; Berlin is two hours ahead of UTC.
    expect(spanAt(weekly, at('2026-05-12T01:00:00Z'))).toEqual(span('2026-05-12T00:00:00Z', '2026-05-12T02:00:00Z'))
    expect(spanAt(weekly, at('2026-05-13T01:00:00Z'))).toBeNull()
    expect(nextSpan(weekly, at('2026-05-12T01:00:00Z'))).toEqual(span('2026-05-14T00:00:00Z', '2026-05-14T02:00:00Z'))
  })

  it('takes a weekday that is given twice for one', () => {
    const twice = { ...weekly, days: [4, 2, 2] }
    expect(spanAt(twice, at('2026-05-12T01:00:00Z'))).toEqual(spanAt(weekly, at('2026-05-12T01:00:00Z')))
    expect(scheduleText(twice)).toBe('Tue, Thu 02:00 to 04:00, Europe/Berlin')
  })
})

describe('by cron expression', () => {
  it('is in force for its minutes after each beginning', () => {
    // Mondays 03:00 in New York, four hours behind UTC.
    const monday = span('2026-05-11T07:00:00Z', '2026-05-11T08:30:00Z')
    expect(spanAt(cron, monday.fromMs - 1)).toBeNull()
    expect(spanAt(cron, monday.fromMs)).toEqual(monday)
    expect(spanAt(cron, monday.toMs - 1)).toEqual(monday)
    expect(spanAt(cron, monday.toMs)).toBeNull()
    expect(nextSpan(cron, monday.fromMs - 1)).toEqual(monday)
    expect(nextSpan(cron, monday.fromMs)).toEqual(span('2026-05-18T07:00:00Z', '2026-05-18T08:30:00Z'))
  })

  it('lasts over midnight, and over a month', () => {
    const late = { ...cron, expression: '30 23 31 * *', minutes: 60, timeZone: 'UTC' }
    expect(spanAt(late, at('2026-06-01T00:29:59Z'))).toEqual(span('2026-05-31T23:30:00Z', '2026-06-01T00:30:00Z'))
    expect(nextSpan(late, at('2026-06-01T00:00:00Z'))).toEqual(span('2026-07-31T23:30:00Z', '2026-08-01T00:30:00Z'))
  })

  it('ends with the occurrence begun last, where they overlap', () => {
    const overlapping = { ...cron, expression: '0 1,2 * * *', minutes: 90, timeZone: 'UTC' }
    expect(spanAt(overlapping, at('2026-05-11T01:59:59Z'))).toEqual(
      span('2026-05-11T01:00:00Z', '2026-05-11T02:30:00Z'),
    )
    expect(spanAt(overlapping, at('2026-05-11T02:00:00Z'))).toEqual(
      span('2026-05-11T02:00:00Z', '2026-05-11T03:30:00Z'),
    )
    expect(spanAt(overlapping, at('2026-05-11T03:30:00Z'))).toBeNull()
    const always = { ...cron, expression: '* * * * *', minutes: 10_080, timeZone: 'UTC' }
    expect(spanAt(always, at('2026-05-11T01:00:30Z'))).toEqual(span('2026-05-11T01:00:00Z', '2026-05-18T01:00:00Z'))
  })

  // At 01:00 UTC the clocks of Berlin go from 02:00 to 03:00 on 29 March and from 03:00 to 02:00 on 25 October.
  it.each([
    ['lasts its minutes over the jump', '30 1 * * *', '2026-03-29T00:30:00Z', ['03-29 00:30', '03-29 23:30']],
    ['begins at the jump over its time', '30 2 * * *', '2026-03-29T01:00:00Z', ['03-29 01:00', '03-30 00:30']],
    ['so does each of several fixed hours', '30 2,4 * * *', '2026-03-29T01:00:00Z', ['03-29 01:00', '03-29 02:30']],
    ['goes on every half hour over the jump', '*/30 * * * *', '2026-03-29T00:30:00Z', ['03-29 00:30', '03-29 01:00']],
    ['begins in the first pass', '30 2 * * *', '2026-10-25T00:30:00Z', ['10-25 00:30', '10-26 01:30']],
    ['goes on every half hour in both passes', '*/30 * * * *', '2026-10-25T00:30:00Z', ['10-25 00:30', '10-25 01:00']],
  ])('%s: %s', (_, expression, now, begins) => {
    const schedule = { ...cron, expression, minutes: 10, timeZone: 'Europe/Berlin' }
    const present = spanAt(schedule, at(now))
    const next = nextSpan(schedule, at(now))
    expect(begins).toEqual(
      [present, next].map((one) => new Date(one?.fromMs ?? 0).toISOString().slice(5, 16).replace('T', ' ')),
    )
    expect([present, next].map((one) => (one ? one.toMs - one.fromMs : 0))).toEqual([600_000, 600_000])
  })

  it('leaves out a beginning in the second pass', () => {
    const schedule = { ...cron, expression: '30 2 * * *', minutes: 10, timeZone: 'Europe/Berlin' }
    expect(spanAt(schedule, at('2026-10-25T01:30:00Z'))).toBeNull()
  })

  it('follows a change of half an hour', () => {
    // Lord Howe, 4 October 2026: at 15:30 UTC of the day before 02:00 becomes 02:30.
    const schedule = { ...cron, expression: '15 2 * * *', minutes: 60, timeZone: 'Australia/Lord_Howe' }
    expect(spanAt(schedule, at('2026-10-03T15:30:00Z'))).toEqual(span('2026-10-03T15:30:00Z', '2026-10-03T16:30:00Z'))
  })
})

describe('a clock that jumps', () => {
  const moments = ['2026-05-12T01:00:00Z', '2031-01-01T00:00:00Z', '2020-02-29T12:00:00Z', '2026-05-12T01:00:00Z']

  it.each([
    ['once', { ...once, ...span('2026-05-12T00:00:00Z', '2026-05-12T02:00:00Z') }],
    ['weekly', weekly],
    ['cron', { ...cron, expression: '0 2 * * 2,4', minutes: 120, timeZone: 'Europe/Berlin' }],
  ])('gets the answer for the time it shows: %s', (_, schedule) => {
    const present = span('2026-05-12T00:00:00Z', '2026-05-12T02:00:00Z')
    expect(moments.map((now) => spanAt(schedule, at(now)))).toEqual([present, null, null, present])
  })
})

describe('in a few words', () => {
  it.each<[MaintenanceSchedule, string]>([
    [once, 'once, 12 May 02:00 to 04:00 UTC'],
    [
      { kind: 'once', ...span('2026-05-12T22:00:00Z', '2026-05-13T02:05:00Z') },
      'once, 12 May 22:00 to 13 May 02:05 UTC',
    ],
    [
      { kind: 'once', ...span('2026-12-31T22:00:00Z', '2027-01-01T02:00:00Z') },
      'once, 31 Dec 2026 22:00 to 1 Jan 2027 02:00 UTC',
    ],
    [weekly, 'Tue, Thu 02:00 to 04:00, Europe/Berlin'],
    [{ ...weekly, days: [0, 6, 1] }, 'Mon, Sat, Sun 02:00 to 04:00, Europe/Berlin'],
    [{ ...weekly, days: [0, 1, 2, 3, 4, 5, 6], to: '01:00' }, 'every day 02:00 to 01:00, Europe/Berlin'],
    [cron, '0 3 * * 1, 90 min, America/New_York'],
    [{ ...cron, expression: ' 0 3 * * 1 ' }, '0 3 * * 1, 90 min, America/New_York'],
  ])('%o reads %s', (schedule, text) => {
    expect(scheduleText(schedule)).toBe(text)
  })
})
