import { KoraError } from '../../domain/errors.ts'
import type { Incident, OutboxRow, Watch } from '../../domain/incident.ts'
import { decide, type IncidentDecision, newWatch, nextReminder } from '../../domain/incidents.ts'
import { type Category, categories, type Issue } from '../../domain/issue.ts'
import type { Observation } from '../../domain/observation.ts'
import type { WakeReason } from '../../domain/wake.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { IncidentRecords } from './IncidentRecords.ts'
import type { NewId } from './ids.ts'
import type { Problems } from './Problems.ts'
import type { SettingsService } from './SettingsService.ts'

/** Everything failing at once is told together: the first wake waits this long for the others. */
const gatherMs = 1_500

/** What an observation means for one category; null when it is well. */
export interface Reading {
  readonly category: Category
  readonly issue: Issue | null
}

interface Deps {
  readonly store: Store
  readonly records: IncidentRecords
  readonly clock: Clock
  readonly events: Events
  readonly logger: Logger
  readonly problems: Problems
  readonly settings: SettingsService
  readonly newId: NewId
}

/** A decision with what was there before it; `incident` is replaced when the wake adds to it. */
type Step = Omit<IncidentDecision, 'incident'> & { incident: Incident | null; readonly before: Incident | null }

/** Turns observations into incidents, and incidents into what must be told. */
export class IncidentService {
  readonly #deps: Deps
  /** The truth while the process lives; saved with every change, saved again after a store that refused. */
  readonly #watches = new Map<string, Watch>()
  readonly #open = new Map<string, Incident>()
  readonly #unsavedWatches = new Map<string, Watch>()
  readonly #unsavedIncidents = new Map<string, Incident>()
  /** Tells people directly when the store refuses to remember that it should. */
  #emergency: (rows: readonly OutboxRow[]) => void = () => undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Loads what an earlier process left. */
  start(): void {
    const { incidents } = this.#deps.store
    for (const watch of incidents.watches()) this.#watches.set(key(watch.probeId, watch.category), watch)
    for (const incident of incidents.listOpen()) this.#open.set(incident.id, incident)
  }

  onEmergency(tell: (rows: readonly OutboxRow[]) => void): void {
    this.#emergency = tell
  }

  watch(probeId: string, category: Category): Watch {
    return this.#watches.get(key(probeId, category)) ?? newWatch(probeId, category)
  }

