import type { SeriesPoint, ServiceRow } from '../../contract/probes.ts'
import { serviceSummary } from '../../domain/serviceSummary.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { IncidentService } from './IncidentService.ts'
import type { LatencyWindow } from './LatencyWindow.ts'
import type { ProbeService } from './ProbeService.ts'

interface Deps {
  readonly store: Store
  readonly clock: Clock
  readonly probes: ProbeService
  readonly incidents: IncidentService
  readonly latencies: LatencyWindow
}

/** The services table as the cockpit shows it. */
export class ServiceRows {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  all(): ServiceRow[] {
    return this.#deps.probes.definitions().map((definition) => this.one(definition.id))
  }

  ids(): string[] {
    return this.#deps.probes.definitions().map((definition) => definition.id)
  }

  /** @throws KoraError not_found */
  one(id: string): ServiceRow {
    const { probes, incidents, latencies, clock } = this.#deps
    const definition = probes.definition(id)
    const latest = probes.latest(id)
    const incident = incidents.openOf(id)
    const watch = incidents.watch(id, 'service_unhealthy')
    const nowMs = clock.nowMs()
    return {
      id,
      kind: definition.kind,
      title: definition.title,
      enabled: definition.enabled,
      intervalMs: definition.intervalMs,
      status: latest?.status ?? 'unknown',
      cause: latest?.cause ?? 'none',
      summary: definition.enabled ? serviceSummary(definition.kind, latest, nowMs) : 'Switched off',
      error: latest?.error ?? null,
      latencyMs: latest?.latencyMs ?? null,
      observedAtMs: latest?.observedAtMs ?? null,
      details: latest?.details ?? {},
      ...latencies.summary(id, nowMs),
      incidentId: incident?.id ?? null,
      severity: incident?.severity ?? null,
      suspectSinceMs: watch.phase === 'suspect' ? watch.firstBadAtMs : null,
      checking: probes.isChecking(id),
    }
  }

  /** Latency of one probe between two times, in at most `points` buckets. */
  series({ id, fromMs, toMs, points }: { id: string; fromMs: number; toMs: number; points: number }): Promise<{
    bucketMs: number
    points: SeriesPoint[]
  }> {
    return this.#deps.store.reader.series(id, fromMs, toMs, points)
  }

  /** Reads the last hour from the store, so that a restart does not begin with empty sparklines. */
  async hydrate(signal: AbortSignal): Promise<void> {
    const { store, clock, latencies } = this.#deps
    // The reading thread is not worth starting for a history that is not there.
    if (store.observations.latest().size === 0) return
    const samples = await store.reader.lastHour(clock.nowMs() - 3_600_000)
    const byProbe = Map.groupBy(samples, (sample) => sample.probeId)
    for (const [probeId, stored] of byProbe) {
      if (signal.aborted) return
      latencies.load(probeId, stored)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
