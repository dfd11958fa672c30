import { dispatchDecision, type DispatchDecision } from './debounce.ts'
import type { Incident, IncidentState, Watch, WatchPhase } from './incident.ts'
import type { Issue } from './issue.ts'
import { isBad, type Observation } from './observation.ts'
import { compareSeverity, type Severity } from './severity.ts'
import type { WakeReason } from './wake.ts'

/** Figures of the state machine; the defaults are in {@link defaultIncidentRules}. */
export interface IncidentRules {
  /** A doubted critical is looked at again after this long. */
  readonly confirmAfterMs: number
  /** Same severity again within this window is held back; 0 switches it off. */
  readonly debounceMs: number
  readonly bypassCritical: boolean
  /** Bad checks in a row before an incident opens; 1 opens on the first (doubted criticals still wait for their re-check). */
  readonly consecutiveRequired: number
  /** Trouble that returns within this time after recovery reopens the same incident. */
  readonly reopenWithinMs: number
  /** This many phase flips within `flapWindowMs` make an incident flap. */
  readonly flapFlips: number
  readonly flapWindowMs: number
  /** Good checks in a row that close a flapping incident. */
  readonly goodChecksToClose: number
  /** Until the first reminder of an open, unacknowledged critical; doubles each time up to a day; 0 switches it off. */
  readonly reminderMs: number
}

export const defaultIncidentRules: IncidentRules = {
  confirmAfterMs: 10_000,
  debounceMs: 600_000,
  bypassCritical: false,
  consecutiveRequired: 1,
  reopenWithinMs: 600_000,
  flapFlips: 3,
  flapWindowMs: 1_800_000,
  goodChecksToClose: 3,
  reminderMs: 1_800_000,
}

export interface IncidentInput {
  readonly watch: Watch
  /** The open incident of the watch, when there is one. */
  readonly incident: Incident | null
  /** The newest incident of the same (probe, category), resolved or not; it may be reopened. */
  readonly newest: Incident | null
  readonly observation: Observation
  /** What the observation means for this category; null when it is well. */
  readonly issue: Issue | null
  /** Whether a transport failure of this probe may become critical on its re-check (the provider's row is critical). */
  readonly criticalKind: boolean
  readonly rules: IncidentRules
  readonly nowMs: number
  /** Mints the id of a new incident. */
  readonly newId: () => string
}

/** One step of the machine, for the audit log and the timeline. */
export interface Transition {
  readonly from: WatchPhase | IncidentState
  readonly to: WatchPhase | IncidentState
  readonly why: string
}

export interface IncidentDecision {
  readonly watch: Watch
  /** To be saved; null when no incident is touched. */
  readonly incident: Incident | null
  readonly transitions: readonly Transition[]
  /** Emit a wake for this reason; null when nothing changed that is worth one. */
  readonly wake: WakeReason | null
  /** Whether the wake is told now or held back; null without a wake. */
  readonly dispatch: DispatchDecision | null
  readonly recovered: boolean
}

export function newWatch(probeId: string, category: Watch['category']): Watch {
  return {
    probeId,
    category,
    phase: 'ok',
    consecutiveBad: 0,
    consecutiveUnreachable: 0,
    consecutiveGood: 0,
    firstBadAtMs: null,
    recheckAtMs: null,
    incidentId: null,
    lastDispatchedAtMs: null,
    lastDispatchedSeverity: null,
    flipsAtMs: [],
  }
}

/**
 * What one observation does to one (probe, category). Pure: the same input gives the same decision.
 * Rules: rulings 17 and 19, probe specification sections 4 and 7.
 */
export function decide(input: IncidentInput): IncidentDecision {
  const { status } = input.observation
  if (status !== 'healthy' && !isBad(status)) return decideNeutral(input)
  if (input.issue) return decideBad(input, input.issue)
  // A host nobody reached says nothing about a category that has no issue: a certificate has not recovered by it.
  return status === 'unreachable' ? decideNeutral(input) : decideGood(input)
}

