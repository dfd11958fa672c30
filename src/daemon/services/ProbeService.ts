import type { CheckResult, ProbeDraft } from '../../contract/probes.ts'
import { certificateIssue, classify, isCriticalKind } from '../../domain/classify.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Observation, Outcome, ProbeStatus } from '../../domain/observation.ts'
import { byProviderOrder, type ProbeDefinition } from '../../domain/probe.ts'
import { serviceSummary } from '../../domain/serviceSummary.ts'
import type { Clock } from '../platform/clock.ts'
import type { HttpClient } from '../platform/http.ts'
import type { Redactor } from '../platform/redactor.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { ProbeProvider } from '../probes/provider.ts'
import type { Store } from '../store/Store.ts'
import type { ConnectivityService } from './ConnectivityService.ts'
import type { Events } from './Events.ts'
import type { IncidentRecords } from './IncidentRecords.ts'
import type { IncidentService, Reading } from './IncidentService.ts'
import type { NewId } from './ids.ts'
import type { LatencyWindow } from './LatencyWindow.ts'
import type { Scheduler } from './Scheduler.ts'
import { Semaphore } from './Semaphore.ts'
import type { SettingsService } from './SettingsService.ts'

/** A provider ends by itself; this is for the one that does not. */
const checkLimitMs = 45_000

interface Deps {
  readonly store: Store
  readonly scheduler: Scheduler
  readonly events: Events
  readonly clock: Clock
  readonly http: HttpClient
  readonly secrets: Secrets
  readonly redactor: Redactor
  readonly settings: SettingsService
  readonly connectivity: ConnectivityService
  readonly incidents: IncidentService
  readonly records: IncidentRecords
  readonly latencies: LatencyWindow
  readonly newId: NewId
  readonly providerFor: (kind: ProbeDefinition['kind']) => ProbeProvider
  /** Definitions of a first start, from the environment. */
  readonly seeds: () => readonly ProbeDraft[]
}

/** Definitions of probes, and their checks on schedule and on demand. */
export class ProbeService {
  readonly #deps: Deps
  readonly #definitions = new Map<string, ProbeDefinition>()
  readonly #latest = new Map<string, Observation>()
  readonly #checking = new Map<string, Promise<Observation>>()
  readonly #rechecks = new Map<string, () => void>()
  readonly #places: Semaphore
  #allChecks: Promise<{ checked: number; failed: { id: string; summary: string }[] }> | null = null
  #abort = new AbortController()

  constructor(deps: Deps) {
    this.#deps = deps
    this.#places = new Semaphore(() => deps.settings.get().watching.concurrency)
  }

