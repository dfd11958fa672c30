import type { Alert, AlertOccurrence } from '../../src/domain/alert.ts'
import { type AlertFacts, evaluateAlerts, type Known, type RuleGroup } from '../../src/domain/alertRules.ts'
import type { AlertInvestigation } from '../../src/daemon/store/AlertInvestigationRepository.ts'
import { startMs } from './records.ts'

export function anAlert(changes: Partial<Alert> = {}): Alert {
  return {
    id: 'task_failing:backup.nightly',
    category: 'task_failing',
    severity: 'warning',
    level: 0,
    title: 'Nightly backup: keeps failing',
    detail: 'no space left on the disk',
    sourcePanel: 'heartbeat',
    sourcePanelRoute: '/heartbeat',
    route: '/system/schedules',
    voice: 'alert',
    ...changes,
  }
}

export function anOccurrence(changes: Partial<AlertOccurrence> = {}): AlertOccurrence {
  const severity = changes.severity ?? 'warning'
  return {
    ...anAlert(),
    occurrenceId: 'alt_1',
    maxSeverity: severity,
    firstSeenAtMs: startMs,
    lastSeenAtMs: startMs,
    resolvedAtMs: null,
    staleSinceMs: null,
    toldAtMs: null,
    toldSeverity: null,
    toldLevel: null,
    messageIds: [],
    hold: null,
    acknowledgedAtMs: null,
    snoozedUntilMs: null,
    ...changes,
  }
}

export function anAlertInvestigation(changes: Partial<AlertInvestigation> = {}): AlertInvestigation {
  return {
    id: 'inv_1',
    occurrenceId: 'alt_1',
    category: 'task_failing',
    severity: 'warning',
    state: 'pending',
    requestedAtMs: startMs,
    startedAtMs: null,
    finishedAtMs: null,
    failure: null,
    text: null,
    model: null,
    inputTokens: null,
    outputTokens: null,
    cacheReadTokens: null,
    cacheCreationTokens: null,
    costNanoUsd: null,
    durationMs: null,
    tries: 0,
    ...changes,
  }
}

export function known<T>(value: T): Known<T> {
  return { known: true, value }
}

export const unreadable: Known<never> = { known: false, why: 'it cannot be read' }

/** Every source is read, and nothing is wrong. */
export function calmFacts(changes: Partial<AlertFacts> = {}): AlertFacts {
  return {
    nowMs: startMs,
    raised: new Set(),
    thresholds: { deadLetters: 5, denials: 10, reasoningErrors: 5, replyFailures: 3 },
    budget: known({ rung: 'normal', pctUsed: 10, amounts: '$20.00 of $200.00' }),
    operational: known({ primary: 'ready', reasons: [], trigger: 'everything was started', actor: 'daemon' }),
    deadLetters: known(0),
    denials: known(0),
    reasoningErrors: known(0),
    replyFailures: known(0),
    troubles: known([]),
    listeners: known([]),
    tasks: known([]),
    snapshot: known({ ageSeconds: 10, freshForSeconds: 600 }),
    checks: known(null),
    connectivity: known({ watching: true, sinceMs: null }),
    channels: known([]),
    problems: known([]),
    ...changes,
  }
}

/** What the rules say is true, group by group in their order. */
export function alertsOf(changes: Partial<AlertFacts> = {}): Alert[] {
  return evaluateAlerts(calmFacts(changes)).flatMap((result) => (result.kind === 'known' ? result.alerts : []))
}

/** Groups that cannot tell. */
export function blindOf(changes: Partial<AlertFacts> = {}): RuleGroup[] {
  return evaluateAlerts(calmFacts(changes)).flatMap((result) => (result.kind === 'unknown' ? [result.group] : []))
}

export function aFailingTask(name: string, changes: { failuresInARow?: number; error?: string | null } = {}) {
  return { name, label: name, failuresInARow: 3, error: 'no space left', ...changes }
}