/** Neither good nor bad: not configured, not watching, unknown. Doubt cannot be confirmed, an open incident stays. */
function decideNeutral({ watch }: IncidentInput): IncidentDecision {
  const undoubted: Watch = { ...watch, consecutiveUnreachable: 0, recheckAtMs: null }
  if (watch.phase !== 'suspect') return unchanged(undoubted)
  return {
    ...unchanged({ ...undoubted, phase: 'ok', consecutiveBad: 0, firstBadAtMs: null }),
    transitions: [{ from: 'suspect', to: 'ok', why: 'the check could not be repeated' }],
  }
}

function decideGood({ watch, incident, rules, nowMs }: IncidentInput): IncidentDecision {
  const calm: Watch = {
    ...watch,
    consecutiveBad: 0,
    consecutiveUnreachable: 0,
    consecutiveGood: watch.consecutiveGood + 1,
    firstBadAtMs: null,
    recheckAtMs: null,
  }
  if (watch.phase === 'suspect') {
    return {
      ...unchanged({ ...calm, phase: 'ok' }),
      transitions: [{ from: 'suspect', to: 'ok', why: 'well again before it was confirmed' }],
    }
  }
  if (watch.phase !== 'open' || !incident) return unchanged({ ...calm, phase: 'ok', incidentId: null })
  const needed = incident.flapping ? rules.goodChecksToClose : 1
  if (calm.consecutiveGood < needed) return unchanged(calm)
  return {
    watch: { ...calm, phase: 'ok', incidentId: null, flipsAtMs: flip(watch, nowMs) },
    incident: {
      ...incident,
      state: 'resolved',
      resolvedAtMs: nowMs,
      nextReminderAtMs: null,
      heldWakeId: null,
      heldUntilMs: null,
    },
    transitions: [
      { from: incident.state, to: 'resolved', why: needed > 1 ? `${needed} good checks in a row` : 'well again' },
    ],
    wake: null,
    dispatch: null,
    recovered: true,
  }
}

function decideBad(input: IncidentInput, issue: Issue): IncidentDecision {
  const { watch, incident, observation, rules, nowMs } = input
  const consecutiveBad = watch.consecutiveBad + 1
  const consecutiveUnreachable = observation.status === 'unreachable' ? watch.consecutiveUnreachable + 1 : 0
  // Never later than a full wait from now: a wall clock that was set back must not put the re-check off.
  const soonestMs = nowMs + rules.confirmAfterMs
  const recheckAtMs = watch.recheckAtMs === null ? null : Math.min(watch.recheckAtMs, soonestMs)
  const confirmed = recheckAtMs !== null && nowMs >= recheckAtMs
  const grade = gradeOf(input, issue, consecutiveUnreachable, confirmed)
  const bad: Watch = {
    ...watch,
    consecutiveBad,
    consecutiveUnreachable,
    consecutiveGood: 0,
    firstBadAtMs: watch.firstBadAtMs ?? nowMs,
    // A doubt keeps its one re-check; a settled grade needs none.
    recheckAtMs: grade.doubted ? (recheckAtMs ?? soonestMs) : null,
  }
  if (incident && watch.phase === 'open') return worsen(input, issue, bad, incident, grade)
  if (grade.severity === null) return suspect(watch, bad, grade.why)
  const gated = consecutiveBad < rules.consecutiveRequired && !(grade.severity === 'critical' && rules.bypassCritical)
  if (gated) {
    // A critical the gate holds back stays under close watch, or its confirmation would have to begin anew.
    const gatedWatch = grade.severity === 'critical' ? { ...bad, recheckAtMs: soonestMs } : bad
    return suspect(watch, gatedWatch, `buffered_skipped: ${consecutiveBad} of ${rules.consecutiveRequired}`)
  }
  return open(input, issue, bad, grade.severity, grade.why)
}