  /** Loads definitions, seeds them on the first start, and puts every enabled one on its schedule. */
  start(): void {
    const { store } = this.#deps
    this.#abort = new AbortController()
    if (store.settings.get('seeded') === null) this.#seed()
    for (const definition of store.probes.list()) this.#know(definition)
    for (const [id, observation] of store.observations.latest()) {
      if (this.#definitions.has(id)) this.#latest.set(id, observation)
    }
    for (const definition of this.#definitions.values()) this.#schedule(definition, false)
  }

  async stop(): Promise<void> {
    for (const cancel of this.#rechecks.values()) cancel()
    this.#rechecks.clear()
    this.#abort.abort()
    await Promise.allSettled(this.#checking.values())
  }

  /** Resolves when no check is under way. */
  async drain(): Promise<void> {
    while (this.#checking.size > 0) await Promise.allSettled(this.#checking.values())
    await this.#deps.connectivity.drain()
  }

  /** In provider order, extras alphabetically. */
  definitions(): ProbeDefinition[] {
    return [...this.#definitions.values()].sort(byProviderOrder)
  }

  /** @throws KoraError not_found */
  definition(id: string): ProbeDefinition {
    const definition = this.#definitions.get(id)
    if (!definition) throw new KoraError('not_found', `There is no probe called "${id}".`, { id })
    return definition
  }

  latest(id: string): Observation | null {
    return this.#latest.get(id) ?? null
  }

  /** Every enabled probe as it was last seen. */
  watched(): { id: string; kind: string; status: ProbeStatus; observedAtMs: number | null; intervalMs: number }[] {
    const enabled = [...this.#definitions.values()].filter((definition) => definition.enabled)
    return enabled.map(({ id, kind, intervalMs }) => {
      const latest = this.#latest.get(id)
      return { id, kind, intervalMs, status: latest?.status ?? 'unknown', observedAtMs: latest?.observedAtMs ?? null }
    })
  }

  /** How checks come in: the newest, and how often the most frequent is due; null where nothing is watched. */
  pace(sinceMs: number): { newestAtMs: number | null; sinceMs: number; everyMs: number } | null {
    const watched = this.watched()
    if (watched.length === 0) return null
    const seen = watched.flatMap(({ observedAtMs }) => observedAtMs ?? [])
    return {
      newestAtMs: seen.length === 0 ? null : Math.max(...seen),
      sinceMs,
      everyMs: Math.min(...watched.map(({ intervalMs }) => intervalMs)),
    }
  }

  isChecking(id: string): boolean {
    return this.#checking.has(id)
  }

  /** @throws KoraError probe_id_taken, bad_input with the field's path */
  create(draft: ProbeDraft): ProbeDefinition {
    const { store, clock } = this.#deps
    if (this.#definitions.has(draft.id)) {
      throw new KoraError('probe_id_taken', `There is a probe called "${draft.id}" already. Choose another id.`, {
        path: 'id',
      })
    }
    const nowMs = clock.nowMs()
    const definition: ProbeDefinition = { ...this.#checked(draft), createdAtMs: nowMs, updatedAtMs: nowMs }
    store.transaction(() => {
      store.probes.insert(definition)
      this.#audit('created', definition, nowMs)
    })
    this.#adopt(definition)
    return definition
  }

  /** @throws KoraError not_found, bad_input with the field's path */
  update(draft: ProbeDraft): ProbeDefinition {
    const { store, clock, incidents } = this.#deps
    const before = this.definition(draft.id)
    if (before.kind !== draft.kind) {
      throw new KoraError('bad_input', 'The kind of a probe cannot change; add another probe.', { path: 'kind' })
    }
    const nowMs = clock.nowMs()
    const definition: ProbeDefinition = { ...this.#checked(draft), createdAtMs: before.createdAtMs, updatedAtMs: nowMs }
    store.transaction(() => {
      store.probes.update(definition)
      this.#audit('updated', definition, nowMs)
    })
    if (!definition.enabled) incidents.unwatch(draft.id, 'switched off')
    this.#adopt(definition)
    return definition
  }

  /** Ends the watch; the history stays. @throws KoraError not_found */
  remove(id: string): void {
    const { store, clock, scheduler, incidents, connectivity, records, latencies, events } = this.#deps
    const definition = this.definition(id)
    const nowMs = clock.nowMs()
    store.transaction(() => {
      store.probes.remove(id, nowMs)
      this.#audit('removed', definition, nowMs)
    })
    scheduler.remove(taskName(id))
    this.#rechecks.get(id)?.()
    incidents.unwatch(id, 'no longer watched')
    connectivity.forget(id)
    records.forget(id)
    latencies.forget(id)
    this.#definitions.delete(id)
    this.#latest.delete(id)
    events.publish('probes.changed', { probeId: id })
  }

  /** Runs a draft once; nothing is recorded and nobody is woken. @throws KoraError bad_input */
  async test(draft: ProbeDraft): Promise<CheckResult> {
    const outcome = await this.#observe(this.#checked(draft))
    return this.#result({ ...outcome, probeId: draft.id, observedAtMs: this.#deps.clock.nowMs() }, draft.kind)
  }

  /** Checks now and records; joins a check under way. @throws KoraError not_found */
  async check(id: string): Promise<CheckResult> {
    const definition = this.definition(id)
    return this.#result(await this.#checkOnce(definition), definition.kind)
  }

  /** Checks every enabled probe; joins a round under way. */
  checkAll(): Promise<{ checked: number; failed: { id: string; summary: string }[] }> {
    this.#allChecks ??= this.#everything().finally(() => {
      this.#allChecks = null
    })
    return this.#allChecks
  }

  /** Starts checks without waiting for them. @returns those that are under way: what is switched off is not checked */
  checkSoon(ids: readonly string[]): string[] {
    return ids.filter((id) => {
      const definition = this.#definitions.get(id)
      if (!definition?.enabled) return false
      void this.#checkOnce(definition).catch(() => undefined)
      return true
    })
  }

  async #everything(): Promise<{ checked: number; failed: { id: string; summary: string }[] }> {
    const enabled = this.definitions().filter((definition) => definition.enabled)
    const results = await Promise.all(enabled.map((definition) => this.check(definition.id)))
    const failed = results.filter((result) => result.status !== 'healthy' && result.status !== 'not_configured')
    return { checked: results.length, failed: failed.map(({ id, summary }) => ({ id, summary })) }
  }

  #checkOnce(definition: ProbeDefinition): Promise<Observation> {
    const running = this.#checking.get(definition.id)
    if (running) return running
    const run = this.#places
      .run(async () => this.#take(definition, await this.#observe(definition)))
      .finally(() => {
        this.#checking.delete(definition.id)
        this.#deps.events.publish('observation.recorded', { probeId: definition.id })
      })
    this.#checking.set(definition.id, run)
    this.#deps.events.publish('check.started', { probeId: definition.id })
    return run
  }

  /**
   * While the process stands still, answers wait and limits of time pass: what was under way meanwhile says nothing about
   * the service, and is asked once more.
   */
  async #observe(definition: Pick<ProbeDefinition, 'kind' | 'config'>): Promise<Outcome> {
    const { scheduler } = this.#deps
    const before = scheduler.pauses()
    const found = await this.#askOnce(definition)
    return scheduler.pauses() === before || this.#abort.signal.aborted ? found : this.#askOnce(definition)
  }

  async #askOnce(definition: Pick<ProbeDefinition, 'kind' | 'config'>): Promise<Outcome> {
    const { http, secrets, redactor, clock, providerFor } = this.#deps
    const provider = providerFor(definition.kind)
    const limit = new AbortController()
    const cancel = clock.setTimer(checkLimitMs, () => limit.abort())
    try {
      const signal = AbortSignal.any([this.#abort.signal, limit.signal])
      return await provider.observe(definition.config, { http, secrets, redactor, clock, signal })
    } finally {
      cancel()
    }
  }

  /** Turns what a provider found into an observation, its meaning, and what follows from it. */
  #take(definition: ProbeDefinition, found: Outcome): Observation {
    const { clock, newId, connectivity, incidents, latencies, providerFor } = this.#deps
    const before = this.#latest.get(definition.id)
    const plain: Observation = {
      ...found,
      id: newId('obs_'),
      probeId: definition.id,
      observedAtMs: clock.nowMs(),
      cycleSeq: (before?.cycleSeq ?? 0) + 1,
    }
    // A check that ends because the daemon stops has found nothing.
    if (this.#abort.signal.aborted || !this.#definitions.has(definition.id)) return plain
    const settled = incidents.watch(definition.id, 'service_unhealthy').phase === 'open'
    const watching = connectivity.judge(plain, providerFor(definition.kind).hosts(definition.config), settled)
    const observation: Observation = watching ? plain : { ...plain, status: 'not_watching', cause: 'own_link_down' }
    this.#latest.set(definition.id, observation)
    latencies.add(definition.id, observation.observedAtMs, observation.latencyMs)
    const recheckAtMs = incidents.record(
      observation,
      readings(definition, observation, clock.nowMs()),
      isCriticalKind(definition.kind, definition.config),
    )
    this.#recheck(definition, recheckAtMs)
    return observation
  }

  #recheck(definition: ProbeDefinition, atMs: number | null): void {
    this.#rechecks.get(definition.id)?.()
    this.#rechecks.delete(definition.id)
    if (atMs === null) return
    const cancel = this.#deps.clock.setTimer(atMs - this.#deps.clock.nowMs(), () => {
      this.#rechecks.delete(definition.id)
      this.checkSoon([definition.id])
    })
    this.#rechecks.set(definition.id, cancel)
  }

  #seed(): void {
    const { store, seeds, clock } = this.#deps
    const nowMs = clock.nowMs()
    store.transaction(() => {
      store.settings.set('seeded', true)
      for (const draft of seeds()) {
        const definition: ProbeDefinition = { ...this.#checked(draft), createdAtMs: nowMs, updatedAtMs: nowMs }
        store.probes.insert(definition)
        this.#audit('seeded', definition, nowMs)
      }
    })
  }

  #know(definition: ProbeDefinition): void {
    this.#definitions.set(definition.id, definition)
    this.#deps.records.know(definition)
  }

  #adopt(definition: ProbeDefinition): void {
    this.#know(definition)
    this.#schedule(definition, true)
    this.#deps.events.publish('probes.changed', { probeId: definition.id })
  }

  #schedule(definition: ProbeDefinition, soon: boolean): void {
    const { scheduler, incidents, clock } = this.#deps
    const name = taskName(definition.id)
    scheduler.remove(name)
    if (!definition.enabled) return
    const doubtAtMs = incidents.watch(definition.id, 'service_unhealthy').recheckAtMs
    if (doubtAtMs !== null) this.#recheck(definition, Math.max(doubtAtMs, clock.nowMs()))
    scheduler.add({
      name,
      intervalMs: definition.intervalMs,
      timeoutMs: checkLimitMs + 15_000,
      spreadKey: definition.id,
      ...(soon ? { firstDelayMs: 0 } : {}),
      run: async () => {
        const current = this.#definitions.get(definition.id)
        if (current) await this.#checkOnce(current)
      },
    })
  }

