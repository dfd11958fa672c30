import type { Alert, AlertCategory } from './alert.ts'
import type { Rung } from './ledger.ts'
import type { DegradationReason, PrimaryState, StateActor } from './operationalState.ts'
import type { Severity } from './severity.ts'

/** A source that was read, or why it could not be. */
export type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string }

export interface AlertThresholds {
  readonly deadLetters: number
  readonly denials: number
  readonly reasoningErrors: number
  readonly replyFailures: number
}

/** Everything the rules look at, each source by itself. */
export interface AlertFacts {
  readonly nowMs: number
  /** Ids of alerts that are true so far. */
  readonly raised: ReadonlySet<string>
  readonly thresholds: AlertThresholds
  /** Percent of the pool; null when it cannot be read. */
  readonly budget: Known<{ readonly rung: Rung; readonly pctUsed: number | null; readonly amounts: string | null }>
  readonly operational: Known<{
    readonly primary: PrimaryState
    readonly reasons: readonly DegradationReason[]
    readonly trigger: string
    readonly actor: StateActor
  }>
  /** Matching records of the last 24 hours. */
  readonly deadLetters: Known<number>
  readonly denials: Known<number>
  readonly reasoningErrors: Known<number>
  readonly replyFailures: Known<number>
  /** Open incidents of services. */
  readonly troubles: Known<
    readonly {
      readonly probeId: string
      readonly incidentId: string
      readonly title: string
      readonly what: string
      readonly severity: Severity
    }[]
  >
  readonly listeners: Known<
    readonly {
      readonly name: string
      readonly down: boolean
      /** Since when, epoch ms. */
      readonly sinceMs: number | null
      readonly why: string | null
    }[]
  >
  readonly tasks: Known<
    readonly {
      readonly name: string
      readonly label: string
      readonly failuresInARow: number
      readonly error: string | null
    }[]
  >
  /** Seconds since the newest snapshot, and up to which age it is fresh. */
  readonly snapshot: Known<{ readonly ageSeconds: number; readonly freshForSeconds: number }>
  /** When the newest check of any service ended, and how often the most frequent is due; null where none is watched. */
  readonly checks: Known<{
    readonly newestAtMs: number | null
    /** Since when checks may be expected: the start, or the end of a sleep. */
    readonly sinceMs: number
    readonly everyMs: number
  } | null>
  readonly connectivity: Known<{ readonly watching: boolean; readonly sinceMs: number | null }>
  /** Channels that do not reach the operator at present. */
  readonly channels: Known<readonly { readonly name: string; readonly why: string }[]>
  /** Standing conditions that are told as they are. */
  readonly problems: Known<
    readonly {
      readonly code: string
      readonly message: string
      readonly action: string
      readonly route: string | null
      readonly sinceMs: number
    }[]
  >
}

/** What one group of rules says: what is true, or that it cannot tell. */
export type RuleResult =
  | { readonly group: RuleGroup; readonly kind: 'known'; readonly alerts: readonly Alert[] }
  | { readonly group: RuleGroup; readonly kind: 'unknown'; readonly why: string }

export const ruleGroups = [
  'cost_ladder',
  'operational_state',
  'webhook_dead_letter',
  'agent_capability_denied',
  'reasoning_errors',
  'reply_failures',
  'service_unhealthy',
  'listener_down',
  'task_failing',
  'snapshot_stale',
  'watching',
  'delivery_failing',
  'daemon_problem',
] as const
export type RuleGroup = (typeof ruleGroups)[number]

/** A listener that is down for less recovers by itself, as a rule (cockpit specification, 14). */
const downMs = 120_000
const failuresInARow = 3
/** A lock that somebody holds for a moment is none. */
const problemMs = 30_000
/** Checks this many intervals late are not on their way any more. */
const lateIntervals = 3
const leastLateMs = 600_000

/** The group an alert comes from, as its id says. */
export function groupOf(alert: Pick<Alert, 'id' | 'category'>): RuleGroup | null {
  if (alert.id === 'reasoning_errors_24h') return 'reasoning_errors'
  if (alert.id === 'slack_dm_reply_failed_24h') return 'reply_failures'
  return ruleGroups.find((group) => group === alert.category) ?? null
}

