import { describe, expect, it } from 'vitest'
import { publishedStatus } from '../../../src/domain/observation.ts'
import {
  checkAndConfirm,
  onlyIncident,
  providerProbe,
  requestsTo,
  simulated,
  stopMachine,
  tokens,
} from '../../fakes/acceptance.ts'
import { startTestDaemon, type TestDaemon } from '../../fakes/testDaemon.ts'
import type { ProbeKind } from '../../../src/domain/probe.ts'
import type { Simulator } from '../../../src/simulator/simulator.ts'

async function watching(kind: Exclude<ProbeKind, 'http'>, env: Record<string, string | undefined> = {}) {
  const simulator = await simulated()
  const probes = [providerProbe(simulator, kind)]
  const kora = await startTestDaemon({ simulator, env: { ...tokens, ...env }, probes })
  // Only this one is watched: the others were seeded by their tokens.
  for (const { id } of await kora.client.probes.definitions()) {
    if (id !== kind) await kora.client.probes.remove({ id })
  }
  return { simulator, kora }
}

function deployments(simulator: Simulator, kora: TestDaemon, states: readonly string[], ageMs = 3_600_000): void {
  simulator.state.vercel.deployments = states.map((state, index) => ({
    uid: `dpl_${index}`,
    name: 'site',
    url: 'site.example',
    created: kora.clock.nowMs() - ageMs - index,
    state,
    target: null,
  }))
}

async function row(kora: TestDaemon) {
  return (await kora.client.probes.list())[0]
}

const ready = (count: number, failed: number, word: string): string[] =>
  Array.from({ length: count }, (_, index) => (index < failed ? word : 'READY'))

describe('Vercel', () => {
  it.each([undefined, '   '])('probes 1: token %j is a configuration gap, nobody is asked', async (token) => {
    const { simulator, kora } = await watching('vercel', { KORA_VERCEL_API_TOKEN: token })
    await kora.pass(600_000)
    const found = await row(kora)
    expect(found).toMatchObject({
      status: 'not_configured',
      error: "auth env unset or empty: 'KORA_VERCEL_API_TOKEN'",
      latencyMs: null,
      details: {},
    })
    expect(publishedStatus(found?.status ?? 'healthy')).toBe('unknown')
    expect(requestsTo(simulator, 'vercel')).toBe(0)
    expect((await kora.client.incidents.list({})).items).toEqual([])
    expect(kora.slackTexts()).toEqual([])
    expect(kora.shown).toEqual([])
  })

  it('probes 3: 1 failed of 10 is well; 2 of 10 is a warning', async () => {
    const { simulator, kora } = await watching('vercel')
    deployments(simulator, kora, ready(10, 1, 'ERROR'))
    await kora.client.probes.check({ id: 'vercel' })
    expect(await row(kora)).toMatchObject({
      status: 'healthy',
      details: { error_rate_24h: 0.1, deployments_last_24h: 10 },
    })
    deployments(simulator, kora, ready(10, 2, 'FAILED'))
    await kora.client.probes.check({ id: 'vercel' })
    expect((await row(kora))?.status).toBe('degraded')
    expect(await onlyIncident(kora)).toMatchObject({
      severity: 'warning',
      title: 'Vercel error-rate elevated (20.0%)',
    })
  })

  it('probes 4: only deployments older than a day are none', async () => {
    const { simulator, kora } = await watching('vercel')
    deployments(simulator, kora, ready(10, 10, 'ERROR'), 90_000_000)
    await kora.client.probes.check({ id: 'vercel' })
    expect(await row(kora)).toMatchObject({
      status: 'healthy',
      details: { error_rate_24h: 0, deployments_last_24h: 0 },
    })
  })

  it('probes 6: 503 is unhealthy and, confirmed, critical', async () => {
    const { simulator, kora } = await watching('vercel')
    simulator.setFault('vercel', { kind: 'status', status: 503 })
    await checkAndConfirm(kora, 'vercel')
    const found = await row(kora)
    expect(found).toMatchObject({ status: 'unhealthy', error: 'HTTP 503', details: {} })
    expect(Number.isInteger(found?.latencyMs)).toBe(true)
    expect(await onlyIncident(kora)).toMatchObject({
      severity: 'critical',
      title: 'Vercel API unreachable: HTTP 503',
    })
  })
})