interface Grade {
  /** What may be told now; null while nothing may. */
  readonly severity: Severity | null
  /** A worse grade is suspected and waits for the re-check. */
  readonly doubted: boolean
  readonly why: string
}

/** Ruling 17: how bad this check is, given how often it was unreachable in a row and whether the re-check failed too. */
function gradeOf(input: IncidentInput, issue: Issue, unreachable: number, confirmed: boolean): Grade {
  const { observation, criticalKind, incident } = input
  const alreadyCritical = incident?.severity === 'critical'
  if (observation.status === 'unreachable') {
    if (unreachable >= 4) return { severity: 'critical', doubted: false, why: 'unreachable 4 times in a row' }
    // Only a doubted critical has a re-check, so what confirms it needs no second question about the kind.
    if (confirmed || alreadyCritical) {
      return { severity: 'critical', doubted: false, why: 'unreachable, confirmed by a second look' }
    }
    if (unreachable >= 2) return { severity: 'warning', doubted: criticalKind, why: 'unreachable twice in a row' }
    return { severity: null, doubted: criticalKind, why: 'unreachable once' }
  }
  if (issue.severity !== 'critical') return { severity: issue.severity, doubted: false, why: issue.title }
  if (confirmed || alreadyCritical) return { severity: 'critical', doubted: false, why: 'confirmed by a second look' }
  return { severity: null, doubted: true, why: 'critical, to be confirmed' }
}

function suspect(before: Watch, bad: Watch, why: string): IncidentDecision {
  const watch: Watch = { ...bad, phase: 'suspect' }
  return { ...unchanged(watch), transitions: [{ from: before.phase, to: 'suspect', why }] }
}

function open(input: IncidentInput, issue: Issue, bad: Watch, severity: Severity, why: string): IncidentDecision {
  const { observation, newest, rules, nowMs } = input
  const flipsAtMs = flip(bad, nowMs)
  const recent = flipsAtMs.filter((at) => at > nowMs - rules.flapWindowMs)
  const flapping = recent.length >= rules.flapFlips
  const reopened =
    newest?.resolvedAtMs !== null && newest !== null && nowMs - newest.resolvedAtMs <= rules.reopenWithinMs
      ? newest
      : null
  const worsened = reopened !== null && compareSeverity(severity, reopened.severity) > 0
  const seen = {
    title: issue.title,
    detail: issue.detail,
    status: observation.status,
    cause: observation.cause,
    error: observation.error,
    details: observation.details,
    lastSeenAtMs: observation.observedAtMs,
  }
  const incident: Incident = reopened
    ? {
        ...reopened,
        ...seen,
        state: 'open',
        severity,
        maxSeverity: worse(reopened.maxSeverity, severity),
        resolvedAtMs: null,
        seenCount: reopened.seenCount + bad.consecutiveBad,
        reopenedCount: reopened.reopenedCount + 1,
        flapping,
        // Worse than what the operator had put aside: not the trouble they had seen.
        acknowledgedAtMs: worsened ? null : reopened.acknowledgedAtMs,
        snoozedUntilMs: worsened ? null : reopened.snoozedUntilMs,
        handledAtMs: null,
        handledReason: null,
        groupLeaderId: null,
      }
    : {
        ...seen,
        id: input.newId(),
        probeId: observation.probeId,
        category: issue.category,
        state: 'open',
        severity,
        maxSeverity: severity,
        firstSeenAtMs: bad.firstBadAtMs ?? observation.observedAtMs,
        openedAtMs: nowMs,
        resolvedAtMs: null,
        seenCount: bad.consecutiveBad,
        reopenedCount: 0,
        flapping,
        acknowledgedAtMs: null,
        snoozedUntilMs: null,
        handledAtMs: null,
        handledReason: null,
        groupLeaderId: null,
        remindersSent: 0,
        nextReminderAtMs: null,
        heldWakeId: null,
        heldUntilMs: null,
      }
  const watch: Watch = { ...bad, phase: 'open', incidentId: incident.id, flipsAtMs }
  return emitWake(watch, incident, reopened ? 'reopened' : 'opened', input, [
    { from: input.watch.phase, to: 'open', why: reopened ? `came back: ${why}` : why },
  ])
}

