import { minuteBuckets, percentile } from '../../domain/series.ts'

const hourMs = 3_600_000

/** Latencies of the last hour per probe, in memory: what Now's sparkline and p95 are drawn from. */
export class LatencyWindow {
  readonly #rings = new Map<string, Ring>()

  /** Samples arrive oldest first; one older than what is there is dropped. */
  add(probeId: string, atMs: number, latencyMs: number | null): void {
    let ring = this.#rings.get(probeId)
    if (!ring) this.#rings.set(probeId, (ring = new Ring()))
    ring.add(atMs, latencyMs)
  }

  /** Puts stored samples, oldest first, before those that arrived meanwhile. */
  load(probeId: string, stored: readonly { readonly atMs: number; readonly latencyMs: number | null }[]): void {
    const live = this.#rings.get(probeId)?.since(0) ?? []
    const firstLive = live[0]?.atMs ?? Number.POSITIVE_INFINITY
    this.#rings.set(probeId, new Ring())
    for (const sample of stored) if (sample.atMs < firstLive) this.add(probeId, sample.atMs, sample.latencyMs)
    for (const sample of live) this.add(probeId, sample.atMs, sample.latencyMs)
  }

  forget(probeId: string): void {
    this.#rings.delete(probeId)
  }

  /** 60 one-minute means, oldest first, and the 95th percentile (null under 5 measurements). */
  summary(probeId: string, nowMs: number): { spark: (number | null)[]; p95Ms: number | null } {
    const samples = this.#rings.get(probeId)?.since(nowMs - hourMs) ?? []
    const measured = samples.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]))
    return { spark: minuteBuckets(samples, nowMs), p95Ms: percentile(measured, 0.95) }
  }
}

/** Grows from 32 to 1,024 places: an hour of checks every 5 s has 720. Typed arrays keep 500 probes under 3 MB. */
class Ring {
  #times = new Float64Array(32)
  #latencies = new Int32Array(32)
  #start = 0
  #length = 0

  add(atMs: number, latencyMs: number | null): void {
    if (this.#length > 0 && atMs < this.#at(this.#length - 1)) return
    while (this.#length > 0 && this.#at(0) < atMs - hourMs) this.#drop()
    if (this.#length === this.#times.length) {
      if (this.#times.length < 1_024) this.#grow()
      else this.#drop()
    }
    const place = (this.#start + this.#length) % this.#times.length
    this.#times[place] = atMs
    this.#latencies[place] = latencyMs ?? -1
    this.#length++
  }

  since(fromMs: number): { atMs: number; latencyMs: number | null }[] {
    const samples: { atMs: number; latencyMs: number | null }[] = []
    for (let index = 0; index < this.#length; index++) {
      const atMs = this.#at(index)
      const latencyMs = this.#latencies[(this.#start + index) % this.#times.length] ?? -1
      if (atMs >= fromMs) samples.push({ atMs, latencyMs: latencyMs < 0 ? null : latencyMs })
    }
    return samples
  }

  #at(index: number): number {
    return this.#times[(this.#start + index) % this.#times.length] ?? 0
  }

  #drop(): void {
    this.#start = (this.#start + 1) % this.#times.length
    this.#length--
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2)
    const latencies = new Int32Array(times.length)
    for (let index = 0; index < this.#length; index++) {
      times[index] = this.#at(index)
      latencies[index] = this.#latencies[(this.#start + index) % this.#times.length] ?? -1
    }
    this.#times = times
    this.#latencies = latencies
    this.#start = 0
  }
}
