import { type Observation, type PublishedStatus, publishedStatus } from '../observation.ts'
import { utcSeconds } from '../time.ts'
import { cleanText } from './clean.ts'
import { textOf } from './fields.ts'

/** The probes that are published first, in this order (probe specification, 2); the rest follows by name. */
export const fixedNames: readonly string[] = ['vercel', 'sentry', 'doppler', 'supabase', 'fly']

/** The four literals of the published API. */
export const publishedStatuses = ['healthy', 'degraded', 'unhealthy', 'unknown'] as const satisfies PublishedStatus[]

/** How much of a check's details is published: they are ours, but quote what services say. */
const limits = { depth: 4, entries: 50, textLength: 200 }

/** A watched probe and what its last check found; null before the first. */
export interface Heartbeat {
  readonly name: string
  readonly latest: Observation | null
}

/** Body of `GET /api/heartbeat/services` (probe specification, 9). */
export function heartbeatServices(beats: readonly Heartbeat[], nowMs: number) {
  const services = beats
    .toSorted((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1))
    .flatMap(({ name, latest }) => (latest ? [service(name, latest)] : []))
  return {
    services,
    generated_at: utcSeconds(nowMs),
    stub: false as const,
    cache_warming: services.length === 0,
    status_values: [...publishedStatuses],
  }
}

function service(name: string, latest: Observation) {
  return {
    name,
    status: publishedStatus(latest.status),
    last_check_at: utcSeconds(latest.observedAtMs),
    latency_ms: latest.latencyMs,
    details: cleanDetails(latest.details, limits.depth),
    error: textOf(latest.error, 400),
  }
}

function rank(name: string): number {
  const place = fixedNames.indexOf(name)
  return place === -1 ? fixedNames.length : place
}

function cleanDetails(details: object, depth: number): Record<string, unknown> {
  const kept = Object.entries(details).slice(0, limits.entries)
  return Object.fromEntries(kept.map(([key, value]) => [cleanText(key, 64), cleanValue(value, depth - 1)]))
}

function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value, limits.textLength)
  if (typeof value !== 'object' || value === null) return value
  if (depth <= 0) return null
  if (Array.isArray(value)) return value.slice(0, limits.entries).map((item) => cleanValue(item, depth - 1))
  return cleanDetails(value, depth)
}
