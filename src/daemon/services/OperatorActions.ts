import { KoraError } from '../../domain/errors.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { IncidentRecords } from './IncidentRecords.ts'
import type { IncidentService } from './IncidentService.ts'
import type { LateWrites } from './LateWrites.ts'
import type { OperationalStateService } from './OperationalStateService.ts'

interface Deps {
  readonly store: Store
  readonly clock: Clock
  readonly events: Events
  readonly late: LateWrites
  readonly incidents: IncidentService
  readonly records: IncidentRecords
  readonly operational: OperationalStateService
}

/** What the operator decides about an incident. Nothing changes when it cannot be recorded. */
export class OperatorActions {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** @throws KoraError not_found */
  acknowledge(id: string): Incident {
    return this.#act(id, 'acknowledged', { acknowledgedAtMs: this.#deps.clock.nowMs(), nextReminderAtMs: null })
  }

  /** Hides an incident from Now and keeps repeats and reminders back; a worse severity still passes. */
  snooze(id: string, forMs: number): Incident {
    const untilMs = this.#deps.clock.nowMs() + forMs
    const { nextReminderAtMs: due } = this.#deps.incidents.get(id)
    const nextReminderAtMs = due === null ? null : Math.max(due, untilMs)
    return this.#act(id, 'snoozed', { snoozedUntilMs: untilMs, nextReminderAtMs }, { until_ms: untilMs })
  }

  markHandled(id: string, reason: string): Incident {
    const change = { handledAtMs: this.#deps.clock.nowMs(), handledReason: reason, nextReminderAtMs: null }
    return this.#act(id, 'marked_handled', change, { reason })
  }

  /** Takes back a snooze, an acknowledgement or "handled"; what a snooze held back may be told. */
  resume(id: string): Incident {
    const { snoozedUntilMs, heldUntilMs } = this.#deps.incidents.get(id)
    const nowMs = this.#deps.clock.nowMs()
    const held = snoozedUntilMs === null || heldUntilMs === null ? heldUntilMs : Math.min(heldUntilMs, nowMs)
    const none = { snoozedUntilMs: null, handledAtMs: null, handledReason: null, acknowledgedAtMs: null }
    return this.#act(id, 'resumed', { ...none, heldUntilMs: held })
  }

  /**
   * Asks for another look; the price was on the button.
   * @throws KoraError not_found, conflict, operational_state_paused
   */
  reinvestigate(id: string): void {
    const { store, clock, records, events, incidents, late, operational } = this.#deps
    const incident = incidents.get(id)
    if (!operational.mayBegin(incident.severity)) {
      throw new KoraError('operational_state_paused', 'Kora is paused: no model is called. Resume it first.', { id })
    }
    const wake = store.wakes.byIncident(incident.groupLeaderId ?? id).at(-1)
    if (!wake) throw new KoraError('conflict', 'This incident has not woken anybody yet.', { id })
    if (store.investigations.byIncident(id).some((one) => one.state === 'pending' || one.state === 'running')) {
      throw new KoraError('conflict', 'An investigation of this incident is already running.', { id })
    }
    const nowMs = clock.nowMs()
    const investigation = records.newInvestigation(id, wake.wake.eventId, 'operator', nowMs)
    late.require(() => {
      store.investigations.save(investigation)
      records.operatorAction(incident, 'reinvestigate', {}, nowMs)
    })
    events.publish('investigation.requested', {})
    events.publish('incident.changed', { incidentId: id })
  }

  #act(id: string, action: string, change: Partial<Incident>, facts: Record<string, unknown> = {}): Incident {
    const { clock, records, incidents } = this.#deps
    const before = incidents.get(id)
    return incidents.change({ ...before, ...change }, () =>
      records.operatorAction(before, action, facts, clock.nowMs()),
    )
  }
}
