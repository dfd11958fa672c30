import type { Clock } from '../platform/clock.ts'
import { createUlids } from '../platform/ulids.ts'

/** Mints `prefix` + ULID; ids of one process sort in the order they were made. */
export type NewId = (prefix: string) => string

export function createNewId(clock: Clock): NewId {
  const next = createUlids()
  return (prefix) => `${prefix}${next(clock.nowMs())}`
}
