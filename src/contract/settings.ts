import { z } from 'zod'
import { channels } from '../domain/incident.ts'
import { maintenanceProblem } from '../domain/maintenanceSchedule.ts'
import { Done, EpochMs, ProbeId, procedure } from './common.ts'

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM')

const Percent = z.number().min(0).max(100)

const BudgetFields = z.object({
  /** What model calls may cost in one billing period. */
  poolUsd: z.number().positive().max(1_000_000),
  /** Where the three rungs begin, percent of the pool; two decimals count. */
  warnPct: Percent,
  downshiftPct: Percent,
  stopPct: Percent,
  /** Share of the larger figure by which the provider's may differ before spent is raised to it. */
  reconcileTolerancePct: Percent,
  /** Day of the month on which the provider begins a new period, 00:00 UTC. */
  anchorDay: z.number().int().min(1).max(28),
  /** Whether the provider refuses calls beyond what was paid for. */
  extraUsageOff: z.boolean(),
  /** Most that may be charged in one UTC day; null for no such limit. */
  dailyCapUsd: z.number().positive().max(1_000_000).nullable(),
  /** Part of the pool kept for critical investigations. */
  criticalSharePct: z.number().min(0).max(50),
  /** Reads the provider's cost report; not the key that calls models. */
  adminKeyRef: z.string(),
})

const Budget = BudgetFields.refine(
  ({ warnPct, downshiftPct, stopPct }) => 0 < warnPct && warnPct < downshiftPct && downshiftPct < stopPct,
  'the rungs must rise: 0 < warn < use the cheaper model < stop',
)

/** Patterns are RE2 expressions; an empty list stands for the built-in ones. */
const Patterns = z.array(z.string().min(1).max(300)).max(50)

const Routing = z.object({
  /** The model for what earns it; `model.id` is the cheap one. */
  strongModel: z.string().trim().min(1).max(120),
  /** Everything goes to the strong model while the budget allows. */
  forceStrong: z.boolean(),
  /** A message that begins with this word goes to the strong model. */
  prefix: z.string().trim().min(1).max(40),
  decisionPatterns: Patterns,
  lowConfidencePatterns: Patterns,
  /** A hedging or very short answer of the cheap model is asked again of the strong one. */
  postCallEscalation: z.boolean(),
})

/** How alerts are told (alerts specification, 5 and 6). */
const Alerts = z.object({
  /** `digest`: warnings and infos once a day; criticals at once all the same. */
  mode: z.enum(['immediate', 'digest']),
  /** Seconds in which a second alert of a category waits; a worse one does not. 0 switches it off. */
  categoryCooldownSeconds: z.number().int().min(0).max(86_400),
  /** More than this many at once become one message; criticals stay single. */
  burstThreshold: z.number().int().min(1).max(100),
  tellResolved: z.boolean(),
  /** Whether a model looks into warnings and criticals. */
  investigate: z.boolean(),
  /** Seconds in which a second alert of one category and severity is not looked into again. */
  investigationDebounceSeconds: z.number().int().min(0).max(86_400),
  debounceBypassCritical: z.boolean(),
  /** Most investigations of alerts in one UTC day. */
  investigationsPerDay: z.number().int().min(0).max(1_000),
  /** More than this many records in 24 hours raise an alert. */
  thresholds: z.object({
    deadLetters: z.number().int().min(0).max(100_000),
    denials: z.number().int().min(0).max(100_000),
    reasoningErrors: z.number().int().min(0).max(100_000),
    replyFailures: z.number().int().min(0).max(100_000),
  }),
})

const ScheduleFields = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('once'), fromMs: EpochMs, toMs: EpochMs }),
  z.object({
    kind: z.literal('weekly'),
    /** Days of the local week on which it begins: 0 = Sunday to 6. */
    days: z.array(z.number().int().min(0).max(6)).max(7),
    from: TimeOfDay,
    to: TimeOfDay,
    timeZone: z.string().trim().min(1).max(64),
  }),
  z.object({
    kind: z.literal('cron'),
    expression: z.string().trim().min(1).max(120),
    minutes: z.number(),
    timeZone: z.string().trim().min(1).max(64),
  }),
])

const MaintenanceWindow = z.object({
  id: z.string().min(1).max(64),
  title: z.string().trim().min(1).max(80),
  enabled: z.boolean(),
  scope: z.discriminatedUnion('kind', [
    /** All services, and what Kora says about itself. */
    z.object({ kind: z.literal('everything') }),
    z.object({ kind: z.literal('services'), probeIds: z.array(ProbeId).min(1).max(1_000) }),
  ]),
  schedule: ScheduleFields.superRefine((schedule, context) => {
    const problem = maintenanceProblem(schedule)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem })
  }),
})

