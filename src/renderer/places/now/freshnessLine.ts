import type { ServiceRow } from '../../../contract/probes.ts'
import { type Freshness, freshness } from '../../../domain/freshness.ts'
import { instantMs, type SnapshotSectionState } from '../../../domain/heroes.ts'
import { type SnapshotSection, unknown } from '../../../domain/snapshot.ts'
import { countOf, formatAge } from '../../components/format.ts'
import { watched } from './headline.ts'

/** One thing whose age counts: a section of what Kora knows of itself, or a service. */
export interface Reading {
  readonly key: string
  readonly name: string
  /** Services can be checked now. */
  readonly serviceId: string | null
  readonly observedAtMs: number | null
  readonly freshness: Freshness
  /** Why it is unknown; null while it is not. */
  readonly reason: string | null
}

/** What freshness is read from a snapshot. */
interface ReadSnapshot {
  readonly sections: Readonly<Record<SnapshotSection, SnapshotSectionState>>
  readonly tasks: { readonly refreshed_at: string }
}

/** Services stand for themselves, and there are no tenants: neither is a section here. */
const sectionNames: readonly (readonly [SnapshotSection, string])[] = [
  ['operational_state', 'Operation'],
  ['alerts', 'Alerts'],
  ['cost_ladder', 'Budget'],
  ['cost_telemetry', 'Calls by route'],
  ['daemon_health', 'Health'],
  ['tasks', 'Task board'],
]

/**
 * Everything whose age counts, Kora's own sections first. A task board that was never read is not connected, which is
 * no gap; every other unknown is one.
 * @param snapshot null while there is none that is fresh: then only the services are known
 */
export function readingsOf(
  services: readonly ServiceRow[],
  snapshot: ReadSnapshot | null,
  nowMs: number,
): readonly Reading[] {
  const sections = sectionNames.flatMap(([section, name]): Reading[] => {
    const state = snapshot?.sections[section]
    if (!state || (section === 'tasks' && snapshot?.tasks.refreshed_at === unknown)) return []
    const observedAtMs = state.status === unknown ? null : instantMs(state.observed_at)
    return [
      {
        key: `section:${section}`,
        name,
        serviceId: null,
        observedAtMs,
        freshness: freshness(observedAtMs, state.expected_every_seconds * 1_000, nowMs),
        reason: observedAtMs === null ? (state.reason ?? 'its source gave no reason') : null,
      },
    ]
  })
  const ofServices = watched(services).map(
    (row): Reading => ({
      key: `service:${row.id}`,
      name: row.title,
      serviceId: row.id,
      observedAtMs: row.observedAtMs,
      freshness: freshness(row.observedAtMs, row.intervalMs, nowMs),
      reason: row.observedAtMs === null ? 'not checked yet' : null,
    }),
  )
  return [...sections, ...ofServices]
}

/** "all 9 sections fresh", "7 of 9 fresh, oldest: supabase 14 min", "7 of 9 fresh, unknown: Alerts". */
export function freshnessText(readings: readonly Reading[], nowMs: number): string {
  const late = readings.filter((reading) => reading.freshness !== 'fresh')
  if (readings.length === 0) return 'nothing read yet'
  if (late.length === 0) return readings.length === 1 ? '1 section fresh' : `all ${readings.length} sections fresh`
  const share = `${readings.length - late.length} of ${readings.length} fresh`
  const [oldest] = late
    .flatMap(({ name, observedAtMs }) => (observedAtMs === null ? [] : [{ name, observedAtMs }]))
    .toSorted((a, b) => a.observedAtMs - b.observedAtMs)
  if (oldest) return `${share}, oldest: ${oldest.name} ${formatAge(oldest.observedAtMs, nowMs)}`
  const [first] = late
  const more = late.length === 1 ? '' : ` and ${countOf(late.length - 1, 'other')}`
  return `${share}, unknown: ${first?.name ?? ''}${more}`
}
