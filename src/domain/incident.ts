import type { Category } from './issue.ts'
import type { Cause, Details, ProbeStatus } from './observation.ts'
import type { Severity } from './severity.ts'

/** The machine of one (probe, category): well, doubted, or in trouble. An open watch has an incident. */
export const watchPhases = ['ok', 'suspect', 'open'] as const
export type WatchPhase = (typeof watchPhases)[number]

/** Persisted state of one (probe, category). */
export interface Watch {
  readonly probeId: string
  readonly category: Category
  readonly phase: WatchPhase
  /** Bad checks in a row, reset by a healthy one. */
  readonly consecutiveBad: number
  /** Unreachable checks in a row, reset by any other finding; ruling 17 counts these alone. */
  readonly consecutiveUnreachable: number
  /** Good checks in a row since the last bad one; closes a flapping incident. */
  readonly consecutiveGood: number
  readonly firstBadAtMs: number | null
  /** When a doubted critical is looked at again, null when nothing is due. */
  readonly recheckAtMs: number | null
  readonly incidentId: string | null
  readonly lastDispatchedAtMs: number | null
  readonly lastDispatchedSeverity: Severity | null
  /** Times of the last phase flips, newest last, for flap detection; at most 20. */
  readonly flipsAtMs: readonly number[]
}

export const incidentStates = ['open', 'investigating', 'notified', 'resolved'] as const
export type IncidentState = (typeof incidentStates)[number]

export interface Incident {
  /** `inc_` and a ULID. */
  readonly id: string
  readonly probeId: string
  readonly category: Category
  readonly state: IncidentState
  readonly severity: Severity
  readonly maxSeverity: Severity
  readonly title: string
  readonly detail: string
  readonly status: ProbeStatus
  readonly cause: Cause
  readonly error: string | null
  readonly details: Details
  readonly firstSeenAtMs: number
  readonly openedAtMs: number
  readonly lastSeenAtMs: number
  readonly resolvedAtMs: number | null
  /** Bad checks counted into this incident. */
  readonly seenCount: number
  readonly reopenedCount: number
  /** True while the incident flips so often that recovery waits for several good checks. */
  readonly flapping: boolean
  readonly acknowledgedAtMs: number | null
  readonly snoozedUntilMs: number | null
  readonly handledAtMs: number | null
  readonly handledReason: string | null
  /** Id of the incident that spoke for this one when all services failed at once; null when it spoke for itself. */
  readonly groupLeaderId: string | null
  /** How often a reminder was sent since the last wake. */
  readonly remindersSent: number
  readonly nextReminderAtMs: number | null
  /** A wake held back by the debounce window, told when the window ends if the trouble lasts; null when none is. */
  readonly heldWakeId: string | null
  readonly heldUntilMs: number | null
}

export const investigationStates = ['pending', 'running', 'finished', 'failed'] as const
export type InvestigationState = (typeof investigationStates)[number]

/** One try to find out something, whatever it is about. */
export interface InvestigationRun {
  /** `inv_` and a ULID. */
  readonly id: string
  readonly requestedAtMs: number
  readonly startedAtMs: number | null
  readonly finishedAtMs: number | null
  /** Stable reason of a failure, exactly as section 8.3 of the probe specification spells it; null otherwise. */
  readonly failure: string | null
  /** The model's text verbatim; null until finished. */
  readonly text: string | null
  readonly model: string | null
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly cacheReadTokens: number | null
  readonly cacheCreationTokens: number | null
  readonly costNanoUsd: number | null
  readonly durationMs: number | null
  /** How often a model call was begun for it, counted before the call. */
  readonly tries: number
}

/** One try to find out what is wrong. Created with the wake, in the same transaction. */
export interface Investigation extends InvestigationRun {
  readonly incidentId: string
  readonly wakeEventId: string
  readonly requestedBy: 'wake' | 'operator'
  readonly state: InvestigationState
}

export const channels = ['slack', 'native'] as const
export type Channel = (typeof channels)[number]

/** What a message is for. `alert` opens, `diagnosis` follows, `recovery` closes. */
export const messageKinds = [
  'alert',
  'diagnosis',
  'recovery',
  'late_recovery',
  'reminder',
  'not_watching',
  'watching_again',
  'channel_failing',
  'budget',
  'system_alert',
  'alert_resolved',
  'alert_summary',
  'alert_finding',
  'summary',
  'test',
] as const
export type MessageKind = (typeof messageKinds)[number]

export const outboxStates = ['pending', 'sending', 'sent', 'failed', 'superseded'] as const
export type OutboxState = (typeof outboxStates)[number]

/** What is to be shown or sent; text is final and plain. */
export interface MessagePayload {
  readonly title: string
  readonly text: string
  readonly severity: Severity | null
  /** Native only: updates an earlier notification with the same tag in place. */
  readonly tag: string | null
  /** Native only. */
  readonly silent: boolean
  /** Native only: tags of notifications that this one speaks for and that are taken away. */
  readonly replaces?: readonly string[]
  /** Ids of the alerts that a summary speaks for, in order. */
  readonly covers?: readonly string[]
  /** Cockpit route a click opens, such as `/investigations/inc_…`; null when there is none. */
  readonly route: string | null
}

/** One message to one channel, durable before it is sent, sent at least once, in order per channel. */
export interface OutboxRow {
  /** `msg_` and a ULID; travels in the Slack message's metadata. */
  readonly id: string
  readonly channel: Channel
  readonly kind: MessageKind
  readonly incidentId: string | null
  readonly wakeEventId: string | null
  readonly investigationId: string | null
  /** The alert occurrence it is about; null for everything else. */
  readonly alertId: string | null
  readonly state: OutboxState
  readonly payload: MessagePayload
  /** Sent into the thread of this outbox row's message; null for a root message. */
  readonly replyToId: string | null
  readonly createdAtMs: number
  readonly notBeforeMs: number
  readonly attempts: number
  readonly settledAtMs: number | null
  /** The channel's own id of the message (Slack `ts`). */
  readonly remoteRef: string | null
  readonly remoteChannel: string | null
  readonly failure: string | null
}

export const deliveryOutcomes = ['sent', 'already_sent', 'failed', 'unknown'] as const
export type DeliveryOutcome = (typeof deliveryOutcomes)[number]

/** One attempt to deliver one outbox row. */
export interface Delivery {
  readonly id: string
  readonly outboxId: string
  readonly channel: Channel
  readonly attempt: number
  readonly startedAtMs: number
  readonly outcome: DeliveryOutcome
  /** Stable reason, such as `slack_client_unavailable`, `rate_limited`, `timeout`; null when sent. */
  readonly reason: string | null
  /** What the channel said, redacted and short; null when it said nothing. */
  readonly note: string | null
  readonly latencyMs: number
  readonly remoteRef: string | null
}
