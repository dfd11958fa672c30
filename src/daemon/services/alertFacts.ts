import type { ChannelState } from '../../contract/settings.ts'
import type { BudgetState } from '../../contract/spend.ts'
import type { ListenerRow, Problem, ScheduleRow } from '../../contract/system.ts'
import type { AlertOccurrence } from '../../domain/alert.ts'
import type { AlertFacts, AlertThresholds, Known } from '../../domain/alertRules.ts'
import type { Incident } from '../../domain/incident.ts'
import { formatTotal } from '../../domain/money.ts'
import type { OperationalState } from '../../domain/operationalState.ts'
import { cleanText } from '../../domain/panels/clean.ts'
import { compareSeverity } from '../../domain/severity.ts'

/** Alerts that speak of these themselves. */
const toldOtherwise = {
  problems: new Set(['budget_used_up']),
  listeners: new Set(['slack_client']),
  // What they fail for stands as a problem.
  tasks: new Set(['backup.nightly']),
}

/** Where facts come from. Any of these may throw: then its rules cannot tell, and the others can. */
export interface AlertSources {
  nowMs(): number
  thresholds(): AlertThresholds
  budget(): BudgetState
  operational(): OperationalState
  lastDay(name: 'dead_letter' | 'capability_denied' | 'reasoning_error' | 'reply_failed'): number
  openIncidents(): readonly Incident[]
  title(probeId: string): string
  /** Null while they are being started. */
  listeners(): readonly ListenerRow[] | null
  schedules(): readonly ScheduleRow[]
  /** When the store last began to take records again; tasks that ran before failed for its reasons, not their own. */
  storeBackAtMs(): number
  /** Null before the first. */
  snapshotAgeSeconds(): number | null
  freshForSeconds(): number
  /** Since when anything may be expected to happen: the start, or the end of a sleep; null while Kora starts. */
  awakeSinceMs(): number | null
  checks(): { newestAtMs: number | null; sinceMs: number; everyMs: number } | null
  connectivity(): { watching: boolean; sinceMs: number | null }
  channels(): readonly ChannelState[]
  problems(): readonly Problem[]
}

/** Reads every source by itself. @param active alerts that are true so far */
export function alertFacts(sources: AlertSources, active: readonly AlertOccurrence[]): AlertFacts {
  const since = new Map(active.map(({ id, firstSeenAtMs }) => [id, firstSeenAtMs]))
  return {
    nowMs: sources.nowMs(),
    raised: new Set(since.keys()),
    thresholds: sources.thresholds(),
    budget: known(() => budgetOf(sources.budget())),
    operational: known(() => {
      const state = sources.operational()
      return { ...state, trigger: clean(state.trigger) }
    }),
    deadLetters: known(() => sources.lastDay('dead_letter')),
    denials: known(() => sources.lastDay('capability_denied')),
    reasoningErrors: known(() => sources.lastDay('reasoning_error')),
    replyFailures: known(() => sources.lastDay('reply_failed')),
    troubles: known(() => troublesOf(sources.openIncidents(), (probeId) => sources.title(probeId))),
    listeners: known(() => listenersOf(sources.listeners(), since)),
    tasks: known(() => tasksOf(sources.schedules(), sources.storeBackAtMs(), active)),
    snapshot: known(() => snapshotOf(sources)),
    checks: known(() => sources.checks()),
    connectivity: known(() => sources.connectivity()),
    channels: known(() => failing(sources.channels())),
    problems: known(() => problemsOf(sources.problems(), since)),
  }
}

const textLength = 300
/** Ids of sessions and the like: nothing that a person reads, and some of it opens doors. */
const hexRun = /[0-9a-f]{32,}/gi

/** What others said, as an alert may carry it: no address, nothing that looks like a credential (specification, 2). */
function clean(text: string): string {
  return cleanText(text, textLength).replace(hexRun, '…')
}

function known<T>(read: () => T): Known<T> {
  try {
    return { known: true, value: read() }
  } catch (error) {
    return { known: false, why: error instanceof Error ? error.message : String(error) }
  }
}

