import { splitFinding } from '../../domain/finding.ts'
import type { Incident, Investigation, OutboxRow } from '../../domain/incident.ts'
import { fallbackMessage, happyMessage, unableMessage } from '../../domain/messages.ts'
import { clip } from '../../domain/text.ts'
import type { WakeEvent } from '../../domain/wake.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Store } from '../store/Store.ts'
import { completedEntry } from './completedEntry.ts'
import type { Events } from './Events.ts'
import type { IncidentRecords } from './IncidentRecords.ts'
import type { IncidentService } from './IncidentService.ts'
import type { InvestigationReport, InvestigationRequest, Investigator } from './Investigator.ts'
import type { NewId } from './ids.ts'
import { type LateWrites, refusalOf } from './LateWrites.ts'
import type { OperationalStateService } from './OperationalStateService.ts'
import type { OutboxBook } from './OutboxBook.ts'
import { incidentRoute, nativeAbout, outboxRow, payload } from './wakeRows.ts'

/** At most this many investigations at once. */
const atOnce = 3
/** Automatic investigations of one incident, repeats and severity rises included. */
const perIncident = 3
/** A call cut off by the end of the process is begun once more, so a wake spends at most twice. */
const maxTries = 2
/** Far above what the model is allowed to say; for a service that does not keep to it. */
const maxTextLength = 20_000

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly book: OutboxBook
  readonly clock: Clock
  readonly events: Events
  readonly logger: Logger
  readonly incidents: IncidentService
  readonly records: IncidentRecords
  readonly investigator: Investigator
  readonly operational: OperationalStateService
  readonly newId: NewId
  /** Removes secrets from what came back. */
  readonly redact: (text: string) => string
  /** After a pause for cost, investigations resume little by little (cost specification, 3.5). */
  readonly ramp: { rampWaitMs(): number; claimed(): void }
  /** Every other watched service as it stands. */
  readonly others: (probeIds: readonly string[]) => InvestigationRequest['others']
}

