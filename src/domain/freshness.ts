export type Freshness = 'fresh' | 'ageing' | 'stale' | 'unknown'

/**
 * How old a reading is beside how often it is expected (cockpit specification, section 13).
 * @param observedAtMs epoch ms, null when there was never a reading
 * @param expectedEveryMs the schedule's interval
 */
export function freshness(observedAtMs: number | null, expectedEveryMs: number, nowMs: number): Freshness {
  if (observedAtMs === null) return 'unknown'
  const age = nowMs - observedAtMs
  if (age <= 1.5 * expectedEveryMs) return 'fresh'
  return age <= 3 * expectedEveryMs ? 'ageing' : 'stale'
}
