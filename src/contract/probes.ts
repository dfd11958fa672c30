import { z } from 'zod'
import { Cause, Details, Done, EpochMs, ProbeId, ProbeKind, ProbeStatus, procedure, Severity } from './common.ts'

/** One row of Now's services table; pushed by `state.subscribe`, also listed by `probes.list`. */
export const ServiceRow = z.object({
  id: ProbeId,
  kind: ProbeKind,
  title: z.string(),
  enabled: z.boolean(),
  intervalMs: z.number().int(),
  status: ProbeStatus,
  cause: Cause,
  /** Short words for the state column: "Well", "Well, 4 unresolved", "Unreachable", "Not configured". */
  summary: z.string(),
  error: z.string().nullable(),
  latencyMs: z.number().int().nullable(),
  /** 95th percentile over the last hour; null with fewer than 5 samples. */
  p95Ms: z.number().int().nullable(),
  /** Time of the newest observation; null before the first. */
  observedAtMs: EpochMs.nullable(),
  details: Details,
  /** Latency of the last hour in 60 one-minute buckets, oldest first; null is a gap. */
  spark: z.array(z.number().nullable()),
  /** The open incident, when there is one. */
  incidentId: z.string().nullable(),
  severity: Severity.nullable(),
  /** First bad check of a run that has not yet become an incident. */
  suspectSinceMs: EpochMs.nullable(),
  checking: z.boolean(),
})
export type ServiceRow = z.infer<typeof ServiceRow>

export const ProbeDefinitionView = z.object({
  id: ProbeId,
  kind: ProbeKind,
  title: z.string(),
  config: z.record(z.string(), z.unknown()),
  intervalMs: z.number().int(),
  enabled: z.boolean(),
  createdAtMs: EpochMs,
  updatedAtMs: EpochMs,
})
export type ProbeDefinitionView = z.infer<typeof ProbeDefinitionView>

/** What an operator may set. `config` is checked by the provider's own schema; errors name the field's path. */
export const ProbeDraft = z.object({
  id: ProbeId,
  kind: ProbeKind,
  title: z.string().trim().min(1).max(80),
  config: z.record(z.string(), z.unknown()),
  intervalMs: z.number().int().min(5_000).max(86_400_000),
  enabled: z.boolean(),
})
export type ProbeDraft = z.infer<typeof ProbeDraft>

/** One field of a provider's form in Settings. */
export const ConfigField = z.object({
  name: z.string(),
  label: z.string(),
  help: z.string(),
  /** `secret` holds a reference (`env:NAME` or `vault:ID`); `headers` a map of name to text or secret reference. */
  type: z.enum(['text', 'url', 'number', 'secret', 'list', 'select', 'headers']),
  required: z.boolean(),
  options: z.array(z.string()).optional(),
  default: z.unknown().optional(),
})
export type ConfigField = z.infer<typeof ConfigField>

export const KindInfo = z.object({
  kind: ProbeKind,
  label: z.string(),
  description: z.string(),
  defaultIntervalMs: z.number().int(),
  fields: z.array(ConfigField),
})
export type KindInfo = z.infer<typeof KindInfo>

export const CheckResult = z.object({
  id: ProbeId,
  status: ProbeStatus,
  cause: Cause,
  summary: z.string(),
  error: z.string().nullable(),
  latencyMs: z.number().int().nullable(),
  observedAtMs: EpochMs,
})
export type CheckResult = z.infer<typeof CheckResult>

export const SeriesPoint = z.object({
  atMs: EpochMs,
  /** Null is a gap: nothing was measured. */
  latencyMs: z.number().nullable(),
  maxMs: z.number().nullable(),
  samples: z.number().int(),
  bad: z.number().int(),
})
export type SeriesPoint = z.infer<typeof SeriesPoint>

export const probes = {
  list: procedure.output(z.array(ServiceRow)),
  kinds: procedure.output(z.array(KindInfo)),
  definitions: procedure.output(z.array(ProbeDefinitionView)),
  create: procedure.input(ProbeDraft).output(ProbeDefinitionView),
  update: procedure.input(ProbeDraft).output(ProbeDefinitionView),
  /** Removes the definition; its history stays. `undo` within the same run by creating it again. */
  remove: procedure.input(z.object({ id: ProbeId })).output(Done),
  /** Runs an unsaved draft once; records nothing, wakes nobody. */
  test: procedure.input(ProbeDraft).output(CheckResult),
  /** Checks now and records; a second call while one runs joins it. */
  check: procedure.input(z.object({ id: ProbeId })).output(CheckResult),
  checkAll: procedure.output(
    z.object({
      checked: z.number().int(),
      failed: z.array(z.object({ id: ProbeId, summary: z.string() })),
    }),
  ),
  /** Buckets chosen by the daemon so that at most `points` come back. */
  series: procedure
    .input(z.object({ id: ProbeId, fromMs: EpochMs, toMs: EpochMs, points: z.number().int().min(10).max(2_000) }))
    .output(z.object({ bucketMs: z.number().int(), points: z.array(SeriesPoint) })),
}
