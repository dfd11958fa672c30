import { type Cause, isBad, type ProbeStatus } from '../../domain/observation.ts'

/**
 * The small integers that stand for words in the observation tables. Numbers are never changed or used again; 0 and 1
 * take no space in a row, so the most frequent words have them.
 */
const statusCodes: Readonly<Record<ProbeStatus, number>> = {
  healthy: 0,
  unreachable: 1,
  degraded: 2,
  unhealthy: 3,
  not_configured: 4,
  not_watching: 5,
  unknown: 6,
}

const causeCodes: Readonly<Record<Cause, number>> = {
  none: 0,
  timeout: 1,
  threshold: 2,
  auth_rejected: 3,
  rate_limited: 4,
  server_error: 5,
  unexpected_status: 6,
  assertion_failed: 7,
  bad_response: 8,
  too_slow: 9,
  dns: 10,
  connect: 11,
  tls: 12,
  reset: 13,
  blocked_address: 14,
  credential_unset: 15,
  own_link_down: 16,
  probe_error: 17,
}

const statuses = Object.entries(statusCodes) as [ProbeStatus, number][]
const statusOf = new Map(statuses.map(([status, code]) => [code, status]))
const causeOf = new Map((Object.entries(causeCodes) as [Cause, number][]).map(([cause, code]) => [code, cause]))

export const statusCode = (status: ProbeStatus): number => statusCodes[status]
export const causeCode = (cause: Cause): number => causeCodes[cause]
export const toStatus = (code: number): ProbeStatus => statusOf.get(code) ?? 'unknown'
export const toCause = (code: number): Cause => causeOf.get(code) ?? 'none'

/** Codes of trouble, for SQL: `status IN (…)`. */
export const badCodes = statuses
  .filter(([status]) => isBad(status))
  .map(([, code]) => code)
  .join(', ')

/** Codes of checks that say nothing about the service. */
export const unknownCodes = statuses
  .filter(([status]) => !isBad(status) && status !== 'healthy')
  .map(([, code]) => code)
  .join(', ')
