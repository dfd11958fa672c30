import type { Channel, Delivery, OutboxRow } from '../../domain/incident.ts'
import { collapse, quietForMinutes } from '../../domain/notifications.ts'
import { callerSessionId } from '../../domain/wake.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Store } from '../store/Store.ts'
import type { ChannelSender, SendResult } from './channels.ts'
import type { Events } from './Events.ts'
import type { IncidentService } from './IncidentService.ts'
import type { NewId } from './ids.ts'
import type { SettingsService } from './SettingsService.ts'
import { outboxRow, payload } from './wakeRows.ts'

const backoffMs = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000]
/** A message Slack does not take for this long has failed for good. */
const giveUpAfterMs = 86_400_000
const minuteMs = 60_000
/** What is about incidents may be summarised; what is about Kora itself may not. */
const collapsible: ReadonlySet<string> = new Set(['alert', 'diagnosis', 'recovery', 'late_recovery', 'reminder'])
/** After this many failed attempts the operator is told natively that Slack does not answer. */
const attemptsBeforeNotice = 3

interface Deps {
  readonly store: Store
  readonly clock: Clock
  readonly events: Events
  readonly logger: Logger
  readonly settings: SettingsService
  readonly incidents: IncidentService
  readonly newId: NewId
  readonly senders: Readonly<Record<Channel, ChannelSender>>
  /** Minute of the day in the operator's zone, 0–1439. */
  readonly minuteOfDay: (nowMs: number) => number
  /** Called after a message's fate is final. */
  readonly onSettled: (row: OutboxRow) => void
}

/**
 * Drains the outbox: one message at a time per channel, in order, at least once, every attempt recorded.
 * It reacts to commits; timers serve only retries and quiet hours.
 */
