import type { AlertOccurrence } from '../../domain/alert.ts'
import { findingBody, noFindingBody } from '../../domain/alertMessages.ts'
import { alertPrompt, alertPromptTokens } from '../../domain/alertPrompt.ts'
import { splitFinding } from '../../domain/finding.ts'
import type { OutboxRow } from '../../domain/incident.ts'
import { clip } from '../../domain/text.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { AlertInvestigation } from '../store/AlertInvestigationRepository.ts'
import type { Store } from '../store/Store.ts'
import { alertEntry, alertRoute, alertTag } from './alertRecords.ts'
import type { AlertService } from './AlertService.ts'
import { alertCompletedEntry } from './completedEntry.ts'
import type { Events } from './Events.ts'
import type { Spent } from './Investigator.ts'
import type { NewId } from './ids.ts'
import { type LateWrites, refusalOf } from './LateWrites.ts'
import type { OperationalStateService } from './OperationalStateService.ts'
import type { OutboxBook } from './OutboxBook.ts'
import type { Responder } from './Responder.ts'
import type { SettingsService } from './SettingsService.ts'
import type { SnapshotService } from './SnapshotService.ts'
import { spentBy } from './spent.ts'
import { outboxRow, payload } from './wakeRows.ts'

const deadlineMs = 50_000
/** A call cut off by the end of the process is begun once more. */
const maxTries = 2
const maxTextLength = 20_000
const dayMs = 86_400_000

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly book: OutboxBook
  readonly clock: Clock
  readonly events: Events
  readonly logger: Logger
  readonly settings: SettingsService
  readonly operational: OperationalStateService
  readonly alerts: AlertService
  readonly snapshots: SnapshotService
  readonly responder: Responder
  readonly newId: NewId
  /** Removes secrets from what came back. */
  readonly redact: (text: string) => string
}

/**
 * Has a model look into an alert, once an occurrence, after the operator was told of it (alerts specification, 6). One
 * at a time; a probe's trouble is never among them, since its incident is investigated (ruling 15).
 */
export class AlertInvestigations {
  readonly #deps: Deps
  #running: Promise<void> | null = null
  #abort = new AbortController()
  #stopping = true
  /** Finished, but the store has yet to take it. */
  readonly #unsaved = new Map<string, AlertInvestigation>()
  #stops: (() => void)[] = []

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Goes on with what an earlier process left. */
  start(): void {
    const { store, late, events, alerts } = this.#deps
    this.#stopping = false
    this.#abort = new AbortController()
    for (const one of store.alertInvestigations.unfinished()) {
      if (one.state === 'running') late.write(() => store.alertInvestigations.save({ ...one, state: 'pending' }))
    }
    // Told by a process that ended before it could ask for more.
    for (const alert of alerts.active()) if (this.#messagesOf(alert).some(isAlertTold)) this.#told(alert)
    this.#stops = [
      events.on('store.recovered', () => {
        this.#unsaved.clear()
        this.kick()
      }),
      events.on('operational.changed', ({ from, to }) => {
        if (from === 'paused' || to === 'paused') this.#heed()
      }),
    ]
    this.kick()
  }

  /** Aborts what runs; it is begun again at the next start. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const stop of this.#stops) stop()
    this.#abort.abort()
    await this.drain()
  }

  async drain(): Promise<void> {
    while (this.#running !== null) await this.#running
  }

  /** A message's fate is final: a delivered alert is looked into, a delivered finding completes its investigation. */
  settled(row: OutboxRow): void {
    if (row.alertId === null) return
    if (isAlertTold(row)) this.#told(this.#deps.alerts.get(row.alertId))
    if (row.kind === 'alert_finding' && row.channel === 'slack') this.#completed(row)
  }

