import type { ProbeStatus } from './observation.ts'

/** The newest finding about one probe, as far as the verdict needs it. */
export interface ReachResult {
  readonly hosts: readonly string[]
  readonly status: ProbeStatus
  readonly observedAtMs: number
}

export interface TargetResult {
  readonly reachable: boolean
  readonly atMs: number
}

/**
 * Whether Kora itself is cut off (ruling 17, last row). Only findings since `sinceMs` count.
 * - `watching`: something answered.
 * - `not_watching`: nothing did: probes to 2 or more hosts with every configured target down too, or, without
 *   targets, probes to 3 or more hosts.
 * - `undecided`: too little was looked at so far.
 */
export function connectivityVerdict(input: {
  readonly results: readonly ReachResult[]
  readonly targets: readonly TargetResult[]
  readonly targetsConfigured: number
  readonly sinceMs: number
}): 'watching' | 'not_watching' | 'undecided' {
  const recent = input.results.filter((result) => result.observedAtMs >= input.sinceMs && reachRelevant(result.status))
  const targets = input.targets.filter((target) => target.atMs >= input.sinceMs)
  if (recent.some((result) => answered(result.status)) || targets.some((target) => target.reachable)) return 'watching'
  const hosts = new Set(recent.flatMap((result) => result.hosts))
  const needed = input.targetsConfigured > 0 ? 2 : 3
  if (hosts.size < needed || targets.length < input.targetsConfigured) return 'undecided'
  return 'not_watching'
}

function reachRelevant(status: ProbeStatus): boolean {
  return status !== 'not_configured' && status !== 'unknown'
}

/** The other side said something, however bad. */
function answered(status: ProbeStatus): boolean {
  return status === 'healthy' || status === 'degraded' || status === 'unhealthy'
}
