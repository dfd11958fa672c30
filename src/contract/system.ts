import { z } from 'zod'
import { healthWords, unknown } from '../domain/snapshot.ts'
import { DeliveryView } from './incidents.ts'
import { Details, Done, EpochMs, procedure } from './common.ts'

export const ListenerRow = z.object({
  name: z.string(),
  /** `off` means not configured: it does not count as down. */
  state: z.enum(['up', 'down', 'starting', 'off']),
  sinceMs: EpochMs.nullable(),
  /** When it last did what it is for. */
  lastEventAtMs: EpochMs.nullable(),
  /** Errors since it last did. */
  consecutiveErrors: z.number().int(),
  lastError: z.string().nullable(),
  /** How often it was started again since the daemon's start. */
  restarts: z.number().int(),
  note: z.string().nullable(),
})
export type ListenerRow = z.infer<typeof ListenerRow>

/** How the process stands, as published (daemon specification, 2). */
export const DaemonStatus = z.object({
  /** `booting` also while a start that failed is undone; `not_running` is what is said where there is no process. */
  state: z.enum(['booting', 'running', 'shutting_down', 'not_running']),
  /** Since the last listener was started, one decimal, on a clock that never jumps; null before. */
  uptime_seconds: z.number().nullable(),
  shutdown_reason: z.string().nullable(),
  /** In the order in which they are started. */
  listeners: z.array(z.object({ name: z.string(), started: z.boolean(), shutdown_timeout_seconds: z.number() })),
  /** Of this process alone; what a request to stop has to name. */
  daemon_session_id: z.string().nullable(),
})
export type DaemonStatus = z.infer<typeof DaemonStatus>

/** How the daemon itself is; services of others are something else. */
export const DaemonHealth = z.object({
  overall: z.enum([...healthWords, unknown]),
  /** Errors of the last five minutes that count, and all by kind. */
  recentErrors: z.number().int(),
  breakdown: z.record(z.string(), z.number().int()),
})

export const ScheduleRow = z.object({
  name: z.string(),
  label: z.string(),
  intervalMs: z.number().int(),
  running: z.boolean(),
  lastStartedAtMs: EpochMs.nullable(),
  lastDurationMs: z.number().int().nullable(),
  lastOutcome: z.enum(['ok', 'failed', 'never']),
  lastError: z.string().nullable(),
  failuresInARow: z.number().int(),
  nextDueAtMs: EpochMs.nullable(),
})
export type ScheduleRow = z.infer<typeof ScheduleRow>

export const BackupRow = z.object({
  id: z.string(),
  file: z.string(),
  createdAtMs: EpochMs,
  bytes: z.number().int(),
  sha256: z.string(),
  trigger: z.enum(['schedule', 'operator']),
  /** The test restore of this file: when, and whether it matched. */
  verifiedAtMs: EpochMs.nullable(),
  state: z.enum(['ok', 'failed', 'missing']),
  error: z.string().nullable(),
})
export type BackupRow = z.infer<typeof BackupRow>

/** A standing condition the operator should know of; shown as a banner with the way out. */
export const Problem = z.object({
  code: z.string(),
  message: z.string(),
  action: z.string(),
  route: z.string().nullable(),
  sinceMs: EpochMs,
})
export type Problem = z.infer<typeof Problem>

/** One open point of the first-run checklist in Now. */
export const SetupStep = z.object({
  key: z.enum(['probe', 'model_key', 'slack', 'notifications']),
  label: z.string(),
  hint: z.string(),
  done: z.boolean(),
  route: z.string(),
})
export type SetupStep = z.infer<typeof SetupStep>

export const DaemonInfo = z.object({
  version: z.string(),
  host: z.enum(['desktop', 'headless']),
  demo: z.boolean(),
  state: z.enum(['booting', 'running', 'shutting_down']),
  startedAtMs: EpochMs,
  sessionId: z.string(),
  dataFolder: z.string(),
  databaseBytes: z.number().int(),
  historySinceMs: EpochMs.nullable(),
  listeners: z.array(ListenerRow),
  schedules: z.array(ScheduleRow),
  health: DaemonHealth,
  problems: z.array(Problem),
  setup: z.array(SetupStep),
  setupDismissed: z.boolean(),
})
export type DaemonInfo = z.infer<typeof DaemonInfo>

export const AuditRowView = z.object({
  seq: z.number().int(),
  eventId: z.string(),
  emittedAtMs: EpochMs,
  seam: z.string(),
  known: z.boolean(),
  details: Details,
  callerSessionId: z.string().nullable(),
  source: z.string().nullable(),
  incidentId: z.string().nullable(),
})
export type AuditRowView = z.infer<typeof AuditRowView>

export const system = {
  info: procedure.output(DaemonInfo),
  status: procedure.output(DaemonStatus),
  runTask: procedure.input(z.object({ name: z.string().min(1).max(80) })).output(Done),
  backups: procedure.output(z.array(BackupRow)),
  createBackup: procedure.output(BackupRow),
  verifyBackup: procedure.input(z.object({ id: z.string() })).output(BackupRow),
  deliveries: procedure
    .input(z.object({ before: EpochMs.optional(), limit: z.number().int().min(1).max(200).default(50) }))
    .output(z.array(DeliveryView)),
  /** Newest first; `afterSeq` is exclusive and turns the order round (oldest first), for consumers. */
  audit: procedure
    .input(
      z.object({
        seam: z.string().optional(),
        sinceMs: EpochMs.optional(),
        incidentId: z.string().optional(),
        afterSeq: z.number().int().optional(),
        beforeSeq: z.number().int().optional(),
        limit: z.number().int().min(0).max(500).default(100),
      }),
    )
    .output(z.array(AuditRowView)),
  /** Walks the hash chain; names the first broken link. */
  verifyAudit: procedure.output(
    z.object({ rows: z.number().int(), ok: z.boolean(), firstBrokenSeq: z.number().int().nullable() }),
  ),
  /** Brings the cockpit to the front (desktop) or answers with its address (headless). */
  focus: procedure
    .input(z.object({ route: z.string().max(200).optional() }))
    .output(z.object({ address: z.string().nullable() })),
}
