import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../fakes/fakeClock.ts'
import { createProbeContext } from '../fakes/probeContext.ts'
import { classify } from '../../src/domain/classify.ts'
import type { Outcome } from '../../src/domain/observation.ts'
import { type ProbeKind, probeKinds } from '../../src/domain/probe.ts'
import { serviceSummary } from '../../src/domain/serviceSummary.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { providerFor } from '../../src/daemon/probes/registry.ts'

const clock = createFakeClock()
const env = {
  KORA_VERCEL_API_TOKEN: 'vercel-token',
  KORA_SENTRY_API_TOKEN: 'sentry-token',
  KORA_DOPPLER_API_TOKEN: 'doppler-token',
  KORA_SUPABASE_ANON_KEY: 'supabase-key',
  KORA_FLY_API_TOKEN: 'fly-token',
}

async function simulator(): Promise<Simulator> {
  const running = await startSimulator({ nowMs: () => clock.nowMs() })
  onTestFinished(() => running.close())
  running.state.pace = {}
  running.state.fly.token = env.KORA_FLY_API_TOKEN
  running.state.vercel.token = env.KORA_VERCEL_API_TOKEN
  running.state.sentry.token = env.KORA_SENTRY_API_TOKEN
  running.state.doppler.token = env.KORA_DOPPLER_API_TOKEN
  running.state.supabase.key = env.KORA_SUPABASE_ANON_KEY
  running.state.site = { '/health': { status: 200, body: { status: 'ok' }, headers: {} } }
  return running
}

async function observe(kind: ProbeKind, { urls }: Simulator): Promise<Outcome> {
  const configs: Record<ProbeKind, unknown> = {
    vercel: { baseUrl: urls.vercel },
    sentry: { baseUrl: urls.sentry, org: 'demo' },
    doppler: { baseUrl: urls.doppler },
    supabase: { url: urls.supabase },
    fly: { baseUrl: urls.fly, apps: ['demo-production', 'demo-staging'] },
    http: { url: `${urls.site}/health`, jsonPath: 'status', jsonEquals: 'ok' },
  }
  const provider = providerFor(kind)
  return provider.observe(provider.schema.parse(configs[kind]), await createProbeContext({ env, clock }))
}

test('on a good day everything is well', async () => {
  const running = await simulator()
  const found: Record<string, string> = {}
  for (const kind of probeKinds) {
    const outcome = await observe(kind, running)
    expect(classify(kind, kind, outcome, {})).toBeNull()
    found[kind] = serviceSummary(kind, outcome, clock.nowMs())
  }
  expect(found).toEqual({
    vercel: 'Well',
    sentry: 'Well, 3 unresolved',
    doppler: 'Well',
    supabase: 'Well',
    fly: 'Well',
    http: 'Well',
  })
})

test('counts over pages as the services page them', async () => {
  const running = await simulator()
  const issue = { shortId: 'X', title: 'x', status: 'unresolved' }
  running.state.sentry.issues = Array.from({ length: 620 }, (_, index) => ({ ...issue, id: String(index) }))
  expect((await observe('sentry', running)).details).toEqual({ unresolved_issues: 500, more: true })
  running.state.sentry.issues.length = 250
  expect((await observe('sentry', running)).details).toEqual({ unresolved_issues: 250 })

  const deployment = { uid: 'd', name: 'n', url: 'u', target: null }
  running.state.vercel.deployments = Array.from({ length: 300 }, (_, index) => ({
    ...deployment,
    created: clock.nowMs() - index * 600_000,
    state: index % 5 === 0 ? 'ERROR' : 'READY',
  }))
  const outcome = await observe('vercel', running)
  expect(outcome.details).toEqual({ deployments_last_24h: 144, error_rate_24h: 0.2014 })
  expect(classify('vercel', 'vercel', outcome, {})?.title).toBe('Vercel error-rate elevated (20.1%)')
})

const word: Record<ProbeKind, 'site' | Exclude<ProbeKind, 'http'>> = {
  vercel: 'vercel',
  sentry: 'sentry',
  doppler: 'doppler',
  supabase: 'supabase',
  fly: 'fly',
  http: 'site',
}

test.each(probeKinds)('%s under trouble', async (kind) => {
  const running = await simulator()
  const under = async (fault: Parameters<Simulator['setFault']>[1]): Promise<string> => {
    running.setFault(word[kind], fault)
    const { status, cause } = await observe(kind, running)
    return `${status} ${cause}`
  }
  expect(await under({ kind: 'status', status: 503 })).toBe('unhealthy server_error')
  expect(await under({ kind: 'rate_limit', retryAfterSeconds: 30 })).toBe('unhealthy rate_limited')
  expect(await under({ kind: 'redirect', to: 'http://169.254.169.254/' })).toBe('unhealthy unexpected_status')
  expect(await under({ kind: 'reset' })).toBe('unreachable reset')
  expect(await under({ kind: 'reply_lost' })).toBe('unreachable reset')
  expect(await under(null)).toBe('healthy none')
})

test.each(['vercel', 'sentry', 'doppler', 'fly', 'http'] as const)('%s with an odd body', async (kind) => {
  const running = await simulator()
  running.setFault(word[kind], { kind: 'malformed' })
  expect(await observe(kind, running)).toMatchObject({ status: 'unhealthy', cause: 'bad_response' })
  running.setFault(word[kind], { kind: 'huge_body', bytes: 6_000_000 })
  expect(await observe(kind, running)).toMatchObject({ status: 'unhealthy', cause: 'bad_response' })
  running.setFault(word[kind], { kind: 'cut_off' })
  expect(await observe(kind, running)).toMatchObject({ status: 'unreachable', cause: 'reset' })
})
