import { splitFinding } from '../../domain/finding.ts'
import type { Incident, Investigation, OutboxRow } from '../../domain/incident.ts'
import { fallbackMessage, happyMessage, lateNote, unableMessage } from '../../domain/messages.ts'
import { callerSessionId, type WakeEvent } from '../../domain/wake.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { IncidentService } from './IncidentService.ts'
import type { InvestigationReport, InvestigationRequest, Investigator } from './Investigator.ts'
import type { NewId } from './ids.ts'
import { incidentRoute, nativeAbout, outboxRow, payload } from './wakeRows.ts'

/** At most this many investigations at once. */
const atOnce = 3
/** A call cut off by the end of the process is begun once more, so a wake spends at most twice. */
const maxTries = 2
/** A diagnosis that comes later than this after the first bad check says how old it is. */
const lateAfterMs = 300_000

interface Deps {
  readonly store: Store
  readonly clock: Clock
  readonly events: Events
  readonly logger: Logger
  readonly incidents: IncidentService
  readonly investigator: Investigator
  readonly newId: NewId
  readonly title: (probeId: string) => string
  /** Every other watched service as it stands. */
  readonly others: (probeIds: readonly string[]) => InvestigationRequest['others']
}

/** Runs investigations from their durable queue and turns each result into messages. */
export class InvestigationService {
  readonly #deps: Deps
  readonly #running = new Map<string, Promise<void>>()
  /** Left by an earlier process: they wait until their probe was looked at again (ruling 18). */
  readonly #recheckFirst = new Set<string>()
  #abort = new AbortController()
  #unsubscribe: (() => void) | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** @returns probes to check before what an earlier process left goes on */
  start(): string[] {
    const { store, events, incidents } = this.#deps
    this.#abort = new AbortController()
    const probes = new Set<string>()
    for (const one of store.investigations.unfinished()) {
      const incident = incidents.open().find((candidate) => candidate.id === one.incidentId)
      if (incident) probes.add(incident.probeId)
      if (incident && one.requestedBy === 'wake') this.#recheckFirst.add(incident.id)
      if (one.state === 'running') {
        store.transaction(() => store.investigations.save({ ...one, state: 'pending' }))
      }
    }
    const stops = [
      events.on('investigation.requested', () => this.#fill()),
      events.on('incident.changed', ({ incidentId }) => {
        if (this.#recheckFirst.delete(incidentId)) this.#fill()
      }),
    ]
    this.#unsubscribe = () => stops.forEach((stop) => stop())
    this.#fill()
    return [...probes]
  }

  /** Aborts what runs; it is begun again at the next start. */
  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#abort.abort()
    await this.drain()
  }

  async drain(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  releaseRechecks(): void {
    this.#recheckFirst.clear()
    this.#fill()
  }

  /** A message's fate is final: the investigation behind it is complete, whatever came of it. */
  settled(row: OutboxRow): void {
    if (row.channel !== 'slack' || row.kind !== 'diagnosis' || row.investigationId === null) return
    const { store, clock, incidents } = this.#deps
    const investigation = store.investigations.get(row.investigationId)
    if (!investigation) return
    const incident = incidents.get(investigation.incidentId)
    const failed = investigation.failure !== null
    const sent = row.state === 'sent'
    store.transaction(() =>
      store.audit.append(
        {
          seam: 'probe.investigation_completed',
          source: 'reasoning',
          callerSessionId: callerSessionId(incident.probeId, incident.category),
          incidentId: incident.id,
          wakeEventId: investigation.wakeEventId,
          details: {
            probe: incident.probeId,
            issue_category: incident.category,
            severity: row.payload.severity,
            model_used: investigation.model,
            input_tokens: investigation.inputTokens,
            output_tokens: investigation.outputTokens,
            cache_creation_input_tokens: investigation.cacheCreationTokens,
            cache_read_input_tokens: investigation.cacheReadTokens,
            total_cost_usd: investigation.costNanoUsd === null ? null : investigation.costNanoUsd / 1e9,
            investigation_duration_ms: investigation.durationMs,
            investigation_summary_text: investigation.text ?? unableMessage(investigation.failure ?? 'unknown'),
            dm_status: dmStatus(failed, sent),
            autofix_attempted: false,
            investigation_id: investigation.id,
            ...(failed ? { reasoning_error: investigation.failure } : {}),
            ...(sent ? {} : { failure_reason: row.failure }),
          },
        },
        clock.nowMs(),
      ),
    )
  }

  #fill(): void {
    if (this.#abort.signal.aborted) return
    for (const one of this.#deps.store.investigations.unfinished()) {
      if (this.#running.size >= atOnce) return
      if (this.#running.has(one.id) || this.#recheckFirst.has(one.incidentId)) continue
      const run = this.#run(one)
        .catch((error: unknown) =>
          this.#deps.logger.error('an investigation could not be recorded', { id: one.id, error: String(error) }),
        )
        .finally(() => {
          this.#running.delete(one.id)
          this.#fill()
        })
      this.#running.set(one.id, run)
    }
  }

  async #run(pending: Investigation): Promise<void> {
    const { store, clock, incidents, investigator } = this.#deps
    const wake = store.wakes.get(pending.wakeEventId)?.wake ?? null
    const incident = incidents.get(pending.incidentId)
    const startedAtMs = clock.nowMs()
    const running: Investigation = { ...pending, state: 'running', startedAtMs, tries: pending.tries + 1 }
    store.transaction(() => store.investigations.save(running))
    incidents.advance(incident.id, 'investigating', 'investigation begun')
    if (!wake)
      return this.#finish(running, incident, null, {
        kind: 'failed',
        failure: 'engine_exception:WakeMissing',
        spent: null,
      })
    if (running.tries > maxTries) {
      return this.#finish(running, incident, wake, {
        kind: 'failed',
        failure: 'engine_exception:Interrupted',
        spent: null,
      })
    }
    const began = clock.monotonicMs()
    const report = await investigator.investigate(this.#request(running, wake, incident), this.#abort.signal)
    // Stopping is no answer: the next process begins it again.
    if (this.#abort.signal.aborted && report.kind === 'failed') return
    this.#finish({ ...running, durationMs: Math.trunc(clock.monotonicMs() - began) }, incident, wake, report)
  }

  #request(investigation: Investigation, wake: WakeEvent, incident: Incident): InvestigationRequest {
    const { store, clock, incidents, others } = this.#deps
    const members = wake.groupedIncidentIds.map((id) => (id === incident.id ? incident : incidents.get(id)))
    return {
      investigationId: investigation.id,
      wake,
      members: members.map((member) => ({
        probe: member.probeId,
        category: member.category,
        severity: member.severity,
        title: member.title,
        detail: member.detail,
        details: member.details,
        error: member.error,
        firstSeenAtMs: member.firstSeenAtMs,
        consecutive: member.seenCount,
        history: store.observations.recent(member.probeId, clock.nowMs() - 86_400_000, 10),
        envelope: { enabled: wake.envelopeEnabled, fixName: wake.envelopeFixName },
      })),
      others: others(members.map((member) => member.probeId)),
    }
  }

