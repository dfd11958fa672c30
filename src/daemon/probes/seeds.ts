import type { ProbeDraft } from '../../contract/probes.ts'
import type { ProbeKind } from '../../domain/probe.ts'
import { type Env, type EnvConfig, parseConfig } from '../platform/config.ts'
import { providerFor } from './registry.ts'

/** A seeded provider: the variables that ask for it, and the part of its definition that is no secret. */
interface Seed {
  readonly kind: ProbeKind
  readonly variables: readonly string[]
  config(providers: EnvConfig['providers']): Record<string, unknown>
}

const seeds: readonly Seed[] = [
  { kind: 'vercel', variables: ['KORA_VERCEL_API_TOKEN'], config: () => ({}) },
  {
    kind: 'sentry',
    variables: ['KORA_SENTRY_API_TOKEN', 'KORA_SENTRY_ORG'],
    config: ({ sentryOrg }) => ({ org: sentryOrg ?? '' }),
  },
  { kind: 'doppler', variables: ['KORA_DOPPLER_API_TOKEN'], config: () => ({}) },
  {
    kind: 'supabase',
    variables: ['KORA_SUPABASE_ANON_KEY', 'KORA_SUPABASE_URL'],
    config: ({ supabaseUrl }) => ({ url: supabaseUrl ?? '' }),
  },
  {
    kind: 'fly',
    variables: ['KORA_FLY_API_TOKEN', 'KORA_FLY_APP_NAME', 'KORA_FLY_STAGING_APP_NAME'],
    config: ({ flyAppName, flyStagingAppName }) => ({
      apps: [flyAppName, flyStagingAppName].filter((app) => app !== null),
    }),
  },
]

/**
 * Definitions for the first start on an empty store, in the order of lists: each provider for which at least one
 * variable is set. Its other variables may be missing; the probe then says which.
 * @throws KoraError config_invalid, see {@link parseConfig}
 */
export function seedProbes(env: Env): ProbeDraft[] {
  const { config } = parseConfig(env)
  return seeds
    .filter((seed) => seed.variables.some((variable) => env[variable]?.trim()))
    .map(({ kind, ...seed }) => {
      const { schema } = providerFor(kind)
      const parsed = schema.safeParse(seed.config(config.providers))
      // A value the schema refuses counts as unset: the probe then names its variable.
      const settings = (parsed.success ? parsed.data : schema.parse({})) as Record<string, unknown>
      return { id: kind, kind, title: kind, config: settings, intervalMs: config.probeIntervalMs, enabled: true }
    })
}
