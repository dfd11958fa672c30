import { describe, expect, it } from 'vitest'
import type { AuditRow } from '../audit.ts'
import { groupsOf, reasoningCalls } from './reasoning.ts'
import type { ReasoningSources } from './reasoningJoin.ts'
import type { SlackLogEntry } from './slackLog.ts'

const nowMs = Date.UTC(2026, 4, 11, 14)
const none: ReasoningSources = { slack: [], mails: [], completed: [] }

let seq = 0

function row(details: AuditRow['details'], more: Partial<AuditRow> = {}): AuditRow {
  seq++
  return {
    seq,
    eventId: `ev${seq}`,
    emittedAtMs: nowMs,
    seam: 'reasoning.tool_called',
    known: true,
    details: { tool_name: 'look', tool_status: 'ok', ...details },
    callerSessionId: 'mcp:agent',
    source: 'reasoning',
    incidentId: null,
    wakeEventId: null,
    schemaVersion: 1,
    hash: '',
    prevHash: '',
    ...more,
  }
}

function said(more: Partial<SlackLogEntry>): SlackLogEntry {
  return {
    id: 'dlv_1',
    messageId: 'msg_1',
    sentAtMs: nowMs,
    outcome: 'sent',
    reason: null,
    channelId: 'D1',
    ts: '17.2',
    threadTs: null,
    wakeEventId: null,
    investigationId: null,
    text: 'said',
    ...more,
  }
}

/** The only group of these rows, given oldest first. */
function only(rows: readonly AuditRow[], sources: Partial<ReasoningSources> = {}) {
  const newestFirst = rows.toReversed()
  const all = { ...none, ...sources }
  const body = reasoningCalls({ page: groupsOf(newestFirst), recent: newestFirst, sources: all, nowMs })
  const [call, ...others] = body.calls
  expect(others).toEqual([])
  if (!call) throw new Error('there is no group')
  return { call, body }
}

describe('the status of a group', () => {
  it.each([
    [['ok', 'ok'], 'ok', null],
    [['ok', 'not_allowed', 'execution_error'], 'halted', 'capability_denied'],
    [['execution_error', 'ok', 'slow'], 'failed', 'handler_error'],
    [['ok', 'slow', 'lost'], 'failed', 'slow'],
    [[7], 'failed', 'unknown'],
  ])('of calls that ended %j is %s', (statuses, status, error_code) => {
    const { call } = only(statuses.map((tool_status) => row({ tool_status })))
    expect(call).toMatchObject({ status, error_code })
  })

  it('is halted when the budget stopped it, whatever the calls say', () => {
    const callerSessionId = 'probe:fly:service_unhealthy'
    const stopped = row({ reasoning_error: 'cost_ladder_halted' }, { callerSessionId, emittedAtMs: nowMs + 1 })
    const { call, body } = only([row({ tool_status: 'execution_error' }, { callerSessionId })], {
      completed: [stopped],
    })
    expect(call).toMatchObject({
      status: 'halted',
      error_code: 'cost_ladder_halted',
      cost_rung_at_call: 'hard_stop_100',
    })
    expect(body).toMatchObject({ by_model_24h: { halted_no_model: 1 }, by_status_24h: { ok: 0, failed: 0, halted: 1 } })
  })
})

describe('a group', () => {
  it('adds its calls up, from the first on', () => {
    const rows = [
      row({ tool_name: 'a', tool_duration_ms: 10, triggered_by: 'mcp' }, { emittedAtMs: nowMs - 5_000 }),
      row({ tool_name: 'b', tool_duration_ms: 5 }),
      row({ tool_name: 'a', tool_duration_ms: -1 }),
    ]
    expect(only(rows).call).toMatchObject({
      id: 'audit-session-mcp:agent',
      started_at: '2026-05-11T13:59:55Z',
      triggered_by: 'mcp',
      duration_ms: 15,
      tools_used: ['a', 'b'],
    })
  })

  it('is one call where there is no session', () => {
    const rows = [row({}, { callerSessionId: null }), row({}, { callerSessionId: null }), row({})]
    expect(groupsOf(rows.toReversed()).map((group) => group.map(({ eventId }) => eventId))).toEqual([
      [rows[2]?.eventId],
      [rows[1]?.eventId],
      [rows[0]?.eventId],
    ])
    const first = rows[0] as AuditRow
    expect(only([first]).call.id).toBe(`audit-${first.eventId}`)
  })
})

