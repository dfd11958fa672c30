import type { AlertOccurrence } from '../../domain/alert.ts'
import { alertFoot } from '../../domain/alertMessages.ts'
import type { Channel, Delivery, OutboxRow } from '../../domain/incident.ts'
import { lateNote } from '../../domain/messages.ts'
import { mostSilentAttempts, quietUntilMs } from '../../domain/notifications.ts'
import { callerSessionId } from '../../domain/wake.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Store } from '../store/Store.ts'
import { alertSessionId, dispatchFailure } from './alertRecords.ts'
import type { ChannelSender, SendResult } from './channels.ts'
import type { Events } from './Events.ts'
import type { IncidentService } from './IncidentService.ts'
import type { NewId } from './ids.ts'
import type { NativeGathering } from './NativeGathering.ts'
import type { OperationalStateService } from './OperationalStateService.ts'
import type { OutboxBook } from './OutboxBook.ts'
import type { SettingsService } from './SettingsService.ts'
import { outboxRow, payload } from './wakeRows.ts'

const backoffMs = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000]
/** Nothing waits for longer to be tried; what lies further ahead was reckoned on a clock that has been set back since. */
const longestWaitMs = 600_000
/** A message Slack does not take for this long has failed for good. */
const giveUpAfterMs = 86_400_000
/** First news that is older than this says how old it is (ruling 18). */
const lateAfterMs = 300_000

interface Deps {
  readonly store: Store
  readonly book: OutboxBook
  readonly clock: Clock
  readonly events: Events
  readonly logger: Logger
  readonly settings: SettingsService
  readonly incidents: IncidentService
  readonly operational: OperationalStateService
  /** @throws KoraError not_found */
  readonly alertOf: (occurrenceId: string) => AlertOccurrence
  readonly gathering: NativeGathering
  readonly newId: NewId
  readonly senders: Readonly<Record<Channel, ChannelSender>>
  /** The operator's zone, an IANA name; asked only while quiet hours are on, because it brings in time zone data. */
  readonly timeZone: () => string
  /** Called after a message's fate is final. */
  readonly onSettled: (row: OutboxRow) => void
}

/**
 * Drains the outbox: one message at a time per channel, in order, at least once, every attempt recorded.
 * It reacts to commits; timers serve only retries, gathering and quiet hours.
 */
