import { envelopePosture } from '../../domain/envelopes.ts'
import type { Channel, Incident, Investigation, MessageKind, OutboxRow } from '../../domain/incident.ts'
import {
  fallbackMessage,
  groupRecoveryMessage,
  lateRecoveryMessage,
  recoveryMessage,
  reminderMessage,
} from '../../domain/messages.ts'
import type { Observation } from '../../domain/observation.ts'
import type { ProbeDefinition } from '../../domain/probe.ts'
import { callerSessionId, type WakeEvent, type WakeReason, wakeAuditDetails } from '../../domain/wake.ts'
import type { Store } from '../store/Store.ts'
import type { NewId } from './ids.ts'
import { summarised } from './NativeGathering.ts'
import type { OutboxBook } from './OutboxBook.ts'
import {
  alertRows,
  groupPayload,
  incidentRoute,
  investigationFor,
  nativeAbout,
  outboxRow,
  payload,
} from './wakeRows.ts'

/**
 * What an incident's steps write beside the incident itself: audit rows, wakes, investigations and messages. Messages
 * and investigations are only composed here, so that they can be sent although the store refuses; the methods that
 * write say so and run inside the caller's transaction.
 */
export class IncidentRecords {
  readonly #store: Store
  readonly #book: OutboxBook
  readonly #newId: NewId
  readonly #env: Readonly<Record<string, string | undefined>>
  readonly #probes = new Map<string, ProbeDefinition>()

  constructor(deps: {
    store: Store
    book: OutboxBook
    newId: NewId
    env: Readonly<Record<string, string | undefined>>
  }) {
    this.#store = deps.store
    this.#book = deps.book
    this.#newId = deps.newId
    this.#env = deps.env
  }

  know(definition: ProbeDefinition): void {
    this.#probes.set(definition.id, definition)
  }

  forget(probeId: string): void {
    this.#probes.delete(probeId)
  }

