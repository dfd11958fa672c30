import { describe, expect, it } from 'vitest'
import type { AuditRow } from '../../domain/audit.ts'
import { activityItem, activitySeams } from './activity.ts'

function row(seam: string, details: Record<string, unknown>, more: Partial<AuditRow> = {}): AuditRow {
  return {
    seq: 7,
    eventId: '01EVENT',
    emittedAtMs: 1_000,
    seam,
    known: true,
    details,
    callerSessionId: null,
    source: null,
    incidentId: null,
    wakeEventId: null,
    schemaVersion: 1,
    hash: '',
    prevHash: '',
    ...more,
  }
}

const title = (id: string): string => ({ fly: 'Fly' })[id] ?? id
const line = (seam: string, details: Record<string, unknown>, more: Partial<AuditRow> = {}) =>
  activityItem(row(seam, details, more), title)

describe('a line of activity', () => {
  it('carries its record’s identity, time and place', () => {
    expect(line('watch.interrupted', {}, { incidentId: 'inc_1' })).toMatchObject({
      key: '01EVENT',
      atMs: 1_000,
      route: '/investigations/inc_1',
    })
    expect(line('watch.interrupted', {})?.route).toBeNull()
  })

  it.each([
    [{ from: 'ok', to: 'open', severity: 'critical', title: 'down' }, 'opened', 'Fly: down', 'critical'],
    [
      { from: 'notified', to: 'resolved', severity: 'critical', why: 'well again' },
      'resolved',
      'Fly: well again',
      null,
    ],
    [{ from: 'notified', to: 'resolved' }, 'resolved', 'Fly: well again', null],
  ])('an incident: %j', (details, kind, text, severity) => {
    expect(line('incident.transitioned', { probe: 'fly', ...details })).toMatchObject({ kind, text, severity })
  })

  it.each([
    { from: 'open', to: 'open' },
    { from: 'ok', to: 'suspect' },
    { from: 'open', to: 'notified' },
  ])('steps in between are not worth one: %j', (details) => {
    expect(line('incident.transitioned', { probe: 'fly', ...details })).toBeNull()
  })

  it('an investigation: its first line and its price, or why there is none', () => {
    const done = { probe: 'fly', investigation_summary_text: 'Token rotated.\nReplace it.', total_cost_usd: 0.011 }
    expect(line('probe.investigation_completed', done)).toMatchObject({
      text: 'Investigated Fly: Token rotated.',
      costNanoUsd: 11_000_000,
    })
    const failed = { ...done, reasoning_error: 'sdk_5xx', total_cost_usd: null }
    expect(line('probe.investigation_completed', failed)).toMatchObject({
      text: 'Could not investigate Fly: sdk_5xx',
      costNanoUsd: null,
    })
  })

  it('a message: only when Slack did not take it', () => {
    const sent = { channel: 'slack', status: 'ok' }
    expect(line('notification.dispatched', sent)).toBeNull()
    expect(line('notification.dispatched', { ...sent, channel: 'native', status: 'failed' })).toBeNull()
    const failed = { ...sent, status: 'failed', error: 'post_dm_raised:X', note: 'channel_not_found' }
    expect(line('notification.dispatched', failed)?.text).toBe('Slack message not sent: channel_not_found')
  })

  it('the operator, the link and the backups', () => {
    expect(line('incident.operator_action', { probe: 'fly', action: 'marked_handled' })?.text).toBe(
      'You: marked handled, Fly',
    )
    expect(line('watch.resumed', { text: 'Down for 2 min.' })?.text).toBe('Down for 2 min.')
    expect(line('backup.failed', { error: 'no room' })?.text).toBe('A backup failed: no room')
  })

  it('nothing for other seams, and no details are needed to survive', () => {
    expect(line('settings.changed', {})).toBeNull()
    for (const seam of activitySeams) expect(() => line(seam, {})).not.toThrow()
  })
})

describe('what Kora says about itself', () => {
  const alert = {
    occurrence_id: 'alt_1',
    title: 'web is down',
    category: 'listener_down',
    severity: 'warning',
    voice: 'alert',
  }

  it('an alert has a line when it is raised, when it is over and when it was looked into', () => {
    const route = '/investigations/alt_1'
    expect(line('alert.raised', alert)).toMatchObject({
      kind: 'opened',
      text: 'web is down',
      severity: 'warning',
      route,
    })
    expect(line('alert.resolved', alert)).toMatchObject({ kind: 'resolved', text: 'Over: web is down', severity: null })
    expect(
      line('alert.investigation_completed', { ...alert, investigation_summary_text: 'The port is taken.\nMove it.' }),
    ).toMatchObject({ kind: 'investigated', text: 'Investigated “web is down”: The port is taken.', route })
    expect(line('alert.operator_action', { ...alert, action: 'snoozed' })?.text).toBe('You: snoozed, web is down')
  })

  it('what an incident, a notice or a rung has a line for has no second one', () => {
    for (const other of [{ voice: 'incident' }, { voice: 'notice' }, { category: 'cost_ladder' }]) {
      expect([line('alert.raised', { ...alert, ...other }), line('alert.resolved', { ...alert, ...other })]).toEqual([
        null,
        null,
      ])
    }
  })

  it('a pause by somebody and its end are said; one for cost is a rung', () => {
    const paused = { from: 'ready', to: 'paused', reasons: ['operator'], trigger: 'deploying' }
    expect(line('operational_state.changed', paused)?.text).toBe('Paused: deploying')
    const resumed = { from: 'paused', to: 'ready', reasons: [], trigger: 'resumed by hand' }
    expect(line('operational_state.changed', resumed)?.text).toBe('Kora goes on: resumed by hand')
    expect(line('operational_state.changed', { ...paused, reasons: ['cost'] })).toBeNull()
    expect(line('maintenance.changed', { change: 'began', title: 'Upgrade' })?.text).toBe('Maintenance began: Upgrade')
  })
})
