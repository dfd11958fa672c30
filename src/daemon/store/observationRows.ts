import type { Cause, Details, Observation, ProbeStatus } from '../../domain/observation.ts'
import { toCause, toStatus } from './codes.ts'
import { toJsonDetails } from './safeDetails.ts'

export interface Sample {
  /** When it was observed; a millisecond later when another sample of the probe had that time already. */
  readonly atMs: number
  readonly status: ProbeStatus
  readonly cause: Cause
  readonly latencyMs: number | null
  readonly error: string | null
  /** Kept while the probe is not healthy; empty otherwise. */
  readonly details: Details
}

export interface StateChange {
  readonly atMs: number
  /** Null for a probe's first observation. */
  readonly from: ProbeStatus | null
  readonly to: ProbeStatus
  readonly cause: Cause
  readonly error: string | null
  readonly details: Details
}

export interface StoredSample {
  readonly at_ms: number
  readonly status: number
  readonly cause: number
  readonly latency_ms: number | null
  readonly error: string | null
  readonly details: string | null
}

export interface StoredLatest extends Omit<StoredSample, 'at_ms' | 'details'> {
  readonly probe_id: string
  readonly id: string
  readonly observed_at_ms: number
  readonly cycle_seq: number
  readonly details: string
  readonly last_healthy_at_ms: number | null
}

export interface StoredChange extends Omit<StoredSample, 'status' | 'latency_ms'> {
  readonly from_status: number | null
  readonly to_status: number
}

/** What the tables can hold: one sample that does not fit would keep back every other one that waits with it. */
export function storable(found: Observation): Observation {
  const latencyMs = found.latencyMs === null ? null : Math.trunc(found.latencyMs)
  const details = toJsonDetails(found.details)
  return { ...found, observedAtMs: Math.trunc(found.observedAtMs), latencyMs, details }
}

export function keptDetails(observation: Observation): string | null {
  return observation.status === 'healthy' ? null : stringify(observation.details)
}

export function stringify(details: Details): string | null {
  return Object.keys(details).length === 0 ? null : JSON.stringify(details)
}

function parse(details: string | null): Details {
  return details === null ? {} : (JSON.parse(details) as Details)
}

export function toSample(observation: Observation): Sample {
  const { observedAtMs, status, cause, latencyMs, error } = observation
  return { atMs: observedAtMs, status, cause, latencyMs, error, details: parse(keptDetails(observation)) }
}

export function fromStored(row: StoredSample): Sample {
  return {
    atMs: row.at_ms,
    status: toStatus(row.status),
    cause: toCause(row.cause),
    latencyMs: row.latency_ms,
    error: row.error,
    details: parse(row.details),
  }
}

export function toChange(observation: Observation, from: ProbeStatus | null): StateChange {
  const { observedAtMs, status, cause, error, details } = observation
  return { atMs: observedAtMs, from, to: status, cause, error, details }
}

export function fromStoredChange(row: StoredChange): StateChange {
  return {
    atMs: row.at_ms,
    from: row.from_status === null ? null : toStatus(row.from_status),
    to: toStatus(row.to_status),
    cause: toCause(row.cause),
    error: row.error,
    details: parse(row.details),
  }
}

export function fromStoredLatest(row: StoredLatest): Observation {
  return {
    id: row.id,
    probeId: row.probe_id,
    observedAtMs: row.observed_at_ms,
    cycleSeq: row.cycle_seq,
    status: toStatus(row.status),
    cause: toCause(row.cause),
    latencyMs: row.latency_ms,
    error: row.error,
    details: parse(row.details),
  }
}