export class NotificationService {
  readonly #deps: Deps
  readonly #draining: Record<Channel, Promise<void> | null> = { slack: null, native: null }
  readonly #again: Record<Channel, boolean> = { slack: false, native: false }
  readonly #timers: Record<Channel, (() => void) | null> = { slack: null, native: null }
  /** Incidents left untold before a pause: they are looked at again before anything is said. */
  readonly #recheckFirst = new Set<string>()
  #unsubscribe: (() => void) | null = null
  #stopped = true

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Resumes what an earlier process left.
   * @returns probes to check first (ruling 18): their incidents wait for that check
   */
  start(): string[] {
    this.#stopped = false
    const { events } = this.#deps
    const probes = this.hold()
    const stops = [
      events.on('outbox.added', () => this.kick()),
      events.on('settings.changed', () => this.kick()),
      events.on('store.recovered', () => this.kick()),
      events.on('operational.changed', () => this.kick()),
      events.on('incident.changed', ({ incidentId }) => {
        if (this.#recheckFirst.delete(incidentId)) this.kick()
      }),
    ]
    this.#unsubscribe = () => stops.forEach((stop) => stop())
    this.kick()
    return probes
  }

  /**
   * Time has passed in which nothing could be sent: what waits goes on after its probe was looked at again.
   * @returns the probes to look at
   */
  hold(): string[] {
    const { book, incidents } = this.#deps
    const probes = new Set<string>()
    for (const row of [...book.unsettled('slack'), ...book.unsettled('native')]) {
      if (row.state === 'sending') continue
      const incident = incidents.open().find((one) => one.id === row.incidentId)
      if (!incident) continue
      this.#recheckFirst.add(incident.id)
      probes.add(incident.probeId)
    }
    return [...probes]
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#unsubscribe?.()
    for (const channel of ['slack', 'native'] as const) {
      this.#timers[channel]?.()
      await this.#draining[channel]
    }
  }

  /** Starts draining now; joins a drain under way. */
  kick(): void {
    void this.#drain('native')
    void this.#drain('slack')
  }

  /** Resolves when nothing is being sent. */
  async drain(): Promise<void> {
    while (this.#draining.slack || this.#draining.native) {
      await this.#draining.slack
      await this.#draining.native
    }
  }

  /** The probe of these incidents was looked at again, or could not be: whatever was held may go. */
  releaseRechecks(): void {
    this.#recheckFirst.clear()
    this.kick()
  }

  #drain(channel: Channel): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    const running = this.#draining[channel]
    if (running) {
      this.#again[channel] = true
      return running
    }
    // Begun in a turn of its own: what its first step causes may ask for a drain, and must find this one.
    const run = Promise.resolve()
      .then(() => this.#work(channel))
      .catch((error: unknown) => {
        this.#deps.logger.error('the outbox could not be drained', { channel, error: String(error) })
        this.#later(channel, 5_000)
      })
      .finally(() => {
        this.#draining[channel] = null
        if (this.#again[channel]) {
          this.#again[channel] = false
          void this.#drain(channel)
        }
      })
    this.#draining[channel] = run
    return run
  }

  async #work(channel: Channel): Promise<void> {
    const { book, clock, gathering } = this.#deps
    this.#timers[channel]?.()
    this.#timers[channel] = null
    const begunMs = clock.nowMs()
    if (channel === 'native') {
      const waiting = book.unsettled('native').filter((row) => row.state === 'pending' && !this.#isHeld(row))
      gathering.arrange(
        waiting.filter((row) => this.#notBeforeMs(row, begunMs) <= begunMs),
        begunMs,
      )
    }
    let wakeAtMs = Number.POSITIVE_INFINITY
    for (const { id } of book.unsettled(channel)) {
      if (this.#stopped) return
      const row = book.get(id)
      if (!row || (row.state !== 'pending' && row.state !== 'sending') || this.#isHeld(row)) continue
      // Only what was looked over together is shown; the rest comes in the next round.
      const nowMs = channel === 'native' ? begunMs : clock.nowMs()
      const notBeforeMs = this.#notBeforeMs(row, nowMs)
      if (notBeforeMs > nowMs) {
        wakeAtMs = Math.min(wakeAtMs, notBeforeMs)
        // A message waiting for its retry keeps the ones behind it in order; a quiet or gathering one does not.
        if (row.attempts > 0) break
        continue
      }
      const retryAtMs = await this.#attempt(row)
      if (retryAtMs !== null) {
        wakeAtMs = Math.min(wakeAtMs, retryAtMs)
        break
      }
    }
    if (wakeAtMs !== Number.POSITIVE_INFINITY) this.#later(channel, wakeAtMs - clock.nowMs())
  }

  #isHeld(row: OutboxRow): boolean {
    if (row.state !== 'pending') return false
    return (row.incidentId !== null && this.#recheckFirst.has(row.incidentId)) || this.#isPaused(row)
  }

  /** What somebody asked to be paused waits; a test they ask for, and word of the pause itself, do not. */
  #isPaused(row: OutboxRow): boolean {
    const { operational, alertOf } = this.#deps
    if (row.kind === 'test' || !operational.holdsMessage(row.payload.severity)) return false
    return row.alertId === null || alertOf(row.alertId).category !== 'operational_state'
  }

  /** Messages that wait for the end of a pause. */
  paused(): number {
    const { book } = this.#deps
    const waiting = [...book.unsettled('slack'), ...book.unsettled('native')]
    return waiting.filter((row) => row.state === 'pending' && this.#isPaused(row)).length
  }

  #notBeforeMs(row: OutboxRow, nowMs: number): number {
    if (row.channel !== 'native' || row.kind === 'test') return soonEnough(row.notBeforeMs, nowMs)
    const { settings, gathering, timeZone } = this.#deps
    const { quietHours } = settings.get().notifications
    const quietMs = quietHours.enabled ? quietUntilMs(quietHours, row.payload.severity, nowMs, timeZone()) : null
    return Math.max(soonEnough(Math.max(row.notBeforeMs, gathering.waitsUntilMs(row)), nowMs), quietMs ?? 0)
  }

  /** One attempt, recorded before and after. @returns when to try again; null when the row is settled */
  async #attempt(row: OutboxRow): Promise<number | null> {
    const { store, book, clock, senders, newId, gathering, events } = this.#deps
    const parent = row.replyToId === null ? null : book.get(row.replyToId)
    const lookFirst = row.state === 'sending' || row.failure === 'outcome_unknown'
    const startedAtMs = clock.nowMs()
    const sending: OutboxRow = { ...row, state: 'sending', attempts: row.attempts + 1 }
    book.save([sending])
    const began = clock.monotonicMs()
    const spoken = this.#withFoot(this.#withAge(sending, startedAtMs), startedAtMs)
    const result = await senders[row.channel].send(spoken, lookFirst, parent)
    const delivery: Delivery = {
      id: newId('dlv_'),
      outboxId: row.id,
      channel: row.channel,
      attempt: sending.attempts,
      startedAtMs,
      outcome: outcomeOf(result),
      reason: result.kind === 'failed' ? result.reason : null,
      note: result.kind === 'failed' ? result.note : null,
      latencyMs: Math.trunc(clock.monotonicMs() - began),
      remoteRef: result.kind === 'sent' ? result.remoteRef : null,
    }
    // What was said is kept; before that the text stays without its age, which may grow.
    const next = this.#afterwards(result.kind === 'sent' ? spoken : sending, result)
    const nowMs = clock.nowMs()
    const notice = this.#slackNotice(next, result, nowMs)
    book.save([next, ...notice], () => {
      store.outbox.addDelivery(delivery)
      this.#audit(next, delivery, nowMs)
    })
    events.publish('delivery.recorded', { channel: row.channel, reason: delivery.reason })
    if (notice.length > 0) void this.#drain('native')
    if (next.channel === 'native' && next.state === 'sent') gathering.shown(next, nowMs)
    this.#after(next)
    return next.state === 'pending' ? next.notBeforeMs : null
  }

  #afterwards(row: OutboxRow, result: SendResult): OutboxRow {
    const nowMs = this.#deps.clock.nowMs()
    if (result.kind === 'sent') {
      return {
        ...row,
        state: 'sent',
        settledAtMs: nowMs,
        remoteRef: result.remoteRef,
        remoteChannel: result.remoteChannel,
        failure: null,
      }
    }
    const old = nowMs - row.createdAtMs > giveUpAfterMs
    if (!result.retryable || old) return { ...row, state: 'failed', settledAtMs: nowMs, failure: result.reason }
    const backoff = backoffMs[Math.min(row.attempts, backoffMs.length) - 1] ?? 60_000
    const wait = Math.min(result.retryAfterMs ?? backoff, longestWaitMs)
    const failure = result.outcomeUnknown ? 'outcome_unknown' : result.reason
    return { ...row, state: 'pending', notBeforeMs: nowMs + wait, failure }
  }

  #after(row: OutboxRow): void {
    const { events, incidents, onSettled } = this.#deps
    if (row.state !== 'pending') {
      if (row.incidentId !== null && row.state === 'sent' && (row.kind === 'alert' || row.kind === 'diagnosis')) {
        incidents.advance(row.incidentId, 'notified', `told on ${row.channel}`)
      }
      onSettled(row)
    }
    events.publish('outbox.settled', { outboxId: row.id })
    if (row.incidentId !== null && row.state !== 'pending') {
      events.publish('incident.changed', { incidentId: row.incidentId })
    }
  }