/** All rules, each group behind a boundary of its own: one that throws knows nothing and disturbs nobody. */
export function evaluateAlerts(facts: AlertFacts): RuleResult[] {
  const { thresholds, raised } = facts
  const rules: Readonly<Record<RuleGroup, () => Known<readonly Alert[]>>> = {
    cost_ladder: () => from(facts.budget, costLadder),
    operational_state: () => from(facts.operational, operationalState),
    webhook_dead_letter: () => from(facts.deadLetters, (n) => count(deadLetters, n, thresholds.deadLetters, raised)),
    agent_capability_denied: () => from(facts.denials, (n) => count(denials, n, thresholds.denials, raised)),
    reasoning_errors: () =>
      from(facts.reasoningErrors, (n) => count(reasoningErrors, n, thresholds.reasoningErrors, raised)),
    reply_failures: () => from(facts.replyFailures, (n) => count(replyFailures, n, thresholds.replyFailures, raised)),
    service_unhealthy: () => from(facts.troubles, (troubles) => troubles.map(serviceAlert)),
    listener_down: () => from(facts.listeners, (listeners) => listenersDown(listeners, facts.nowMs)),
    task_failing: () => from(facts.tasks, tasksFailing),
    snapshot_stale: () => from(facts.snapshot, snapshotStale),
    watching: () =>
      from(facts.connectivity, (link) => from(facts.checks, (checks) => watching(link, checks, facts.nowMs))),
    delivery_failing: () => from(facts.channels, deliveryFailing),
    daemon_problem: () => from(facts.problems, (problems) => lasting(problems, facts.nowMs).map(problemAlert)),
  }
  return ruleGroups.map((group): RuleResult => {
    try {
      const result = rules[group]()
      return result.known ? { group, kind: 'known', alerts: result.value } : { group, kind: 'unknown', why: result.why }
    } catch (error) {
      return { group, kind: 'unknown', why: error instanceof Error ? error.message : String(error) }
    }
  })
}

function from<T>(
  source: Known<T>,
  rule: (value: T) => readonly Alert[] | Known<readonly Alert[]>,
): Known<readonly Alert[]> {
  if (!source.known) return source
  const made = rule(source.value)
  return 'known' in made ? made : { known: true, value: made }
}

type Plain = Omit<Alert, 'level' | 'voice'> & Partial<Pick<Alert, 'level' | 'voice'>>

const alert = (made: Plain): Alert => ({ level: 0, voice: 'alert', ...made })

/** Whole percent, cut off; a question mark when nobody knows. */
function percent(pctUsed: number | null): string {
  return pctUsed === null ? '?' : String(Math.trunc(pctUsed))
}

function costLadder({
  rung,
  pctUsed,
  amounts,
}: {
  rung: Rung
  pctUsed: number | null
  amounts: string | null
}): Alert[] {
  const shared = {
    category: 'cost_ladder',
    sourcePanel: 'cost',
    sourcePanelRoute: '/cost-state',
    route: '/spend',
  } as const
  const used = amounts === null ? '' : `${amounts} used. `
  switch (rung) {
    case 'normal':
      return []
    case 'warn_75':
      return [
        alert({
          ...shared,
          id: 'cost_ladder_warned',
          severity: 'warning',
          level: 1,
          title: `${percent(pctUsed)} % of the model budget is used`,
          detail: `${used}Only the cheap model is used from here on. Spend shows what it went to.`,
        }),
      ]
    case 'downshift_90':
      return [
        alert({
          ...shared,
          id: 'cost_ladder_downshifted',
          severity: 'warning',
          level: 2,
          title: `${percent(pctUsed)} % of the model budget is used`,
          detail: `${used}Requests for the large model are moved one tier down. Calls stop at the end of the pool.`,
        }),
      ]
    case 'hard_stop_100':
      return [
        alert({
          ...shared,
          id: 'cost_ladder_halted',
          severity: 'critical',
          level: 3,
          title: `The model budget is used up (${percent(pctUsed)} %)`,
          detail: `${used}No model is called until the next period or a larger pool. Kora still watches and tells you.`,
        }),
      ]
  }
}

function operationalState(state: {
  primary: PrimaryState
  reasons: readonly DegradationReason[]
  trigger: string
  actor: StateActor
}): Alert[] {
  const shared = {
    category: 'operational_state',
    severity: 'critical',
    sourcePanel: 'ops',
    sourcePanelRoute: '/operational-state',
    route: '/system/daemon',
  } as const
  if (state.primary === 'paused') {
    // The budget speaks for itself; a pause somebody asked for is no news to them (one trouble, one voice).
    const spokenFor =
      !state.reasons.includes('operator') || state.actor === 'operator' || state.actor === 'command_line'
    const detail = state.reasons.includes('operator')
      ? `No model is called and no message is sent while Kora is paused (${state.trigger}). It watches and records; what it holds back is told afterwards.`
      : `No model is called while Kora is paused (${state.trigger}). It watches, records and tells you.`
    const paused = { ...shared, id: 'operator_paused', title: 'Kora is paused', detail }
    return [alert({ ...paused, voice: spokenFor ? 'notice' : 'alert' })]
  }
  if (state.primary === 'stopped') {
    const detail = `This process does nothing more (${state.trigger}). Start Kora again.`
    return [alert({ ...shared, id: 'operator_stopped', title: 'Kora has stopped', detail })]
  }
  return []
}

