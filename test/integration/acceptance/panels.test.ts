import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { Drilldown, KoraActions, MailIntents, OutboundMail } from '../../../src/contract/published/actions.ts'
import { AgentActivity, ReasoningCalls, WebhookEvents } from '../../../src/contract/published/activity.ts'
import { entry, panelWorld, sentMessage } from '../../fakes/panelWorld.ts'

const dayMs = 86_400_000

describe('Audit panels', () => {
  it('audit 6 (ruling 3): there is one operator, so a tenant changes nothing', async () => {
    const { write, ask, kora, nowMs } = await panelWorld()
    await write((store) => void store.audit.append(entry('mcp.tool_called', { tool_name: 'look' }), nowMs))
    const plain = await ask(AgentActivity, '/api/agent-activity/recent')
    expect(plain.calls).toHaveLength(1)
    for (const tenant of ['', 'default', 'acme', '..%2Fx', 'a%5Cb']) {
      expect(await ask(AgentActivity, `/api/agent-activity/recent?tenant_id=${tenant}`)).toEqual(plain)
    }
    expect(await readdir(kora.paths.data)).not.toContain('audit')
  })

  it('audit 18: of an IPv4 address two octets are told, of any other nothing', async () => {
    const { write, ask, text, nowMs } = await panelWorld()
    const peers = ['54.203.99.142', '2600:1f14:abc::7', '-', '']
    await write((store) => {
      for (const [index, peer_ip] of peers.entries()) {
        const source = index === 1 ? 'email' : index === 2 ? 'pager' : 'slack'
        const details = { source, reason: 'bad_signature', peer_ip, headers: { 'x-real-ip': '54.203.99.142' } }
        store.audit.append(entry('webhook.dead_letter', details), nowMs - peers.length + index)
      }
    })
    const { events, total_recent_24h } = await ask(WebhookEvents, '/api/webhooks/events/recent')
    expect(events.map((event) => event.source_ip)).toEqual(['—', '—', '—', '54.203.x.x'])
    expect(events.map((event) => event.endpoint)).toEqual([
      '/api/webhooks/slack/events',
      '/api/webhooks/pager',
      '/api/webhooks/email/inbound',
      '/api/webhooks/slack/events',
    ])
    expect(events[0]).toMatchObject({
      received_at: '2026-05-11T13:59:59Z',
      status: 'dead_letter',
      event_type: 'bad_signature',
      details: { reason: 'bad_signature', header_present: false },
    })
    expect(total_recent_24h).toBe(4)
    expect(await text('/api/webhooks/events/recent')).not.toMatch(/99\.142|2600:/)
  })

  it('audit 19: 300 rows and a limit of 999 make 200 calls; counts are of every row of the day', async () => {
    const { write, ask, nowMs } = await panelWorld()
    await write((store) => {
      store.audit.append(entry('mcp.tool_called', { tool_name: 'old' }), nowMs - dayMs - 1)
      for (let row = 0; row < 300; row++) {
        const caller_actor_kind = row % 3 === 0 ? 'editor' : 'reviewer'
        const details = { tool_name: `tool_${row}`, tool_kind: 'read', caller_actor_kind, result: 'done' }
        store.audit.append(entry('mcp.tool_called', details), nowMs - 300 + row)
      }
    })
    const body = await ask(AgentActivity, '/api/agent-activity/recent?limit=999')
    expect(body.calls).toHaveLength(200)
    expect(body.calls[0]).toMatchObject({
      tool_name: 'tool_299',
      caller_actor_kind: 'reviewer',
      called_at: '2026-05-11T13:59:59Z',
      duration_ms: 0,
      status: 'ok',
      result_summary: 'done',
    })
    expect(body).toMatchObject({ total_recent_24h: 300, by_caller_24h: { editor: 100, reviewer: 200 }, stub: false })
    expect((await ask(AgentActivity, '/api/agent-activity/recent?limit=nonsense')).calls).toHaveLength(50)
    expect((await ask(AgentActivity, '/api/agent-activity/recent?limit=-3')).calls).toHaveLength(1)
  })

  it('audit 19: the rows keep their ids from one page to the next', async () => {
    const { write, ask, nowMs } = await panelWorld()
    const append = (tool_name: string) =>
      write((store) => void store.audit.append(entry('mcp.tool_called', { tool_name }), nowMs))
    await append('first')
    const before = await ask(AgentActivity, '/api/agent-activity/recent')
    await append('second')
    const after = await ask(AgentActivity, '/api/agent-activity/recent')
    expect(after.calls.map(({ tool_name }) => tool_name)).toEqual(['second', 'first'])
    expect(after.calls[1]?.id).toBe(before.calls[0]?.id)
  })

  it('audit 20: what was only looked at, refused or edited by hand is no action; what was done is, newest first', async () => {
    const { write, ask, nowMs } = await panelWorld()
    const fix = { probe: 'fly', action: 'restart', action_canonical: 'restart_machine', target_id: 'm1' }
    const states = { before_state: { state: 'stopped', host: 'h-1' }, after_state: { state: 'started' } }
    const rows = [
      entry('intent.email_to_sea_ticket', { action: 'logged_only', subject: 'Private matter' }),
      entry('tool.probe_autofix_attempted', { ...fix, status: 'rejected' }),
      entry('phrasebook.updated', { actor: 'operator', action: 'put', entry_count_before: 3, entry_count_after: 4 }),
      entry('tool.email_to_operator_sent', { status: 'sent', subject_chars: 12, body_chars: 340, attachment_count: 2 }),
      entry('intent.email_to_sea_ticket', { action: 'created', pattern_matched: 'todo', ticket_id: 'T 7' }),
      entry('tool.probe_autofix_attempted', { ...fix, ...states, status: 'attempted' }),
      entry('probe.investigation_completed', { probe: 'fly', dm_status: 'sent', autofix_attempted: true }),
      entry('phrasebook.updated', {
        actor: 'kora_proposal_approved',
        action: 'put',
        entry_count_before: 4,
        entry_count_after: 5,
      }),
      entry('promotion.proposed', {
        proposal_id: 'p/1',
        proposed_category: 'spend',
        cluster_size: 4,
        confidence: 0.9,
        sample_questions: ['What did we spend?'],
      }),
      entry('promotion.approved', { proposal_id: 'p/1', proposed_category: 'spend', status: 'approved' }),
      entry('promotion.rejected', { proposed_category: 'uptime' }),
      entry('alert.investigation_completed', { category: 'cost', severity: 'warning', dm_status: 'failed_send' }),
    ]
    await write((store) => {
      for (const [index, row] of rows.entries()) {
        store.audit.append({ ...row, callerSessionId: index === 5 ? 'mcp:kora_reasoning_self' : null }, nowMs + index)
      }
    })
    const body = await ask(KoraActions, '/api/kora-actions/recent')
    expect(body.items.map((item) => [item.action_category, item.summary, item.status, item.deep_link])).toEqual([
      ['alert_investigation_completed', 'Alert investigation completed · cost', 'failed_send', '/alert-investigations'],
      ['promotion_rejected', 'Promotion rejected · uptime', 'unknown', '/promotions/phrasebook'],
      ['promotion_approved', 'Promotion approved · spend', 'approved', '/promotions/phrasebook?focus=p%2F1'],
      [
        'promotion_proposed',
        '💡 proposal awaiting review · spend · cluster 4 · conf 0.90',
        'unknown',
        '/promotions/phrasebook?focus=p%2F1',
      ],
      ['phrasebook_proposal_approved', 'Phrasebook updated · 4→5 entries', 'unknown', '/phrasebook'],
      [
        'investigation_completed',
        'Probe investigation completed · fly · 🔧 fix attempted',
        'sent',
        '/probe-investigations',
      ],
      ['autofix_attempted', 'restart_machine on fly/m1 · stopped→started', 'attempted', '/probe-autofix-log'],
      ['sea_ticket_created', 'Saved task-board item #T 7 from email · todo', 'created', '/sea-tickets?focus=T%207'],
      [
        'email_sent',
        'Sent email to operator · 12-char subject · 340-char body · 2 attachments',
        'sent',
        '/outbound-email-log',
      ],
    ])
    expect(body.items[6]?.caller_session_id).toBe('mcp:kora_reasoning_self')
    expect(body.total_recent_24h).toBe(9)
    expect(body.by_category_24h).toMatchObject({ email_sent: 1, promotion_approved: 1, other: 0 })
    expect(body.daily_actions_14d.at(-1)).toEqual({ date: '2026-05-11', count: 9 })
    expect((await ask(KoraActions, '/api/kora-actions/recent?limit=2')).items).toHaveLength(2)
  })

  it('audit 20: what is no action takes no place of one, however much of it came later', async () => {
    const { write, ask, nowMs } = await panelWorld()
    const looked = entry('intent.email_to_sea_ticket', { action: 'logged_only' })
    const created = (ticket_id: string) => entry('intent.email_to_sea_ticket', { action: 'created', ticket_id })
    await write((store) => {
      store.audit.append(created('old'), nowMs - 20 * dayMs)
      for (let row = 0; row < 120; row++) store.audit.append(looked, nowMs - 16 * dayMs)
      store.audit.append(created('new'), nowMs - 60_000)
      for (let row = 0; row < 120; row++) store.audit.append(looked, nowMs)
    })
    const links = async (limit: number) => {
      const { items } = await ask(KoraActions, `/api/kora-actions/recent?limit=${limit}`)
      return items.map(({ deep_link }) => deep_link)
    }
    expect(await links(1)).toEqual(['/sea-tickets?focus=new'])
    expect(await links(100)).toEqual(['/sea-tickets?focus=new', '/sea-tickets?focus=old'])
  })

  it('audit 20: a mail that reached nobody is listed and does not claim that it was sent', async () => {
    const { write, ask, nowMs } = await panelWorld()
    const details = { status: 'smtp_failure', subject_chars: 5, body_chars: 9, attachment_count: 1, error: 'refused' }
    await write((store) => void store.audit.append(entry('tool.email_to_operator_sent', details), nowMs))
    const { items } = await ask(KoraActions, '/api/kora-actions/recent')
    expect(items[0]).toMatchObject({
      summary: 'Email to operator not sent · 5-char subject · 9-char body · 1 attachment',
      status: 'smtp_failure',
    })
  })

  it('audit 22: of a session only the listed seams are shown, oldest first, with what their panels show', async () => {
    const { write, ask, text, nowMs } = await panelWorld()
    const callerSessionId = 'promotion:phrasebook:p1'
    const proposal = { proposal_id: 'p1', proposed_category: 'spend', cluster_caller_session_ids: ['D1:1.1'] }
    await write((store) => {
      store.audit.append(entry('promotion.proposed', proposal, { callerSessionId, source: 'reasoning' }), nowMs)
      store.audit.append(entry('notification.dispatched', { channel: 'slack' }, { callerSessionId }), nowMs + 1)
      store.audit.append(entry('incident.transitioned', { from: 'a' }, { callerSessionId }), nowMs + 2)
      store.audit.append(entry('promotion.approved', proposal, { callerSessionId }), nowMs + 1_000)
      store.audit.append(entry('promotion.approved', proposal, { callerSessionId: `${callerSessionId}x` }), nowMs)
    })
    const path = `/api/investigations/${encodeURIComponent(callerSessionId)}`
    const body = await ask(Drilldown, path)
    expect(body.session).toEqual({ caller_session_id: callerSessionId, kind: 'promotion' })
    expect(body.timeline.map(({ seam, emitted_at, source }) => [seam, emitted_at, source])).toEqual([
      ['promotion.proposed', '2026-05-11T14:00:00Z', 'reasoning'],
      ['promotion.approved', '2026-05-11T14:00:01Z', null],
    ])
    expect(body.seams_seen).toEqual(['promotion.proposed', 'promotion.approved'])
    expect(body.total_count).toBe(2)
    expect(body.supported_seams).toHaveLength(10)
    expect(await text(path)).not.toContain('D1:1.1')
    // A colon needs no encoding.
    expect((await ask(Drilldown, `/api/investigations/${callerSessionId}`)).total_count).toBe(2)
  })

  it('audit 22: an unknown id has an empty timeline; a long one is cut', async () => {
    const { ask } = await panelWorld()
    const unknown = await ask(Drilldown, '/api/investigations/probe%3Anobody%3Aknows')
    expect(unknown).toMatchObject({ session: { kind: 'probe' }, timeline: [], seams_seen: [], total_count: 0 })
    const long = await ask(Drilldown, `/api/investigations/${'x'.repeat(2_000)}`)
    expect(long.session).toEqual({ caller_session_id: 'x'.repeat(512), kind: 'other' })
    expect((await ask(Drilldown, '/api/investigations/%E0%A4%A')).session.caller_session_id).toBe('%E0%A4%A')
  })

  it('audit 23: a thread joins, or 30 s in the channel; 90 s do not', async () => {
    const { write, ask, nowMs } = await panelWorld()
    const call = (session: string) =>
      entry(
        'reasoning.tool_called',
        { tool_name: 'get_spend', triggered_by: 'slack_dm', tool_duration_ms: 40, tool_status: 'ok' },
        { callerSessionId: session, source: 'reasoning' },
      )
    const asked = [
      { session: 'D1:17.1', atMs: nowMs - 50_000 },
      { session: 'D2:18.1', atMs: nowMs - 30_000 },
      { session: 'D3:19.1', atMs: nowMs - 90_000 },
    ]
    await write((store) => {
      for (const { session, atMs } of asked.toSorted((a, b) => a.atMs - b.atMs)) {
        store.audit.append(call(session), atMs)
      }
      sentMessage(store, { id: 'msg_root', remoteChannel: 'D1', remoteRef: '17.1' }, nowMs - 3_600_000)
      sentMessage(store, { id: 'msg_near', remoteChannel: 'D1', remoteRef: '17.2' }, nowMs - 49_000)
      const answer = { id: 'msg_answer', remoteChannel: 'D1', remoteRef: '17.3', replyToId: 'msg_root' }
      sentMessage(store, { ...answer, investigationId: 'inv_1' }, nowMs)
      sentMessage(store, { id: 'msg_channel', remoteChannel: 'D2', remoteRef: '18.2' }, nowMs)
      sentMessage(store, { id: 'msg_far', remoteChannel: 'D3', remoteRef: '19.2' }, nowMs)
      const done = { investigation_id: 'inv_1', model_used: 'claude-sonnet-4-5', input_tokens: 900, output_tokens: 80 }
      store.audit.append(entry('probe.investigation_completed', done), nowMs)
    })
    const body = await ask(ReasoningCalls, '/api/reasoning/recent')
    const calls = new Map(body.calls.map((one) => [one.id, one]))
    expect(calls.get('audit-session-D1:17.1')).toMatchObject({
      response_text_truncated_200: 'what msg_answer said',
      model_used: 'claude-sonnet-4-5',
      cost_rung_at_call: 'warn_75',
      input_tokens: 900,
      output_tokens: 80,
    })
    expect(calls.get('audit-session-D2:18.1')?.response_text_truncated_200).toBe('what msg_channel said')
    expect(calls.get('audit-session-D3:19.1')).toMatchObject({
      triggered_by: 'slack_dm',
      duration_ms: 40,
      status: 'ok',
      error_code: null,
      tools_used: ['get_spend'],
      response_text_truncated_200: null,
      model_used: null,
      cost_rung_at_call: 'unknown',
      input_tokens: 0,
      output_tokens: 0,
    })
    expect(body).toMatchObject({
      total_recent_24h: 3,
      by_model_24h: { 'claude-sonnet-4-5': 1, unknown: 2 },
      by_status_24h: { ok: 3, failed: 0, halted: 0 },
      tokens_total_24h: { input: 900, output: 80 },
    })
  })

  it('audit 23: one busy session takes the place of one, and each is counted whole', async () => {
    const { write, ask, nowMs } = await panelWorld()
    const call = (callerSessionId: string) =>
      entry('reasoning.tool_called', { tool_name: 't', tool_status: 'ok', tool_duration_ms: 1 }, { callerSessionId })
    await write((store) => {
      for (const session of ['mcp:a', 'mcp:b']) {
        for (let row = 0; row < 25; row++) store.audit.append(call(session), nowMs)
      }
    })
    const { calls } = await ask(ReasoningCalls, '/api/reasoning/recent?limit=2')
    expect(calls.map(({ id, duration_ms }) => [id, duration_ms])).toEqual([
      ['audit-session-mcp:b', 25],
      ['audit-session-mcp:a', 25],
    ])
  })

  it('audit 24: a mail of the same session gives its model, and no text', async () => {
    const { write, ask, nowMs } = await panelWorld()
    const callerSessionId = 'email:m-1'
    await write((store) => {
      const call = { tool_name: 'send', triggered_by: 'email_inbound', tool_status: 'ok' }
      store.audit.append(entry('reasoning.tool_called', call, { callerSessionId }), nowMs)
      const mail = { status: 'sent', model_used: 'claude-opus-4-7', subject: 'Private', body: 'Private as well' }
      store.audit.append(entry('tool.email_to_operator_sent', mail, { callerSessionId }), nowMs + dayMs / 2)
    })
    const { calls } = await ask(ReasoningCalls, '/api/reasoning/recent')
    expect(calls).toMatchObject([
      { model_used: 'claude-opus-4-7', cost_rung_at_call: 'normal', response_text_truncated_200: null },
    ])
  })

  it('audit 24: sessions of two mails stay two, and each is found under the id it is listed with', async () => {
    const { write, ask, nowMs } = await panelWorld()
    const sessions = ['email:<CA+1@mail.example.com>', 'email:<CA+2@mail.example.com>']
    await write((store) => {
      for (const callerSessionId of sessions) {
        const call = { tool_name: 'send', triggered_by: 'email_inbound', tool_status: 'ok' }
        store.audit.append(entry('reasoning.tool_called', call, { callerSessionId }), nowMs)
        store.audit.append(entry('tool.email_to_operator_sent', { status: 'sent' }, { callerSessionId }), nowMs)
      }
    })
    const { calls } = await ask(ReasoningCalls, '/api/reasoning/recent')
    expect(calls.map(({ id }) => id)).toEqual(sessions.toReversed().map((id) => `audit-session-${id}`))
    const { items } = await ask(KoraActions, '/api/kora-actions/recent')
    for (const { caller_session_id: id } of items) {
      const found = await ask(Drilldown, `/api/investigations/${encodeURIComponent(id ?? '')}`)
      expect([found.session.kind, found.total_count]).toEqual(['email', 2])
    }
  })

  it('mail is told by its sizes and outcomes, by day and by status', async () => {
    const { write, ask, text, nowMs } = await panelWorld()
    const mail = { subject_chars: 7, body_chars: 70, attachment_count: 0, subject: 'Private', to: 'jane@example.com' }
    const intent = { action: 'created', subject: 'Private', proposed_title: 'Private', confidence: 0.8, tags: ['a', 1] }
    await write((store) => {
      store.audit.append(entry('tool.email_to_operator_sent', { ...mail, status: 'sent' }), nowMs - 13 * dayMs)
      store.audit.append(entry('tool.email_to_operator_sent', { ...mail, status: 'sent' }), nowMs)
      store.audit.append(entry('tool.email_to_operator_sent', { ...mail, status: 'bounced' }), nowMs)
      store.audit.append(entry('intent.email_to_sea_ticket', intent), nowMs)
    })
    const sent = await ask(OutboundMail, '/api/outbound-email/recent?limit=1')
    expect(sent.events).toMatchObject([{ status: 'unknown', subject_chars: 7 }])
    expect(sent.by_status_24h).toEqual({ sent: 1, rejected: 0, smtp_failure: 0, unknown: 1 })
    expect(sent.daily_sent_14d.map(({ count }) => count)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    const looked = await ask(MailIntents, '/api/email-intent/recent')
    expect(looked.events).toMatchObject([{ action: 'created', subject_chars: 7, tags: ['a'], confidence: 0.8 }])
    expect(looked.by_action_24h.created).toBe(1)
    for (const path of ['/api/outbound-email/recent', '/api/email-intent/recent', '/api/kora-actions/recent']) {
      expect(await text(path)).not.toMatch(/Private|jane/)
    }
  })
})
