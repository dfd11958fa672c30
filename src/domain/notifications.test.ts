import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collapses, quietForMinutes, type Spoken } from './notifications.ts'
import { type Severity, severities } from './severity.ts'

const at = (hour: number, minute = 0): number => hour * 60 + minute

describe('quietForMinutes', () => {
  const night = { enabled: true, from: '22:00', to: '07:30' }
  const lunch = { enabled: true, from: '12:00', to: '13:00' }
  const always = { enabled: true, from: '08:00', to: '08:00' }

  it.each([
    { name: 'before the night', quiet: night, now: at(21, 59), waits: 0 },
    { name: 'as the night begins', quiet: night, now: at(22), waits: 570 },
    { name: 'at midnight', quiet: night, now: 0, waits: 450 },
    { name: 'a minute before its end', quiet: night, now: at(7, 29), waits: 1 },
    { name: 'at its end', quiet: night, now: at(7, 30), waits: 0 },
    { name: 'within a day', quiet: lunch, now: at(12, 15), waits: 45 },
    { name: 'at the end within a day', quiet: lunch, now: at(13), waits: 0 },
    { name: 'the whole day, at its turn', quiet: always, now: at(8), waits: 1_440 },
    { name: 'the whole day, a minute before its turn', quiet: always, now: at(7, 59), waits: 1 },
    { name: 'switched off', quiet: { ...night, enabled: false }, now: 0, waits: 0 },
  ])('$name waits $waits min', ({ quiet, now, waits }) => {
    expect(quietForMinutes(quiet, 'warning', now)).toBe(waits)
  })

  it.each([
    ['critical', 0],
    ['warning', 450],
    ['info', 450],
    [null, 450],
  ] as const)('holds %s for %i min at midnight', (severity, waits) => {
    expect(quietForMinutes(night, severity, 0)).toBe(waits)
  })

  it('ends outside quiet hours, or a day later when they never end', () => {
    const time = fc.integer({ min: 0, max: 1_439 })
    const clock = (minute: number): string => `${Math.floor(minute / 60)}:${minute % 60}`
    fc.assert(
      fc.property(time, time, time, (from, to, now) => {
        const quiet = { enabled: true, from: clock(from), to: clock(to) }
        const waits = quietForMinutes(quiet, 'info', now)
        const then = quietForMinutes(quiet, 'info', (now + waits) % 1_440)
        expect(from === to ? waits > 0 && then > 0 : then === 0).toBe(true)
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
