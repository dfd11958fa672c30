import { KoraError } from '../../domain/errors.ts'
import type { Incident, Investigation, OutboxRow, Watch } from '../../domain/incident.ts'
import { decide, type IncidentDecision, newWatch, nextReminder } from '../../domain/incidents.ts'
import { type Category, categories, type Issue } from '../../domain/issue.ts'
import type { Observation } from '../../domain/observation.ts'
import type { WakeEvent, WakeReason } from '../../domain/wake.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { IncidentRecords } from './IncidentRecords.ts'
import type { NewId } from './ids.ts'
import type { LateWrites } from './LateWrites.ts'
import type { MaintenanceWindows } from './MaintenanceWindows.ts'
import type { OutboxBook } from './OutboxBook.ts'
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
  readonly late: LateWrites
  readonly book: OutboxBook
  readonly records: IncidentRecords
  readonly clock: Clock
  readonly events: Events
  readonly settings: SettingsService
  readonly maintenance: MaintenanceWindows
  readonly newId: NewId
}

type Step = IncidentDecision & { readonly before: Incident | null }

/** A step with everything that follows from it, composed before anything is written. */
interface Plan {
  readonly step: Step
  /** As it will be saved; null when no incident is touched. */
  readonly incident: Incident | null
  readonly wake: WakeEvent | null
  /** Why the wake is not told now; null when it is. */
  readonly heldBy: string | null
  /** The incident that speaks for this one, and all it then speaks for. */
  readonly group: { readonly leader: Incident; readonly members: readonly Incident[] } | null
  readonly investigation: Investigation | null
  /** All well again: what was not begun about them will not be. */
  readonly calledOff: readonly Incident[]
  /** Messages, new and changed. */
  readonly rows: readonly OutboxRow[]
}

const quiet = { wake: null, heldBy: null, group: null, investigation: null, calledOff: [], rows: [] } as const

