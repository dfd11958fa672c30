import { describe, expect, it } from 'vitest'
import { anOccurrence } from '../../test/fakes/alerts.ts'
import {
  alertAge,
  alertBody,
  alertEmoji,
  alertFoot,
  burstBody,
  digestBody,
  digestTitle,
  findingBody,
  noFindingBody,
  resolvedBody,
} from './alertMessages.ts'

const nowMs = Date.UTC(2026, 4, 11, 14)
const ago = (seconds: number): number => nowMs - seconds * 1_000

describe('how long ago', () => {
  it.each([
    [0, '0s ago'],
    [59.9, '59s ago'],
    [60, '1m ago'],
    [3_599, '59m ago'],
    [3_600, '1h ago'],
    [86_399, '23h ago'],
    [86_400, '1d ago'],
    [400 * 86_400, '400d ago'],
  ])('%d s are %s', (seconds, text) => {
    expect(alertAge(ago(seconds), nowMs)).toBe(text)
    expect(alertAge(new Date(ago(seconds)).toISOString(), nowMs)).toBe(text)
  })

  it('what is to come, or no time, is given back as it is', () => {
    expect(alertAge('2026-05-11T14:00:01Z', nowMs)).toBe('2026-05-11T14:00:01Z')
    expect(alertAge('yesterday', nowMs)).toBe('yesterday')
    expect(alertAge('', nowMs)).toBe('unknown')
    expect(alertAge(Number.NaN, nowMs)).toBe('NaN')
    // The clock was set back since.
    expect(alertAge(nowMs + 1_000, nowMs)).toBe('2026-05-11T14:00:01Z')
  })
})

describe('the message of one alert', () => {
  const alert = anOccurrence({
    severity: 'critical',
    title: 'No money',
    detail: 'All is spent.',
    firstSeenAtMs: ago(65),
  })

  it('has its colour, how bad it is, what it is, and then where to look and since when', () => {
    expect(alertBody(alert)).toBe('🔴 CRITICAL No money\n\nAll is spent.')
    expect(alertFoot(alert, nowMs)).toBe('/heartbeat · first seen 1m ago')
  })

  it('is red, yellow, or blue for anything else', () => {
    expect(['critical', 'warning', 'info', 'digest', ''].map(alertEmoji)).toEqual(['🔴', '🟡', '🔵', '🔵', '🔵'])
  })
})

describe('the message of many', () => {
  const alerts = [
    anOccurrence({ severity: 'warning', title: 'first' }),
    anOccurrence({ severity: 'info', title: 'second' }),
    anOccurrence({ severity: 'warning', title: 'third' }),
  ]

  it('alerts 16: counts them, names each on a line, and ends with the address of the cockpit', () => {
    expect(burstBody(alerts, 'https://kora.test')).toBe(
      '🟡 3 alerts at once: 2 warning, 1 info\n\n🟡 first\n🔵 second\n🟡 third\n\nhttps://kora.test',
    )
  })

  it('ends with the last alert where there is no address to give', () => {
    expect(burstBody(alerts, null).split('\n').at(-1)).toBe('🟡 third')
  })
})

describe('the digest', () => {
  const alerts = [
    anOccurrence({ id: 'b', severity: 'info', title: 'an info', firstSeenAtMs: ago(7_200) }),
    anOccurrence({ id: 'c', severity: 'warning', title: 'late in the alphabet', firstSeenAtMs: ago(60) }),
    anOccurrence({ id: 'a', severity: 'warning', title: 'early in the alphabet', category: 'listener_down' }),
  ]

  it('lists warnings, then infos, by id, with category, age and place', () => {
    expect(digestBody(alerts, nowMs).split('\n')).toEqual([
      expect.stringMatching(/^🟡 early in the alphabet \(listener_down, first seen .+, \/heartbeat\)$/),
      expect.stringMatching(/^🟡 late in the alphabet \(task_failing, first seen 1m ago, \/heartbeat\)$/),
      '🔵 an info (task_failing, first seen 2h ago, /heartbeat)',
    ])
  })

  it('says in its title how many there are', () => {
    expect(digestTitle(alerts)).toBe('3 alerts: 2 warnings, 1 info')
    expect(digestTitle(alerts.slice(1, 2))).toBe('1 alert: 1 warning, 0 infos')
  })
})

describe('that it is over', () => {
  it('is said with how long it lasted', () => {
    const alert = anOccurrence({ title: 'No money', firstSeenAtMs: ago(7_300), resolvedAtMs: nowMs })
    expect(resolvedBody(alert)).toBe('✅ Over after 2h: No money')
    expect(resolvedBody({ ...alert, resolvedAtMs: null })).toBe('✅ Over after 0s: No money')
    expect(resolvedBody({ ...alert, firstSeenAtMs: nowMs + 1 })).toBe('✅ Over after 0s: No money')
  })
})

describe('what was found out', () => {
  it('is said under the category, word for word', () => {
    expect(findingBody({ severity: 'critical', category: 'cost_ladder' }, 'Two\nlines.')).toBe(
      '🚨 cost_ladder\nTwo\nlines.',
    )
  })

  it('or why nothing was, and that nobody tries again', () => {
    const alert = { severity: 'warning', category: 'task_failing', id: 'task_failing:x' } as const
    expect(noFindingBody(alert, 'engine_unavailable')).toBe(
      '⚠️ task_failing\ntask_failing:x could not be looked into: engine_unavailable. It is not tried again.',
    )
  })
})
