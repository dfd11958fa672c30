import { expect, it } from 'vitest'
import type { IncidentSummary } from '../../contract/incidents.ts'
import { announcements } from './announce.ts'

const base = {
  probeTitle: 'fly',
  title: 'Machines unreachable',
  state: 'open',
  handledAtMs: null,
  snoozedUntilMs: null,
}

function incident(id: string, change: Partial<IncidentSummary> = {}): IncidentSummary {
  return { ...base, id, severity: 'warning', ...change } as IncidentSummary
}

it('says once what is new, and interrupts for criticals', () => {
  const before = [incident('old'), incident('rising')]
  const after = [
    incident('old'),
    incident('rising', { severity: 'critical', title: 'All machines stopped' }),
    incident('new'),
    incident('worst', { severity: 'critical' }),
    incident('asleep', { snoozedUntilMs: 20 }),
  ]
  expect(announcements(before, after, 10)).toEqual({
    polite: ['fly needs you: Machines unreachable'],
    assertive: ['Critical. fly needs you: All machines stopped', 'Critical. fly needs you: Machines unreachable'],
  })
  expect(announcements(after, after, 10)).toEqual({ polite: [], assertive: [] })
})