/** Turns observations into incidents, and incidents into what must be told. */
export class IncidentService {
  readonly #deps: Deps
  /** The truth while the process lives; saved with every change, late when the store refuses. */
  readonly #watches = new Map<string, Watch>()
  readonly #open = new Map<string, Incident>()
  /** Incidents as they are while the store has yet to take them. */
  readonly #unsaved = new Map<string, Incident>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Loads what an earlier process left. */
  start(): void {
    const { store, events } = this.#deps
    for (const watch of store.incidents.watches()) this.#watches.set(key(watch.probeId, watch.category), watch)
    for (const incident of store.incidents.listOpen()) this.#open.set(incident.id, incident)
    events.on('store.recovered', () => this.#unsaved.clear())
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
    const incident = this.#open.get(id) ?? this.#unsaved.get(id) ?? this.#deps.store.incidents.get(id)
    if (!incident) throw new KoraError('not_found', 'There is no such incident.', { id })
    return incident
  }

  /**
   * Decides what an observation changes and records all of it in one transaction: the observation, the incident's
   * step, its audit rows, the wake, its investigation and its messages. A check that changes nothing is only buffered.
   * When the store refuses, people are told all the same and the records follow.
   * @returns when the probe should be looked at again because of a doubt; null when its schedule will do
   */
  record(observation: Observation, readings: readonly Reading[], criticalKind: boolean): number | null {
    const { store, events } = this.#deps
    const nowMs = this.#deps.clock.nowMs()
    store.observations.record(observation)
    const plans = readings
      .filter(({ category, issue }) => issue !== null || this.#unsettled(observation.probeId, category))
      .map(({ category, issue }) => this.#decide(observation, category, issue, criticalKind, nowMs))
      .map((step) => this.#plan(step, observation, nowMs))
    if (plans.length > 0) this.#save(plans, observation, nowMs)
    for (const plan of plans) this.#remember(plan)
    events.publish('observation.recorded', { probeId: observation.probeId })
    for (const { incident } of plans) if (incident) events.publish('incident.changed', { incidentId: incident.id })
    if (plans.some((plan) => plan.rows.length > 0)) events.publish('outbox.added', {})
    if (plans.some((plan) => plan.wake !== null)) events.publish('investigation.requested', {})
    return this.watch(observation.probeId, 'service_unhealthy').recheckAtMs
  }

  /** Tells what was held back or has lasted. Called by the Scheduler; cheap when nothing is due. */
  tick(): void {
    const { clock, late, maintenance } = this.#deps
    if (late.refusal) return
    const nowMs = clock.nowMs()
    for (const incident of this.open()) {
      if (maintenance.ofProbe(incident.probeId, nowMs)) continue
      const heldUntilMs = Math.max(incident.heldUntilMs ?? 0, incident.snoozedUntilMs ?? 0)
      if (incident.heldWakeId !== null && heldUntilMs <= nowMs) this.#release(incident, nowMs)
      else if (incident.severity === 'critical' && (incident.nextReminderAtMs ?? nowMs + 1) <= nowMs) {
        this.#remind(incident, nowMs)
      }
    }
  }

  /**
   * Saves a change that the operator made, with its record.
   * @throws KoraError when the store refuses; nothing is changed then
   */
  change(next: Incident, alsoWrite: () => void): Incident {
    const { store, late, events } = this.#deps
    late.require(() => {
      store.incidents.save(next)
      alsoWrite()
    })
    if (this.#open.has(next.id)) this.#open.set(next.id, next)
    events.publish('incident.changed', { incidentId: next.id })
    return next
  }

  /** Closes what can no longer be watched: the probe was removed or switched off. */
  unwatch(probeId: string, why: string): void {
    const { store, late, clock, events, records, book } = this.#deps
    const nowMs = clock.nowMs()
    for (const category of categories) {
      const watch = this.watch(probeId, category)
      const incident = watch.incidentId === null ? undefined : this.#open.get(watch.incidentId)
      if (watch.phase === 'ok' && !incident) continue
      const { lastDispatchedAtMs, lastDispatchedSeverity } = watch
      const calm: Watch = { ...newWatch(probeId, category), lastDispatchedAtMs, lastDispatchedSeverity }
      late.require(() => {
        store.incidents.saveWatch(calm)
        if (!incident) return
        const none = { nextReminderAtMs: null, heldWakeId: null, heldUntilMs: null }
        store.incidents.save({ ...incident, ...none, state: 'resolved', resolvedAtMs: nowMs })
        for (const row of records.unsent([incident])) book.put({ ...row, state: 'superseded', settledAtMs: nowMs })
        records.callOff([incident], nowMs)
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
    const { store, late, clock, events, records } = this.#deps
    const next: Incident = { ...incident, state }
    const nowMs = clock.nowMs()
    late.write(() => {
      store.incidents.save(next)
      records.transition(incident, incident.state, state, why, nowMs)
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
    const newest = issue && watch.phase !== 'open' ? store.incidents.newest(observation.probeId, category) : null
    const decision = decide({
      watch,
      incident: before,
      newest: newest && (this.#unsaved.get(newest.id) ?? newest),
      observation,
      issue,
      criticalKind,
      rules: settings.incidentRules(),
      nowMs,
      newId: () => newId('inc_'),
    })
    return { ...decision, before }
  }

  #plan(step: Step, observation: Observation, nowMs: number): Plan {
    if (step.incident && step.wake) return this.#planWake(step, step.incident, step.wake, observation, nowMs)
    if (step.incident && step.recovered) return this.#planRecovery(step, step.incident, nowMs)
    return { ...quiet, step, incident: step.incident }
  }

  #planWake(step: Step, opened: Incident, reason: WakeReason, observation: Observation, nowMs: number): Plan {
    const { records, maintenance } = this.#deps
    const planned = maintenance.ofProbe(opened.probeId, nowMs)
    const allFailing = planned === null && this.#allFailing(step.watch)
    const leader = allFailing && reason !== 'severity_rose' ? this.#groupLeader(opened, nowMs) : null
    if (leader) {
      const incident = { ...opened, groupLeaderId: leader.id }
      const members = [leader, ...this.open().filter((one) => one.groupLeaderId === leader.id), incident]
      return { ...quiet, step, incident, group: { leader, members }, rows: records.groupAlerts(leader, members) }
    }
    const wake = records.wakeFor(opened, reason, observation, step.watch.consecutiveBad)
    const snoozed = (opened.snoozedUntilMs ?? 0) > nowMs
    const held = step.dispatch?.kind === 'held' || snoozed || planned !== null
    const incident: Incident = {
      ...opened,
      heldWakeId: held ? wake.eventId : null,
      heldUntilMs: held ? Math.max(opened.heldUntilMs ?? 0, opened.snoozedUntilMs ?? 0) : null,
    }
    if (held) {
      const heldBy = planned
        ? `maintenance (${planned.window.title}): held back`
        : snoozed
          ? 'snoozed: held back'
          : 'debounce_skipped: held back'
      return { ...quiet, step, incident, wake, heldBy }
    }
    return {
      ...quiet,
      step,
      incident,
      wake,
      investigation: records.newInvestigation(incident.id, wake.eventId, 'wake', nowMs),
      rows: records.alerts(wake, incident, nowMs, allFailing ? gatherMs : 0),
    }
  }

  /** A group is told as one: its recovery when the last member is well. */
  #planRecovery(step: Step, incident: Incident, nowMs: number): Plan {
    const { store, records } = this.#deps
    const leaderId = incident.groupLeaderId ?? incident.id
    const others = this.open().filter((one) => one.id !== incident.id && (one.groupLeaderId ?? one.id) === leaderId)
    if (others.length > 0) return { ...quiet, step, incident }
    const told = store.wakes.byIncident(leaderId).at(-1)?.wake.groupedIncidentIds ?? []
    const ids = told.includes(incident.id) ? told : [incident.id]
    const group = ids.map((id) => (id === incident.id ? incident : this.get(id)))
    const unsent = records.unsent(group)
    const waiting = unsent.length + records.unbegun(group).length > 0
    const dropped = unsent.map((row): OutboxRow => ({ ...row, state: 'superseded', settledAtMs: nowMs }))
    const rows = [...dropped, ...records.recovery(incident, group, waiting, nowMs)]
    return { ...quiet, step, incident, calledOff: group, rows }
  }

  #save(plans: readonly Plan[], observation: Observation, nowMs: number): void {
    const { late, book, records } = this.#deps
    const rows = plans.flatMap((plan) => plan.rows)
    const write = (): void => {
      for (const plan of plans) this.#write(plan, observation, nowMs)
    }
    const plain = plans.every((plan) => plan.step.transitions.length === 0 && plan.wake === null)
    const saved = plain && rows.length === 0 ? late.write(write, { key: observation.probeId }) : book.save(rows, write)
    if (saved) return
    for (const { incident, wake, heldBy } of plans) {
      if (incident) this.#unsaved.set(incident.id, incident)
      if (incident && wake && heldBy === null) book.save(records.withoutInvestigation(wake, incident, nowMs))
    }
  }

  /** SQL only: what one plan puts into the store beside its messages. */
  #write({ step, incident, wake, heldBy, group, ...rest }: Plan, observation: Observation, nowMs: number): void {
    const { store, records } = this.#deps
    const { probeId, category } = step.watch
    for (const transition of step.transitions) {
      const facts = { observation_id: observation.id }
      records.step(probeId, category, incident ?? step.before, transition, nowMs, facts)
    }
    store.incidents.saveWatch(step.watch)
    if (incident) store.incidents.save(incident)
    if (wake) records.wake(wake, nowMs)
    if (group) records.joinGroup(group.leader, group.members, nowMs)
    if (incident && heldBy !== null) {
      records.transition(incident, 'open', 'open', heldBy, nowMs, { held_until_ms: incident.heldUntilMs })
    }
    if (rest.investigation) store.investigations.save(rest.investigation)
    records.callOff(rest.calledOff, nowMs)
  }

  #remember({ step, incident }: Plan): void {
    this.#watches.set(key(step.watch.probeId, step.watch.category), step.watch)
    if (!incident) return
    if (incident.state === 'resolved') this.#open.delete(incident.id)
    else this.#open.set(incident.id, incident)
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
    const { store, late, records, settings, book } = this.#deps
    const stored = incident.heldWakeId === null ? undefined : store.wakes.get(incident.heldWakeId)?.wake
    const { severity, title, detail } = incident
    const held = stored ? { ...stored, severity, title, detail } : null
    const watch: Watch = {
      ...this.watch(incident.probeId, incident.category),
      lastDispatchedAtMs: nowMs,
      lastDispatchedSeverity: severity,
    }
    const { reminderMs } = settings.incidentRules()
    const remind = severity === 'critical' && reminderMs > 0
    const nextReminderAtMs = remind ? nowMs + reminderMs : null
    const released: Incident = { ...incident, heldWakeId: null, heldUntilMs: null, nextReminderAtMs }
    const rows = held ? records.alerts(held, released, nowMs, 0) : []
    const investigation = held ? records.newInvestigation(incident.id, held.eventId, 'wake', nowMs) : null
    late.require(() => {
      store.incidents.save(released)
      store.incidents.saveWatch(watch)
      records.transition(incident, incident.state, incident.state, 'no longer held back', nowMs)
      if (investigation) store.investigations.save(investigation)
      for (const row of rows) book.put(row)
    })
    this.#watches.set(key(watch.probeId, watch.category), watch)
    this.#changed(released)
  }

  #remind(incident: Incident, nowMs: number): void {
    const { store, late, records, settings, book } = this.#deps
    const sent = incident.remindersSent + 1
    const due = nextReminder(settings.incidentRules(), sent, nowMs)
    const reminded: Incident = { ...incident, remindersSent: sent, nextReminderAtMs: due }
    const rows = records.reminder(incident, nowMs)
    late.require(() => {
      store.incidents.save(reminded)
      records.transition(incident, incident.state, incident.state, `reminder ${sent}`, nowMs)
      for (const row of rows) book.put(row)
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
}

function key(probeId: string, category: Category): string {
  return `${probeId}:${category}`
}