  open(): Incident[] {
    return [...this.#open.values()]
  }

  /** The open incident of a probe; trouble with the service before anything else. */
  openOf(probeId: string): Incident | null {
    for (const category of categories) {
      const id = this.watch(probeId, category).incidentId
      const incident = id === null ? undefined : this.#open.get(id)
      if (incident) return incident
    }
    return null
  }

  /** @throws KoraError not_found */
  get(id: string): Incident {
    const incident = this.#open.get(id) ?? this.#deps.store.incidents.get(id)
    if (!incident) throw new KoraError('not_found', 'There is no such incident.', { id })
    return incident
  }

  /**
   * Decides what an observation changes and records all of it in one transaction: the observation, the incident's
   * step, its audit rows, the wake, its investigation and its messages. A check that changes nothing is only buffered.
   * @returns when the probe should be looked at again because of a doubt; null when its schedule will do
   */
  record(observation: Observation, readings: readonly Reading[], criticalKind: boolean): number | null {
    const { store, events } = this.#deps
    const nowMs = this.#deps.clock.nowMs()
    const steps = readings
      .filter(({ category, issue }) => issue !== null || this.#unsettled(observation.probeId, category))
      .map(({ category, issue }) => this.#decide(observation, category, issue, criticalKind, nowMs))
    if (steps.length === 0) {
      store.observations.record(observation)
      events.publish('observation.recorded', { probeId: observation.probeId })
      return null
    }
    const queued: OutboxRow[] = []
    try {
      store.transaction(() => {
        store.observations.record(observation)
        for (const step of steps) queued.push(...this.#write(step, observation, nowMs))
        this.#saveUnsaved()
      })
      this.#deps.problems.clear('store_refuses')
    } catch (error) {
      this.#refused(error, steps, observation, nowMs)
    }
    for (const step of steps) this.#remember(step)
    events.publish('observation.recorded', { probeId: observation.probeId })
    for (const step of steps) {
      if (step.incident) events.publish('incident.changed', { incidentId: step.incident.id })
    }
    if (queued.length > 0) events.publish('outbox.added', {})
    if (steps.some((step) => step.wake !== null)) events.publish('investigation.requested', {})
    return this.watch(observation.probeId, 'service_unhealthy').recheckAtMs
  }

  /** Tells what was held back or has lasted. Called by the Scheduler; cheap when nothing is due. */
  tick(): void {
    const nowMs = this.#deps.clock.nowMs()
    for (const incident of this.open()) {
      if (incident.heldWakeId !== null && (incident.heldUntilMs ?? 0) <= nowMs) this.#release(incident, nowMs)
      else if (incident.severity === 'critical' && (incident.nextReminderAtMs ?? nowMs + 1) <= nowMs) {
        this.#remind(incident, nowMs)
      }
    }
  }

  acknowledge(id: string): Incident {
    return this.#operator(id, 'acknowledged', { acknowledgedAtMs: this.#deps.clock.nowMs(), nextReminderAtMs: null })
  }

  /** Hides an incident from Now and keeps repeats and reminders back; a worse severity still passes. */
  snooze(id: string, forMs: number): Incident {
    const untilMs = this.#deps.clock.nowMs() + forMs
    return this.#operator(id, 'snoozed', { snoozedUntilMs: untilMs, nextReminderAtMs: null }, { until_ms: untilMs })
  }

  markHandled(id: string, reason: string): Incident {
    const change = { handledAtMs: this.#deps.clock.nowMs(), handledReason: reason, nextReminderAtMs: null }
    return this.#operator(id, 'marked_handled', change, { reason })
  }

  /** Takes back a snooze, an acknowledgement or "handled". */
  resume(id: string): Incident {
    return this.#operator(id, 'resumed', {
      snoozedUntilMs: null,
      handledAtMs: null,
      handledReason: null,
      acknowledgedAtMs: null,
    })
  }

  /**
   * Asks for another look; the price was on the button.
   * @throws KoraError not_found, conflict
   */
  reinvestigate(id: string): void {
    const { store, clock, records, events } = this.#deps
    const incident = this.get(id)
    const wake = store.wakes.byIncident(incident.groupLeaderId ?? id).at(-1)
    if (!wake) throw new KoraError('conflict', 'This incident has not woken anybody yet.', { id })
    if (store.investigations.byIncident(id).some((one) => one.state === 'pending' || one.state === 'running')) {
      throw new KoraError('conflict', 'An investigation of this incident is already running.', { id })
    }
    const nowMs = clock.nowMs()
    store.transaction(() => {
      records.investigation(id, wake.wake.eventId, 'operator', nowMs)
      records.operatorAction(incident, 'reinvestigate', {}, nowMs)
    })
    events.publish('investigation.requested', {})
    events.publish('incident.changed', { incidentId: id })
  }

  /** Closes what can no longer be watched: the probe was removed or switched off. */
  unwatch(probeId: string, why: string): void {
    const { store, clock, events, records } = this.#deps
    const nowMs = clock.nowMs()
    for (const category of categories) {
      const watch = this.watch(probeId, category)
      const incident = watch.incidentId === null ? undefined : this.#open.get(watch.incidentId)
      if (watch.phase === 'ok' && !incident) continue
      const { lastDispatchedAtMs, lastDispatchedSeverity } = watch
      const calm: Watch = { ...newWatch(probeId, category), lastDispatchedAtMs, lastDispatchedSeverity }
      store.transaction(() => {
        store.incidents.saveWatch(calm)
        if (!incident) return
        const quiet = { nextReminderAtMs: null, heldWakeId: null, heldUntilMs: null }
        store.incidents.save({ ...incident, ...quiet, state: 'resolved', resolvedAtMs: nowMs })
        records.supersede(incident.id, nowMs)
        records.transition(incident, incident.state, 'resolved', why, nowMs)
      })
      this.#watches.set(key(probeId, category), calm)
      if (!incident) continue
      this.#open.delete(incident.id)
      events.publish('incident.changed', { incidentId: incident.id })
    }
  }

  /** Moves an open incident on because it is looked into, or somebody was told; observations alone resolve it. */
  advance(id: string, state: 'investigating' | 'notified', why: string): void {
    const incident = this.#open.get(id)
    if (!incident || incident.state === state) return
    const { store, clock, events, records } = this.#deps
    const next: Incident = { ...incident, state }
    store.transaction(() => {
      store.incidents.save(next)
      records.transition(incident, incident.state, state, why, clock.nowMs())
    })
    this.#open.set(id, next)
    events.publish('incident.changed', { incidentId: id })
  }

  /** A good check needs no decision while nothing is doubted or open. */
  #unsettled(probeId: string, category: Category): boolean {
    const watch = this.#watches.get(key(probeId, category))
    return watch !== undefined && (watch.phase !== 'ok' || watch.consecutiveBad > 0)
  }

  #decide(
    observation: Observation,
    category: Category,
    issue: Issue | null,
    criticalKind: boolean,
    nowMs: number,
  ): Step {
    const { store, settings, newId } = this.#deps
    const watch = this.watch(observation.probeId, category)
    const before = watch.incidentId === null ? null : (this.#open.get(watch.incidentId) ?? null)
    const decision = decide({
      watch,
      incident: before,
      newest: issue && watch.phase !== 'open' ? store.incidents.newest(observation.probeId, category) : null,
      observation,
      issue,
      criticalKind,
      rules: settings.incidentRules(),
      nowMs,
      newId: () => newId('inc_'),
    })
    return { ...decision, before }
  }

  /** Everything one decision puts into the store; returns the messages it queued. */
  #write(step: Step, observation: Observation, nowMs: number): OutboxRow[] {
    const { store, records } = this.#deps
    for (const transition of step.transitions) {
      const { probeId, category } = step.watch
      const facts = { observation_id: observation.id }
      records.step(probeId, category, step.incident ?? step.before, transition, nowMs, facts)
    }
    if (step.incident) store.incidents.save(step.incident)
    store.incidents.saveWatch(step.watch)
    if (!step.incident) return []
    if (step.wake) return this.#writeWake(step, step.incident, step.wake, observation, nowMs)
    return step.recovered ? this.#recover(step.incident, nowMs) : []
  }

  #writeWake(step: Step, opened: Incident, reason: WakeReason, observation: Observation, nowMs: number): OutboxRow[] {
    const { store, records } = this.#deps
    const allFailing = this.#allFailing(step.watch)
    const leader = allFailing && reason !== 'severity_rose' ? this.#groupLeader(opened, nowMs) : null
    if (leader) {
      step.incident = { ...opened, groupLeaderId: leader.id }
      store.incidents.save(step.incident)
      const members = [leader, ...this.open().filter((one) => one.groupLeaderId === leader.id), step.incident]
      records.joinGroup(leader, members, nowMs)
      return []
    }
    const wake = records.wakeFor(opened, reason, observation, step.watch.consecutiveBad)
    const snoozed = (opened.snoozedUntilMs ?? 0) > nowMs
    const held = step.dispatch?.kind === 'held' || snoozed
    step.incident = {
      ...opened,
      heldWakeId: held ? wake.eventId : null,
      heldUntilMs: held ? Math.max(opened.heldUntilMs ?? 0, opened.snoozedUntilMs ?? 0) : null,
    }
    store.incidents.save(step.incident)
    records.wake(wake, nowMs)
    if (!held) return records.dispatch(wake, step.incident, nowMs, allFailing ? gatherMs : 0)
    const why = snoozed ? 'snoozed: held back' : 'debounce_skipped: held back'
    records.transition(step.incident, 'open', 'open', why, nowMs, { held_until_ms: step.incident.heldUntilMs })
    return []
  }