interface CountAlert {
  readonly id: string
  readonly category: AlertCategory
  readonly severity: Severity
  readonly sourcePanel: string
  readonly sourcePanelRoute: string
  readonly route: string
  readonly title: (n: number) => string
  readonly detail: string
}

const deadLetters: CountAlert = {
  id: 'webhook_dead_letters_24h',
  category: 'webhook_dead_letter',
  severity: 'warning',
  sourcePanel: 'webhook_events',
  sourcePanelRoute: '/webhook-events',
  route: '/history?seam=webhook.dead_letter',
  title: (n) => `${n} webhooks were refused in 24 h`,
  detail: 'Usually the signature does not match, the payload is malformed, or a handler broke.',
}

const denials: CountAlert = {
  id: 'capability_denied_24h',
  category: 'agent_capability_denied',
  severity: 'info',
  sourcePanel: 'agent_activity',
  sourcePanelRoute: '/agent-activity',
  route: '/history?seam=mcp.tool_called',
  title: (n) => `${n} calls of agents were denied in 24 h`,
  detail: 'Usually a caller was never given the capability it asks for.',
}

const reasoningErrors: CountAlert = {
  id: 'reasoning_errors_24h',
  category: 'reasoning_halted',
  severity: 'warning',
  sourcePanel: 'reasoning',
  sourcePanelRoute: '/reasoning',
  route: '/history?seam=reasoning.tool_called',
  title: (n) => `${n} tool calls of the model failed in 24 h`,
  detail: 'Answers may lack what the tools would have said.',
}

const replyFailures: CountAlert = {
  id: 'slack_dm_reply_failed_24h',
  category: 'reasoning_halted',
  severity: 'warning',
  sourcePanel: 'slack_dm',
  sourcePanelRoute: '/slack-dm',
  route: '/history?seam=slack_dm.reply_failed',
  title: (n) => `${n} replies on Slack were not sent in 24 h`,
  detail: 'You asked and were not answered. Settings, Slack tests the connection.',
}

/** Raised by strictly more than the threshold, and over at four fifths of it: a count about it does not flap. */
function count({ title, ...rule }: CountAlert, n: number, threshold: number, raised: ReadonlySet<string>): Alert[] {
  const clear = Math.floor(threshold * 0.8)
  if (n <= (raised.has(rule.id) ? clear : threshold)) return []
  const marks = `More than ${threshold} in 24 h raise this alert. It is over at ${clear}.`
  return [alert({ ...rule, title: title(n), detail: `${rule.detail} ${marks}` })]
}

function serviceAlert(trouble: {
  probeId: string
  incidentId: string
  title: string
  what: string
  severity: Severity
}): Alert {
  return alert({
    id: `service_unhealthy:${trouble.probeId}`,
    category: 'service_unhealthy',
    severity: trouble.severity,
    title: `${trouble.title}: ${trouble.what}`,
    detail: 'Its incident has the checks, the investigation and what you were told.',
    sourcePanel: 'heartbeat',
    sourcePanelRoute: '/heartbeat',
    route: `/investigations/${trouble.incidentId}`,
    voice: 'incident',
  })
}

type Listeners = Extract<AlertFacts['listeners'], { known: true }>['value']

function listenersDown(listeners: Listeners, nowMs: number): Alert[] {
  return listeners
    .filter(({ down, sinceMs }) => down && sinceMs !== null && nowMs - sinceMs >= downMs)
    .map(({ name, why }) =>
      alert({
        id: `listener_down:${name}`,
        category: 'listener_down',
        severity: 'warning',
        title: `${name} is down`,
        detail: why ?? 'It does not say why.',
        sourcePanel: 'heartbeat',
        sourcePanelRoute: '/heartbeat',
        route: '/system/listeners',
      }),
    )
}

type Tasks = Extract<AlertFacts['tasks'], { known: true }>['value']

