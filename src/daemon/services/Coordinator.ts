import type { DaemonInfo, DaemonStatus, ListenerRow } from '../../contract/system.ts'
import { KoraError } from '../../domain/errors.ts'
import { clip } from '../../domain/text.ts'
import { type Listener, ownsTask, type Pulse } from '../listeners/listener.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Events } from './Events.ts'
import type { TaskResult } from './Scheduler.ts'

/** Of a start and of a stop, unless a listener asks for another (daemon specification, 2). */
const timeoutMs = 10_000
/** A listener that could not be started, or fell, is started again after this long, longer each time. */
const restartAfterMs = [5_000, 15_000, 60_000, 300_000]
/** One that lived for this long after its start has not failed in a row. */
const steadyAfterMs = 300_000
const errorLength = 300
const namePattern = /^[A-Za-z_]\w*$/
const tiers = ['intake', 'work', 'clients'] as const

interface Deps {
  readonly clock: Clock
  readonly logger: Logger
  readonly events: Events
  /** In the order in which they are started. */
  readonly listeners: readonly Listener[]
  readonly sessionId: string
  /** Removes secrets: an error may quote whatever it met. */
  readonly redact: (text: string) => string
  /** A listener rose or fell, once it had been started; for the record. */
  readonly onChange: (name: string, from: ListenerRow['state'], to: ListenerRow['state'], why: string | null) => void
}

interface Kept {
  readonly listener: Listener
  readonly pulse: Pulse
  started: boolean
  sinceMs: number | null
  lastEventAtMs: number | null
  consecutiveErrors: number
  lastError: string | null
  /** Why the last start failed; null when it did not. */
  startFailure: string | null
  restarts: number
  /** In a row; what lived for a while begins anew. */
  failedStarts: number
  startedMonotonicMs: number
  cancelRestart: () => void
  /** Its start or its stop under way. */
  busy: Promise<unknown>
  /** As it was last told. */
  told: ListenerRow['state']
}

/**
 * Starts listeners in order, watches them, starts fallen ones again and stops them in reverse (daemon specification, 2
 * and 3). It owns their lives and nothing else; what a listener does is its own.
 */
export class Coordinator {
  readonly #deps: Deps
  readonly #kept: readonly Kept[]
  readonly #calledOff = new AbortController()
  #bootAtMs: number | null = null
  #bootMonotonicMs = 0
  #reason: string | null = null
  #stopped: Promise<void> | null = null

  /** @throws KoraError bad_input for a name that is none or is there twice */
  constructor(deps: Deps) {
    this.#deps = deps
    const names = new Set<string>()
    for (const { name } of deps.listeners) {
      if (!namePattern.test(name)) throw new KoraError('bad_input', `"${name}" is no name for a listener.`, { name })
      if (names.has(name)) throw new KoraError('bad_input', `There are two listeners called ${name}.`, { name })
      names.add(name)
    }
    this.#kept = deps.listeners.map((listener) => this.#keep(listener))
  }

  /** When the last listener had been started, epoch ms; null before. Never moves. */
  get bootAtMs(): number | null {
    return this.#bootAtMs
  }

