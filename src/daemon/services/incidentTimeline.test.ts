import { describe, expect, it } from 'vitest'
import { aDelivery, anIncident, anInvestigation, startMs } from '../../../test/fakes/records.ts'
import type { AuditRow } from '../../domain/audit.ts'
import type { Sample } from '../store/ObservationRepository.ts'
import { incidentTimeline } from './incidentTimeline.ts'

let seq = 0
function audit(atMs: number, seam: string, details: Record<string, unknown>): AuditRow {
  seq++
  const ids = { callerSessionId: null, source: null, incidentId: 'inc_1', wakeEventId: null }
  const rest = { known: true, schemaVersion: 1, hash: '', prevHash: '' }
  return { seq, eventId: `e${seq}`, emittedAtMs: atMs, seam, details, ...ids, ...rest }
}

function check(atMs: number, changes: Partial<Sample> = {}): Sample {
  return { atMs, status: 'unhealthy', cause: 'server_error', latencyMs: 12, error: 'HTTP 503', details: {}, ...changes }
}

const nothing = { incident: anIncident(), audit: [], investigations: [], deliveries: [], checks: [] }
const words = (records: Partial<Parameters<typeof incidentTimeline>[0]>) =>
  incidentTimeline({ ...nothing, ...records }).map((line) => [line.kind, line.text, line.aside])

describe('incidentTimeline', () => {
  it('is one order of everything, oldest first, each line with its own key and raw record', () => {
    const lines = incidentTimeline({
      incident: anIncident(),
      checks: [check(startMs), check(startMs + 10_000)],
      audit: [
        audit(startMs + 10_001, 'incident.transitioned', {
          from: 'suspect',
          to: 'open',
          severity: 'critical',
          why: 'x',
        }),
        audit(startMs + 10_002, 'probe.wake_requested', { reason: 'opened' }),
        audit(startMs + 90_000, 'incident.transitioned', { from: 'notified', to: 'resolved', why: 'well again' }),
      ],
      investigations: [anInvestigation({ startedAtMs: startMs + 10_003, finishedAtMs: startMs + 20_000, text: 'T' })],
      deliveries: [{ ...aDelivery({ startedAtMs: startMs + 10_004 }), kind: 'alert' }],
    })
    expect(lines.map((line) => line.kind)).toEqual([
      'check',
      'check',
      'opened',
      'wake',
      'investigation',
      'delivery',
      'investigation',
      'resolved',
    ])
    expect(new Set(lines.map((line) => line.key)).size).toBe(lines.length)
    for (const { raw } of lines) expect(Object.keys(raw).length).toBeGreaterThan(0)
  })

  it('shows the first three checks, then only changes, and nothing from before the trouble', () => {
    const checks = Array.from({ length: 50 }, (_, index) => check(startMs + index * 1_000))
    checks.push(
      check(startMs + 60_000, { error: 'HTTP 500' }),
      check(startMs + 70_000, { status: 'healthy', error: null }),
    )
    checks.push(check(startMs - 1_000))
    expect(words({ checks })).toEqual([
      ['check', 'Check failed, HTTP 503', '12 ms'],
      ['check', 'Check failed, HTTP 503', '12 ms'],
      ['check', 'Check failed, HTTP 503', '12 ms'],
      ['check', 'Check failed, HTTP 500', '12 ms'],
      ['check', 'Check passed', '12 ms'],
    ])
  })

  it.each([
    [{ to: 'suspect', why: 'unreachable once' }, ['changed', 'Doubted', 'unreachable once']],
    [
      { from: 'open', to: 'open', why: 'debounce_skipped: held back' },
      ['held', 'Repeat held back', 'same severity, told again when the window ends'],
    ],
    [{ from: 'open', to: 'open', why: 'snoozed: held back' }, ['held', 'Repeat held back', 'snoozed: held back']],
    [{ from: 'open', to: 'open', why: 'severity_rose' }, ['changed', 'Severity rose', null]],
  ])('a step of the machine: %j', (details, line) => {
    expect(words({ audit: [audit(startMs, 'incident.transitioned', details)] })).toEqual([line])
  })

  it('leaves out what other lines already say, and seams that are none of the reader’s business', () => {
    const rows = ['investigating', 'notified'].map((to) =>
      audit(startMs, 'incident.transitioned', { from: 'open', to }),
    )
    expect(words({ audit: [...rows, audit(startMs, 'notification.dispatched', {})] })).toEqual([])
  })

  it('says how an investigation went, what it cost, and who asked', () => {
    const done = { startedAtMs: startMs, finishedAtMs: startMs + 1_000, model: 'm', costNanoUsd: 11_000_000, text: 'T' }
    expect(words({ investigations: [anInvestigation({ ...done, requestedBy: 'operator' })] })).toEqual([
      ['investigation', 'Investigation begun', 'you asked for it'],
      ['investigation', 'Finding ready', expect.stringContaining('0.01')],
    ])
    const failed = { ...done, text: null, failure: 'sdk_timeout', model: null, costNanoUsd: null }
    expect(words({ investigations: [anInvestigation(failed)] })[1]).toEqual([
      'investigation',
      'Could not investigate: sdk_timeout',
      null,
    ])
    expect(words({ investigations: [anInvestigation()] })).toEqual([])
  })

  it('says what became of every attempt to tell', () => {
    const deliveries = [
      { ...aDelivery({ id: 'd1', outcome: 'unknown', reason: 'timeout', startedAtMs: 1 }), kind: 'alert' },
      { ...aDelivery({ id: 'd2', attempt: 2, outcome: 'already_sent', startedAtMs: 2 }), kind: 'alert' },
      { ...aDelivery({ id: 'd3', startedAtMs: 3 }), kind: 'diagnosis' },
      {
        ...aDelivery({ id: 'd4', channel: 'native', outcome: 'failed', note: 'denied', startedAtMs: 4 }),
        kind: 'alert',
      },
    ]
    expect(words({ deliveries })).toEqual([
      ['delivery', 'Slack message not sent', 'no answer in time, first attempt'],
      ['delivery', 'Slack message sent', '90 ms, attempt 2'],
      ['delivery', 'Finding sent', '90 ms, first attempt'],
      ['delivery', 'Notification not shown', 'denied, first attempt'],
    ])
  })
})
