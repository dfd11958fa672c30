/** Kinds of probe. Each has a provider file of the same name under daemon/probes. */
export const probeKinds = ['vercel', 'sentry', 'doppler', 'supabase', 'fly', 'http'] as const
export type ProbeKind = (typeof probeKinds)[number]

/**
 * Ids appear in session ids (`probe:{probe}:{category}`), in links, on the command line and as keys of published
 * objects, where one name would be lost.
 */
export const probeIdPattern = /^(?!__proto__$)[a-zA-Z0-9_-]{1,64}$/

export interface ProbeDefinition {
  /** Stable id chosen by the operator, see {@link probeIdPattern}; the five seeded ones are named after their kind. */
  readonly id: string
  readonly kind: ProbeKind
  /** What people read; defaults to the id. */
  readonly title: string
  /** Validated by the provider's own schema; holds references to secrets, never values. */
  readonly config: Readonly<Record<string, unknown>>
  /** 5 s to 24 h. */
  readonly intervalMs: number
  readonly enabled: boolean
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** The order in which the published API and every list show the five original providers; the rest follow by id. */
export const providerOrder: readonly ProbeKind[] = ['vercel', 'sentry', 'doppler', 'supabase', 'fly', 'http']

/** Sorts definitions in provider order, extras alphabetically. */
export function byProviderOrder(a: { kind: ProbeKind; id: string }, b: { kind: ProbeKind; id: string }): number {
  const rank = providerOrder.indexOf(a.kind) - providerOrder.indexOf(b.kind)
  return rank !== 0 ? rank : a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}
