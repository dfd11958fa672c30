import type { AuditRow, Seam } from '../audit.ts'
import { utcSeconds } from '../time.ts'
import { autofixDetails } from './autofix.ts'
import { type Details, memberOf, sessionOf, textOf } from './fields.ts'
import { completed, toolCall } from './investigationParts.ts'
import { intentDetails, mailDetails } from './mail.ts'
import { wakeDetails } from './probeInvestigations.ts'
import { phrasebookDetails, promotionDetails } from './promotions.ts'
import { dmEntry, type SlackLogEntry } from './slackLog.ts'

/** Records that a timeline shows; what is not listed here is not shown (audit specification, 8.2). */
export const drilldownSeams = [
  'probe.wake_requested',
  'reasoning.tool_called',
  'tool.probe_autofix_attempted',
  'probe.investigation_completed',
  'intent.email_to_sea_ticket',
  'tool.email_to_operator_sent',
  'phrasebook.updated',
  'promotion.proposed',
  'promotion.approved',
  'promotion.rejected',
] as const satisfies Seam[]
type DrilldownSeam = (typeof drilldownSeams)[number]

export const sessionKinds = ['probe', 'email', 'promotion', 'other'] as const
export const timelineKinds = ['audit', 'slack_dm_log'] as const

/** Each seam with what its own panel publishes, so that a timeline never shows more. */
const projections: Readonly<Record<DrilldownSeam, (row: AuditRow) => Details>> = {
  'probe.wake_requested': wakeDetails,
  'reasoning.tool_called': ({ details }) => toolCall(details),
  'tool.probe_autofix_attempted': ({ details }) => autofixDetails(details),
  'probe.investigation_completed': ({ details }) => completed(details),
  'intent.email_to_sea_ticket': ({ details }) => intentDetails(details),
  'tool.email_to_operator_sent': ({ details }) => mailDetails(details),
  'phrasebook.updated': ({ details }) => phrasebookDetails(details),
  'promotion.proposed': ({ details }) => promotionDetails(details),
  'promotion.approved': ({ details }) => promotionDetails(details),
  'promotion.rejected': ({ details }) => promotionDetails(details),
}

/**
 * Body of `GET /api/investigations/{id}`: everything published about one session, oldest first.
 * @param rows of that session, of any seam and in any order
 * @param messages attempts to tell the operator about it, newest first
 */
export function drilldown(id: string, rows: readonly AuditRow[], messages: readonly SlackLogEntry[], nowMs: number) {
  const shown = rows.flatMap((row) => {
    const seam = memberOf(drilldownSeams, row.seam)
    return seam === 'unknown' ? [] : [{ atMs: row.emittedAtMs, order: row.seq, entry: auditEntry(row, seam) }]
  })
  const told = messages
    .toReversed()
    .map((message) => ({ atMs: message.sentAtMs, order: Number.MAX_SAFE_INTEGER, entry: messageEntry(message, id) }))
  // In one millisecond the record comes before what was said about it.
  const timeline = [...shown, ...told].sort((a, b) => a.atMs - b.atMs || a.order - b.order).map(({ entry }) => entry)
  return {
    session: { caller_session_id: sessionOf(id) ?? '', kind: kindOf(id) },
    timeline,
    seams_seen: [...new Set(timeline.flatMap(({ seam }) => seam ?? []))],
    total_count: timeline.length,
    supported_seams: [...drilldownSeams],
    generated_at: utcSeconds(nowMs),
  }
}

function auditEntry(row: AuditRow, seam: DrilldownSeam) {
  return {
    id: row.eventId,
    emitted_at: utcSeconds(row.emittedAtMs),
    kind: 'audit' as const,
    seam,
    source: textOf(row.source, 32),
    caller_session_id: sessionOf(row.callerSessionId),
    details: projections[seam](row),
  }
}

function messageEntry(message: SlackLogEntry, id: string) {
  const { sent_at, ...details } = dmEntry(message)
  return {
    id: message.id,
    emitted_at: sent_at,
    kind: 'slack_dm_log' as const,
    seam: null,
    source: null,
    caller_session_id: sessionOf(id),
    details: { ...details, thread_ts: textOf(message.threadTs, 64) },
  }
}

function kindOf(id: string): (typeof sessionKinds)[number] {
  return sessionKinds.find((kind) => kind !== 'other' && id.startsWith(`${kind}:`)) ?? 'other'
}