/** Everything an operator may change beside probes. Secrets appear as references only. */
export const Settings = z.object({
  model: z.object({
    id: z.string().trim().min(1).max(120),
    baseUrl: z.url({ protocol: /^https?$/ }),
    apiKeyRef: z.string(),
  }),
  routing: Routing,
  budget: Budget,
  slack: z.object({
    baseUrl: z.url({ protocol: /^https?$/ }),
    botTokenRef: z.string(),
    operatorUserId: z.string().trim().max(40),
  }),
  notifications: z.object({
    native: z.boolean(),
    sound: z.boolean(),
    quietHours: z.object({ enabled: z.boolean(), from: TimeOfDay, to: TimeOfDay }),
    /** Minutes of an open, unacknowledged critical before the first reminder; 0 switches reminders off. */
    reminderMinutes: z.number().int().min(0).max(1440),
  }),
  watching: z.object({
    /** URLs whose reachability tells "my own link is down" from "everything is down". */
    connectivityTargets: z.array(z.url({ protocol: /^https?$/ })).max(10),
    concurrency: z.number().int().min(1).max(200),
    debounceSeconds: z.number().int().min(0).max(86_400),
    debounceBypassCritical: z.boolean(),
    consecutiveRequired: z.number().int().min(1).max(20),
    /** Good checks in a row that close an incident that flaps. */
    goodChecksToClose: z.number().int().min(1).max(20),
  }),
  alerts: Alerts,
  maintenance: z.object({ windows: z.array(MaintenanceWindow).max(50) }),
  /** What other programs on this machine may read; the headless host always serves it. */
  localApi: z.object({ enabled: z.boolean(), port: z.number().int().min(0).max(65_535) }),
  retention: z.object({
    rawHours: z
      .number()
      .int()
      .min(1)
      .max(24 * 90),
    rollupDays: z.number().int().min(1).max(3650),
    auditDays: z.number().int().min(30).max(3650),
    backupsKept: z.number().int().min(1).max(365),
  }),
})
export type Settings = z.infer<typeof Settings>

/** What the cockpit may send: any part of any section. */
export const SettingsPatch = z.object({
  model: Settings.shape.model.partial().optional(),
  routing: Routing.partial().optional(),
  budget: BudgetFields.partial().optional(),
  slack: Settings.shape.slack.partial().optional(),
  notifications: Settings.shape.notifications.partial().optional(),
  watching: Settings.shape.watching.partial().optional(),
  alerts: Alerts.partial().optional(),
  maintenance: Settings.shape.maintenance.partial().optional(),
  localApi: Settings.shape.localApi.partial().optional(),
  retention: Settings.shape.retention.partial().optional(),
})
export type SettingsPatch = z.infer<typeof SettingsPatch>

export const SecretState = z.object({ ref: z.string(), source: z.enum(['env', 'vault', 'none']) })
export type SecretState = z.infer<typeof SecretState>

export const ChannelState = z.object({
  channel: z.enum(channels),
  state: z.enum(['ready', 'not_configured', 'denied', 'failing']),
  note: z.string().nullable(),
  lastProvenAtMs: EpochMs.nullable(),
  lastFailureAtMs: EpochMs.nullable(),
  lastFailure: z.string().nullable(),
})
export type ChannelState = z.infer<typeof ChannelState>

export const settings = {
  get: procedure.output(
    z.object({
      settings: Settings,
      /** Paths fixed by the environment for this run, such as `watching.debounceSeconds`, with the variable's name. */
      fixedByEnv: z.record(z.string(), z.string()),
      secrets: z.array(SecretState),
      channels: z.array(ChannelState),
    }),
  ),
  update: procedure.input(SettingsPatch).output(Settings),
  /** Stores a value in the vault; it can be replaced or removed but never read back. */
  setSecret: procedure
    .input(z.object({ id: z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/), value: z.string().min(1).max(8_192) }))
    .output(SecretState),
  removeSecret: procedure.input(z.object({ id: z.string() })).output(Done),
  /** Sends a real message through the channel and says how it went. */
  testChannel: procedure
    .input(z.object({ channel: z.enum(channels) }))
    .output(
      z.object({ outcome: z.enum(['sent', 'failed']), reason: z.string().nullable(), latencyMs: z.number().int() }),
    ),
  /** One tiny model call; costs a fraction of a cent, which the button says. */
  testModel: procedure.output(
    z.object({
      outcome: z.enum(['ok', 'failed']),
      reason: z.string().nullable(),
      costNanoUsd: z.number().int().nullable(),
    }),
  ),
  dismissSetup: procedure.output(Done),
}