function tasksFailing(tasks: Tasks): Alert[] {
  return tasks
    .filter((task) => task.failuresInARow >= failuresInARow)
    .map((task) =>
      alert({
        id: `task_failing:${task.name}`,
        category: 'task_failing',
        severity: 'warning',
        title: `${task.label}: keeps failing`,
        detail: task.error ?? 'It does not say why.',
        sourcePanel: 'heartbeat',
        sourcePanelRoute: '/heartbeat',
        route: '/system/schedules',
      }),
    )
}

function snapshotStale({ ageSeconds, freshForSeconds }: { ageSeconds: number; freshForSeconds: number }): Alert[] {
  if (ageSeconds <= freshForSeconds) return []
  return [
    alert({
      id: 'snapshot_stale',
      category: 'snapshot_stale',
      severity: 'warning',
      title: 'The snapshot is out of date',
      detail: 'Routine questions cannot be answered for free until it is computed again.',
      sourcePanel: 'heartbeat',
      sourcePanelRoute: '/heartbeat',
      route: '/system/schedules',
    }),
  ]
}

type Checks = Extract<AlertFacts['checks'], { known: true }>['value']

function overdueAtMs({ newestAtMs, sinceMs, everyMs }: NonNullable<Checks>): number {
  return Math.max(newestAtMs ?? 0, sinceMs) + Math.max(leastLateMs, lateIntervals * everyMs)
}

/**
 * The next moment at which time alone may make a rule true, epoch ms; null when nothing is on its way. Counts of 24
 * hours only fall with time: a sweep is enough for those.
 */
export function nextLookMs({ nowMs, listeners, problems, checks, snapshot }: AlertFacts): number | null {
  const moments = [
    ...(listeners.known
      ? listeners.value.flatMap(({ down, sinceMs }) => (down && sinceMs !== null ? [sinceMs + downMs] : []))
      : []),
    ...(problems.known ? problems.value.map(({ sinceMs }) => sinceMs + problemMs) : []),
    ...(checks.known && checks.value !== null ? [overdueAtMs(checks.value) + 1] : []),
    ...(snapshot.known ? [nowMs + (snapshot.value.freshForSeconds - snapshot.value.ageSeconds) * 1_000 + 1] : []),
  ].filter((atMs) => atMs > nowMs)
  return moments.length === 0 ? null : Math.min(...moments)
}

function watching(link: { watching: boolean; sinceMs: number | null }, checks: Checks, nowMs: number): Alert[] {
  const shared = {
    category: 'watching',
    sourcePanel: 'heartbeat',
    sourcePanelRoute: '/heartbeat',
    route: '/now',
  } as const
  if (!link.watching) {
    return [
      alert({
        ...shared,
        id: 'not_watching',
        severity: 'warning',
        title: 'Kora is cut off: nothing answers',
        detail: 'The trouble is most likely the link of this machine. Nothing is watched meanwhile.',
        voice: 'notice',
      }),
    ]
  }
  if (checks === null) return []
  if (nowMs <= overdueAtMs(checks)) return []
  return [
    alert({
      ...shared,
      id: 'checks_overdue',
      severity: 'critical',
      title: 'Nothing is checked any more',
      detail: 'The checks do not run although they are due. Restart Kora if System shows no reason.',
    }),
  ]
}

function deliveryFailing(channels: readonly { readonly name: string; readonly why: string }[]): Alert[] {
  return channels.map(({ name, why }) =>
    alert({
      id: `delivery_failing:${name}`,
      category: 'delivery_failing',
      severity: 'warning',
      title: `${name} does not reach you`,
      detail: why,
      sourcePanel: 'heartbeat',
      sourcePanelRoute: '/heartbeat',
      route: '/system/deliveries',
      voice: 'notice',
    }),
  )
}

/** Standing conditions that leave the operator in the dark or cost records; and those that can wait for a look. */
const graveProblems = new Set(['store_refuses', 'log_lost', 'audit_broken'])
const mildProblems = new Set(['price_overlay_invalid'])

function lasting<T extends { readonly sinceMs: number }>(problems: readonly T[], nowMs: number): T[] {
  return problems.filter(({ sinceMs }) => nowMs - sinceMs >= problemMs)
}

function problemAlert(problem: { code: string; message: string; action: string; route: string | null }): Alert {
  return alert({
    id: `daemon_problem:${problem.code}`,
    category: 'daemon_problem',
    severity: graveProblems.has(problem.code) ? 'critical' : mildProblems.has(problem.code) ? 'info' : 'warning',
    title: problem.message,
    detail: problem.action,
    sourcePanel: 'heartbeat',
    sourcePanelRoute: '/heartbeat',
    route: problem.route ?? '/system/daemon',
  })
}