  get state(): DaemonInfo['state'] {
    if (this.#reason !== null && this.#bootAtMs !== null) return 'shutting_down'
    return this.#bootAtMs === null ? 'booting' : 'running'
  }

  /** Seconds since the boot, one decimal; null before. */
  uptimeSeconds(): number | null {
    if (this.#bootAtMs === null) return null
    return Math.round((this.#deps.clock.monotonicMs() - this.#bootMonotonicMs) / 100) / 10
  }

  status(): DaemonStatus {
    return {
      state: this.state,
      uptime_seconds: this.uptimeSeconds(),
      shutdown_reason: this.#reason,
      listeners: this.#kept.map(({ listener, started }) => ({
        name: listener.name,
        started,
        shutdown_timeout_seconds: (listener.stopTimeoutMs ?? timeoutMs) / 1_000,
      })),
      daemon_session_id: this.#deps.sessionId,
    }
  }

  /**
   * Starts every listener, one after the other. A critical one that fails undoes what was started; another is left
   * `down` and started again later.
   * @throws KoraError daemon_stopping when it was called off; what a critical listener threw
   */
  async start(): Promise<void> {
    for (const kept of this.#kept) {
      if (this.#calledOff.signal.aborted) break
      const failure = await this.#startOne(kept)
      if (failure === null || this.#calledOff.signal.aborted) continue
      this.#deps.logger.error('a listener could not be started', {
        listener: kept.listener.name,
        error: kept.startFailure,
      })
      if (kept.listener.critical) {
        await this.stop(`${kept.listener.name} could not be started`)
        throw failure.error
      }
      this.#restartLater(kept)
    }
    if (this.#calledOff.signal.aborted) {
      await this.stop('called off')
      throw new KoraError('daemon_stopping', 'The start was called off.')
    }
    this.#bootAtMs = this.#deps.clock.nowMs()
    this.#bootMonotonicMs = this.#deps.clock.monotonicMs()
    this.look()
  }

  /** Nothing more is started from here on; the first reason is the one that counts. */
  callOff(reason: string): void {
    this.#reason ??= reason
    this.#calledOff.abort(new KoraError('daemon_stopping', 'Kora is stopping.'))
  }

  /**
   * Stops what was started, tier by tier in reverse, each listener under its own deadline. Idempotent; the first reason
   * is kept.
   */
  stop(reason: string): Promise<void> {
    this.callOff(reason)
    return (this.#stopped ??= this.#stopAll())
  }

  /** A scheduled task ended: an event or an error of the listener it belongs to. */
  taskSettled(name: string, result: Pick<TaskResult, 'outcome' | 'error'>): void {
    const owner = this.#ownerOf(name)
    if (!owner) return
    if (result.outcome === 'ok') owner.pulse.event()
    else owner.pulse.failed(result.error ?? 'failed')
  }

  /** Looks whether a listener rose or fell since the last look, tells it, and starts again what ended by itself. */
  look(): void {
    if (this.#reason !== null || this.#bootAtMs === null) return
    let changed = false
    for (const kept of this.#kept) {
      this.#revive(kept)
      const state = this.#stateOf(kept)
      if (state === kept.told) continue
      const from = kept.told
      kept.told = state
      kept.sinceMs = this.#deps.clock.nowMs()
      changed = true
      // Becoming up at the start is what is expected of it.
      if (from !== 'starting' || state === 'down')
        this.#deps.onChange(kept.listener.name, from, state, this.#said(kept).trouble)
    }
    if (changed) this.#deps.events.publish('daemon.changed', {})
  }

  /** As the cockpit shows them, in the order in which they are started. */
  rows(): ListenerRow[] {
    return this.#kept.map((kept) => {
      const state = this.#stateOf(kept)
      const { listener, sinceMs, lastEventAtMs, consecutiveErrors, lastError, restarts } = kept
      const { off, trouble, note: aside } = this.#said(kept)
      const note = off ?? trouble ?? aside
      return { name: listener.name, state, sinceMs, lastEventAtMs, consecutiveErrors, lastError, restarts, note }
    })
  }

  #keep(listener: Listener): Kept {
    const kept: Kept = {
      listener,
      pulse: {
        event: (atMs) => {
          // What is told of an earlier process says nothing about this one's errors.
          if (atMs !== undefined) kept.lastEventAtMs = Math.max(kept.lastEventAtMs ?? 0, atMs)
          else {
            kept.lastEventAtMs = this.#deps.clock.nowMs()
            kept.consecutiveErrors = 0
          }
        },
        failed: (error) => {
          kept.consecutiveErrors += 1
          kept.lastError = this.#words(error)
        },
      },
      started: false,
      sinceMs: null,
      lastEventAtMs: null,
      consecutiveErrors: 0,
      lastError: null,
      startFailure: null,
      restarts: 0,
      failedStarts: 0,
      startedMonotonicMs: 0,
      cancelRestart: () => undefined,
      busy: Promise.resolve(),
      told: 'starting',
    }
    return kept
  }

