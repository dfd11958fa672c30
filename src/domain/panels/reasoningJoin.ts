import type { AuditRow } from '../audit.ts'
import type { Details } from './fields.ts'
import { nearest, type SlackLogEntry } from './slackLog.ts'

/** Tool calls of one session, or one call that belongs to none, newest first; never empty. */
export type CallGroup = readonly [AuditRow, ...AuditRow[]]

/** Records in which the reply to a session is looked for, each newest first. */
export interface ReasoningSources {
  readonly slack: readonly SlackLogEntry[]
  /** Rows of `tool.email_to_operator_sent`. */
  readonly mails: readonly AuditRow[]
  /** Rows of `probe.investigation_completed` and `alert.investigation_completed`. */
  readonly completed: readonly AuditRow[]
}

/** What a session's calls led to. */
interface Reply {
  /** Details of the record that holds model, tokens and error; empty when there is none. */
  readonly facts: Details
  /** What was said on Slack; null elsewhere. */
  readonly text: string | null
}

/** A reply this far from the last call may belong to it when no id says so. */
const nearMs = 60_000
/** A session of a direct message: its channel and the message's `ts`. */
const slackSession = /^([^:]+):(\d+\.\d+)$/

/**
 * The reply to a session (audit specification, 9): by its ids wherever there are any, and only between a direct message
 * or a mail and its answer by time. Null when none is found.
 */
export function replyTo(group: CallGroup, sources: ReasoningSources): Reply | null {
  const [last] = group
  const id = last.callerSessionId
  if (id === null) return null
  if (id.startsWith('probe:') || id.startsWith('alert:')) return investigationReply(group, id, sources)
  const [, channel, ts] = slackSession.exec(id) ?? []
  const message = channel === undefined || ts === undefined ? null : slackReply(channel, ts, last, sources.slack)
  if (message) return withFacts(message, sources)
  const mail = mailReply(id, last, sources.mails)
  return mail && { facts: mail.details, text: null }
}

/** The finding made of these calls: the one for the same wake, else the next one of the session. */
function investigationReply(group: CallGroup, id: string, { completed, slack }: ReasoningSources): Reply | null {
  const own = completed.filter((row) => row.callerSessionId === id)
  const wake = group.find((row) => row.wakeEventId !== null)?.wakeEventId
  const done =
    wake === undefined
      ? own.find((row) => row.emittedAtMs >= group[0].emittedAtMs)
      : own.find((row) => row.wakeEventId === wake)
  if (!done) return null
  const message = slack.find((entry) => isOf(done, entry))
  return { facts: done.details, text: message?.text ?? null }
}

function slackReply(
  channel: string,
  ts: string,
  last: AuditRow,
  slack: readonly SlackLogEntry[],
): SlackLogEntry | null {
  const there = slack.filter((entry) => entry.channelId === channel)
  const thread = there.filter((entry) => entry.threadTs === ts)
  return nearest(thread, last.emittedAtMs, Number.POSITIVE_INFINITY) ?? nearest(there, last.emittedAtMs, nearMs)
}

function withFacts(message: SlackLogEntry, { completed }: ReasoningSources): Reply {
  const done = completed.find((row) => isOf(row, message))
  return { facts: done?.details ?? {}, text: message.text }
}

/** Whether a message carried this finding. */
function isOf(done: AuditRow, entry: SlackLogEntry): boolean {
  return entry.investigationId !== null && entry.investigationId === done.details['investigation_id']
}

function mailReply(id: string, last: AuditRow, mails: readonly AuditRow[]): AuditRow | null {
  const bySession = mails.find((row) => row.callerSessionId === id)
  if (bySession || !id.startsWith('email:')) return bySession ?? null
  const messageId = id.slice('email:'.length)
  const answer = mails.find(({ details }) => details['in_reply_to'] === messageId)
  if (answer) return answer
  const distance = (row: AuditRow): number => Math.abs(row.emittedAtMs - last.emittedAtMs)
  return (
    mails
      .filter((row) => !row.callerSessionId?.startsWith('email:') && distance(row) <= nearMs)
      .toSorted((a, b) => distance(a) - distance(b))[0] ?? null
  )
}
