import { monotonicFactory } from 'ulid'
import type { Clock } from '../platform/clock.ts'

/** Mints `prefix` + ULID; ids of one process sort in the order they were made. */
export type NewId = (prefix: string) => string

export function createNewId(clock: Clock): NewId {
  const next = monotonicFactory()
  return (prefix) => `${prefix}${next(clock.nowMs())}`
}
