import { expect, it } from 'vitest'
import type { AlertView } from '../../contract/alerts.ts'
import type { IncidentSummary } from '../../contract/incidents.ts'
import { announcements } from './announce.ts'

const base = {
  probeTitle: 'fly',
  title: 'Machines unreachable',
  state: 'open',
  openedAtMs: 1,
  handledAtMs: null,
  snoozedUntilMs: null,
}

function incident(id: string, change: Partial<IncidentSummary> = {}): IncidentSummary {
  return { ...base, id, severity: 'warning', ...change } as IncidentSummary
}

function alert(id: string, change: Partial<AlertView> = {}): AlertView {
  const active = { voice: 'alert', firstSeenAtMs: 1, acknowledgedAtMs: null, snoozedUntilMs: null, resolvedAtMs: null }
  return { id, title: 'The backup failed', severity: 'warning', ...active, ...change } as AlertView
}

it('says once what is new, and interrupts for criticals', () => {
  const before = { incidents: [incident('old'), incident('rising')], alerts: [] }
  const after = {
    incidents: [
      incident('old'),
      incident('rising', { severity: 'critical', title: 'All machines stopped', openedAtMs: 2 }),
      incident('new'),
      incident('worst', { severity: 'critical' }),
      incident('asleep', { snoozedUntilMs: 20 }),
    ],
    alerts: [],
  }
  expect(announcements(before, after, 10)).toEqual({
    polite: ['fly needs you: Machines unreachable'],
    assertive: ['Critical. fly needs you: All machines stopped', 'Critical. fly needs you: Machines unreachable'],
  })
  expect(announcements(after, after, 10)).toEqual({ polite: [], assertive: [] })
})

it('says alerts, but not those that an incident speaks of', () => {
  const before = { incidents: [], alerts: [alert('known')] }
  const after = { incidents: [], alerts: [alert('known'), alert('new'), alert('told', { voice: 'incident' })] }
  expect(announcements(before, after, 10)).toEqual({ polite: ['Kora needs you: The backup failed'], assertive: [] })
})
