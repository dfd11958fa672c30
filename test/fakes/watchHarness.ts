import type { Incident, Watch } from '../../src/domain/incident.ts'
import {
  decide,
  defaultIncidentRules,
  type IncidentDecision,
  type IncidentRules,
  newWatch,
} from '../../src/domain/incidents.ts'
import type { Category, Issue } from '../../src/domain/issue.ts'
import type { Cause, Observation, ProbeStatus } from '../../src/domain/observation.ts'
import type { Severity } from '../../src/domain/severity.ts'
import type { WakeReason } from '../../src/domain/wake.ts'

/** Every kind of finding a check can bring, with what the classifier makes of it. */
export const findings = {
  healthy: { status: 'healthy', cause: 'none', severity: null },
  degraded: { status: 'degraded', cause: 'threshold', severity: 'warning' },
  http_warning: { status: 'unhealthy', cause: 'unexpected_status', severity: 'warning' },
  http_critical: { status: 'unhealthy', cause: 'server_error', severity: 'critical' },
  bad_response: { status: 'unhealthy', cause: 'bad_response', severity: 'warning' },
  unreachable: { status: 'unreachable', cause: 'timeout', severity: 'warning' },
  not_configured: { status: 'not_configured', cause: 'credential_unset', severity: null },
  not_watching: { status: 'not_watching', cause: 'own_link_down', severity: null },
  unknown: { status: 'unknown', cause: 'probe_error', severity: null },
} as const satisfies Record<string, { status: ProbeStatus; cause: Cause; severity: Severity | null }>
export type Finding = keyof typeof findings

export interface EmittedWake {
  readonly atMs: number
  readonly reason: WakeReason
  readonly severity: Severity
  /** Null when it was told at once. */
  readonly heldUntilMs: number | null
  readonly incidentId: string
}

/** One (probe, category) driven through the state machine, its state carried along as a service does. */
export class WatchHarness {
  nowMs = 1_000_000_000_000
  watch: Watch
  /** The newest incident, open or resolved. */
  newest: Incident | null = null
  readonly decisions: IncidentDecision[] = []
  readonly wakes: EmittedWake[] = []
  readonly incidentIds: string[] = []
  readonly startMs = this.nowMs
  readonly #rules: IncidentRules
  readonly #criticalKind: boolean
  #checks = 0

  constructor(
    options: {
      rules?: Partial<IncidentRules>
      criticalKind?: boolean
      probeId?: string
      category?: Category
    } = {},
  ) {
    this.#rules = { ...defaultIncidentRules, ...options.rules }
    this.#criticalKind = options.criticalKind ?? true
    this.watch = newWatch(options.probeId ?? 'fly', options.category ?? 'service_unhealthy')
  }

  /** The open incident. */
  get open(): Incident | null {
    return this.newest?.state === 'resolved' ? null : this.newest
  }

  /** "phase severity", such as "open critical" or "suspect –". */
  get stands(): string {
    return `${this.watch.phase} ${this.open?.severity ?? '–'}`
  }

  /** Wakes that were told when they were emitted. */
  get told(): EmittedWake[] {
    return this.wakes.filter((wake) => wake.heldUntilMs === null)
  }

  get recoveries(): number {
    return this.decisions.filter((decision) => decision.recovered).length
  }

  /** One check `afterMs` later. */
  see(finding: Finding, afterMs = 60_000, override: { issue?: Issue | null } = {}): IncidentDecision {
    this.nowMs += afterMs
    this.#checks++
    const { status, cause, severity } = findings[finding]
    const observation: Observation = {
      id: `obs_${this.#checks}`,
      probeId: this.watch.probeId,
      observedAtMs: this.nowMs,
      cycleSeq: this.#checks,
      status,
      cause,
      latencyMs: status === 'unreachable' ? null : 12,
      details: {},
      error: status === 'healthy' ? null : cause,
    }
    const issue: Issue | null =
      severity === null
        ? null
        : { category: this.watch.category, severity, title: `${finding} title`, detail: `${finding} detail` }
    const decision = decide({
      watch: this.watch,
      incident: this.watch.phase === 'open' ? this.open : null,
      newest: this.watch.phase === 'open' ? null : this.newest,
      observation,
      issue: override.issue === undefined ? issue : override.issue,
      criticalKind: this.#criticalKind,
      rules: this.#rules,
      nowMs: this.nowMs,
      newId: () => {
        const id = `inc_${this.incidentIds.length + 1}`
        this.incidentIds.push(id)
        return id
      },
    })
    this.#keep(decision)
    return decision
  }

  /** The process ends and another reads the same rows. */
  restart(): void {
    this.watch = JSON.parse(JSON.stringify(this.watch)) as Watch
    this.newest = JSON.parse(JSON.stringify(this.newest)) as Incident | null
  }

  /** What an operator or a service changed on the incident. */
  change(change: Partial<Incident>): void {
    if (this.newest) this.newest = { ...this.newest, ...change }
  }

  #keep(decision: IncidentDecision): void {
    this.decisions.push(decision)
    this.watch = decision.watch
    if (decision.incident) this.newest = decision.incident
    if (decision.wake === null || decision.dispatch === null || decision.incident === null) return
    this.wakes.push({
      atMs: this.nowMs,
      reason: decision.wake,
      severity: decision.incident.severity,
      heldUntilMs: decision.dispatch.kind === 'held' ? decision.dispatch.untilMs : null,
      incidentId: decision.incident.id,
    })
  }
}
