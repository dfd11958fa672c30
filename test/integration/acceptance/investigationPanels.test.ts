import { describe, expect, it } from 'vitest'
import { AutofixLog, Drilldown } from '../../../src/contract/published/actions.ts'
import { HeartbeatServices } from '../../../src/contract/published/heartbeat.ts'
import { AlertInvestigations, ProbeInvestigations } from '../../../src/contract/published/investigations.ts'
import type { AuditEntry } from '../../../src/domain/audit.ts'
import { checkAndConfirm, pageProbe, providerProbe, setPage, simulated, tokens } from '../../fakes/acceptance.ts'
import { entry, panelWorld, sentMessage } from '../../fakes/panelWorld.ts'
import { anIncident } from '../../fakes/records.ts'
import { flyProbe } from '../../fakes/testDaemon.ts'

const dayMs = 86_400_000
const session = 'probe:fly:service_unhealthy'

function wake(more: Partial<AuditEntry> = {}, details: Record<string, unknown> = {}): AuditEntry {
  const about = { probe: 'fly', severity: 'critical', category: 'service_unhealthy', title: 'T', detail: 'D' }
  return entry(
    'probe.wake_requested',
    { ...about, envelope_enabled: true, envelope_fix_name: 'restart', ...details },
    more,
  )
}

function done(details: Record<string, unknown>, more: Partial<AuditEntry> = {}): AuditEntry {
  const about = { probe: 'fly', issue_category: 'service_unhealthy', dm_status: 'sent' }
  return entry('probe.investigation_completed', { ...about, ...details }, { callerSessionId: session, ...more })
}