describe('the reply', () => {
  const callerSessionId = 'probe:fly:service_unhealthy'

  it('of an investigation is found by its wake, never by what is near', () => {
    const calls = [row({}, { callerSessionId, wakeEventId: 'w1' })]
    const other = row({ model_used: 'claude-opus-4-7', investigation_id: 'i2' }, { callerSessionId, wakeEventId: 'w2' })
    const own = row(
      { model_used: 'claude-haiku-4-5', investigation_id: 'i1', input_tokens: 5, output_tokens: 2 },
      { callerSessionId, wakeEventId: 'w1' },
    )
    const slack = [said({ investigationId: 'i2', text: 'another' }), said({ investigationId: 'i1', text: 'its own' })]
    expect(only(calls, { completed: [other, own], slack }).call).toMatchObject({
      model_used: 'claude-haiku-4-5',
      cost_rung_at_call: 'downshift_90',
      input_tokens: 5,
      output_tokens: 2,
      response_text_truncated_200: 'its own',
    })
    expect(only(calls, { completed: [other], slack }).call).toMatchObject({
      model_used: null,
      response_text_truncated_200: null,
    })
  })

  it('audit 23: in a thread is the nearest one there, however far', () => {
    const calls = [row({}, { callerSessionId: 'D1:17.1' })]
    const slack = [
      said({ text: 'near, elsewhere', channelId: 'D2', threadTs: '17.1' }),
      said({ text: 'near, in the channel' }),
      said({ text: 'late in the thread', threadTs: '17.1', sentAtMs: nowMs + 3_600_000 }),
      said({ text: 'in the thread', threadTs: '17.1', sentAtMs: nowMs + 1_800_000 }),
    ]
    expect(only(calls, { slack }).call.response_text_truncated_200).toBe('in the thread')
  })

  it.each([
    [60_000, 'said'],
    [-60_000, 'said'],
    [60_001, null],
  ])('audit 23: without a thread it lies at most a minute off: %i ms', (offMs, text) => {
    const calls = [row({}, { callerSessionId: 'D1:17.1' })]
    const slack = [said({ sentAtMs: nowMs + offMs })]
    expect(only(calls, { slack }).call.response_text_truncated_200).toBe(text)
  })

  it('keeps 200 characters, whole ones, and says when there were more', () => {
    const calls = [row({}, { callerSessionId: 'D1:17.1' })]
    const shown = (text: string) => only(calls, { slack: [said({ text })] }).call.response_text_truncated_200
    expect(shown('x'.repeat(200))).toBe('x'.repeat(200))
    expect(shown('x'.repeat(201))).toBe(`${'x'.repeat(200)}…`)
    expect(shown(`${'x'.repeat(199)}🚨x`)).toBe(`${'x'.repeat(199)}…`)
    expect(shown('write to jane@example.com')).toBe('write to <address>')
  })

  it('audit 24: by mail is the one of the session, else the answer to the message, else one within a minute', () => {
    const calls = [row({}, { callerSessionId: 'email:m-1' })]
    const mail = (model_used: string, details: AuditRow['details'], more: Partial<AuditRow> = {}) =>
      row({ model_used, ...details }, { callerSessionId: 'mcp:agent', ...more })
    const near = mail('near', {}, { emittedAtMs: nowMs + 50_000 })
    const far = mail('far', {}, { emittedAtMs: nowMs + 70_000 })
    const others = mail('others', {}, { callerSessionId: 'email:m-2' })
    const answer = mail('answer', { in_reply_to: 'm-1' }, { emittedAtMs: nowMs + 900_000 })
    const own = mail('own', {}, { callerSessionId: 'email:m-1', emittedAtMs: nowMs + 900_000 })
    const model = (...mails: AuditRow[]) => only(calls, { mails }).call.model_used
    expect(model(others, near, far, answer, own)).toBe('own')
    expect(model(others, near, far, answer)).toBe('answer')
    expect(model(others, far, near)).toBe('near')
    expect(model(others, far)).toBeNull()
    expect(only([row({})], { mails: [near] }).call.model_used).toBe('near')
    expect(only([row({}, { callerSessionId: 'mcp:other' })], { mails: [near] }).call.model_used).toBeNull()
  })
})

it('counts a day of rows, and the groups of those rows', () => {
  const old = row({}, { callerSessionId: 'mcp:old', emittedAtMs: nowMs - 86_400_001 })
  const rows = [row({}), row({}), row({}, { callerSessionId: null })]
  const body = reasoningCalls({ page: [], recent: [...rows, old], sources: none, nowMs })
  expect(body).toMatchObject({
    calls: [],
    total_recent_24h: 3,
    by_model_24h: { unknown: 2 },
    by_status_24h: { ok: 2, failed: 0, halted: 0 },
  })
})