/** Runs investigations from their durable queue and turns each result into messages. */
export class InvestigationService {
  readonly #deps: Deps
  readonly #running = new Map<string, Promise<void>>()
  /** Left from before a pause: they wait until their probe was looked at again (ruling 18). */
  readonly #recheckFirst = new Set<string>()
  /** Finished, but the store has yet to take it. */
  readonly #unsaved = new Map<string, Investigation>()
  /** Their runs ended in a way nobody foresaw; the next process tries again. */
  readonly #broken = new Set<string>()
  #stopping = true
  #abort = new AbortController()
  #unsubscribe: (() => void) | null = null
  #stopRampTimer: () => void = () => undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** @returns probes to check before what an earlier process left goes on */
  start(): string[] {
    const { store, late, events } = this.#deps
    this.#stopping = false
    this.#abort = new AbortController()
    for (const one of store.investigations.unfinished()) {
      if (one.state === 'running') late.write(() => store.investigations.save({ ...one, state: 'pending' }))
    }
    const probes = this.hold()
    const stops = [
      events.on('investigation.requested', () => this.#fill()),
      events.on('operational.changed', ({ from, to }) => {
        if (from === 'paused' || to === 'paused') this.#heed()
      }),
      events.on('incident.changed', ({ incidentId }) => {
        if (this.#recheckFirst.delete(incidentId)) this.#fill()
      }),
      events.on('store.recovered', () => {
        this.#unsaved.clear()
        this.#fill()
      }),
    ]
    this.#unsubscribe = () => stops.forEach((stop) => stop())
    this.#fill()
    return probes
  }

  /**
   * Time has passed in which nothing could run: what waits goes on after its probe was looked at again.
   * @returns the probes to look at
   */
  hold(): string[] {
    const { store, incidents } = this.#deps
    const probes = new Set<string>()
    for (const one of store.investigations.unfinished()) {
      const incident = incidents.open().find((candidate) => candidate.id === one.incidentId)
      if (!incident || this.#running.has(one.id) || this.#unsaved.has(one.id)) continue
      probes.add(incident.probeId)
      if (one.requestedBy === 'wake') this.#recheckFirst.add(incident.id)
    }
    return [...probes]
  }

  /** Aborts what runs; it is begun again at the next start. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#unsubscribe?.()
    this.#stopRampTimer()
    this.#abort.abort()
    await this.drain()
  }

  async drain(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  /** The probes were looked at again, or could not be: whatever was held may go. */
  releaseRechecks(): void {
    this.#recheckFirst.clear()
    this.#fill()
  }

  /** A message's fate is final: the investigation behind it is complete, whatever came of it. */
  settled(row: OutboxRow): void {
    if (row.channel !== 'slack' || row.kind !== 'diagnosis' || row.investigationId === null) return
    const { store, late, clock, incidents } = this.#deps
    const investigation = this.#unsaved.get(row.investigationId) ?? store.investigations.get(row.investigationId)
    if (!investigation) return
    const incident = incidents.get(investigation.incidentId)
    const nowMs = clock.nowMs()
    late.write(() => store.audit.append(completedEntry(investigation, incident, row), nowMs))
  }

  /** Begins whatever waits and has a place. */
  kick(): void {
    this.#fill()
  }

  /** How many wait for the end of a pause. */
  paused(): number {
    return this.#deps.store.investigations.unfinished().filter((one) => !this.#isAllowed(one)).length
  }

  /** A pause of the third level calls off what runs; it is begun again when the pause ends. */
  #heed(): void {
    const { operational } = this.#deps
    if (operational.state.stopLevel === 3 && this.#running.size > 0) {
      this.#abort.abort()
      this.#abort = new AbortController()
    }
    this.#fill()
  }

  #isAllowed(one: Investigation): boolean {
    const { operational, incidents } = this.#deps
    return operational.mayBegin(incidents.get(one.incidentId).severity)
  }

  #fill(): void {
    if (this.#stopping) return
    const { store, late } = this.#deps
    for (const one of store.investigations.unfinished()) {
      if (this.#running.size >= atOnce) return
      if (this.#running.has(one.id) || this.#unsaved.has(one.id) || this.#broken.has(one.id)) continue
      if (this.#recheckFirst.has(one.incidentId)) continue
      if (late.refusal) {
        this.#tellWithout(one)
        continue
      }
      if (!this.#isAllowed(one) || !this.#mayBegin(one)) continue
      const run = this.#run(one)
        .catch((error: unknown) => this.#failed(one, error))
        .finally(() => {
          this.#running.delete(one.id)
          this.#fill()
        })
      this.#running.set(one.id, run)
    }
  }

  /** Criticals and what the operator asked for never wait for the ramp. */
  #mayBegin(one: Investigation): boolean {
    const { ramp, incidents, clock } = this.#deps
    if (one.requestedBy === 'operator' || incidents.get(one.incidentId).severity === 'critical') return true
    const waitMs = ramp.rampWaitMs()
    if (waitMs === 0) {
      ramp.claimed()
      return true
    }
    this.#stopRampTimer()
    this.#stopRampTimer = clock.setTimer(waitMs, () => this.#fill())
    return false
  }

  async #run(pending: Investigation): Promise<void> {
    const { operational } = this.#deps
    const ended = operational.begun('an investigation began')
    try {
      await this.#look(pending, this.#abort.signal)
    } finally {
      ended()
    }
  }

  async #look(pending: Investigation, signal: AbortSignal): Promise<void> {
    const { store, late, clock, incidents, investigator } = this.#deps
    const wake = store.wakes.get(pending.wakeEventId)?.wake ?? null
    const incident = incidents.get(pending.incidentId)
    const running: Investigation = {
      ...pending,
      state: 'running',
      startedAtMs: clock.nowMs(),
      tries: pending.tries + 1,
    }
    // The record of a try comes before the try: nothing is spent that could not be counted.
    late.require(() => store.investigations.save(running))
    incidents.advance(incident.id, 'investigating', 'investigation begun')
    const against = wake === null ? 'engine_exception:WakeMissing' : this.#reasonAgainst(running)
    if (wake === null || against !== null) {
      return this.#finish(running, incident, wake, { kind: 'failed', failure: against ?? 'unknown', spent: null })
    }
    const began = clock.monotonicMs()
    const report = await investigator.investigate(this.#request(running, wake, incident), signal)
    if (signal.aborted && report.kind === 'failed') {
      // Being called off is no answer: it is begun again when the pause ends, or by the next process.
      if (!this.#stopping) late.write(() => store.investigations.save({ ...running, state: 'pending' }))
      return
    }
    this.#finish({ ...running, durationMs: Math.trunc(clock.monotonicMs() - began) }, incident, wake, report)
  }

  #reasonAgainst(running: Investigation): string | null {
    if (running.tries > maxTries) return 'engine_exception:Interrupted'
    const others = this.#deps.store.investigations.byIncident(running.incidentId)
    const automatic = others.filter((one) => one.id !== running.id && one.requestedBy === 'wake' && one.tries > 0)
    return running.requestedBy === 'wake' && automatic.length >= perIncident ? 'incident_cap_reached' : null
  }

  #failed(one: Investigation, error: unknown): void {
    if (refusalOf(error)) return this.#tellWithout(one)
    this.#broken.add(one.id)
    this.#deps.logger.error('an investigation could not be run', { id: one.id, error: String(error) })
  }

  /** Nothing can be asked while nothing can be recorded: a warning that waits for its diagnosis is told without. */
  #tellWithout(one: Investigation): void {
    const { store, book, events, incidents, records, clock } = this.#deps
    const wake = store.wakes.get(one.wakeEventId)?.wake
    const told = book.byIncident(one.incidentId).some((row) => row.channel === 'slack' && row.kind === 'alert')
    if (!wake || told || one.requestedBy === 'operator') return
    const rows = records.withoutInvestigation(wake, incidents.get(one.incidentId), clock.nowMs())
    if (rows.length === 0) return
    book.save(rows)
    events.publish('outbox.added', {})
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
    const { store, book, clock, events, redact } = this.#deps
    const nowMs = clock.nowMs()
    const { spent } = report
    const finished: Investigation = {
      ...running,
      state: report.kind === 'answered' ? 'finished' : 'failed',
      failure: report.kind === 'failed' ? clip(redact(report.failure), 200) : null,
      // The model read what services said: whatever secret they echoed must not come back out of it.
      text: report.kind === 'answered' ? clip(redact(report.text), maxTextLength) : null,
      finishedAtMs: nowMs,
      model: spent?.model ?? null,
      inputTokens: spent?.inputTokens ?? null,
      outputTokens: spent?.outputTokens ?? null,
      cacheReadTokens: spent?.cacheReadTokens ?? null,
      cacheCreationTokens: spent?.cacheCreationTokens ?? null,
      costNanoUsd: spent?.costNanoUsd ?? null,
    }
    const messages = this.#messages(finished, incident, wake, nowMs)
    if (!book.save(messages, () => store.investigations.save(finished))) this.#unsaved.set(finished.id, finished)
    events.publish('outbox.added', {})
    events.publish('incident.changed', { incidentId: incident.id })
  }

  #messages(done: Investigation, incident: Incident, wake: WakeEvent | null, nowMs: number): OutboxRow[] {
    const { newId, records } = this.#deps
    const root = this.#root(done, incident)
    const severity = wake?.severity ?? incident.severity
    const unable = unableMessage(done.failure ?? 'unknown')
    const slack = outboxRow(newId, nowMs, {
      channel: 'slack',
      kind: 'diagnosis',
      incidentId: incident.id,
      wakeEventId: done.wakeEventId,
      investigationId: done.id,
      replyToId: root?.id ?? null,
      payload: payload(incident.title, root ? (done.text ?? unable) : firstMessage(done, incident, severity), {
        severity,
        route: incidentRoute(incident.id),
      }),
    })
    const { finding, nextStep } = done.text === null ? { finding: unable, nextStep: null } : splitFinding(done.text)
    const native = nativeAbout(newId, nowMs, incident, 'diagnosis', {
      title: `${records.title(incident.probeId)}: ${incident.title}`,
      text: nextStep === null ? finding : `${finding}\n${nextStep}`,
      silent: true,
      wakeEventId: done.wakeEventId,
    })
    return severity === 'info' ? [slack] : [slack, native]
  }

  /** The Slack message this result answers to: its own wake's; for one the operator asked for, the newest. */
  #root(done: Investigation, incident: Incident): OutboxRow | null {
    const roots = [incident.groupLeaderId, incident.id]
      .flatMap((id) => (id === null ? [] : this.#deps.book.byIncident(id)))
      .filter((row) => row.channel === 'slack' && row.replyToId === null)
      .filter((row) => row.state !== 'superseded' && row.state !== 'failed')
    const own = roots.findLast((row) => row.kind === 'alert' && row.wakeEventId === done.wakeEventId)
    if (own || done.requestedBy === 'wake') return own ?? null
    return roots.findLast((row) => row.kind === 'alert' || row.kind === 'diagnosis') ?? null
  }
}

/** Warnings are told once, with what was found (ruling 16). */
function firstMessage(done: Investigation, incident: Incident, severity: string): string {
  const told = { probe: incident.probeId, severity, title: incident.title, detail: incident.detail }
  return done.text === null ? fallbackMessage(told, done.failure ?? 'unknown') : happyMessage(told, done.text)
}
