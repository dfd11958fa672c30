import type { ProbeDraft } from '../contract/probes.ts'
import { KoraError } from '../domain/errors.ts'
import type { FixedByEnv } from './platform/config.ts'

const services = ['fly', 'vercel', 'sentry', 'doppler', 'supabase', 'slack', 'anthropic', 'site'] as const
type DemoUrls = Readonly<Record<(typeof services)[number], string>>

/** Checks every few seconds, so that the story is seen while somebody watches. */
const intervalMs = 10_000

/**
 * What a demo watches and talks to: the simulator behind `KORA_DEMO_URLS`, a JSON object of base addresses.
 * @throws KoraError config_invalid
 */
export function demoWorld(env: Readonly<Record<string, string | undefined>>): {
  seeds: readonly ProbeDraft[]
  fixed: readonly FixedByEnv[]
} {
  const urls = parse(env['KORA_DEMO_URLS'])
  const probe = (id: string, kind: ProbeDraft['kind'], title: string, config: Record<string, unknown>): ProbeDraft => ({
    id,
    kind,
    title,
    config,
    intervalMs,
    enabled: true,
  })
  const fixedBy = (path: string, value: string): FixedByEnv => ({ path, variable: 'KORA_DEMO_URLS', value })
  return {
    seeds: [
      probe('vercel', 'vercel', 'vercel', { baseUrl: urls.vercel }),
      probe('sentry', 'sentry', 'sentry', { org: 'demo', baseUrl: urls.sentry }),
      probe('doppler', 'doppler', 'doppler', { baseUrl: urls.doppler }),
      probe('supabase', 'supabase', 'supabase', { url: urls.supabase }),
      probe('fly', 'fly', 'fly', { apps: ['demo-production', 'demo-staging'], baseUrl: urls.fly }),
      probe('website', 'http', 'website', { url: `${urls.site}/`, latencyLimitMs: 2_000, severity: 'critical' }),
    ],
    fixed: [
      fixedBy('slack.baseUrl', `${urls.slack}/`),
      fixedBy('slack.operatorUserId', 'U0DEMO001'),
      fixedBy('model.baseUrl', urls.anthropic),
    ],
  }
}

function parse(text: string | undefined): DemoUrls {
  try {
    const parsed: unknown = JSON.parse(text ?? '')
    if (typeof parsed === 'object' && parsed !== null && services.every((name) => name in parsed))
      return parsed as DemoUrls
  } catch (error) {
    throw new KoraError('config_invalid', 'KORA_DEMO_URLS is not a JSON object of addresses.', {}, { cause: error })
  }
  throw new KoraError('config_invalid', 'KORA_DEMO_URLS does not name every simulated service.', { services })
}
