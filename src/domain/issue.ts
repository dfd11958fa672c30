import type { Severity } from './severity.ts'

/** Troubles are counted per (probe, category). */
export const categories = ['service_unhealthy', 'certificate_expiring'] as const
export type Category = (typeof categories)[number]

/** A reading of one observation: what is wrong, how bad, in words. */
export interface Issue {
  readonly category: Category
  readonly severity: Severity
  readonly title: string
  readonly detail: string
}
