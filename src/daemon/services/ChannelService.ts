import type { ChannelState } from '../../contract/settings.ts'
import type { Channel, OutboxRow } from '../../domain/incident.ts'
import type { Clock } from '../platform/clock.ts'
import type { NativeNotifier } from '../platform/notifier.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { NewId } from './ids.ts'
import type { ModelGateway } from './ModelGateway.ts'
import type { OutboxBook } from './OutboxBook.ts'
import type { SettingsService } from './SettingsService.ts'
import { outboxRow, payload } from './wakeRows.ts'

interface Deps {
  readonly store: Store
  readonly book: OutboxBook
  readonly clock: Clock
  readonly events: Events
  readonly settings: SettingsService
  readonly secrets: Secrets
  readonly notifier: NativeNotifier
  readonly gateway: ModelGateway
  readonly newId: NewId
}

/** How the operator and the model can be reached, and proof of it on demand. */
export class ChannelService {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  states(): ChannelState[] {
    return [this.#slack(), this.#native()]
  }

  state(channel: Channel): ChannelState {
    return channel === 'slack' ? this.#slack() : this.#native()
  }

  slackConfigured(): boolean {
    const { slack } = this.#deps.settings.get()
    return slack.operatorUserId !== '' && this.#deps.secrets.resolve(slack.botTokenRef) !== null
  }

  modelConfigured(): boolean {
    return this.#deps.secrets.resolve(this.#deps.settings.get().model.apiKeyRef) !== null
  }

  /** Sends a real message through the outbox and waits for its fate. */
  async test(channel: Channel): Promise<{ outcome: 'sent' | 'failed'; reason: string | null; latencyMs: number }> {
    const { clock, newId } = this.#deps
    const row = outboxRow(newId, clock.nowMs(), {
      channel,
      kind: 'test',
      payload: payload('Kora can reach you', '✅ This is a test: Kora can reach you here.', {
        tag: 'test',
        silent: false,
        route: '/settings/notifications',
      }),
    })
    return await this.deliver(row)
  }

  /** Queues a test message and waits for its fate, at most 30 s; what has not arrived by then is called off. */
  async deliver(row: OutboxRow): Promise<{ outcome: 'sent' | 'failed'; reason: string | null; latencyMs: number }> {
    const { store, book, clock, events } = this.#deps
    const settled = Promise.withResolvers<void>()
    const stop = events.on('outbox.settled', ({ outboxId }) => {
      if (outboxId === row.id) settled.resolve()
    })
    const giveUp = clock.setTimer(30_000, () => settled.resolve())
    book.save([row])
    events.publish('outbox.added', {})
    await settled.promise
    stop()
    giveUp()
    const after = book.get(row.id)
    // A test that did not arrive at once is over; it must not surprise the operator later.
    if (after && (after.state === 'pending' || after.state === 'sending')) {
      book.save([{ ...after, state: 'superseded', settledAtMs: clock.nowMs() }])
    }
    const last = store.outbox.deliveries({ limit: 20 }).find((delivery) => delivery.outboxId === row.id)
    if (after?.state === 'sent') return { outcome: 'sent', reason: null, latencyMs: last?.latencyMs ?? 0 }
    return {
      outcome: 'failed',
      reason: last?.note ?? last?.reason ?? 'no answer within 30 s',
      latencyMs: last?.latencyMs ?? 0,
    }
  }

  /** One tiny call, kept in the ledger like any other. */
  async testModel(): Promise<{ outcome: 'ok' | 'failed'; reason: string | null; costNanoUsd: number | null }> {
    const outcome = await this.#deps.gateway.call({
      route: 'unknown',
      iteration: 1,
      subject: 'settings:test',
      text: '',
      system: 'Answer with the single word "ready".',
      messages: [{ role: 'user', content: 'Are you there?' }],
      maxTokens: 8,
      critical: false,
      signal: AbortSignal.timeout(30_000),
      deadlineMs: 20_000,
    })
    if (outcome.kind === 'answered') return { outcome: 'ok', reason: null, costNanoUsd: outcome.row.costNanoUsd }
    const reason = outcome.code === 'engine_unavailable' ? 'No model key is set.' : outcome.code
    const row = outcome.kind === 'failed' ? outcome.row : null
    return { outcome: 'failed', reason, costNanoUsd: row?.costNanoUsd ?? null }
  }

  #slack(): ChannelState {
    const last = this.#deps.store.outbox.lastOutcomes('slack')
    const failing = (last.lastFailedAtMs ?? 0) > (last.lastSentAtMs ?? 0)
    const ready = this.slackConfigured()
    return {
      channel: 'slack',
      state: ready ? (failing ? 'failing' : 'ready') : 'not_configured',
      note: ready ? null : 'Add a bot token and your Slack user id.',
      lastProvenAtMs: last.lastSentAtMs,
      lastFailureAtMs: last.lastFailedAtMs,
      lastFailure: last.lastFailure,
    }
  }

  #native(): ChannelState {
    const { notifier, settings, store } = this.#deps
    const last = store.outbox.lastOutcomes('native')
    const state = notifier.state()
    const on = settings.get().notifications.native
    const notes = {
      ready: null,
      denied: 'The system does not let Kora notify. Allow it in the system settings.',
      unsupported: 'This system cannot show notifications.',
      no_surface: 'No browser with permission has the cockpit open.',
    }
    return {
      channel: 'native',
      state: on ? (state === 'ready' ? 'ready' : state === 'denied' ? 'denied' : 'not_configured') : 'not_configured',
      note: on ? notes[state] : 'Switched off.',
      lastProvenAtMs: last.lastSentAtMs,
      lastFailureAtMs: last.lastFailedAtMs,
      lastFailure: last.lastFailure,
    }
  }
}
