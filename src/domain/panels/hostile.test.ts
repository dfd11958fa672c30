import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { anObservation } from '../../../test/fakes/records.ts'
import { hostileDetails, hostileValues, leaks } from '../../../test/fakes/hostile.ts'
import { AutofixLog, Drilldown, KoraActions, MailIntents, OutboundMail } from '../../contract/published/actions.ts'
import { AgentActivity, ReasoningCalls, WebhookEvents } from '../../contract/published/activity.ts'
import { HeartbeatServices } from '../../contract/published/heartbeat.ts'
import { AlertInvestigations, ProbeInvestigations } from '../../contract/published/investigations.ts'
import { type AuditRow, seams } from '../audit.ts'
import { koraActions } from './actions.ts'
import { agentActivity } from './agentActivity.ts'
import { alertInvestigations } from './alertInvestigations.ts'
import { autofixLog } from './autofix.ts'
import { drilldown } from './drilldown.ts'
import { heartbeatServices } from './heartbeat.ts'
import { mailIntents, outboundMail } from './mail.ts'
import { probeInvestigations } from './probeInvestigations.ts'
import { groupsOf, reasoningCalls } from './reasoning.ts'
import type { SlackLogEntry } from './slackLog.ts'
import { webhookEvents } from './webhookEvents.ts'

const nowMs = Date.UTC(2026, 4, 11, 14)
const session = 'probe:fly:service_unhealthy'

/** A row of every seam with these details, as no sink ever cleaned them. */
function rowsOf(details: AuditRow['details'], callerSessionId: string | null): AuditRow[] {
  return [...seams, 'future.seam'].map((seam, index) => ({
    seq: index + 1,
    eventId: `ev${index}`,
    emittedAtMs: nowMs,
    seam,
    known: true,
    details,
    callerSessionId,
    source: typeof details['source'] === 'string' ? details['source'] : null,
    incidentId: null,
    wakeEventId: null,
    schemaVersion: 1,
    hash: '',
    prevHash: '',
  }))
}

function said(text: string): SlackLogEntry {
  return {
    id: 'dlv_1',
    messageId: 'msg_1',
    sentAtMs: nowMs,
    outcome: 'failed',
    reason: text,
    channelId: text,
    ts: text,
    threadTs: text,
    wakeEventId: null,
    investigationId: text,
    text,
  }
}

/** Every body that is made of such rows, with the shape it must have. */
function bodies(details: AuditRow['details'], id: string | null): [z.ZodType, unknown][] {
  const rows = rowsOf(details, id)
  const text = typeof details['title'] === 'string' ? details['title'] : 'text'
  const lists = { window: 'all', sinceMs: null, page: rows, nowMs } as const
  const sources = { slack: [said(text)], mails: rows, completed: rows }
  const records = { calls: rows, completed: rows, messages: [said(text)] }
  const sessions = new Map([[session, records]])
  const latest = anObservation({ details, error: text })
  return [
    [AgentActivity, agentActivity(rows, rows, nowMs)],
    [WebhookEvents, webhookEvents(rows, rows, nowMs)],
    [ReasoningCalls, reasoningCalls({ page: groupsOf(rows), recent: rows, sources, nowMs })],
    [
      ProbeInvestigations,
      probeInvestigations({ ...lists, wakes: rows, completedLately: rows, sessions, health: new Map() }),
    ],
    [AlertInvestigations, alertInvestigations({ ...lists, all: rows, recent: rows, slack: [said(text)] })],
    [Drilldown, drilldown(id ?? '', rows, [said(text)], nowMs)],
    [AutofixLog, autofixLog(rows, rows, nowMs)],
    [OutboundMail, outboundMail(rows, rows, nowMs)],
    [MailIntents, mailIntents(rows, rows, nowMs)],
    [KoraActions, koraActions(rows, rows, nowMs)],
    [HeartbeatServices, heartbeatServices([{ name: 'fly', latest }], nowMs)],
  ]
}

/** What is wrong with these bodies, one line each. */
function faults(details: AuditRow['details'], id: string | null): string[] {
  return bodies(details, id).flatMap(([shape, body], index) => {
    const text = JSON.stringify(body)
    const plain: unknown = JSON.parse(text)
    const parsed = shape.safeParse(plain)
    const found = leaks(text)
    if (!parsed.success) found.push(parsed.error.message)
    else if (JSON.stringify(parsed.data).length !== text.length) found.push('has a field that is not published')
    if (text.length > 400_000) found.push(`is ${text.length} long`)
    return found.map((fault) => `${index}: ${fault}`)
  })
}

describe('hostile records', () => {
  it.each(hostileValues.map((value) => [JSON.stringify(value).slice(0, 40), value]))(
    'of %s everywhere make bodies of the published shape that give nothing away',
    (_name, value) => {
      expect(faults(hostileDetails(value), typeof value === 'string' ? value : session)).toEqual([])
    },
  )

  it('of anything JSON can hold do as well', () => {
    const value = fc.oneof(
      fc.constantFrom(...hostileValues.filter((one) => JSON.stringify(one).length < 1_000)),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(value, fc.option(fc.string({ unit: 'binary' })), (one, id) => {
        expect(faults(hostileDetails(one), id)).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('without any details are listed as unknown', () => {
    expect([...faults({}, null), ...faults({ _unreadable: 'x' }, '')]).toEqual([])
  })
})