  watched(): ProbeDefinition[] {
    return [...this.#probes.values()].filter((probe) => probe.enabled)
  }

  /** What people call a probe. */
  title(probeId: string): string {
    return this.#probes.get(probeId)?.title ?? probeId
  }

  wakeFor(incident: Incident, reason: WakeReason, observation: Observation, consecutive: number): WakeEvent {
    const definition = this.#probes.get(incident.probeId)
    const posture = definition ? envelopePosture(definition.kind, this.#env) : { enabled: false, fixName: '(none)' }
    return {
      eventId: this.#newId('wake_'),
      incidentId: incident.id,
      reason,
      probe: incident.probeId,
      severity: incident.severity,
      category: incident.category,
      title: incident.title,
      detail: incident.detail,
      snapshotDetails: observation.details,
      envelopeEnabled: posture.enabled,
      envelopeFixName: posture.fixName,
      observedAtMs: observation.observedAtMs,
      status: observation.status,
      error: observation.error,
      latencyMs: observation.latencyMs,
      cycleSeq: observation.cycleSeq,
      firstSeenAtMs: incident.firstSeenAtMs,
      consecutive,
      groupedIncidentIds: [incident.id],
    }
  }

  /** Writes the wake and its published row. */
  wake(wake: WakeEvent, nowMs: number): void {
    this.#store.wakes.insert(wake, nowMs)
    this.#store.audit.append(
      {
        seam: 'probe.wake_requested',
        source: 'cron',
        callerSessionId: callerSessionId(wake.probe, wake.category),
        incidentId: wake.incidentId,
        wakeEventId: wake.eventId,
        details: wakeAuditDetails(wake),
      },
      nowMs,
    )
  }

  /** The messages a wake sends at once. */
  alerts(wake: WakeEvent, incident: Incident, nowMs: number, gatherMs: number): OutboxRow[] {
    return alertRows(this.#newId, nowMs, wake, incident, this.title(incident.probeId), gatherMs)
  }

  /**
   * What a wake that could not be recorded says on Slack beside its alerts: nobody can be asked about it without a
   * record of what that costs, so a warning is told with the words for a missing engine.
   */
  withoutInvestigation(wake: WakeEvent, incident: Incident, nowMs: number): OutboxRow[] {
    if (incident.severity !== 'warning') return []
    const { probe, severity, title, detail } = wake
    const text = fallbackMessage({ probe, severity, title, detail }, 'engine_unavailable')
    return [
      outboxRow(this.#newId, nowMs, {
        channel: 'slack',
        kind: 'alert',
        incidentId: incident.id,
        wakeEventId: wake.eventId,
        payload: payload(title, text, { severity: incident.severity, route: incidentRoute(incident.id) }),
      }),
    ]
  }

  newInvestigation(
    incidentId: string,
    wakeEventId: string,
    requestedBy: Investigation['requestedBy'],
    nowMs: number,
  ): Investigation {
    return investigationFor(this.#newId, nowMs, incidentId, wakeEventId, requestedBy)
  }

  /** Whether the first message about an incident still waits to be sent. */
  alertWaits(incidentId: string): boolean {
    return this.#book.byIncident(incidentId).some((row) => row.state === 'pending' && row.kind === 'alert')
  }

  /** The leader's waiting messages, speaking for every member. */
  groupAlerts(leader: Incident, members: readonly Incident[]): OutboxRow[] {
    const content = groupPayload(
      members.map((incident) => ({ title: this.title(incident.probeId), incident })),
      leader,
    )
    return this.#book
      .byIncident(leader.id)
      .filter((row) => row.state === 'pending' && row.kind === 'alert')
      .map((row) => ({ ...row, payload: content }))
  }

  /** Writes that the newest member's trouble is told by the leader's wake. */
  joinGroup(leader: Incident, members: readonly Incident[], nowMs: number): void {
    const lead = this.#store.wakes.byIncident(leader.id).at(-1)
    if (lead)
      this.#store.wakes.group(
        lead.wake.eventId,
        members.map((member) => member.id),
      )
    const joined = members.at(-1)
    if (joined) {
      const why = `told together with ${this.title(leader.probeId)}`
      this.transition(joined, 'open', 'open', why, nowMs, { group_leader: leader.id })
    }
  }

  /** Messages about these incidents that nobody has seen yet. */
  unsent(group: readonly Incident[]): OutboxRow[] {
    return group.flatMap(({ id }) => this.#book.byIncident(id)).filter((row) => row.state === 'pending')
  }

  /** Investigations of these incidents that nobody has begun. */
  unbegun(group: readonly Incident[]): Investigation[] {
    return group
      .flatMap(({ id }) => this.#store.investigations.byIncident(id))
      .filter((one) => one.state === 'pending' && one.requestedBy === 'wake')
  }

  /**
   * Messages of a recovery, per channel: where trouble was told, that it is over; where the telling was still waiting,
   * one line instead of it; where nothing was said or held back, nothing, since the last thing said is still true.
   * @param group every member of the incident's group, all resolved; one member when it spoke for itself
   * @param waiting whether anything about the group was still unsent
   */
  recovery(incident: Incident, group: readonly Incident[], waiting: boolean, nowMs: number): OutboxRow[] {
    const told = { slack: this.#wasTold(incident, 'slack'), native: this.#wasTold(incident, 'native') }
    const name = this.title(incident.probeId)
    const title = group.length > 1 ? `${group.length} services are well again` : `${name} is well again`
    const text = (after: boolean): string => {
      if (group.length > 1) return groupRecoveryMessage(group, (id) => this.title(id))
      return after ? recoveryMessage(incident, name) : lateRecoveryMessage(incident, name)
    }
    const kind = (channel: Channel): MessageKind => (told[channel] ? 'recovery' : 'late_recovery')
    const rows: OutboxRow[] = []
    if (told.slack || waiting) {
      const content = { severity: 'info', route: incidentRoute(incident.id) } as const
      rows.push(
        outboxRow(this.#newId, nowMs, {
          channel: 'slack',
          kind: kind('slack'),
          incidentId: incident.id,
          payload: payload(title, text(told.slack), content),
        }),
      )
    }
    if (told.native || waiting) {
      const content = { title, text: text(told.native), silent: true }
      rows.push(nativeAbout(this.#newId, nowMs, incident, kind('native'), content))
    }
    return rows
  }

  reminder(incident: Incident, nowMs: number): OutboxRow[] {
    const title = this.title(incident.probeId)
    return [
      outboxRow(this.#newId, nowMs, {
        channel: 'slack',
        kind: 'reminder',
        incidentId: incident.id,
        payload: payload(incident.title, reminderMessage(incident, title, nowMs), {
          severity: incident.severity,
          route: incidentRoute(incident.id),
        }),
      }),
      nativeAbout(this.#newId, nowMs, incident, 'reminder', {
        title: `${title} is still open`,
        text: incident.title,
        silent: false,
      }),
    ]
  }

  /** Writes that what was not begun about these incidents will not be. */
  callOff(group: readonly Incident[], nowMs: number): void {
    for (const one of this.unbegun(group)) {
      this.#store.investigations.save({
        ...one,
        state: 'failed',
        failure: 'recovered_before_start',
        finishedAtMs: nowMs,
      })
    }
  }

  /** Writes one step of an incident. */
  transition(
    incident: Incident,
    from: string,
    to: string,
    why: string,
    nowMs: number,
    facts: Readonly<Record<string, unknown>> = {},
  ): void {
    this.step(incident.probeId, incident.category, incident, { from, to, why }, nowMs, facts)
  }

  /** Writes one step of the machine, with or without an incident. */
  step(
    probeId: string,
    category: Incident['category'],
    incident: Incident | null,
    { from, to, why }: { from: string; to: string; why: string },
    nowMs: number,
    facts: Readonly<Record<string, unknown>> = {},
  ): void {
    this.#store.audit.append(
      {
        seam: 'incident.transitioned',
        source: 'cron',
        callerSessionId: callerSessionId(probeId, category),
        incidentId: incident?.id ?? null,
        details: {
          probe: probeId,
          category,
          from,
          to,
          why,
          severity: incident?.severity ?? null,
          title: incident?.title ?? null,
          ...facts,
        },
      },
      nowMs,
    )
  }

  /** Writes what the operator did. */
  operatorAction(incident: Incident, action: string, facts: Readonly<Record<string, unknown>>, nowMs: number): void {
    this.#store.audit.append(
      {
        seam: 'incident.operator_action',
        source: 'operator',
        callerSessionId: callerSessionId(incident.probeId, incident.category),
        incidentId: incident.id,
        details: { probe: incident.probeId, action, title: incident.title, ...facts },
      },
      nowMs,
    )
  }

  /** Whether the last thing a channel said about this incident, or its group, was that there is trouble. */
  #wasTold(incident: Incident, channel: Channel): boolean {
    const last = [incident.id, incident.groupLeaderId]
      .flatMap((id) => (id === null ? [] : this.#book.byIncident(id)))
      .filter((row) => row.channel === channel && wasSaid(row))
      .at(-1)
    return last !== undefined && last.kind !== 'recovery' && last.kind !== 'late_recovery'
  }
}

/** By itself, or within a summary. */
function wasSaid(row: OutboxRow): boolean {
  return row.state === 'sent' || row.state === 'sending' || row.failure === summarised
}
