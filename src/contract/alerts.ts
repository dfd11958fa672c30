import { z } from 'zod'
import { alertCategories, holdCauses } from '../domain/alert.ts'
import { ruleGroups } from '../domain/alertRules.ts'
import { channels, investigationStates } from '../domain/incident.ts'
import { Done, EpochMs, NanoUsd, procedure, Severity } from './common.ts'
import { TimelineEntry } from './incidents.ts'

const ByOccurrence = z.object({ id: z.string().min(1).max(64) })

/** One stretch in which an alert was true. */
export const AlertView = z.object({
  /** `alt_…`: its id in every call and link. */
  id: z.string(),
  /** Of the rule, such as `cost_ladder_halted`. */
  alertId: z.string(),
  category: z.enum(alertCategories),
  severity: Severity,
  title: z.string(),
  detail: z.string(),
  /** Where in the cockpit its cause is shown. */
  route: z.string(),
  /** `incident`: told and investigated as that; `notice`: told by a notice of its own. */
  voice: z.enum(['alert', 'incident', 'notice']),
  firstSeenAtMs: EpochMs,
  lastSeenAtMs: EpochMs,
  resolvedAtMs: EpochMs.nullable(),
  /** Its source could not be read since then: kept as it was. */
  staleSinceMs: EpochMs.nullable(),
  acknowledgedAtMs: EpochMs.nullable(),
  snoozedUntilMs: EpochMs.nullable(),
  /** Where the operator was told; empty when nobody was. */
  toldVia: z.array(z.enum([...channels, 'inbox'])),
  toldAtMs: EpochMs.nullable(),
  /** Why it is not told yet. */
  hold: z.object({ by: z.enum(holdCauses), untilMs: EpochMs.nullable() }).nullable(),
  /** Every message failed, for good or three times so far. */
  notDelivered: z.boolean(),
  investigation: z
    .object({
      state: z.enum([...investigationStates, 'skipped']),
      /** First sentence of what was found. */
      finding: z.string().nullable(),
      /** Stable reason of a failure or of skipping it. */
      failure: z.string().nullable(),
      costNanoUsd: NanoUsd.nullable(),
    })
    .nullable(),
})
export type AlertView = z.infer<typeof AlertView>

export const AlertDetail = z.object({
  alert: AlertView,
  /** The whole text of the investigation, but its last line. */
  finding: z.string().nullable(),
  /** The last line. */
  nextStep: z.string().nullable(),
  model: z.string().nullable(),
  durationMs: z.number().int().nullable(),
  timeline: z.array(TimelineEntry),
  /** Earlier occurrences of the same alert, newest first, at most 10. */
  before: z.array(z.object({ id: z.string(), firstSeenAtMs: EpochMs, resolvedAtMs: EpochMs.nullable() })),
})
export type AlertDetail = z.infer<typeof AlertDetail>

/** What Kora would have said, or said where nobody looked. */
export const InboxItem = z.object({
  id: z.string(),
  atMs: EpochMs,
  /** `missed`: a notification that could not be shown. */
  kind: z.enum(['info', 'digest', 'missed']),
  severity: Severity.nullable(),
  title: z.string(),
  text: z.string(),
  route: z.string().nullable(),
  readAtMs: EpochMs.nullable(),
})
export type InboxItem = z.infer<typeof InboxItem>

export const InboxView = z.object({
  unread: z.number().int(),
  /** The newest fifty. */
  items: z.array(InboxItem),
})
export type InboxView = z.infer<typeof InboxView>

export const alerts = {
  /** Newest first: what is true now, and what was. */
  list: procedure
    .input(
      z.object({
        state: z.enum(['any', 'active', 'resolved']).default('any'),
        window: z.enum(['24h', '7d', 'all']).default('7d'),
        /** Exclusive: the id after which to go on. */
        cursor: z.string().max(64).optional(),
        limit: z.number().int().min(1).max(200).default(50),
      }),
    )
    .output(
      z.object({
        items: z.array(AlertView),
        nextCursor: z.string().nullable(),
        /** Of the whole window, whatever the page; what an incident speaks of is counted there. */
        active: z.number().int(),
        resolved: z.number().int(),
        /** What looking into them cost; null when one of them is unpriced. */
        costNanoUsd: NanoUsd.nullable(),
        /** Groups of rules that could not tell at the last look: what they would have found is missing among the active. */
        cannotTell: z.array(z.enum(ruleGroups)),
      }),
    ),
  get: procedure.input(ByOccurrence).output(AlertDetail),
  acknowledge: procedure.input(ByOccurrence).output(AlertView),
  snooze: procedure
    .input(
      ByOccurrence.extend({
        forMs: z
          .number()
          .int()
          .min(60_000)
          .max(7 * 86_400_000),
      }),
    )
    .output(AlertView),
  /** Takes back a snooze or an acknowledgement. */
  resume: procedure.input(ByOccurrence).output(AlertView),
  /** Sends an invented alert past every throttle; refused where KORA_DEPLOY_ENV is `prd`. */
  test: procedure.input(z.object({ severity: Severity })).output(
    z.object({
      success: z.boolean(),
      channel: z.string(),
      severity: Severity,
      alertId: z.string(),
      deployEnv: z.string(),
      error: z.string().nullable(),
    }),
  ),
  inbox: procedure
    .input(z.object({ before: EpochMs.optional(), limit: z.number().int().min(1).max(200).default(50) }))
    .output(InboxView),
  /** Without ids everything is read. */
  markRead: procedure.input(z.object({ ids: z.array(z.string().max(64)).max(200).optional() })).output(Done),
}