  /** First news that comes late, after an outage of Slack, a sleep or a restart, says how old it is (ruling 18). */
  #withAge(row: OutboxRow, nowMs: number): OutboxRow {
    const { store, incidents } = this.#deps
    const first =
      row.kind === 'alert' || (row.kind === 'diagnosis' && row.channel === 'slack' && row.replyToId === null)
    const incident = first ? incidents.open().find((one) => one.id === row.incidentId) : undefined
    const wake = row.wakeEventId === null ? null : store.wakes.get(row.wakeEventId)
    if (!incident || nowMs - (wake?.emittedAtMs ?? row.createdAtMs) <= lateAfterMs) return row
    const seenAgain = nowMs - incident.lastSeenAtMs <= lateAfterMs
    const text = `${row.payload.text}\n\n${lateNote(incident.firstSeenAtMs, nowMs, seenAgain)}`
    return { ...row, payload: { ...row.payload, text } }
  }

  /** The last line of an alert: where to look and since when, as of the moment of sending. */
  #withFoot(row: OutboxRow, nowMs: number): OutboxRow {
    if (row.kind !== 'system_alert' || row.channel !== 'slack' || row.alertId === null) return row
    const text = `${row.payload.text}\n\n${alertFoot(this.#deps.alertOf(row.alertId), nowMs)}`
    return { ...row, payload: { ...row.payload, text } }
  }

  #audit(row: OutboxRow, delivery: Delivery, nowMs: number): void {
    const { store, incidents, alertOf } = this.#deps
    const incident = row.incidentId === null ? null : incidents.get(row.incidentId)
    const alert = row.alertId === null ? null : alertOf(row.alertId)
    const session = incident
      ? callerSessionId(incident.probeId, incident.category)
      : alert
        ? alertSessionId(alert)
        : null
    store.audit.append(
      {
        seam: 'notification.dispatched',
        source: 'cron',
        callerSessionId: session,
        incidentId: row.incidentId,
        wakeEventId: row.wakeEventId,
        details: {
          channel: row.channel,
          alert_id: row.id,
          kind: row.kind,
          severity: row.payload.severity,
          category: incident?.category ?? null,
          probe: incident?.probeId ?? null,
          title: row.payload.title,
          status: delivery.outcome === 'sent' || delivery.outcome === 'already_sent' ? 'ok' : 'failed',
          attempt: delivery.attempt,
          latency_ms: delivery.latencyMs,
          ...(delivery.reason === null ? {} : { error: delivery.reason, note: delivery.note }),
          ...alertDetails(row, alert, delivery.reason),
        },
      },
      nowMs,
    )
  }

  /** Slack is not reaching the operator: the machine in front of them says so, once per outage. */
  #slackNotice(row: OutboxRow, result: SendResult, nowMs: number): OutboxRow[] {
    const { newId, settings } = this.#deps
    if (row.channel !== 'slack' || row.kind === 'test' || result.kind === 'sent') return []
    if (settings.get().slack.operatorUserId === '' || result.reason === 'slack_client_unavailable') return []
    if (row.state === 'pending' && row.attempts !== mostSilentAttempts) return []
    const again = row.state === 'pending' ? 'Kora keeps trying.' : 'Kora gave up on this message.'
    return [
      outboxRow(newId, nowMs, {
        channel: 'native',
        kind: 'channel_failing',
        incidentId: row.incidentId,
        payload: payload(
          'Slack does not reach you',
          `${row.payload.title}. ${result.note ?? result.reason}. ${again}`,
          {
            severity: row.payload.severity,
            tag: 'channel:slack',
            silent: false,
            route: row.payload.route,
          },
        ),
      }),
    ]
  }

  #later(channel: Channel, delayMs: number): void {
    if (this.#stopped) return
    this.#timers[channel]?.()
    this.#timers[channel] = this.#deps.clock.setTimer(Math.max(1, delayMs), () => void this.#drain(channel))
  }
}

