import { KoraError } from '../../domain/errors.ts'
import { doppler } from './doppler.ts'
import { fly } from './fly.ts'
import { http } from './http.ts'
import type { ProbeProvider } from './provider.ts'
import { sentry } from './sentry.ts'
import { supabase } from './supabase.ts'
import { vercel } from './vercel.ts'

/** Every kind of probe, in the order of lists. */
export const providers: readonly ProbeProvider[] = [vercel, sentry, doppler, supabase, fly, http]

/** @throws KoraError probe_unknown_kind */
export function providerFor(kind: string): ProbeProvider {
  const provider = providers.find((candidate) => candidate.kind === kind)
  if (!provider) throw new KoraError('probe_unknown_kind', `There is no kind of probe called "${kind}".`, { kind })
  return provider
}
