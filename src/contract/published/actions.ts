import { z } from 'zod'
import { actionCategories } from '../../domain/panels/actions.ts'
import { autofixStatuses } from '../../domain/panels/autofix.ts'
import { drilldownSeams, sessionKinds, timelineKinds } from '../../domain/panels/drilldown.ts'
import { intentActions, mailStatuses } from '../../domain/panels/mail.ts'
import { Count, countsOf, Fortnight, listOf, oneOf, SessionId, Timestamp } from './common.ts'

/** What every row of these lists carries. */
const row = { id: z.string(), emitted_at: Timestamp, caller_session_id: SessionId.nullable() }

/** Probe specification, 9. Which of the optional fields are there depends on the status. */
export const AutofixLog = z.object({
  events: z.array(
    z.object({
      ...row,
      status: oneOf(autofixStatuses),
      probe: z.string().max(64),
      action: z.string().max(64),
      target_id: z.string().max(128).nullable(),
      reason_from_reasoning: z.string().max(300).nullable(),
      action_canonical: z.string().max(64).optional(),
      executor_duration_ms: Count.nullable().optional(),
      before_state_label: z.string().max(48).nullable().optional(),
      after_state_label: z.string().max(48).nullable().optional(),
      action_taken: z.string().max(64).nullable().optional(),
      rejection_reason: z.string().max(120).nullable().optional(),
      rejection_detail: z.string().max(200).nullable().optional(),
      error: z.string().max(200).nullable().optional(),
    }),
  ),
  generated_at: Timestamp,
  total_recent_24h: Count,
  by_status_24h: countsOf([...autofixStatuses, 'unknown']),
  daily_attempted_14d: Fortnight,
  status_values: listOf(autofixStatuses),
})
export type AutofixLog = z.infer<typeof AutofixLog>

/** Audit specification, 8. */
export const OutboundMail = z.object({
  events: z.array(
    z.object({
      ...row,
      status: oneOf(mailStatuses),
      subject_chars: Count.nullable(),
      body_chars: Count.nullable(),
      attachment_count: Count.nullable(),
      attachment_total_bytes: Count.nullable(),
      smtp_status: z.union([Count, z.string()]).nullable(),
      sent_at: z.string().nullable(),
      rejection_reason: z.string().nullable(),
      rejection_detail: z.string().nullable(),
      error: z.string().nullable(),
    }),
  ),
  generated_at: Timestamp,
  total_recent_24h: Count,
  by_status_24h: countsOf([...mailStatuses, 'unknown']),
  daily_sent_14d: Fortnight,
  status_values: listOf(mailStatuses),
})
export type OutboundMail = z.infer<typeof OutboundMail>

/** Audit specification, 8. */
export const MailIntents = z.object({
  events: z.array(
    z.object({
      ...row,
      action: oneOf(intentActions),
      pattern_matched: z.string().nullable(),
      confidence: z.union([z.number(), z.string()]).nullable(),
      subject_chars: Count.nullable(),
      ticket_id: z.string().nullable(),
      tags: z.array(z.string()),
      reason: z.string().nullable(),
      hourly_cap: Count.nullable(),
      error: z.string().nullable(),
    }),
  ),
  generated_at: Timestamp,
  total_recent_24h: Count,
  by_action_24h: countsOf([...intentActions, 'unknown']),
  daily_created_14d: Fortnight,
  action_values: listOf(intentActions),
})
export type MailIntents = z.infer<typeof MailIntents>

/** Audit specification, 8.1. */
export const KoraActions = z.object({
  items: z.array(
    z.object({
      ...row,
      action_category: z.enum(actionCategories),
      summary: z.string(),
      status: z.string(),
      deep_link: z.string().optional(),
    }),
  ),
  generated_at: Timestamp,
  total_recent_24h: Count,
  by_category_24h: countsOf(actionCategories),
  daily_actions_14d: Fortnight,
  action_categories: listOf(actionCategories),
})
export type KoraActions = z.infer<typeof KoraActions>

/** Audit specification, 8.2. `details` are what the seam's own list publishes. */
export const Drilldown = z.object({
  session: z.object({ caller_session_id: SessionId, kind: z.enum(sessionKinds) }),
  timeline: z.array(
    z.object({
      ...row,
      kind: z.enum(timelineKinds),
      seam: z.enum(drilldownSeams).nullable(),
      source: z.string().nullable(),
      details: z.record(z.string(), z.unknown()),
    }),
  ),
  seams_seen: listOf(drilldownSeams),
  total_count: Count,
  supported_seams: listOf(drilldownSeams),
  generated_at: Timestamp,
})
export type Drilldown = z.infer<typeof Drilldown>
