import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collapses, quietUntilMs, type Spoken } from './notifications.ts'
import { type Severity, severities } from './severity.ts'

describe('quietUntilMs', () => {
  const night = { enabled: true, from: '22:00', to: '07:30' }
  const lunch = { enabled: true, from: '12:00', to: '13:00' }
  const always = { enabled: true, from: '08:00', to: '08:00' }
  // 11 May 2026, a Monday, in a zone five and a half hours ahead of UTC.
  const kolkata = (time: string): number => Date.parse(`2026-05-11T${time}+05:30`)
  const until = (quiet: typeof night, nowMs: number, severity: Severity | null = 'warning') =>
    quietUntilMs(quiet, severity, nowMs, 'Asia/Kolkata')

  it.each([
    { name: 'before the night', quiet: night, now: '21:59:59', waits: null },
    { name: 'as the night begins', quiet: night, now: '22:00:00', waits: 570 },
    { name: 'at midnight', quiet: night, now: '00:00:00', waits: 450 },
    { name: 'half a minute before its end', quiet: night, now: '07:29:30', waits: 0.5 },
    { name: 'at its end', quiet: night, now: '07:30:00', waits: null },
    { name: 'within a day', quiet: lunch, now: '12:15:00', waits: 45 },
    { name: 'at the end within a day', quiet: lunch, now: '13:00:00', waits: null },
    { name: 'the whole day, at its turn', quiet: always, now: '08:00:00', waits: 1_440 },
    { name: 'the whole day, a minute before its turn', quiet: always, now: '07:59:00', waits: 1 },
    { name: 'switched off', quiet: { ...night, enabled: false }, now: '00:00:00', waits: null },
  ])('$name waits $waits min', ({ quiet, now, waits }) => {
    const nowMs = kolkata(now)
    expect(until(quiet, nowMs)).toBe(waits === null ? null : nowMs + waits * 60_000)
  })

  it.each([
    ['critical', null],
    ['warning', kolkata('07:30')],
    ['info', kolkata('07:30')],
    [null, kolkata('07:30')],
  ] as const)('holds %s until %s at midnight', (severity, untilMs) => {
    expect(until(night, kolkata('00:00'), severity)).toBe(untilMs)
  })

  // At 01:00 UTC the clocks of Berlin go from 02:00 to 03:00 on 29 March and from 03:00 to 02:00 on 25 October.
  it.each([
    {
      name: 'an hour sooner when clocks go forward',
      quiet: night,
      now: '2026-03-29T00:59:00Z',
      end: '2026-03-29T05:30:00Z',
    },
    { name: 'an hour later when they go back', quiet: night, now: '2026-10-25T00:59:00Z', end: '2026-10-25T06:30:00Z' },
    { name: 'as counted once they went back', quiet: night, now: '2026-10-25T01:00:00Z', end: '2026-10-25T06:30:00Z' },
    {
      name: 'at the jump over their end',
      quiet: { ...night, to: '02:30' },
      now: '2026-03-29T00:59:00Z',
      end: '2026-03-29T01:00:00Z',
    },
    {
      name: 'in the second pass of their end',
      quiet: { ...night, to: '02:30' },
      now: '2026-10-25T00:45:00Z',
      end: '2026-10-25T01:30:00Z',
    },
    {
      name: '25 h later when they last all day',
      quiet: always,
      now: '2026-10-24T06:00:00Z',
      end: '2026-10-25T07:00:00Z',
    },
  ])('ends $name', ({ quiet, now, end }) => {
    expect(quietUntilMs(quiet, 'info', Date.parse(now), 'Europe/Berlin')).toBe(Date.parse(end))
  })

  it('ends outside quiet hours, or at the next turn when they never end, whatever the clocks do', () => {
    const time = fc
      .integer({ min: 0, max: 1_439 })
      .map((minute) => [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':'))
    const moment = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) })
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata')
    fc.assert(
      fc.property(time, time, moment, zone, (from, to, nowMs, timeZone) => {
        const quiet = { enabled: true, from, to }
        const untilMs = quietUntilMs(quiet, 'info', nowMs, timeZone)
        if (untilMs === null) return
        expect(untilMs > nowMs && untilMs <= nowMs + 25 * 3_600_000).toBe(true)
        const goesOn = quietUntilMs(quiet, 'info', untilMs, timeZone) !== null
        expect(goesOn).toBe(from === to)
      }),
    )
  })
})

describe('collapses', () => {
  function spoken(...severitiesOf: (Severity | null)[]): Spoken[] {
    return severitiesOf.map((severity, index) => ({ subject: `${severity ?? 'none'}${index}`, severity }))
  }
  const shown = (list: readonly Spoken[], summarised = false) => list.map((one) => ({ ...one, summarised }))
  const many = (count: number) => spoken(...Array.from({ length: count }, () => 'warning' as const))

  it.each([
    { name: 'nothing waits', waiting: spoken(), recent: shown(many(9)), together: false },
    { name: 'five in a minute', waiting: many(5), recent: [], together: false },
    { name: 'six at once', waiting: many(6), recent: [], together: true },
    { name: 'the sixth after five', waiting: spoken('info'), recent: shown(many(5)), together: true },
    { name: 'more about what was shown', waiting: many(3), recent: shown(many(5)), together: false },
    {
      name: 'five beside two criticals (cockpit 7)',
      waiting: many(5),
      recent: shown(spoken('critical', 'critical')),
      together: true,
    },
    {
      name: 'a lone one beside criticals',
      waiting: spoken('warning'),
      recent: shown(spoken(null, ...Array.from({ length: 6 }, () => 'critical' as const)).slice(1)),
      together: false,
    },
    { name: 'more about what the summary said', waiting: many(1), recent: shown(many(1), true), together: true },
    { name: 'another beside a short summary', waiting: spoken('info'), recent: shown(many(2), true), together: false },
  ])('$name: $together', ({ waiting, recent, together }) => {
    expect(collapses(waiting, recent)).toBe(together)
  })

  it('never leaves more than five subjects standing by themselves, when the milder ones trickle in', () => {
    const kinds = fc.array(fc.constantFrom(...severities, null), { maxLength: 30 })
    fc.assert(
      fc.property(kinds, (list) => {
        let recent: (Spoken & { summarised: boolean })[] = []
        for (const one of spoken(...list)) {
          if (one.severity === 'critical') recent.push({ ...one, summarised: false })
          else if (collapses([one], recent)) {
            recent = [...recent, { ...one, summarised: true }].map((line) =>
              line.severity === 'critical' ? line : { ...line, summarised: true },
            )
          } else recent.push({ ...one, summarised: false })
        }
        const criticals = recent.filter((line) => line.severity === 'critical')
        const mild = recent.filter((line) => line.severity !== 'critical' && !line.summarised)
        expect(mild.length).toBeLessThanOrEqual(5)
        expect(criticals.every((line) => !line.summarised)).toBe(true)
      }),
    )
  })
})
