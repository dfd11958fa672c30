import { describe, expect, it } from 'vitest'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { flyProbe, siteProbe, startTestDaemon } from '../fakes/testDaemon.ts'
import { onTestFinished } from 'vitest'

async function simulated() {
  const simulator = await startSimulator()
  onTestFinished(() => simulator.close())
  return simulator
}

const fly = { KORA_FLY_API_TOKEN: 'FlyV1 test-token-000000' }

describe('the whole loop: watch, wake, investigate, tell, show', () => {
  it('tells a critical at once, its diagnosis in the thread, and its recovery', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, env: fly, probes: [flyProbe(simulator)] })
    await kora.pass(2_000)
    expect((await kora.client.probes.list())[0]).toMatchObject({ id: 'fly', status: 'healthy', summary: 'Well' })

    simulator.setFault('fly', { kind: 'status', status: 401 })
    simulator.state.anthropic.reply = 'The token was rotated. Both apps reject it.\nPut the new token in Settings.'
    await kora.client.probes.check({ id: 'fly' })
    expect(kora.slackTexts()).toEqual([])
    await kora.pass(10_500)
    const [alert, diagnosis] = kora.slackTexts()
    expect(alert?.split('\n')[0]).toBe('🚨 Probe alert · fly')
    expect(alert?.split('\n')[1]).toBe('fly (critical): Fly app(s) unreachable: HTTP 401')
    expect(alert).toContain('status=unhealthy')
    expect(alert).toContain("error='HTTP 401'")
    expect(alert).not.toContain('unable to investigate')
    expect(diagnosis).toBe('The token was rotated. Both apps reject it.\nPut the new token in Settings.')
    const posts = simulator.requests.filter((request) => request.path.endsWith('/chat.postMessage'))
    expect((posts[1]?.body as { thread_ts?: string } | undefined)?.thread_ts).toMatch(/^\d+\.\d+$/)
    expect(kora.shown.map((message) => [message.tag, message.silent])).toEqual([
      [expect.stringMatching(/^incident:inc_/), false],
      [expect.stringMatching(/^incident:inc_/), true],
    ])

    const { items } = await kora.client.incidents.list({})
    expect(items[0]).toMatchObject({
      severity: 'critical',
      state: 'notified',
      finding: 'The token was rotated.',
      toldVia: 'slack',
    })
    const detail = await kora.client.incidents.get({ id: items[0]?.id ?? '' })
    expect(detail.investigations[0]).toMatchObject({ state: 'finished', nextStep: 'Put the new token in Settings.' })
    expect(detail.timeline.map((line) => line.kind)).toContain('opened')

    simulator.setFault('fly', null)
    await kora.pass(60_000)
    expect(kora.slackTexts().at(-1)).toMatch(/^✅ fly is well again after/)
    expect((await kora.client.incidents.list({})).items[0]?.state).toBe('resolved')
    await kora.stop()
    await kora.read((store) => {
      const [completed] = store.audit.list({ seam: 'probe.investigation_completed', limit: 10 })
      expect(completed?.details).toMatchObject({ probe: 'fly', dm_status: 'sent', autofix_attempted: false })
      expect(completed?.callerSessionId).toBe('probe:fly:service_unhealthy')
      const wakes = store.audit.list({ seam: 'probe.wake_requested', limit: 10 })
      expect(wakes).toHaveLength(1)
      expect(wakes[0]?.details).toMatchObject({
        probe: 'fly',
        severity: 'critical',
        category: 'service_unhealthy',
        title: 'Fly app(s) unreachable: HTTP 401',
        envelope_enabled: false,
        envelope_fix_name: 'restart_unhealthy_machine',
      })
      const [call] = store.ledger.bySubject(`investigation:${detail.investigations[0]?.id}`)
      expect(call).toMatchObject({ route: 'probe_investigation', priceBasis: 'table' })
    })
  })

  it('tells a warning once, after its diagnosis', async () => {
    const simulator = await simulated()
    simulator.state.anthropic.reply = 'T'
    const kora = await startTestDaemon({ simulator, env: fly, probes: [flyProbe(simulator)] })
    await kora.pass(2_000)
    const machine = simulator.state.fly.apps['demo-production']?.[0]
    if (machine) machine.state = 'stopped'
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(3_000)
    expect(kora.slackTexts()).toEqual(['⚠️ Probe alert · fly\nT'])
    expect(kora.shown[0]).toMatchObject({ silent: true })
  })

  it('says that it could not investigate, with the reason verbatim', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({
      simulator,
      env: { ...fly, KORA_ANTHROPIC_API_KEY: undefined },
      probes: [siteProbe(simulator)],
    })
    await kora.pass(2_000)
    simulator.setFault('site', { kind: 'status', status: 503 })
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(11_000)
    expect(kora.slackTexts()[1]).toBe('I was unable to investigate — engine returned: engine_unavailable')
    await kora.stop()
    await kora.read((store) => {
      const [completed] = store.audit.list({ seam: 'probe.investigation_completed', limit: 10 })
      expect(completed?.details).toMatchObject({
        dm_status: 'engine_unavailable_fallback',
        reasoning_error: 'engine_unavailable',
        model_used: null,
        total_cost_usd: null,
      })
    })
  })

  it('repeats nothing after a restart and still tells the recovery', async () => {
    const simulator = await simulated()
    const first = await startTestDaemon({ simulator, env: fly, probes: [flyProbe(simulator)] })
    await first.pass(2_000)
    simulator.setFault('fly', { kind: 'status', status: 500 })
    await first.client.probes.check({ id: 'fly' })
    await first.pass(11_000)
    const told = first.slackTexts().length
    await first.stop()

    const second = await first.again()
    await second.pass(120_000)
    expect(second.slackTexts()).toHaveLength(told)
    expect((await second.client.incidents.list({ state: 'active' })).items).toHaveLength(1)
    simulator.setFault('fly', null)
    await second.pass(60_000)
    expect(second.slackTexts().at(-1)).toMatch(/^✅ fly is well again/)
    expect(second.slackTexts()).toHaveLength(told + 1)
  })
})