describe('Investigations as published', () => {
  it('probes 9: a real trouble is one item with its finding, its message and the state of its probe', async () => {
    const simulator = await simulated()
    const { kora, ask } = await panelWorld({
      simulator,
      env: { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN },
      probes: [flyProbe(simulator)],
    })
    await kora.pass(15_000)
    simulator.setFault('fly', { kind: 'status', status: 401 })
    await checkAndConfirm(kora, 'fly')
    await kora.pass(5_000)
    const body = await ask(ProbeInvestigations, '/api/probe-investigations')
    expect(body).toMatchObject({ window: '24h', total_count: 1, active_count: 1, resolved_count: 0, unknown_count: 0 })
    expect(body.current_probe_health).toEqual({
      vercel: 'unknown',
      sentry: 'unknown',
      doppler: 'unknown',
      supabase: 'unknown',
      fly: 'unhealthy',
    })
    expect(body.by_dm_status_24h.sent).toBe(1)
    const [item] = body.items
    expect(item).toMatchObject({
      wake_event_id: `${item?.wake_timestamp}:fly:service_unhealthy`,
      probe_name: 'fly',
      severity: 'critical',
      caller_session_id: session,
      investigation: null,
      investigation_completed: { dm_status: 'sent', autofix_attempted: false, reasoning_error: null },
      dm_entry: { send_status: 'sent', failure_reason: null },
      current_probe_health: 'unhealthy',
      resolution_status: 'active',
    })
    expect(item?.investigation_completed?.total_cost_usd).toBeGreaterThan(0)
    expect(item?.investigation_completed?.summary_text).toMatch(/\S/)

    const drilled = await ask(Drilldown, `/api/investigations/${session}`)
    expect(drilled.session.kind).toBe('probe')
    // The root message at once, then its diagnosis in the thread.
    const root = drilled.timeline.filter(({ kind }) => kind === 'slack_dm_log')[0]?.details
    expect(drilled.timeline.map(({ kind, seam }) => seam ?? kind).toSorted()).toEqual([
      'probe.investigation_completed',
      'probe.wake_requested',
      'slack_dm_log',
      'slack_dm_log',
    ])
    const threads = drilled.timeline.flatMap(({ details }) => (details['thread_ts'] ? [details['thread_ts']] : []))
    expect(threads).toEqual([root?.['slack_message_ts']])

    simulator.setFault('fly', null)
    await kora.client.probes.check({ id: 'fly' })
    const later = await ask(ProbeInvestigations, '/api/probe-investigations?window=7d&limit=1')
    expect(later).toMatchObject({ window: '7d', active_count: 0, resolved_count: 1 })
    // The same finding: a recovery names no wake and takes its place from none.
    expect(later.items[0]).toMatchObject({ id: item?.id, dm_entry: item?.dm_entry, resolution_status: 'resolved' })
  })

  it('probes 9: counts are of every wake of the window, the list of a page', async () => {
    const { write, ask, nowMs } = await panelWorld()
    await write((store) => {
      store.audit.append(wake(), nowMs - 8 * dayMs)
      store.audit.append(wake(), nowMs - 2 * dayMs)
      for (let index = 0; index < 250; index++) store.audit.append(wake({}, { title: `T${index}` }), nowMs)
      for (let index = 0; index < 60; index++) store.audit.append(done({ dm_status: 'failed_send' }), nowMs)
      store.audit.append(done({ dm_status: 'lost' }), nowMs)
    })
    const day = await ask(ProbeInvestigations, '/api/probe-investigations?limit=1')
    expect([day.items.length, day.total_count, day.unknown_count]).toEqual([1, 250, 250])
    expect(day).toMatchObject({ since: '2026-05-10T14:00:00Z', generated_at: '2026-05-11T14:00:00Z' })
    expect(day.by_dm_status_24h).toEqual({
      sent: 0,
      failed_send: 60,
      engine_unavailable_fallback: 0,
      engine_unavailable_failed_send: 0,
    })
    expect(day.items[0]).toMatchObject({ title: 'T249', investigation_completed: { dm_status: 'unknown' } })
    const week = await ask(ProbeInvestigations, '/api/probe-investigations?window=7d&limit=999')
    expect([week.items.length, week.total_count]).toEqual([200, 251])
    const all = await ask(ProbeInvestigations, '/api/probe-investigations?window=all')
    expect([all.items.length, all.total_count, all.since]).toEqual([50, 252, null])
    expect((await ask(ProbeInvestigations, '/api/probe-investigations?window=year')).window).toBe('24h')
  })

  it('probes 9: a record that names its wake belongs to that wake, one that names none to every earlier one', async () => {
    const { write, ask, nowMs } = await panelWorld()
    await write((store) => {
      const call = (tool: string, atMs: number, details: Record<string, unknown> = {}) => {
        const about = { tool_name: tool, triggered_by: 'probe_investigation', tool_duration_ms: 20, tool_status: 'ok' }
        store.audit.append(entry('reasoning.tool_called', { ...about, ...details }, { callerSessionId: session }), atMs)
      }
      call('before', nowMs - 10_001)
      store.audit.append(wake({ wakeEventId: 'w1' }), nowMs - 10_000)
      call('first', nowMs - 9_000)
      store.audit.append(wake({ wakeEventId: 'w2' }), nowMs - 5_000)
      call('second', nowMs - 4_000, { tool_status: 'execution_error', exc_type: 'TimeoutError' })
      store.audit.append(done({ investigation_summary_text: 'of two' }, { wakeEventId: 'w2' }), nowMs - 3_000)
      store.incidents.save(anIncident())
      const told = { incidentId: 'inc_1', remoteChannel: 'D1' } as const
      sentMessage(store, { ...told, id: 'msg_2', wakeEventId: 'w2', remoteRef: '2.1' }, nowMs - 2_000)
      sentMessage(store, { ...told, id: 'msg_3', kind: 'reminder', remoteRef: '3.1' }, nowMs - 1_000)
    })
    const { items } = await ask(ProbeInvestigations, '/api/probe-investigations')
    const [second, first] = items
    expect(second).toMatchObject({
      investigation: { call_count: 1, any_errored: true, total_duration_ms: 20 },
      investigation_completed: { summary_text: 'of two', emitted_at: '2026-05-11T13:59:57Z' },
      dm_entry: { slack_message_ts: '2.1', channel_id: 'D1' },
    })
    expect(first?.investigation?.tool_calls.map(({ tool_name }) => tool_name)).toEqual(['first', 'second'])
    expect(first).toMatchObject({ investigation_completed: null, dm_entry: { slack_message_ts: '3.1' } })
  })

  it('probes 9: services come in the published order, the rest by name, with the four published statuses', async () => {
    const simulator = await simulated()
    const { kora, ask } = await panelWorld({ simulator })
    const cold = await ask(HeartbeatServices, '/api/heartbeat/services')
    expect(cold).toMatchObject({ services: [], cache_warming: true, stub: false })
    for (const draft of [
      pageProbe(simulator, 'zebra'),
      pageProbe(simulator, 'abacus'),
      flyProbe(simulator),
      providerProbe(simulator, 'sentry'),
    ]) {
      await kora.client.probes.create(draft)
    }
    await kora.client.probes.create({ ...pageProbe(simulator, 'off'), enabled: false })
    setPage(simulator, 'zebra', 500)
    simulator.setFault('fly', { kind: 'reset' })
    await kora.client.probes.checkAll()
    const { services, cache_warming } = await ask(HeartbeatServices, '/api/heartbeat/services')
    expect(cache_warming).toBe(false)
    expect(services.map(({ name, status }) => [name, status])).toEqual([
      ['sentry', 'unknown'],
      ['fly', 'unknown'],
      ['abacus', 'healthy'],
      ['zebra', 'unhealthy'],
    ])
    const [sentry, fly, abacus, zebra] = services
    expect(sentry?.error).toMatch(/KORA_SENTRY/)
    expect([fly?.error, zebra?.error]).toEqual([expect.any(String), 'HTTP 500'])
    expect([sentry?.latency_ms, abacus?.error]).toEqual([null, null])
    expect(abacus?.latency_ms).toEqual(expect.any(Number))
    expect(zebra?.last_check_at).toBe('2026-05-11T14:00:00Z')
  })

  it('probes 9: a fix tells its outcome and of a machine nothing but its state', async () => {
    const { write, ask, text, nowMs } = await panelWorld()
    const about = { probe: 'fly', action: 'restart', target_id: 'm1', reason_from_reasoning: 'r'.repeat(400) }
    const before_state = { state: 'stopped', private_ip: 'fdaa:0:1::3', env: { KEY: 'hidden' } }
    const after_state = { state: 's'.repeat(60) }
    const tool = (details: Record<string, unknown>): AuditEntry =>
      entry('tool.probe_autofix_attempted', { ...about, ...details })
    await write((store) => {
      store.audit.append(tool({ status: 'attempted' }), nowMs - 3 * dayMs)
      const attempted = { status: 'attempted', before_state, after_state, executor_duration_ms: 900 }
      store.audit.append(tool({ ...attempted, action_taken: 'start', action_canonical: 'restart_machine' }), nowMs)
      const detail = { allowed: ['none'], limit: 3 }
      store.audit.append(tool({ status: 'rejected', rejection_reason: 'off', rejection_detail: detail }), nowMs)
      const failed = { status: 'execution_failed', error: 'e'.repeat(300), executor_duration_ms: 4, before_state }
      store.audit.append(tool(failed), nowMs)
      store.audit.append(tool({ status: 'exploded', before_state }), nowMs)
    })
    const body = await ask(AutofixLog, '/api/probe-autofix/recent')
    const [unknown, failed, rejected, attempted, bare] = body.events
    expect(body.by_status_24h).toEqual({ attempted: 1, rejected: 1, execution_failed: 1, unknown: 1 })
    expect(body.daily_attempted_14d.filter(({ count }) => count > 0)).toEqual([
      { date: '2026-05-08', count: 1 },
      { date: '2026-05-11', count: 1 },
    ])
    expect(attempted).toMatchObject({
      action_canonical: 'restart_machine',
      action_taken: 'start',
      executor_duration_ms: 900,
      before_state_label: 'stopped',
      after_state_label: `${'s'.repeat(47)}…`,
      reason_from_reasoning: `${'r'.repeat(299)}…`,
    })
    expect(rejected).toMatchObject({ rejection_reason: 'off', rejection_detail: '{"allowed":["none"],"limit":3}' })
    expect(failed).toMatchObject({ error: `${'e'.repeat(199)}…`, before_state_label: 'stopped' })
    expect(bare).toMatchObject({ executor_duration_ms: null, before_state_label: null, action_taken: null })
    expect(unknown?.status).toBe('unknown')
    expect(Object.keys(unknown ?? {})).not.toContain('before_state_label')
    expect(await text('/api/probe-autofix/recent')).not.toMatch(/fdaa|hidden|private_ip/)
  })

  it('alerts 22: what was found out about alerts, with the message that told it and none of its words', async () => {
    const { write, ask, text, nowMs } = await panelWorld()
    expect(await ask(AlertInvestigations, '/api/alert-investigations')).toMatchObject({
      items: [],
      total_count: 0,
      by_severity_24h: { critical: 0, warning: 0, info: 0 },
    })
    await write((store) => {
      sentMessage(store, { id: 'msg_a', remoteChannel: 'D1', remoteRef: '1.1', investigationId: 'inv_a' }, nowMs)
      const about = { category: 'cost_pace', severity: 'warning', dm_status: 'sent', autoaction_attempted: false }
      const details = { ...about, alert_id: 'a-1', investigation_id: 'inv_a', total_cost_usd: 0.01 }
      const callerSessionId = 'alert:cost_pace:warning'
      store.audit.append(entry('alert.investigation_completed', details, { callerSessionId }), nowMs)
      store.audit.append(entry('alert.investigation_completed', { ...about, severity: 'loud' }), nowMs)
      // A probe's session, its finding and its message are no alert's.
      sentMessage(store, { id: 'msg_p', remoteChannel: 'D1', remoteRef: '2.2', investigationId: 'inv_p' }, nowMs)
      const probe = { probe: 'fly', issue_category: 'cost_pace', investigation_id: 'inv_p', dm_status: 'sent' }
      const ofProbe = { callerSessionId: 'probe:fly:cost_pace' }
      store.audit.append(entry('probe.investigation_completed', { ...probe, severity: 'warning' }, ofProbe), nowMs)
    })
    const body = await ask(AlertInvestigations, '/api/alert-investigations?window=all')
    expect(body.items).toMatchObject([
      { severity: 'unknown', caller_session_id: 'alert:cost_pace:unknown', dm_entry: null },
      {
        alert_category: 'cost_pace',
        severity: 'warning',
        caller_session_id: 'alert:cost_pace:warning',
        investigation_completed: { alert_id: 'a-1', total_cost_usd: 0.01, autoaction_attempted: false },
        dm_entry: { channel_id: 'D1', send_status: 'sent', slack_message_ts: '1.1' },
      },
    ])
    expect(body).toMatchObject({ total_count: 2, by_severity_24h: { warning: 1 }, by_dm_status_24h: { sent: 2 } })
    expect(await text('/api/alert-investigations')).not.toContain('what msg_a said')
    const drilled = await ask(Drilldown, '/api/investigations/alert:cost_pace:warning')
    // The finding itself is not on the list of what a timeline shows (audit specification, 8.2).
    expect(drilled.timeline).toMatchObject([{ kind: 'slack_dm_log', details: { slack_message_ts: '1.1' } }])
  })
})