  #checked(draft: ProbeDraft): ProbeDraft {
    const parsed = this.#deps.providerFor(draft.kind).schema.safeParse(draft.config)
    if (parsed.success) return { ...draft, config: parsed.data as Record<string, unknown> }
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: ['config', ...path].join('.'), message }))
    const [first] = issues
    throw new KoraError('bad_input', `${first?.path ?? 'config'}: ${first?.message ?? 'is not valid'}`, { issues })
  }

  #result(found: Outcome & { probeId: string; observedAtMs: number }, kind: ProbeDefinition['kind']): CheckResult {
    const observation: Observation = { ...found, id: '', cycleSeq: 0 }
    return {
      id: found.probeId,
      status: found.status,
      cause: found.cause,
      summary: serviceSummary(kind, observation, this.#deps.clock.nowMs()),
      error: found.error,
      latencyMs: found.latencyMs,
      observedAtMs: found.observedAtMs,
    }
  }

  #audit(action: string, definition: ProbeDefinition, nowMs: number): void {
    const { id, kind, intervalMs, enabled } = definition
    this.#deps.store.audit.append(
      {
        seam: 'probe.definition_changed',
        source: action === 'seeded' ? 'cron' : 'operator',
        details: { probe: id, action, kind, interval_ms: intervalMs, enabled },
      },
      nowMs,
    )
  }
}

function readings(definition: ProbeDefinition, observation: Observation, nowMs: number): Reading[] {
  const title = definition.title
  const service: Reading = {
    category: 'service_unhealthy',
    issue: classify(definition.kind, title, observation, definition.config),
  }
  // Only a check that saw a certificate says anything about it.
  if (observation.details['certificate_expires_at'] === undefined) return [service]
  return [service, { category: 'certificate_expiring', issue: certificateIssue(observation, definition.config, nowMs) }]
}

function taskName(id: string): string {
  return `probe:${id}`
}
