import { randomFillSync } from 'node:crypto'
import { monotonicFactory } from 'ulid'

/** Mints ULIDs; those of one maker sort in the order they were made. @returns takes epoch ms */
export function createUlids(): (nowMs: number) => string {
  return monotonicFactory(pooledRandom())
}

/** From 0 to below 1, drawn from the system 1,024 at a time: one by one they are a tenth of what a durable row takes. */
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