  /** A group is told as one: its recovery when the last member is well. */
  #recover(incident: Incident, nowMs: number): OutboxRow[] {
    const { store, records } = this.#deps
    const leaderId = incident.groupLeaderId ?? incident.id
    const others = this.open().filter((one) => one.id !== incident.id && (one.groupLeaderId ?? one.id) === leaderId)
    if (others.length > 0) return []
    const lead = store.wakes.byIncident(leaderId).at(-1)
    const group = (lead?.wake.groupedIncidentIds ?? [incident.id]).flatMap((id) => store.incidents.get(id) ?? [])
    return records.recovery(incident, group.length > 0 ? group : [incident], nowMs)
  }

  /** True when every watched probe, three or more, shows trouble. */
  #allFailing(current: Watch): boolean {
    const watched = this.#deps.records.watched()
    if (watched.length < 3) return false
    return watched.every(({ id }) => id === current.probeId || this.watch(id, 'service_unhealthy').consecutiveBad > 0)
  }

  /** The incident whose first message still waits for the others, when everything fails at once. */
  #groupLeader(incident: Incident, nowMs: number): Incident | null {
    const leaders = this.open().filter((one) => one.id !== incident.id && one.groupLeaderId === null)
    return leaders.find((one) => one.openedAtMs >= nowMs - gatherMs && this.#deps.records.alertWaits(one.id)) ?? null
  }

  #release(incident: Incident, nowMs: number): void {
    const { store, records, settings } = this.#deps
    const held = incident.heldWakeId === null ? undefined : store.wakes.get(incident.heldWakeId)?.wake
    const watch: Watch = {
      ...this.watch(incident.probeId, incident.category),
      lastDispatchedAtMs: nowMs,
      lastDispatchedSeverity: incident.severity,
    }
    const { reminderMs } = settings.incidentRules()
    const remind = incident.severity === 'critical' && reminderMs > 0
    const released: Incident = {
      ...incident,
      heldWakeId: null,
      heldUntilMs: null,
      nextReminderAtMs: remind ? nowMs + reminderMs : null,
    }
    store.transaction(() => {
      store.incidents.save(released)
      store.incidents.saveWatch(watch)
      records.transition(incident, incident.state, incident.state, 'no longer held back', nowMs)
      const { severity, title, detail } = incident
      if (held) records.dispatch({ ...held, severity, title, detail }, released, nowMs, 0)
    })
    this.#watches.set(key(watch.probeId, watch.category), watch)
    this.#changed(released)
  }

  #remind(incident: Incident, nowMs: number): void {
    const { store, records, settings } = this.#deps
    const sent = incident.remindersSent + 1
    const due = nextReminder(settings.incidentRules(), sent, nowMs)
    const reminded: Incident = { ...incident, remindersSent: sent, nextReminderAtMs: due }
    store.transaction(() => {
      store.incidents.save(reminded)
      records.transition(incident, incident.state, incident.state, `reminder ${sent}`, nowMs)
      records.reminder(incident, nowMs)
    })
    this.#changed(reminded)
  }

  #changed(incident: Incident): void {
    const { events } = this.#deps
    this.#open.set(incident.id, incident)
    events.publish('incident.changed', { incidentId: incident.id })
    events.publish('outbox.added', {})
    events.publish('investigation.requested', {})
  }

  #operator(id: string, action: string, change: Partial<Incident>, facts: Record<string, unknown> = {}): Incident {
    const { store, clock, events, records } = this.#deps
    const incident = this.get(id)
    const next: Incident = { ...incident, ...change }
    store.transaction(() => {
      store.incidents.save(next)
      records.operatorAction(incident, action, facts, clock.nowMs())
    })
    if (this.#open.has(id)) this.#open.set(id, next)
    events.publish('incident.changed', { incidentId: id })
    return next
  }

  /** The store refused: nothing is half-written; people are told all the same, and memory is saved when it can be. */
  #refused(error: unknown, steps: readonly Step[], observation: Observation, nowMs: number): void {
    const { logger, problems, records } = this.#deps
    const code = error instanceof KoraError ? error.code : 'internal'
    logger.error('an incident could not be recorded', { code, probe: observation.probeId, error: String(error) })
    problems.raise({
      code: 'store_refuses',
      message: `Kora cannot write its history (${code}). It still watches and still tells you.`,
      action: 'Free space on the disk of the data folder, or make the folder writable again.',
      route: '/system/daemon',
    })
    for (const step of steps) {
      this.#unsavedWatches.set(key(step.watch.probeId, step.watch.category), step.watch)
      if (!step.incident) continue
      this.#unsavedIncidents.set(step.incident.id, step.incident)
      if (!step.wake || step.dispatch?.kind !== 'now') continue
      const wake = records.wakeFor(step.incident, step.wake, observation, step.watch.consecutiveBad)
      this.#emergency(records.alerts(wake, step.incident, nowMs, 0))
    }
  }

  #saveUnsaved(): void {
    const { incidents } = this.#deps.store
    for (const watch of this.#unsavedWatches.values()) incidents.saveWatch(watch)
    for (const incident of this.#unsavedIncidents.values()) incidents.save(incident)
    this.#unsavedWatches.clear()
    this.#unsavedIncidents.clear()
  }

  #remember(step: Step): void {
    this.#watches.set(key(step.watch.probeId, step.watch.category), step.watch)
    if (!step.incident) return
    if (step.incident.state === 'resolved') this.#open.delete(step.incident.id)
    else this.#open.set(step.incident.id, step.incident)
  }
}

function key(probeId: string, category: Category): string {
  return `${probeId}:${category}`
}