  /** The result, its messages and their place in the queue: one transaction. */
  #finish(running: Investigation, incident: Incident, wake: WakeEvent | null, report: InvestigationReport): void {
    const { store, clock, events } = this.#deps
    const nowMs = clock.nowMs()
    const finished: Investigation = {
      ...running,
      state: report.kind === 'answered' ? 'finished' : 'failed',
      failure: report.kind === 'failed' ? report.failure : null,
      text: report.kind === 'answered' ? report.text : null,
      finishedAtMs: nowMs,
      model: report.spent?.model ?? null,
      inputTokens: report.spent?.inputTokens ?? null,
      outputTokens: report.spent?.outputTokens ?? null,
      cacheReadTokens: report.spent?.cacheReadTokens ?? null,
      cacheCreationTokens: report.spent?.cacheCreationTokens ?? null,
      costNanoUsd: report.spent?.costNanoUsd ?? null,
    }
    store.transaction(() => {
      store.investigations.save(finished)
      for (const row of this.#messages(finished, incident, wake, nowMs)) store.outbox.insert(row)
    })
    events.publish('outbox.added', {})
    events.publish('incident.changed', { incidentId: incident.id })
  }

  #messages(done: Investigation, incident: Incident, wake: WakeEvent | null, nowMs: number): OutboxRow[] {
    const { newId, store, title } = this.#deps
    const root = store.outbox
      .byIncident(incident.id)
      .find((row) => row.channel === 'slack' && row.kind === 'alert' && row.state !== 'superseded')
    const severity = wake?.severity ?? incident.severity
    const body = root
      ? (done.text ?? unableMessage(done.failure ?? 'unknown'))
      : this.#firstMessage(done, incident, severity, nowMs)
    const slack = outboxRow(newId, nowMs, {
      channel: 'slack',
      kind: 'diagnosis',
      incidentId: incident.id,
      wakeEventId: done.wakeEventId,
      investigationId: done.id,
      replyToId: root?.id ?? null,
      payload: payload(incident.title, body, { severity, route: incidentRoute(incident.id) }),
    })
    const { finding, nextStep } =
      done.text === null
        ? { finding: unableMessage(done.failure ?? 'unknown'), nextStep: null }
        : splitFinding(done.text)
    const native = nativeAbout(newId, nowMs, incident, 'diagnosis', {
      title: `${title(incident.probeId)}: ${incident.title}`,
      text: nextStep === null ? finding : `${finding}\n${nextStep}`,
      silent: true,
      wakeEventId: done.wakeEventId,
    })
    return severity === 'info' ? [slack] : [slack, native]
  }

  /** Warnings are told once, with what was found (ruling 16); late news says its age (ruling 18). */
  #firstMessage(done: Investigation, incident: Incident, severity: string, nowMs: number): string {
    const told = { probe: incident.probeId, severity, title: incident.title, detail: incident.detail }
    const text = done.text === null ? fallbackMessage(told, done.failure ?? 'unknown') : happyMessage(told, done.text)
    const late =
      incident.state !== 'resolved' &&
      nowMs - incident.lastSeenAtMs < lateAfterMs &&
      nowMs - incident.firstSeenAtMs > 12 * lateAfterMs
    return late ? `${text}\n\n${lateNote(incident.firstSeenAtMs, nowMs)}` : text
  }
}

/** The published outcome: the last two whenever any reasoning error occurred, despite their names. */
function dmStatus(failed: boolean, sent: boolean): string {
  if (failed) return sent ? 'engine_unavailable_fallback' : 'engine_unavailable_failed_send'
  return sent ? 'sent' : 'failed_send'
}