  /** Begins whatever waits. */
  kick(): void {
    const { store, late, logger } = this.#deps
    if (this.#stopping || this.#running !== null || late.refusal) return
    const next = store.alertInvestigations
      .unfinished()
      .find((one) => !this.#unsaved.has(one.id) && this.#isAllowed(one))
    if (!next) return
    this.#running = this.#run(next)
      .catch((error: unknown) => {
        // What the store refused is begun again when it takes records again.
        if (refusalOf(error) === null)
          logger.error('an alert could not be looked into', { id: next.id, error: String(error) })
        return false
      })
      .then((goOn) => {
        this.#running = null
        if (goOn) this.kick()
      })
  }

  /** The one occurrence of it: told on two channels, told again when it got worse, looked into once. */
  #told(alert: AlertOccurrence): void {
    const { store, late, clock, newId, events } = this.#deps
    if (alert.voice !== 'alert' || alert.severity === 'info' || alert.category === 'test_alert') return
    if (store.alertInvestigations.ofOccurrence(alert.occurrenceId)) return
    const nowMs = clock.nowMs()
    const investigation: AlertInvestigation = {
      id: newId('inv_'),
      occurrenceId: alert.occurrenceId,
      category: alert.category,
      severity: alert.severity,
      state: 'pending',
      requestedAtMs: nowMs,
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
    }
    late.write(
      () => {
        // Told on two channels while the store refused, it waits here twice.
        if (store.alertInvestigations.ofOccurrence(alert.occurrenceId)) return
        // Asked here, so that what waited for the store before it counts.
        const against = this.#reasonAgainst(alert, nowMs)
        store.alertInvestigations.save(against === null ? investigation : skipped(investigation, against, nowMs))
        if (against === null) return
        store.audit.append(alertEntry('alert.changed', alert, { change: 'not looked into', why: against }), nowMs)
      },
      { written: () => this.kick() },
    )
    events.publish('alerts.changed', {})
  }

  /** Why nobody is asked; null when somebody is. */
  #reasonAgainst({ category, severity }: AlertOccurrence, nowMs: number): string | null {
    const { settings, operational, store } = this.#deps
    const { alerts } = settings.get()
    if (!alerts.investigate) return 'switched_off'
    if (operational.reasons.includes('cost')) return 'cost_ladder_halted'
    if (operational.primary === 'paused' && !operational.mayBegin(severity)) return 'operational_state_paused'
    const debounceMs = alerts.investigationDebounceSeconds * 1_000
    const bypass = severity === 'critical' && alerts.debounceBypassCritical
    const sinceMs = nowMs - debounceMs
    // Exactly at the end of the window it is over.
    const lastMs = store.alertInvestigations.lastRequestedAtMs(category, severity, sinceMs + 1)
    if (debounceMs > 0 && !bypass && lastMs !== null && lastMs <= nowMs) return 'debounced'
    const asked = store.alertInvestigations.countSince(nowMs - (nowMs % dayMs))
    return asked >= alerts.investigationsPerDay ? 'daily_cap_reached' : null
  }

