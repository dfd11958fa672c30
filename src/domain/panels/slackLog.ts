import type { DeliveryOutcome } from '../incident.ts'
import { utcSeconds } from '../time.ts'
import { textOf } from './fields.ts'

/** One attempt to send a message on Slack. */
export interface SlackLogEntry {
  /** Of the attempt. */
  readonly id: string
  readonly messageId: string
  readonly sentAtMs: number
  readonly outcome: DeliveryOutcome
  /** Stable reason of a failure; null when it was sent. */
  readonly reason: string | null
  /** Null when the channel was not found out. */
  readonly channelId: string | null
  /** Slack's own id of the message; null when it was not sent. */
  readonly ts: string | null
  /** `ts` of the message it answers to; null for a root message. */
  readonly threadTs: string | null
  readonly wakeEventId: string | null
  readonly investigationId: string | null
  /** Its first characters. Published by the reasoning panel alone. */
  readonly text: string
}

export const sendStatuses = ['sent', 'failed', 'unknown'] as const

/** What every panel publishes of an attempt: never what was said. */
export function dmEntry(entry: SlackLogEntry) {
  return {
    sent_at: utcSeconds(entry.sentAtMs),
    send_status: sendStatus(entry.outcome),
    channel_id: textOf(entry.channelId, 64),
    slack_message_ts: textOf(entry.ts, 64),
    failure_reason: textOf(entry.reason, 120),
  }
}

/** The attempt nearest to a time, among those that are near enough; null when none is. */
export function nearest(entries: readonly SlackLogEntry[], atMs: number, withinMs: number): SlackLogEntry | null {
  let best: SlackLogEntry | null = null
  for (const entry of entries) {
    const distanceMs = Math.abs(entry.sentAtMs - atMs)
    if (distanceMs <= withinMs && (best === null || distanceMs < Math.abs(best.sentAtMs - atMs))) best = entry
  }
  return best
}

function sendStatus(outcome: DeliveryOutcome): (typeof sendStatuses)[number] {
  switch (outcome) {
    case 'sent':
    case 'already_sent':
      return 'sent'
    case 'failed':
    case 'unknown':
      return outcome
  }
}
