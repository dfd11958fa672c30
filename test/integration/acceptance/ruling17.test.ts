import { describe, expect, it } from 'vitest'
import { publishedStatus } from '../../../src/domain/observation.ts'
import type { Fault } from '../../../src/simulator/faults.ts'
import {
  checkAndConfirm,
  onlyIncident,
  pageProbe,
  providerProbe,
  requestsTo,
  setPage,
  simulated,
  tokens,
} from '../../fakes/acceptance.ts'
import { siteProbe, startTestDaemon, type TestDaemon } from '../../fakes/testDaemon.ts'

async function watchingSite(config: Record<string, unknown> = {}, intervalMs = 3_600_000) {
  const simulator = await simulated()
  const kora = await startTestDaemon({
    simulator,
    probes: [{ ...pageProbe(simulator, 'site', config), intervalMs }],
  })
  await kora.pass(12_000)
  return { simulator, kora }
}

async function found(kora: TestDaemon) {
  const [row] = await kora.client.probes.list()
  if (!row) throw new Error('nothing is watched')
  return { status: row.status, published: publishedStatus(row.status), cause: row.cause }
}

const incidents = async (kora: TestDaemon) => (await kora.client.incidents.list({})).items.map((one) => one.severity)

describe('ruling 17: what a failed check means', () => {
  it('credential unset: kept apart, published as unknown, never an incident', async () => {
    const simulator = await simulated()
    const probe = siteProbe(simulator, {
      config: { url: `${simulator.urls.site}/`, headers: { authorization: 'Bearer env:SITE_TOKEN' } },
    })
    const kora = await startTestDaemon({ simulator, probes: [probe] })
    await kora.pass(600_000)
    expect(await found(kora)).toEqual({ status: 'not_configured', published: 'unknown', cause: 'credential_unset' })
    expect(requestsTo(simulator, 'site')).toBe(0)
    expect(await incidents(kora)).toEqual([])
  })

  it.each<[string, Fault, string]>([
    ['reset', { kind: 'reset' }, 'reset'],
    ['cut off', { kind: 'cut_off' }, 'reset'],
  ])('transport (%s), a milder probe: warning after 2 in a row, critical after 4', async (_name, fault, cause) => {
    const { simulator, kora } = await watchingSite({ severity: 'warning' })
    simulator.setFault('site', fault)
    const seen: (readonly string[])[] = []
    for (let check = 0; check < 4; check++) {
      await kora.client.probes.check({ id: 'site' })
      await kora.pass(1_000)
      seen.push(await incidents(kora))
    }
    expect(await found(kora)).toEqual({ status: 'unreachable', published: 'unknown', cause })
    expect(seen).toEqual([[], ['warning'], ['warning'], ['critical']])
    const [first] = (await kora.client.system.audit({ seam: 'probe.wake_requested' })).toReversed()
    expect(first?.details['title']).toContain('site unreachable')
  })

  it('transport, a probe whose row is critical: critical when a re-check 10 s later fails too', async () => {
    const { simulator, kora } = await watchingSite()
    simulator.setFault('site', { kind: 'reset' })
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(9_000)
    expect(await incidents(kora)).toEqual([])
    await kora.pass(2_000)
    expect(await incidents(kora)).toEqual(['critical'])
  })

  it('a critical that is gone at the re-check was nothing', async () => {
    const { simulator, kora } = await watchingSite()
    setPage(simulator, 'site', 500)
    await kora.client.probes.check({ id: 'site' })
    setPage(simulator, 'site', 200)
    await kora.pass(30_000)
    expect(await incidents(kora)).toEqual([])
    expect(kora.slackTexts()).toEqual([])
    expect(kora.shown).toEqual([])
    const steps = await kora.client.system.audit({ seam: 'incident.transitioned' })
    expect(steps.map((row) => row.details['to'])).toEqual(['ok', 'suspect'])
  })

  it('HTTP outside the expected: unhealthy, critical after its re-check', async () => {
    const { simulator, kora } = await watchingSite()
    setPage(simulator, 'site', 404)
    await checkAndConfirm(kora, 'site')
    expect(await found(kora)).toEqual({ status: 'unhealthy', published: 'unhealthy', cause: 'unexpected_status' })
    expect(await incidents(kora)).toEqual(['critical'])
  })

  it('threshold passed: degraded, a warning at once', async () => {
    const simulator = await simulated()
    const env = { KORA_SENTRY_API_TOKEN: tokens.KORA_SENTRY_API_TOKEN, KORA_SENTRY_ORG: 'demo' }
    const kora = await startTestDaemon({ simulator, env, probes: [providerProbe(simulator, 'sentry')] })
    const [issue] = simulator.state.sentry.issues
    if (issue) simulator.state.sentry.issues = Array.from({ length: 11 }, () => issue)
    await kora.client.probes.check({ id: 'sentry' })
    expect(await found(kora)).toEqual({ status: 'degraded', published: 'degraded', cause: 'threshold' })
    expect(await incidents(kora)).toEqual(['warning'])
  })

  it('unreadable body: unhealthy with bad_response, a warning whatever the probe', async () => {
    const simulator = await simulated()
    const env = { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN }
    const kora = await startTestDaemon({ simulator, env, probes: [providerProbe(simulator, 'fly')] })
    simulator.setFault('fly', { kind: 'malformed' })
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(60_000)
    expect(await found(kora)).toEqual({ status: 'unhealthy', published: 'unhealthy', cause: 'bad_response' })
    expect((await onlyIncident(kora)).severity).toBe('warning')
  })

  it('everything and every connectivity target unreachable: not watching, no incident, one notice, one on return', async () => {
    const simulator = await simulated()
    const port = new URL(simulator.url).port
    const probes = ['127.0.0.1', '127.0.0.2'].map((host, index) =>
      siteProbe(simulator, {
        id: `site-${index}`,
        title: `site ${index}`,
        config: { url: `http://${host}:${index === 0 ? port : 1}/site/` },
        enabled: index === 0,
      }),
    )
    const kora = await startTestDaemon({ simulator, probes })
    const target = 'http://127.0.0.3:1/'
    await kora.client.settings.update({ watching: { connectivityTargets: [target] } })
    await kora.pass(12_000)
    simulator.setFault('site', { kind: 'reset' })
    for (const probe of probes) await kora.client.probes.update({ ...probe, enabled: true })
    await kora.client.probes.checkAll()
    await kora.pass(130_000)
    const rows = await kora.client.probes.list()
    expect(rows.map((row) => [row.status, publishedStatus(row.status)])).toEqual([
      ['not_watching', 'unknown'],
      ['not_watching', 'unknown'],
    ])
    expect(await incidents(kora)).toEqual([])
    expect(kora.shown.map((message) => message.title)).toEqual(['Not watching'])
    const seams = async () =>
      (await kora.client.system.audit({ limit: 500 }))
        .map((row) => row.seam)
        .filter((seam) => seam.startsWith('watch.'))
    expect(await seams()).toEqual(['watch.interrupted'])
    simulator.setFault('site', null)
    await kora.client.probes.check({ id: 'site-0' })
    await kora.pass(3_000)
    expect(kora.shown.map((message) => message.title)).toEqual(['Not watching', 'Watching again'])
    expect(await seams()).toEqual(['watch.resumed', 'watch.interrupted'])
    // The other host really is gone: that is trouble of its own.
    await kora.pass(130_000)
    expect((await onlyIncident(kora)).probeId).toBe('site-1')
  })

  it('a connectivity target that answers: the trouble is the services’ own', async () => {
    const simulator = await simulated()
    const probes = ['127.0.0.2', '127.0.0.3', '127.0.0.4'].map((host, index) =>
      siteProbe(simulator, { id: `site-${index}`, title: `site ${index}`, config: { url: `http://${host}:1/` } }),
    )
    const kora = await startTestDaemon({ simulator, probes })
    await kora.client.settings.update({ watching: { connectivityTargets: [`${simulator.urls.site}/`] } })
    await kora.pass(70_000)
    expect(kora.shown.map((message) => message.title)).not.toContain('Not watching')
    expect((await kora.client.incidents.list({})).items).toHaveLength(3)
  })
})

