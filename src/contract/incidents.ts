import { z } from 'zod'
import { channels, deliveryOutcomes, incidentStates, investigationStates, messageKinds } from '../domain/incident.ts'
import {
  Category,
  Cause,
  Details,
  Done,
  EpochMs,
  NanoUsd,
  ProbeId,
  ProbeStatus,
  procedure,
  Severity,
} from './common.ts'

export const IncidentSummary = z.object({
  id: z.string(),
  probeId: ProbeId,
  probeTitle: z.string(),
  category: Category,
  state: z.enum(incidentStates),
  severity: Severity,
  title: z.string(),
  status: ProbeStatus,
  cause: Cause,
  error: z.string().nullable(),
  openedAtMs: EpochMs,
  firstSeenAtMs: EpochMs,
  lastSeenAtMs: EpochMs,
  resolvedAtMs: EpochMs.nullable(),
  seenCount: z.number().int(),
  reopenedCount: z.number().int(),
  flapping: z.boolean(),
  acknowledgedAtMs: EpochMs.nullable(),
  snoozedUntilMs: EpochMs.nullable(),
  handledAtMs: EpochMs.nullable(),
  /** First sentence of the newest finding; null while there is none. */
  finding: z.string().nullable(),
  investigating: z.boolean(),
  /** When and where the operator was last told; null when nobody was told yet. */
  toldAtMs: EpochMs.nullable(),
  toldVia: z.enum(channels).nullable(),
  /** Sum of its investigations; null when one of them is unpriced. */
  costNanoUsd: NanoUsd.nullable(),
})
export type IncidentSummary = z.infer<typeof IncidentSummary>

export const InvestigationView = z.object({
  id: z.string(),
  state: z.enum(investigationStates),
  requestedBy: z.enum(['wake', 'operator']),
  requestedAtMs: EpochMs,
  startedAtMs: EpochMs.nullable(),
  finishedAtMs: EpochMs.nullable(),
  failure: z.string().nullable(),
  /** Everything but the last line of the model's text. */
  finding: z.string().nullable(),
  /** The last line of the model's text. */
  nextStep: z.string().nullable(),
  model: z.string().nullable(),
  inputTokens: z.number().int().nullable(),
  outputTokens: z.number().int().nullable(),
  costNanoUsd: NanoUsd.nullable(),
  durationMs: z.number().int().nullable(),
})
export type InvestigationView = z.infer<typeof InvestigationView>

export const DeliveryView = z.object({
  id: z.string(),
  messageId: z.string(),
  incidentId: z.string().nullable(),
  channel: z.enum(channels),
  kind: z.enum(messageKinds),
  attempt: z.number().int(),
  startedAtMs: EpochMs,
  outcome: z.enum(deliveryOutcomes),
  reason: z.string().nullable(),
  note: z.string().nullable(),
  latencyMs: z.number().int(),
  title: z.string(),
})
export type DeliveryView = z.infer<typeof DeliveryView>

/** One line of an incident's timeline, oldest first. */
export const TimelineEntry = z.object({
  /** Unique within the timeline. */
  key: z.string(),
  atMs: EpochMs,
  kind: z.enum([
    'check',
    'opened',
    'changed',
    'resolved',
    'wake',
    'held',
    'investigation',
    'delivery',
    'operator',
    'other',
  ]),
  tone: z.enum(['trouble', 'attention', 'well', 'neutral']),
  text: z.string(),
  /** Quieter words behind the text; null when there are none. */
  aside: z.string().nullable(),
  /** The stored record behind the line. */
  raw: Details,
})
export type TimelineEntry = z.infer<typeof TimelineEntry>

export const IncidentDetail = z.object({
  incident: IncidentSummary,
  detail: z.string(),
  details: Details,
  handledReason: z.string().nullable(),
  envelope: z.object({ fixName: z.string(), enabled: z.boolean() }),
  /** Newest first. */
  investigations: z.array(InvestigationView),
  timeline: z.array(TimelineEntry),
  /** Earlier incidents of the same probe and category, newest first, at most 10. */
  before: z.array(
    z.object({ id: z.string(), openedAtMs: EpochMs, resolvedAtMs: EpochMs.nullable(), title: z.string() }),
  ),
  /** Incidents this one speaks for or is spoken for by. */
  grouped: z.array(z.object({ id: z.string(), probeId: ProbeId, title: z.string() })),
  /** What another investigation will cost, about; null when the model has no known price. */
  reinvestigateNanoUsd: NanoUsd.nullable(),
})
export type IncidentDetail = z.infer<typeof IncidentDetail>

const ById = z.object({ id: z.string().min(1).max(64) })

export const incidents = {
  list: procedure
    .input(
      z.object({
        window: z.enum(['24h', '7d', 'all']).default('7d'),
        state: z.enum(['any', 'active', 'resolved']).default('any'),
        /** Exclusive: the id after which to go on. */
        cursor: z.string().optional(),
        limit: z.number().int().min(1).max(200).default(50),
      }),
    )
    .output(
      z.object({
        items: z.array(IncidentSummary),
        nextCursor: z.string().nullable(),
        active: z.number().int(),
        resolved: z.number().int(),
        /** Spent on the investigations of the window; null when one is unpriced. */
        costNanoUsd: NanoUsd.nullable(),
      }),
    ),
  get: procedure.input(ById).output(IncidentDetail),
  acknowledge: procedure.input(ById).output(IncidentSummary),
  snooze: procedure
    .input(
      ById.extend({
        forMs: z
          .number()
          .int()
          .min(60_000)
          .max(7 * 86_400_000),
      }),
    )
    .output(IncidentSummary),
  /** Ends a snooze or takes back "handled". */
  resume: procedure.input(ById).output(IncidentSummary),
  markHandled: procedure.input(ById.extend({ reason: z.string().trim().min(1).max(500) })).output(IncidentSummary),
  /** Calls the model: the price is on the button. */
  reinvestigate: procedure.input(ById).output(Done),
}
