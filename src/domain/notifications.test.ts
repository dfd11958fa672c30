import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collapse, type Pending, quietForMinutes } from './notifications.ts'
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

describe('collapse', () => {
  function pending(...severitiesOf: (Severity | null)[]): Pending[] {
    return severitiesOf.map((severity, index) => ({
      id: `${severity ?? 'none'}${index}`,
      severity,
      kind: 'alert',
      tag: null,
      title: 'x',
    }))
  }

  it.each([
    { name: 'nothing waits', waiting: pending(), shown: 9, single: [], summarised: [] },
    {
      name: 'five in a minute',
      waiting: pending('warning', 'warning', 'warning'),
      shown: 2,
      single: ['warning0', 'warning1', 'warning2'],
      summarised: [],
    },
    {
      name: 'the sixth and more',
      waiting: pending('warning', 'info', null),
      shown: 3,
      single: [],
      summarised: ['warning0', 'info1', 'none2'],
    },
    {
      name: 'criticals among many stay individual',
      waiting: pending('warning', 'critical', 'warning', 'critical', 'info', 'warning'),
      shown: 0,
      single: ['critical1', 'critical3'],
      summarised: ['warning0', 'warning2', 'info4', 'warning5'],
    },
    {
      name: 'a lone one beside criticals is not summarised',
      waiting: pending('critical', 'critical', 'critical', 'critical', 'critical', 'warning'),
      shown: 0,
      single: ['critical0', 'critical1', 'critical2', 'critical3', 'critical4', 'warning5'],
      summarised: [],
    },
    {
      name: 'a lone one after five joins the summary',
      waiting: pending('warning'),
      shown: 5,
      single: [],
      summarised: ['warning0'],
    },
    { name: 'a critical after many', waiting: pending('critical'), shown: 99, single: ['critical0'], summarised: [] },
  ])('$name', ({ waiting, shown, single, summarised }) => {
    expect(collapse(waiting, shown)).toEqual({ single, summarised })
  })

  it('never shows more than five in a minute beside criticals when they trickle in one by one', () => {
    let shown = 0
    let summarised = 0
    for (const one of pending(...Array.from({ length: 100 }, () => 'warning' as const))) {
      const result = collapse([one], shown)
      shown += result.single.length
      summarised += result.summarised.length
    }
    expect([shown, summarised]).toEqual([5, 95])
  })

  it('loses nothing, repeats nothing, and never hides a critical in a summary', () => {
    const waiting = fc.array(fc.constantFrom(...severities, null), { maxLength: 12 })
    fc.assert(
      fc.property(waiting, fc.integer({ min: 0, max: 8 }), (list, shown) => {
        const items = pending(...list)
        const { single, summarised } = collapse(items, shown)
        expect([...single, ...summarised].toSorted()).toEqual(items.map(({ id }) => id).toSorted())
        const quiet = items.filter(({ severity }) => severity !== 'critical')
        expect(summarised.length === 0 || summarised.length === quiet.length).toBe(true)
        const others = single.filter((id) => !id.startsWith('critical')).length
        expect(others).toBeLessThanOrEqual(Math.max(1, 5 - shown))
      }),
    )
  })
})
