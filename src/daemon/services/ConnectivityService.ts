import { connectivityVerdict, type ReachResult, type TargetResult } from '../../domain/connectivity.ts'
import type { Observation } from '../../domain/observation.ts'
import { formatDuration } from '../../domain/time.ts'
import type { Clock } from '../platform/clock.ts'
import { type HttpClient, HttpFailure } from '../platform/http.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { NewId } from './ids.ts'
import type { OutboxBook } from './OutboxBook.ts'
import type { SettingsService } from './SettingsService.ts'
import { outboxRow, payload } from './wakeRows.ts'

/** How many other probes are asked when one cannot be reached. */
const sweepSize = 4
const stateKey = 'connectivity'

interface Deps {
  readonly store: Store
  readonly book: OutboxBook
  readonly clock: Clock
  readonly http: HttpClient
  readonly events: Events
  readonly settings: SettingsService
  readonly newId: NewId
  /**
   * Checks probes now, for the doubt's sake; results come back through {@link ConnectivityService.judge}.
   * @returns those that are being checked
   */
  readonly checkNow: (probeIds: readonly string[]) => readonly string[]
}

/** Tells "everything is down" from "my own link is down" (ruling 17, last row). */
export class ConnectivityService {
  readonly #deps: Deps
  readonly #results = new Map<string, ReachResult>()
  #targets: TargetResult[] = []
  #doubtSinceMs: number | null = null
  #downSinceMs: number | null = null
  /** Probes asked for the doubt's sake that have not reported yet. */
  readonly #asked = new Set<string>()
  #hasAsked = false
  #sweep: Promise<void> | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Takes up an outage an earlier process saw begin, so that it is not announced twice. */
  start(): void {
    const stored = this.#deps.store.settings.get(stateKey)
    if (
      typeof stored === 'object' &&
      stored !== null &&
      'downSinceMs' in stored &&
      typeof stored.downSinceMs === 'number'
    ) {
      this.#downSinceMs = stored.downSinceMs
    }
  }

  state(): { watching: boolean; sinceMs: number | null } {
    return { watching: this.#downSinceMs === null, sinceMs: this.#downSinceMs }
  }

  forget(probeId: string): void {
    this.#results.delete(probeId)
    this.#asked.delete(probeId)
  }

  async drain(): Promise<void> {
    await this.#sweep
  }

  /**
   * Judges one finding.
   * @param settled the probe's trouble is already an incident: nothing hangs on the verdict, so nobody is asked
   * @returns false when the probe failed because Kora itself is cut off
   */
  judge(observation: Observation, hosts: readonly string[], settled: boolean): boolean {
    const { observedAtMs, status, probeId } = observation
    this.#results.set(probeId, { hosts, status, observedAtMs })
    this.#asked.delete(probeId)
    if (status !== 'unreachable') {
      if (status !== 'not_configured' && status !== 'unknown') this.#answered(observedAtMs)
      return true
    }
    if (this.#downSinceMs !== null) return false
    this.#doubtSinceMs ??= observedAtMs
    if (this.#isLost()) {
      this.#lost(this.#doubtSinceMs, observedAtMs)
      return false
    }
    if (!settled && !this.#hasAsked) this.#ask(probeId)
    return true
  }

  /** Whether nothing answers. Not before those who were asked have reported: others may have been gone for long. */
  #isLost(): boolean {
    if (this.#asked.size > 0 || this.#sweep !== null) return false
    const verdict = connectivityVerdict({
      results: [...this.#results.values()],
      targets: this.#targets,
      targetsConfigured: this.#deps.settings.get().watching.connectivityTargets.length,
      sinceMs: this.#doubtSinceMs ?? 0,
    })
    return verdict === 'not_watching'
  }

  #answered(nowMs: number): void {
    this.#doubtSinceMs = null
    this.#targets = []
    this.#asked.clear()
    this.#hasAsked = false
    if (this.#downSinceMs === null) return
    const since = this.#downSinceMs
    this.#downSinceMs = null
    this.#change(
      nowMs,
      null,
      'watch.resumed',
      'Watching again',
      `Kora's own link was down for ${formatDuration(nowMs - since)}. The gap is drawn in every chart.`,
    )
  }

  #lost(sinceMs: number, nowMs: number): void {
    this.#downSinceMs = sinceMs
    this.#change(
      nowMs,
      sinceMs,
      'watch.interrupted',
      'Not watching',
      'Nothing answers: the trouble is most likely the link of this machine. You are told when it is back.',
    )
  }

  #change(
    nowMs: number,
    downSinceMs: number | null,
    seam: 'watch.interrupted' | 'watch.resumed',
    title: string,
    text: string,
  ): void {
    const { store, book, events, newId } = this.#deps
    const notice = outboxRow(newId, nowMs, {
      channel: 'native',
      kind: downSinceMs === null ? 'watching_again' : 'not_watching',
      payload: payload(title, text, {
        severity: 'warning',
        tag: 'connectivity',
        silent: downSinceMs === null,
        route: '/now',
      }),
    })
    book.save([notice], () => {
      store.settings.set(stateKey, { downSinceMs })
      store.audit.append({ seam, source: 'cron', details: { since_ms: downSinceMs, text } }, nowMs)
    })
    events.publish('connectivity.changed', { watching: downSinceMs === null })
    events.publish('outbox.added', {})
  }

  /** Asks a few others, those that answered last first, and the configured targets; once per doubt. */
  #ask(probeId: string): void {
    const others = [...this.#results]
      .filter(([id, result]) => id !== probeId && result.hosts.length > 0)
      .toSorted(([, a], [, b]) => Number(hasAnswered(b)) - Number(hasAnswered(a)) || b.observedAtMs - a.observedAtMs)
    const hosts = new Set<string>()
    const picked = others.filter(([, { hosts: own }]) => {
      const fresh = own.some((host) => !hosts.has(host))
      for (const host of own) hosts.add(host)
      return fresh
    })
    this.#hasAsked = true
    const ids = picked.slice(0, sweepSize).map(([id]) => id)
    for (const id of this.#deps.checkNow(ids)) this.#asked.add(id)
    this.#sweep = this.#askTargets().finally(() => {
      this.#sweep = null
      const nowMs = this.#deps.clock.nowMs()
      if (this.#doubtSinceMs !== null && this.#downSinceMs === null && this.#isLost()) {
        this.#lost(this.#doubtSinceMs, nowMs)
      }
    })
  }

  async #askTargets(): Promise<void> {
    const { settings, http, clock } = this.#deps
    const urls = settings.get().watching.connectivityTargets
    this.#targets = await Promise.all(
      urls.map(async (url): Promise<TargetResult> => {
        try {
          await http.request({ method: 'HEAD', url, timeoutMs: 5_000, maxBodyBytes: 0 })
          return { reachable: true, atMs: clock.nowMs() }
        } catch (error) {
          return { reachable: !(error instanceof HttpFailure), atMs: clock.nowMs() }
        }
      }),
    )
    if (this.#targets.some((target) => target.reachable)) this.#answered(clock.nowMs())
  }
}

function hasAnswered({ status }: ReachResult): boolean {
  return status === 'healthy' || status === 'degraded' || status === 'unhealthy'
}