  #stateOf(kept: Kept): ListenerRow['state'] {
    const { off, trouble } = this.#said(kept)
    if (off !== null) return 'off'
    if (!kept.started) return kept.startFailure === null ? 'starting' : 'down'
    return trouble === null ? 'up' : 'down'
  }

  /** What a listener says of itself. One that cannot is in trouble, and keeps nobody from hearing of the others. */
  #said({ listener, startFailure }: Kept): Record<'off' | 'trouble' | 'note', string | null> {
    try {
      return {
        off: listener.off?.() ?? null,
        trouble: startFailure ?? listener.trouble?.() ?? null,
        note: listener.note?.() ?? null,
      }
    } catch (error) {
      return { off: null, trouble: startFailure ?? this.#words(error), note: null }
    }
  }

  #revive(kept: Kept): void {
    const why = kept.started ? (kept.listener.ended?.() ?? null) : null
    if (why === null) return
    const livedMs = this.#deps.clock.monotonicMs() - kept.startedMonotonicMs
    kept.failedStarts = livedMs >= steadyAfterMs ? 1 : kept.failedStarts + 1
    kept.startFailure = this.#words(why)
    kept.pulse.failed(why)
    const stopped = this.#stopOne(kept)
    kept.busy = stopped
    // What is left of it goes before it is begun anew.
    void stopped.then(() => this.#restartLater(kept))
  }

  /** @returns what was thrown; null when it was started */
  #startOne(kept: Kept): Promise<{ error: unknown } | null> {
    const begun = this.#tryStart(kept)
    kept.busy = begun
    return begun
  }

  async #tryStart(kept: Kept): Promise<{ error: unknown } | null> {
    const { listener, pulse } = kept
    const limit = listener.startTimeoutMs ?? timeoutMs
    const ending = new AbortController()
    const signal = AbortSignal.any([this.#calledOff.signal, ending.signal])
    try {
      await this.#within(
        limit,
        Promise.try(() => listener.start?.(pulse, signal)),
        `${listener.name} was not started`,
      )
      kept.started = true
      kept.startFailure = null
      kept.sinceMs = this.#deps.clock.nowMs()
      kept.startedMonotonicMs = this.#deps.clock.monotonicMs()
      // Everything was told to stop while it was being started.
      if (this.#calledOff.signal.aborted) await this.#stopOne(kept)
      return null
    } catch (error) {
      ending.abort(error)
      kept.startFailure = this.#words(error)
      kept.failedStarts += 1
      kept.sinceMs = this.#deps.clock.nowMs()
      pulse.failed(error)
      // What it had opened before it failed is its own to close.
      await this.#stopOne(kept)
      return { error }
    }
  }

  #restartLater(kept: Kept): void {
    if (this.#calledOff.signal.aborted) return
    const delayMs = restartAfterMs[Math.min(kept.failedStarts, restartAfterMs.length) - 1] ?? 300_000
    kept.cancelRestart = this.#deps.clock.setTimer(delayMs, () => {
      if (this.#calledOff.signal.aborted) return
      kept.restarts += 1
      void this.#startOne(kept).then((failure) => {
        if (failure !== null) this.#restartLater(kept)
        this.look()
      })
    })
  }

  async #stopAll(): Promise<void> {
    for (const kept of this.#kept) kept.cancelRestart()
    const reversed = this.#kept.toReversed()
    for (const tier of tiers) {
      const together = reversed.filter(({ listener }) => (listener.tier ?? 'work') === tier)
      await Promise.all(together.map((kept) => this.#end(kept)))
    }
  }

  /** One that is being started or stopped is waited for: what it uses closes after it. */
  async #end(kept: Kept): Promise<void> {
    await kept.busy
    if (kept.started) await this.#stopOne(kept)
  }

  async #stopOne(kept: Kept): Promise<void> {
    const { listener } = kept
    kept.started = false
    try {
      const limit = listener.stopTimeoutMs ?? timeoutMs
      await this.#within(
        limit,
        Promise.try(() => listener.stop?.()),
        `${listener.name} did not stop`,
      )
    } catch (error) {
      this.#deps.logger.warn('a listener did not stop in order', { listener: listener.name, error: this.#words(error) })
    }
  }

  async #within(limitMs: number, work: Promise<void>, what: string): Promise<void> {
    const late = Promise.withResolvers<never>()
    const cancel = this.#deps.clock.setTimer(limitMs, () => {
      late.reject(new KoraError('timed_out', `${what} within ${limitMs / 1_000} s.`))
    })
    try {
      await Promise.race([work, late.promise])
    } finally {
      cancel()
    }
  }

  #ownerOf(task: string): Kept | undefined {
    return this.#kept.find(({ listener }) => ownsTask(listener, task))
  }

  #words(error: unknown): string {
    return clip(this.#deps.redact(error instanceof Error ? error.message : String(error)), errorLength)
  }
}