/** What the published rows of alerts carry (alerts specification, 5); nothing for messages of incidents. */
function alertDetails(
  row: OutboxRow,
  alert: AlertOccurrence | null,
  reason: string | null,
): Readonly<Record<string, unknown>> {
  const { covers } = row.payload
  const shared = {
    channel: row.channel === 'slack' ? 'slack_dm' : row.channel,
    message_id: row.id,
    ...(reason === null ? {} : { error: dispatchFailure(reason) }),
  }
  if (alert) {
    const { id, occurrenceId, category } = alert
    return { ...shared, alert_id: id, occurrence_id: occurrenceId, category }
  }
  if (covers === undefined) return {}
  if (row.kind === 'test') return { ...shared, alert_id: covers[0], category: 'test_alert' }
  return {
    ...shared,
    alert_id: `burst:${covers.length}`,
    severity: 'burst',
    category: 'burst_summary',
    burst_count: covers.length,
    burst_alert_ids: [...covers],
  }
}

function soonEnough(atMs: number, nowMs: number): number {
  return atMs - nowMs > longestWaitMs ? nowMs : atMs
}

function outcomeOf(result: SendResult): Delivery['outcome'] {
  if (result.kind === 'sent') return result.found ? 'already_sent' : 'sent'
  return result.outcomeUnknown ? 'unknown' : 'failed'
}
