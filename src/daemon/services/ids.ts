import { randomFillSync } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import type { Clock } from '../platform/clock.ts'

/** Mints `prefix` + ULID; ids of one process sort in the order they were made. */
export type NewId = (prefix: string) => string

export function createNewId(clock: Clock): NewId {
  const next = monotonicFactory(pooledRandom())
  return (prefix) => `${prefix}${next(clock.nowMs())}`
}

/** From 0 to below 1, drawn from the system 1,024 at a time: one by one they are a tenth of what a ledger row takes. */
function pooledRandom(): () => number {
  const pool = new Uint8Array(1_024)
  let at = pool.length
  return () => {
    if (at === pool.length) {
      randomFillSync(pool)
      at = 0
    }
    return (pool[at++] ?? 0) / 256
  }
}