describe('ruling 18: age alone never drops a wake', () => {
  it('still bad when looked at again after a pause: told with its age', async () => {
    const simulator = await simulated()
    const probe = pageProbe(simulator, 'site')
    const first = await startTestDaemon({ simulator, probes: [probe] })
    await first.pass(12_000)
    simulator.setFault('slack', { kind: 'status', status: 503 })
    setPage(simulator, 'site', 500)
    await checkAndConfirm(first, 'site')
    await first.stop()
    simulator.setFault('slack', null)
    simulator.clearRequests()
    first.clock.stall(7_200_000)
    const second = await first.again()
    await second.pass(5_000)
    const order = simulator.requests.map((request) => request.service)
    expect(order.indexOf('site')).toBeLessThan(order.indexOf('slack'))
    const [root = ''] = second.slackTexts()
    expect(root.split('\n')[0]).toBe('🚨 Probe alert · site')
    expect(root).toContain('First seen 2 h ago; still so when checked again just now.')
  })

  it('a sleep of the same process counts too: checked again before anything is told', async () => {
    const { simulator, kora } = await watchingSite({}, 60_000)
    simulator.setFault('slack', { kind: 'status', status: 503 })
    setPage(simulator, 'site', 500)
    await checkAndConfirm(kora, 'site')
    simulator.setFault('slack', null)
    simulator.clearRequests()
    kora.clock.sleep(3_600_000)
    kora.daemon.resumed()
    await kora.pass(2_000)
    const order = simulator.requests.map((request) => request.service)
    expect(order[0]).toBe('site')
    expect(kora.slackTexts()[0]).toContain('First seen 1 h ago; still so when checked again just now.')
  })

  it('well again after a sleep: one line says so', async () => {
    const { simulator, kora } = await watchingSite({}, 60_000)
    simulator.setFault('slack', { kind: 'status', status: 503 })
    setPage(simulator, 'site', 500)
    await checkAndConfirm(kora, 'site')
    simulator.setFault('slack', null)
    setPage(simulator, 'site', 200)
    simulator.clearRequests()
    kora.clock.sleep(3_600_000)
    kora.daemon.resumed()
    await kora.pass(5_000)
    expect(kora.slackTexts()).toEqual([expect.stringMatching(/^✅ site had trouble for/)])
  })
})
