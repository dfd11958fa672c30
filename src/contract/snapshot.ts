import { z } from 'zod'
import { claimPermissions, degradationReasons, primaryStates, stateActors } from '../domain/operationalState.ts'
import { healthWords, snapshotSections, snapshotVersion, unknown } from '../domain/snapshot.ts'

const Unknown = z.literal(unknown)
const Count = z.union([z.int(), Unknown])
/** `YYYY-MM-DDTHH:MM:SSZ`, UTC. */
const Instant = z.union([z.string(), Unknown])
const HealthWord = z.enum([...healthWords, unknown])

/** What is known of one section itself. */
export const SectionState = z.object({
  /** `partial`: some of its sources could not be read; `unknown`: none could, and its fields say so. */
  status: z.enum(['ok', 'partial', unknown]),
  /** Of the oldest fact it shows. */
  observed_at: Instant,
  /** How often that is expected to be newer, seconds. */
  expected_every_seconds: z.number(),
  /** What could not be read; null when everything was. */
  reason: z.string().nullable(),
})
export type SectionState = z.infer<typeof SectionState>

/**
 * The daemon's state as published in `daemon_snapshot.json` and `GET /api/snapshot`: the fields of schema 6 unchanged,
 * ours beside them.
 */
export const Snapshot = z.object({
  schema_version: z.literal(snapshotVersion),
  computed_at: z.string(),
  /** Of the process that computed it. */
  session_id: z.string(),
  /** Older than this it is treated as if it did not exist. */
  fresh_for_seconds: z.int(),
  operational_state: z.object({
    primary: z.enum([...primaryStates, unknown]),
    paused: z.boolean(),
    /** Alphabetically the first, as published; `trigger` and `actor` say what really led to it. */
    pause_reason: z.enum(degradationReasons).nullable(),
    reasons: z.array(z.enum(degradationReasons)),
    claim_permission: z.enum([...claimPermissions, unknown]),
    since: Instant,
    trigger: z.string().nullable(),
    actor: z.enum(stateActors).nullable(),
    /** When a pause ends by itself. */
    until: z.string().nullable(),
  }),
  alerts: z.object({
    active_count: Count,
    by_severity: z.object({ critical: Count, warning: Count, info: Count }),
    /** Only categories with an active alert. */
    by_category: z.record(z.string(), z.int()),
  }),
  cost_ladder: z.object({
    current_tier: z.union([z.enum(['NORMAL', 'WARN_75', 'DOWNSHIFT_90', 'HARD_STOP_100']), Unknown]),
    /** Percent, two decimals; null when it cannot be read. */
    monthly_budget_pct_used: z.number().nullable(),
    model_default: z.string(),
    /** Six decimals. */
    spent_to_date_usd: z.union([z.number(), Unknown]),
    /** Two decimals. */
    credit_pool_usd: z.number(),
  }),
  /** There is one operator (ruling 3): always empty. */
  cost_ladder_by_tenant: z.record(z.string(), z.never()),
  /** The task board belongs to others (ruling 4): unknown until one is connected. */
  tasks: z.object({ open_count: Count, in_progress_count: Count, refreshed_at: Instant }),
  /** The five named services, and every other that is watched. */
  service_health: z.record(z.string(), HealthWord),
  /** When each of them was looked at last. */
  service_observed_at: z.record(z.string(), Instant),
  cost_telemetry: z.object({
    rolling_24h: z.record(z.string(), z.unknown()),
    monthly: z.record(z.string(), z.unknown()),
  }),
  daemon_health: z.object({
    overall_status: HealthWord,
    boot_at: Instant,
    /** One decimal. */
    uptime_seconds: z.union([z.number(), Unknown]),
    listeners: z.record(
      z.string(),
      z.object({
        /** `off`: not configured; it does not count as down. */
        status: z.enum(['up', 'down', 'off', unknown]),
        last_event_at: Instant,
        consecutive_errors: Count,
      }),
    ),
    recent_error_count_5min: z.int(),
    /** What the last five minutes brought, by kind; kinds beyond the published ones do not enter the count. */
    recent_errors_5min: z.record(z.string(), z.int()),
  }),
  sections: z.record(z.enum(snapshotSections), SectionState),
})
export type Snapshot = z.infer<typeof Snapshot>

/** Instead of a snapshot, with a normal status: clients look for `error`. */
export const NoSnapshot = z.object({ error: z.literal('no_snapshot'), stale: z.literal(true) })
export type NoSnapshot = z.infer<typeof NoSnapshot>