describe('Sentry', () => {
  it('probes 2: a token without an organisation names both variables and asks nobody', async () => {
    const simulator = await simulated()
    const probe = { ...providerProbe(simulator, 'sentry'), config: { baseUrl: simulator.urls.sentry } }
    const env = { KORA_SENTRY_API_TOKEN: tokens.KORA_SENTRY_API_TOKEN }
    const kora = await startTestDaemon({ simulator, env, probes: [probe] })
    await kora.client.probes.check({ id: 'sentry' })
    const found = await row(kora)
    expect(found?.status).toBe('not_configured')
    expect(found?.error).toBe("auth env unset or empty: 'KORA_SENTRY_API_TOKEN', 'KORA_SENTRY_ORG'")
    expect(requestsTo(simulator, 'sentry')).toBe(0)
  })

  it('probes 7: 10 issues are well, 11 are a warning', async () => {
    const { simulator, kora } = await watching('sentry')
    const issues = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        id: String(index),
        shortId: `D-${index}`,
        title: 'x',
        status: 'unresolved',
      }))
    simulator.state.sentry.issues = issues(10)
    await kora.client.probes.check({ id: 'sentry' })
    expect(await row(kora)).toMatchObject({ status: 'healthy', summary: 'Well, 10 unresolved' })
    simulator.state.sentry.issues = issues(11)
    await kora.client.probes.check({ id: 'sentry' })
    expect(await onlyIncident(kora)).toMatchObject({ severity: 'warning', title: 'Sentry: 11 unresolved issue(s)' })
  })

  it('probes 8: 401 is unhealthy, but never critical', async () => {
    const { simulator, kora } = await watching('sentry')
    simulator.setFault('sentry', { kind: 'status', status: 401 })
    await kora.client.probes.check({ id: 'sentry' })
    await kora.pass(600_000)
    expect(await row(kora)).toMatchObject({ status: 'unhealthy', cause: 'auth_rejected', severity: 'warning' })
    expect(await onlyIncident(kora)).toMatchObject({ severity: 'warning', title: 'Sentry API unreachable: HTTP 401' })
  })
})

describe('Doppler and Supabase', () => {
  it('probes 10: 200 is well with both figures unknown; 403 is critical', async () => {
    const { simulator, kora } = await watching('doppler')
    await kora.client.probes.check({ id: 'doppler' })
    expect(await row(kora)).toMatchObject({
      status: 'healthy',
      details: { projects_total: 'unknown', oldest_secret_age_days: 'unknown' },
    })
    simulator.setFault('doppler', { kind: 'status', status: 403 })
    await checkAndConfirm(kora, 'doppler')
    expect(await onlyIncident(kora)).toMatchObject({
      severity: 'critical',
      title: 'Doppler API unreachable: HTTP 403',
    })
  })
})

describe('Fly', () => {
  it('probes 11: one of two production machines stopped is a warning', async () => {
    const { simulator, kora } = await watching('fly')
    simulator.state.fly.apps['demo-staging'] = []
    const probe = providerProbe(simulator, 'fly')
    await kora.client.probes.update({ ...probe, config: { ...probe.config, apps: ['demo-production'] } })
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    expect(await row(kora)).toMatchObject({ status: 'degraded', details: { apps_running: 1 } })
    expect(await onlyIncident(kora)).toMatchObject({ severity: 'warning', title: 'Fly degraded (1 app(s) running)' })
  })

  it('probes 12: 401 on all apps is critical', async () => {
    const { simulator, kora } = await watching('fly')
    simulator.setFault('fly', { kind: 'status', status: 401 })
    await checkAndConfirm(kora, 'fly')
    expect(await row(kora)).toMatchObject({ status: 'unhealthy', error: 'HTTP 401', details: { apps_running: 0 } })
    expect(await onlyIncident(kora)).toMatchObject({
      severity: 'critical',
      title: 'Fly app(s) unreachable: HTTP 401',
    })
  })

  it('probes 14: a check that hangs ends after 10 s and the others still run', async () => {
    const simulator = await simulated()
    const probes = [providerProbe(simulator, 'doppler'), providerProbe(simulator, 'fly')]
    const env = {
      KORA_DOPPLER_API_TOKEN: tokens.KORA_DOPPLER_API_TOKEN,
      KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN,
    }
    const kora = await startTestDaemon({ simulator, env, probes })
    await kora.pass(12_000)
    simulator.clearRequests()
    simulator.setFault('doppler', { kind: 'hang' })
    const hanging = kora.client.probes.check({ id: 'doppler' })
    await simulator.received('doppler', 1)
    expect((await kora.client.probes.check({ id: 'fly' })).status).toBe('healthy')
    await kora.clock.advance(11_000)
    const { status, error, latencyMs } = await hanging
    // Ruling 17 keeps `unreachable` apart; it is published as unknown.
    expect({ status, error, latencyMs }).toEqual({
      status: 'unreachable',
      error: 'probe timed out after 10s',
      latencyMs: null,
    })
    expect(publishedStatus(status)).toBe('unknown')
  })
})
