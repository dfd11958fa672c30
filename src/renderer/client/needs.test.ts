import { expect, it } from 'vitest'
import type { AlertView } from '../../contract/alerts.ts'
import type { IncidentSummary } from '../../contract/incidents.ts'
import { needsOf } from './needs.ts'

const now = 1_900_000_000_000

function incident(id: string, change: Partial<IncidentSummary> = {}): IncidentSummary {
  const open = { state: 'open', severity: 'warning', openedAtMs: now - 60_000, handledAtMs: null, snoozedUntilMs: null }
  return { id, ...open, ...change } as IncidentSummary
}

function alert(id: string, change: Partial<AlertView> = {}): AlertView {
  const active = {
    category: 'task_failing',
    severity: 'warning',
    voice: 'alert',
    firstSeenAtMs: now - 30_000,
    acknowledgedAtMs: null,
    snoozedUntilMs: null,
    resolvedAtMs: null,
  }
  return { id, ...active, ...change } as AlertView
}

it('puts the worst first, and the newest first within, whatever speaks', () => {
  const needs = needsOf(
    {
      incidents: [incident('inc_critical', { severity: 'critical' }), incident('inc_warning')],
      alerts: [alert('alt_warning'), alert('alt_critical', { severity: 'critical', firstSeenAtMs: now - 90_000 })],
    },
    now,
  )
  expect(needs.map((need) => need.id)).toEqual(['inc_critical', 'alt_critical', 'alt_warning', 'inc_warning'])
  expect(needs.map((need) => need.kind)).toEqual(['incident', 'alert', 'alert', 'incident'])
})

it('leaves out what is put aside, and what an incident speaks of', () => {
  const needs = needsOf(
    {
      incidents: [incident('handled', { handledAtMs: now }), incident('asleep', { snoozedUntilMs: now + 1 })],
      alerts: [
        alert('of a service', { voice: 'incident' }),
        alert('seen', { acknowledgedAtMs: now }),
        alert('info', { severity: 'info' }),
      ],
    },
    now,
  )
  expect(needs).toEqual([])
})
