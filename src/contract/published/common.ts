import { z } from 'zod'

/** Published times: UTC, whole seconds. */
export const Timestamp = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)
export const Count = z.int().min(0)
export const SessionId = z.string().max(512)

/** Fourteen UTC days, today last. */
export const Fortnight = z.array(z.object({ date: z.iso.date(), count: Count })).length(14)

/** Counts by name, zeros included. */
export function countsOf<T extends string>(names: readonly T[]) {
  return z.record(z.enum(names), Count)
}

/** One of the published values, or `unknown` for what is none of them. */
export function oneOf<T extends string>(names: readonly T[]) {
  return z.enum([...names, 'unknown'])
}

/** The published values, for whoever draws a choice of them. */
export function listOf<T extends string>(names: readonly T[]) {
  return z.array(z.enum(names))
}
