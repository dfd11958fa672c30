import { expect, it } from 'vitest'
import { callerSessionId, wakeAuditDetails, type WakeEvent } from './wake.ts'

const wake: WakeEvent = {
  eventId: 'wake_1',
  incidentId: 'inc_1',
  reason: 'opened',
  probe: 'fly',
  severity: 'critical',
  category: 'service_unhealthy',
  title: 'Fly app(s) unreachable: HTTP 401',
  detail: 'Fly probe reported status=unhealthy.',
  snapshotDetails: { apps_running: 0 },
  envelopeEnabled: false,
  envelopeFixName: 'restart_unhealthy_machine',
  observedAtMs: Date.UTC(2026, 10, 20, 14, 2, 3),
  status: 'unhealthy',
  error: 'HTTP 401',
  latencyMs: 120,
  cycleSeq: 7,
  firstSeenAtMs: Date.UTC(2026, 10, 20, 14, 1, 53),
  consecutive: 2,
  groupedIncidentIds: ['inc_1'],
}

it('names the published session of a probe and category', () => {
  expect(callerSessionId('fly', 'service_unhealthy')).toBe('probe:fly:service_unhealthy')
})

it('publishes the eight original fields first, unchanged', () => {
  const details = wakeAuditDetails(wake)
  expect(Object.entries(details).slice(0, 8)).toEqual([
    ['probe', 'fly'],
    ['severity', 'critical'],
    ['category', 'service_unhealthy'],
    ['title', 'Fly app(s) unreachable: HTTP 401'],
    ['detail', 'Fly probe reported status=unhealthy.'],
    ['snapshot_details', { apps_running: 0 }],
    ['envelope_enabled', false],
    ['envelope_fix_name', 'restart_unhealthy_machine'],
  ])
})

it('adds what later readers join and count by', () => {
  expect(wakeAuditDetails(wake)).toMatchObject({
    event_id: 'wake_1',
    incident_id: 'inc_1',
    reason: 'opened',
    observed_at: '2026-11-20T14:02:03.000Z',
    status: 'unhealthy',
    error: 'HTTP 401',
    latency_ms: 120,
    cycle_seq: 7,
    first_seen_at: '2026-11-20T14:01:53.000Z',
    consecutive: 2,
    grouped_incident_ids: ['inc_1'],
  })
})
