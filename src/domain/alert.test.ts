import { describe, expect, it } from 'vitest'
import { anOccurrence } from '../../test/fakes/alerts.ts'
import { startMs } from '../../test/fakes/records.ts'
import { type AlertOccurrence, alertNeedsOperator, byUrgency, countBySeverity } from './alert.ts'

describe('alerts 6: the order of alerts', () => {
  const ids = (alerts: readonly { id: string; severity: 'info' | 'warning' | 'critical' }[]) =>
    alerts.toSorted(byUrgency).map(({ id }) => id)

  it('is critical, warning, info, and by id within', () => {
    const alerts = [
      { id: 'b', severity: 'info' },
      { id: 'z', severity: 'critical' },
      { id: 'a', severity: 'info' },
      { id: 'c', severity: 'warning' },
      { id: 'y', severity: 'critical' },
    ] as const
    expect(ids(alerts)).toEqual(['y', 'z', 'c', 'a', 'b'])
    expect(ids(alerts.toReversed())).toEqual(ids(alerts))
  })
})

describe('counts by severity', () => {
  it('name every severity', () => {
    expect(countBySeverity([])).toEqual({ critical: 0, warning: 0, info: 0 })
    expect(countBySeverity([{ severity: 'info' }, { severity: 'critical' }, { severity: 'info' }])).toEqual({
      critical: 1,
      warning: 0,
      info: 2,
    })
  })
})

describe('whether an alert waits for the operator', () => {
  it.each<[string, Partial<AlertOccurrence>, boolean]>([
    ['a warning', {}, true],
    ['a critical', { severity: 'critical' }, true],
    ['what a notice tells', { voice: 'notice' }, true],
    ['an info', { severity: 'info' }, false],
    ['what its incident tells', { voice: 'incident' }, false],
    ['a pause, which speaks for itself', { category: 'operational_state', severity: 'critical' }, false],
    ['what is over', { resolvedAtMs: startMs }, false],
    ['what they acknowledged', { acknowledgedAtMs: startMs - 1 }, false],
    ['what they put aside', { snoozedUntilMs: startMs + 1 }, false],
    ['what they put aside until now', { snoozedUntilMs: startMs }, true],
  ])('%s: %j', (_, change, needs) => {
    expect(alertNeedsOperator(anOccurrence(change), startMs)).toBe(needs)
  })
})