class NotKnown extends Error {}

function budgetOf(budget: BudgetState) {
  if (budget.kind === 'unknown') throw new NotKnown(budget.reason)
  const { rung, pctUsed, spentNanoUsd, poolNanoUsd } = budget
  const amounts = `${formatTotal(spentNanoUsd, { estimate: true })} of ${formatTotal(poolNanoUsd)}`
  return { rung, pctUsed, amounts }
}

/** One a service, its worst: two troubles of one service are one alert. */
function troublesOf(incidents: readonly Incident[], title: (probeId: string) => string) {
  const byProbe = Map.groupBy(incidents, ({ probeId }) => probeId)
  return [...byProbe].map(([probeId, own]) => {
    const worst = own.reduce((a, b) => (compareSeverity(b.severity, a.severity) > 0 ? b : a))
    return {
      probeId,
      incidentId: worst.id,
      title: clean(title(probeId)),
      what: clean(worst.title),
      severity: worst.severity,
    }
  })
}

function listenersOf(rows: readonly ListenerRow[] | null, since: ReadonlyMap<string, number>) {
  if (rows === null || rows.some(({ state }) => state === 'starting')) throw new NotKnown('Kora is starting.')
  return rows
    .filter(({ name }) => !toldOtherwise.listeners.has(name))
    .map(({ name, state, sinceMs, lastError, note }) => {
      // One that was down before a restart has been down since then.
      const told = since.get(`listener_down:${name}`)
      return {
        name,
        down: state === 'down',
        sinceMs: told === undefined ? sinceMs : Math.min(told, sinceMs ?? told),
        why: cleaned(lastError ?? note),
      }
    })
}

function tasksOf(rows: readonly ScheduleRow[], backAtMs: number, active: readonly AlertOccurrence[]) {
  return rows
    .filter(({ name }) => !toldOtherwise.tasks.has(name))
    .flatMap(({ name, label, failuresInARow, lastStartedAtMs, lastOutcome, lastError }) => {
      const failing = active.find(({ id }) => id === `task_failing:${name}`)
      const ranSince = lastStartedAtMs !== null && lastStartedAtMs > backAtMs
      // What was failing goes on until it runs well, whatever the store and the process did meanwhile.
      if (failing && lastOutcome !== 'ok') {
        const error = ranSince ? cleaned(lastError) : failing.detail
        return [{ name, label, failuresInARow: Number.POSITIVE_INFINITY, error }]
      }
      if (lastStartedAtMs !== null && !ranSince) return []
      return [{ name, label, failuresInARow, error: cleaned(lastError) }]
    })
}

function snapshotOf(sources: AlertSources) {
  const awakeSinceMs = sources.awakeSinceMs()
  if (awakeSinceMs === null) throw new NotKnown('Kora is starting.')
  const awakeSeconds = (sources.nowMs() - awakeSinceMs) / 1_000
  const ageSeconds = Math.min(awakeSeconds, sources.snapshotAgeSeconds() ?? awakeSeconds)
  return { ageSeconds, freshForSeconds: sources.freshForSeconds() }
}

function problemsOf(problems: readonly Problem[], since: ReadonlyMap<string, number>) {
  return problems
    .filter(({ code }) => !toldOtherwise.problems.has(code))
    .map((problem) => ({
      ...problem,
      message: clean(problem.message),
      action: clean(problem.action),
      sinceMs: Math.min(problem.sinceMs, since.get(`daemon_problem:${problem.code}`) ?? problem.sinceMs),
    }))
}

function cleaned(text: string | null): string | null {
  return text === null ? null : clean(text)
}

const channelNames: Readonly<Record<ChannelState['channel'], string>> = { slack: 'Slack', native: 'Notifications' }

function failing(channels: readonly ChannelState[]) {
  return channels
    .filter(({ state }) => state === 'failing')
    .map(({ channel, lastFailure }) => ({
      name: channelNames[channel],
      why: cleaned(lastFailure) ?? 'The last message was not sent.',
    }))
}