export class NotificationService {
  readonly #deps: Deps
  readonly #draining: Record<Channel, Promise<void> | null> = { slack: null, native: null }
  readonly #again: Record<Channel, boolean> = { slack: false, native: false }
  readonly #timers: Record<Channel, (() => void) | null> = { slack: null, native: null }
  /** Incidents an earlier process left untold: they are looked at again before anything is said. */
  readonly #recheckFirst = new Set<string>()
  readonly #shownAtMs: number[] = []
  #summarised: readonly { readonly atMs: number; readonly text: string }[] = []
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
    const { store, incidents, events } = this.#deps
    const probes = new Set<string>()
    for (const row of store.outbox.unsettled()) {
      if (row.incidentId === null || row.state === 'sending') continue
      const incident = incidents.open().find((one) => one.id === row.incidentId)
      if (!incident) continue
      this.#recheckFirst.add(incident.id)
      probes.add(incident.probeId)
    }
    const stops = [
      events.on('outbox.added', () => this.kick()),
      events.on('settings.changed', () => this.kick()),
      events.on('incident.changed', ({ incidentId }) => this.#rechecked(incidentId)),
    ]
    this.#unsubscribe = () => stops.forEach((stop) => stop())
    this.kick()
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

  /** Sends without the store, when the store refuses to write; what happened is logged only. */
  sendUnrecorded(rows: readonly OutboxRow[]): void {
    for (const row of rows) {
      void this.#deps.senders[row.channel].send(row, false, null).then((result) => {
        this.#deps.logger.warn('message sent without a record', {
          channel: row.channel,
          kind: row.kind,
          result: result.kind,
        })
      })
    }
  }

  #rechecked(incidentId: string): void {
    if (this.#recheckFirst.delete(incidentId)) this.kick()
  }

  #drain(channel: Channel): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    const running = this.#draining[channel]
    if (running) {
      this.#again[channel] = true
      return running
    }
    const run = this.#work(channel)
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
    this.#timers[channel]?.()
    this.#timers[channel] = null
    if (channel === 'native') this.#collapseNatives()
    let wakeAtMs = Number.POSITIVE_INFINITY
    for (const { id } of this.#deps.store.outbox.unsettled(channel)) {
      if (this.#stopped) return
      const row = this.#deps.store.outbox.get(id)
      if (!row || (row.state !== 'pending' && row.state !== 'sending')) continue
      const nowMs = this.#deps.clock.nowMs()
      if (row.incidentId !== null && row.state === 'pending' && this.#recheckFirst.has(row.incidentId)) continue
      const notBeforeMs = Math.max(row.notBeforeMs, nowMs + this.#quietMs(row, nowMs))
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
    if (wakeAtMs !== Number.POSITIVE_INFINITY) this.#later(channel, wakeAtMs - this.#deps.clock.nowMs())
  }

  /** One attempt, recorded before and after. @returns when to try again; null when the row is settled */
  async #attempt(row: OutboxRow): Promise<number | null> {
    const { store, clock, senders, newId } = this.#deps
    const parent = row.replyToId === null ? null : store.outbox.get(row.replyToId)
    const lookFirst = row.state === 'sending' || row.failure === 'outcome_unknown'
    const startedAtMs = clock.nowMs()
    const sending: OutboxRow = { ...row, state: 'sending', attempts: row.attempts + 1 }
    store.transaction(() => store.outbox.save(sending))
    const began = clock.monotonicMs()
    const result = await senders[row.channel].send(sending, lookFirst, parent)
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
    const next = this.#afterwards(sending, result)
    store.transaction(() => {
      store.outbox.save(next)
      store.outbox.addDelivery(delivery)
      this.#audit(next, delivery)
      if (next.channel === 'slack' && next.state !== 'sent') this.#sayThatSlackFails(next, result)
    })
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
    const wait = result.retryAfterMs ?? backoffMs[Math.min(row.attempts, backoffMs.length) - 1] ?? 60_000
    const failure = result.outcomeUnknown ? 'outcome_unknown' : result.reason
    return { ...row, state: 'pending', notBeforeMs: nowMs + wait, failure }
  }

  #after(row: OutboxRow): void {
    const { events, incidents, onSettled } = this.#deps
    if (row.channel === 'native' && row.state === 'sent') this.#shownAtMs.push(row.settledAtMs ?? 0)
    if (row.state === 'pending') {
      events.publish('outbox.settled', { outboxId: row.id })
      return
    }
    if (row.incidentId !== null && row.state === 'sent' && (row.kind === 'alert' || row.kind === 'diagnosis')) {
      incidents.advance(row.incidentId, 'notified', `told on ${row.channel}`)
    }
    onSettled(row)
    events.publish('outbox.settled', { outboxId: row.id })
    if (row.incidentId !== null) events.publish('incident.changed', { incidentId: row.incidentId })
  }

  #audit(row: OutboxRow, delivery: Delivery): void {
    const { store, clock, incidents } = this.#deps
    const incident = row.incidentId === null ? null : (store.incidents.get(row.incidentId) ?? null)
    store.audit.append(
      {
        seam: 'notification.dispatched',
        source: 'cron',
        callerSessionId: incident ? callerSessionId(incident.probeId, incident.category) : null,
        incidentId: row.incidentId,
        wakeEventId: row.wakeEventId,
        details: {
          channel: row.channel,
          alert_id: row.id,
          kind: row.kind,
          severity: row.payload.severity,
          category: incident?.category ?? null,
          probe: incident ? incidents.get(incident.id).probeId : null,
          status: delivery.outcome === 'sent' || delivery.outcome === 'already_sent' ? 'ok' : 'failed',
          attempt: delivery.attempt,
          latency_ms: delivery.latencyMs,
          ...(delivery.reason === null ? {} : { error: delivery.reason, note: delivery.note }),
        },
      },
      clock.nowMs(),
    )
  }

  /** Slack is not reaching the operator: the machine in front of them says so, once per outage. */
  #sayThatSlackFails(row: OutboxRow, result: SendResult): void {
    const { store, clock, newId, settings } = this.#deps
    if (row.kind === 'test' || result.kind === 'sent') return
    if (settings.get().slack.operatorUserId === '' || result.reason === 'slack_client_unavailable') return
    if (row.state === 'pending' && row.attempts !== attemptsBeforeNotice) return
    const again = row.state === 'pending' ? 'Kora keeps trying.' : 'Kora gave up on this message.'
    const nowMs = clock.nowMs()
    store.outbox.insert(
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
    )
    this.#again.native = true
    void this.#drain('native')
  }

  /**
   * More than five within a minute become one summary, updated in place; criticals stay (cockpit specification,
   * section 14).
   */
  #collapseNatives(): void {
    const { store, clock, newId } = this.#deps
    const nowMs = clock.nowMs()
    while ((this.#shownAtMs[0] ?? nowMs) < nowMs - minuteMs) this.#shownAtMs.shift()
    const due = store.outbox
      .unsettled('native')
      .filter((row) => row.state === 'pending' && row.notBeforeMs <= nowMs && collapsible.has(row.kind))
    const pending = due.map((row) => ({
      id: row.id,
      severity: row.payload.severity,
      kind: row.kind,
      tag: row.payload.tag,
      title: row.payload.title,
    }))
    const { summarised } = collapse(pending, this.#shownAtMs.length)
    if (summarised.length === 0) return
    const spoken = due.filter((row) => summarised.includes(row.id))
    this.#summarised = [
      ...this.#summarised.filter((line) => line.atMs > nowMs - minuteMs),
      ...spoken.map((row) => ({ atMs: nowMs, text: `${row.payload.title}: ${row.payload.text}` })),
    ]
    const lines = this.#summarised.map((line) => line.text)
    const title = lines.length === 1 ? 'One more thing happened' : `${lines.length} more things happened`
    store.transaction(() => {
      for (const row of spoken) store.outbox.save({ ...row, state: 'superseded', settledAtMs: nowMs })
      store.outbox.insert(
        outboxRow(newId, nowMs, {
          channel: 'native',
          kind: 'summary',
          payload: payload(title, lines.join('\n'), { tag: 'summary', route: '/now' }),
        }),
      )
    })
  }

  #quietMs(row: OutboxRow, nowMs: number): number {
    if (row.channel !== 'native' || row.kind === 'test') return 0
    const { quietHours } = this.#deps.settings.get().notifications
    return quietForMinutes(quietHours, row.payload.severity, this.#deps.minuteOfDay(nowMs)) * 60_000
  }

  #later(channel: Channel, delayMs: number): void {
    if (this.#stopped) return
    this.#timers[channel]?.()
    this.#timers[channel] = this.#deps.clock.setTimer(Math.max(1, delayMs), () => void this.#drain(channel))
  }
}

function outcomeOf(result: SendResult): Delivery['outcome'] {
  if (result.kind === 'sent') return result.found ? 'already_sent' : 'sent'
  return result.outcomeUnknown ? 'unknown' : 'failed'
}