  #isAllowed(one: AlertInvestigation): boolean {
    return this.#deps.operational.mayBegin(one.severity)
  }

  #heed(): void {
    if (this.#deps.operational.state.stopLevel === 3) {
      this.#abort.abort()
      this.#abort = new AbortController()
    }
    this.kick()
  }

  /** @returns whether to go on with the next */
  async #run(pending: AlertInvestigation): Promise<boolean> {
    const ended = this.#deps.operational.begun('an alert is looked into')
    try {
      return await this.#look(pending, this.#abort.signal)
    } finally {
      ended()
    }
  }

  async #look(pending: AlertInvestigation, signal: AbortSignal): Promise<boolean> {
    const { store, late, clock, alerts, snapshots, responder, events } = this.#deps
    // Nothing is spent on what is over already.
    alerts.look()
    const alert = alerts.get(pending.occurrenceId)
    if (alert.resolvedAtMs !== null) {
      late.write(() => store.alertInvestigations.save(skipped(pending, 'recovered_before_start', clock.nowMs())))
      return true
    }
    const running: AlertInvestigation = {
      ...pending,
      state: 'running',
      startedAtMs: clock.nowMs(),
      tries: pending.tries + 1,
    }
    // The record of a try comes before the try: nothing is spent that could not be counted.
    late.require(() => store.alertInvestigations.save(running))
    events.publish('alerts.changed', {})
    if (running.tries > maxTries) {
      this.#finish({ ...running, failure: 'engine_exception:Interrupted' }, alert)
      return true
    }
    const { system, prompt } = alertPrompt({
      fenceId: running.id,
      alert,
      toldOn: this.#messagesOf(alert).flatMap(({ channel, state }) => (state === 'sent' ? [channel] : [])),
      snapshot: snapshots.getSnapshotForRouting(),
      nowMs: clock.nowMs(),
    })
    const began = clock.monotonicMs()
    let outcome: Partial<AlertInvestigation>
    try {
      const answer = await responder.respond({
        route: 'alert_investigation',
        iteration: 1,
        subject: `alert:${alert.occurrenceId}`,
        // What sources say must not choose the model: only an operator's words do.
        text: '',
        question: prompt,
        system,
        messages: [{ role: 'user', content: prompt }],
        maxTokens: alertPromptTokens,
        critical: alert.severity === 'critical',
        signal,
        deadlineMs,
      })
      const spent = spentOf(spentBy(answer.calls))
      if (answer.kind === 'failed') outcome = { ...spent, failure: answer.code }
      else if (answer.text === '') outcome = { ...spent, failure: 'empty_response_text' }
      else outcome = { ...spent, text: answer.text }
    } catch (error) {
      if (refusalOf(error)) throw error
      outcome = { failure: `engine_exception:${error instanceof Error ? error.name : 'Unknown'}` }
    }
    if (signal.aborted && outcome.text === undefined) {
      // Being called off is no answer: it is begun again when the pause ends, or by the next process.
      if (!this.#stopping) late.write(() => store.alertInvestigations.save({ ...running, state: 'pending' }))
      return false
    }
    this.#finish({ ...running, ...outcome, durationMs: Math.trunc(clock.monotonicMs() - began) }, alert)
    return true
  }

  /** The result, and the word of it in the thread of the alert: one step. */
  #finish(done: AlertInvestigation, alert: AlertOccurrence): void {
    const { store, book, clock, events, redact } = this.#deps
    const nowMs = clock.nowMs()
    const finished: AlertInvestigation = {
      ...done,
      state: done.text === null ? 'failed' : 'finished',
      failure: done.failure === null ? null : clip(redact(done.failure), 200),
      // The model read what others said: whatever secret they echoed must not come back out of it.
      text: done.text === null ? null : clip(redact(done.text), maxTextLength),
      finishedAtMs: nowMs,
    }
    const rows = this.#messages(finished, alert, nowMs)
    if (!book.save(rows, () => store.alertInvestigations.save(finished))) this.#unsaved.set(finished.id, finished)
    events.publish('outbox.added', {})
    events.publish('alerts.changed', {})
  }

  #messages(done: AlertInvestigation, alert: AlertOccurrence, nowMs: number): OutboxRow[] {
    const { newId } = this.#deps
    const gone = new Set<OutboxRow['state']>(['failed', 'superseded'])
    const root = this.#messagesOf(alert).find((row) => row.channel === 'slack' && !gone.has(row.state))
    const shared = { kind: 'alert_finding', alertId: alert.occurrenceId, investigationId: done.id } as const
    const about = { severity: alert.severity, route: alertRoute(alert) }
    const text = done.text === null ? noFindingBody(alert, done.failure ?? 'unknown') : findingBody(alert, done.text)
    const slack = outboxRow(newId, nowMs, {
      ...shared,
      channel: 'slack',
      replyToId: root?.id ?? null,
      payload: payload(alert.title, text, about),
    })
    if (done.text === null) return [slack]
    const { finding, nextStep } = splitFinding(done.text)
    const native = outboxRow(newId, nowMs, {
      ...shared,
      channel: 'native',
      payload: payload(alert.title, nextStep === null ? finding : `${finding}\n${nextStep}`, {
        ...about,
        tag: alertTag(alert),
      }),
    })
    return [slack, native]
  }

  /** Those that told it last. */
  #messagesOf({ messageIds }: AlertOccurrence): OutboxRow[] {
    return messageIds.flatMap((id) => this.#deps.book.get(id) ?? [])
  }

  #completed(row: OutboxRow): void {
    const { store, late, clock, alerts } = this.#deps
    if (row.investigationId === null || row.alertId === null) return
    const done = this.#unsaved.get(row.investigationId) ?? store.alertInvestigations.get(row.investigationId)
    if (!done) return
    const entry = alertCompletedEntry(done, alerts.get(row.alertId), row)
    const nowMs = clock.nowMs()
    late.write(() => store.audit.append(entry, nowMs))
  }
}

function isAlertTold({ kind, state }: OutboxRow): boolean {
  return kind === 'system_alert' && state === 'sent'
}

function skipped(one: AlertInvestigation, why: string, nowMs: number): AlertInvestigation {
  return { ...one, state: 'skipped', finishedAtMs: nowMs, failure: why }
}

/** What a result keeps of its calls. */
function spentOf(spent: Spent | null): Partial<AlertInvestigation> {
  if (spent === null) return {}
  const { costNanoUsd, model, inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens } = spent
  return { costNanoUsd, model, inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens }
}