function worsen(input: IncidentInput, issue: Issue, bad: Watch, incident: Incident, grade: Grade): IncidentDecision {
  const { observation } = input
  const severity = grade.severity ?? incident.severity
  const updated: Incident = {
    ...incident,
    title: issue.title,
    detail: issue.detail,
    status: observation.status,
    cause: observation.cause,
    error: observation.error,
    details: observation.details,
    severity,
    maxSeverity: worse(incident.maxSeverity, severity),
    lastSeenAtMs: observation.observedAtMs,
    seenCount: incident.seenCount + 1,
  }
  const watch: Watch = { ...bad, phase: 'open' }
  const change = compareSeverity(severity, incident.severity)
  if (change <= 0) {
    const transitions: Transition[] =
      change < 0 ? [{ from: incident.state, to: incident.state, why: `now ${severity}: ${issue.title}` }] : []
    return { ...unchanged(watch), incident: updated, transitions }
  }
  // A worse grade lifts what the operator had put aside: it is not the trouble they had seen.
  const lifted: Incident = {
    ...updated,
    snoozedUntilMs: null,
    handledAtMs: null,
    handledReason: null,
    acknowledgedAtMs: null,
  }
  return emitWake(watch, lifted, 'severity_rose', input, [
    { from: incident.state, to: incident.state, why: `severity rose to ${severity}: ${grade.why}` },
  ])
}

/** Applies the debounce window to a wake; a held wake stays on the incident until the window ends. */
function emitWake(
  watch: Watch,
  incident: Incident,
  reason: WakeReason,
  { rules, nowMs }: Pick<IncidentInput, 'rules' | 'nowMs'>,
  transitions: readonly Transition[],
): IncidentDecision {
  const dispatch = dispatchDecision(watch, incident.severity, rules, nowMs)
  return {
    watch:
      dispatch.kind === 'now'
        ? { ...watch, lastDispatchedAtMs: nowMs, lastDispatchedSeverity: incident.severity }
        : watch,
    incident:
      dispatch.kind === 'now'
        ? {
            ...incident,
            nextReminderAtMs: firstReminder(incident, rules, nowMs),
            remindersSent: 0,
            // What is told now speaks for whatever was still held back.
            heldWakeId: null,
            heldUntilMs: null,
          }
        : { ...incident, heldUntilMs: dispatch.untilMs },
    transitions,
    wake: reason,
    dispatch,
    recovered: false,
  }
}

function firstReminder(incident: Incident, rules: IncidentRules, nowMs: number): number | null {
  return incident.severity === 'critical' && rules.reminderMs > 0 ? nowMs + rules.reminderMs : null
}

/** When the reminder after `sent` ones is due: the interval doubles each time, up to a day. */
export function nextReminder(rules: IncidentRules, sent: number, nowMs: number): number {
  return nowMs + Math.min(rules.reminderMs * 2 ** sent, 86_400_000)
}

/** Whether an incident asks for the operator now: open and not put aside, whoever spoke for it. */
export function needsOperator(incident: Incident, nowMs: number): boolean {
  if (incident.state === 'resolved' || incident.handledAtMs !== null) return false
  return incident.snoozedUntilMs === null || incident.snoozedUntilMs <= nowMs
}

function flip(watch: Watch, nowMs: number): readonly number[] {
  return [...watch.flipsAtMs, nowMs].slice(-20)
}

function worse(a: Severity, b: Severity): Severity {
  return compareSeverity(a, b) >= 0 ? a : b
}

function unchanged(watch: Watch): IncidentDecision {
  return { watch, incident: null, transitions: [], wake: null, dispatch: null, recovered: false }
}
