import { describe, expect, it, onTestFinished } from 'vitest'
import { outboxRow, payload } from '../../src/daemon/services/wakeRows.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { flyProbe, siteProbe, startTestDaemon } from '../fakes/testDaemon.ts'

async function simulated(): Promise<Simulator> {
  const simulator = await startSimulator()
  onTestFinished(() => simulator.close())
  return simulator
}

const fly = { KORA_FLY_API_TOKEN: 'FlyV1 test-token-000000' }

function stopOneMachine(simulator: Simulator, state: 'stopped' | 'started' = 'stopped'): void {
  const machine = simulator.state.fly.apps['demo-production']?.[0]
  if (machine) machine.state = state
}

/** Ids of every message Slack accepted, with repeats. */
function acceptedIds(simulator: Simulator): string[] {
  return Object.values(simulator.state.slack.channels).flatMap((channel) =>
    channel.messages.map((message) => String(message.metadata?.event_payload?.['message_id'])),
  )
}

describe('Slack in trouble', () => {
  it('obeys Retry-After and keeps the order (reliability row 17)', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, env: fly, probes: [siteProbe(simulator)] })
    await kora.pass(2_000)
    simulator.setFault('slack', { kind: 'rate_limit', retryAfterSeconds: 30, times: 1, on: 'chat.postMessage' })
    simulator.setFault('site', { kind: 'status', status: 500 })
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(11_000)
    expect(acceptedIds(simulator)).toHaveLength(0)
    const limitedAtMs =
      (await kora.client.system.deliveries({})).find((row) => row.channel === 'slack')?.startedAtMs ?? 0
    await kora.pass(31_000)
    const rows = (await kora.client.system.deliveries({})).filter((row) => row.channel === 'slack').toReversed()
    expect(rows.map((row) => [row.kind, row.attempt, row.outcome])).toEqual([
      ['alert', 1, 'failed'],
      ['alert', 2, 'sent'],
      ['diagnosis', 1, 'sent'],
    ])
    const waited = (rows[1]?.startedAtMs ?? 0) - limitedAtMs
    expect(waited).toBeGreaterThanOrEqual(30_000)
    expect(waited).toBeLessThanOrEqual(31_000)
  })

  it('looks before it sends again when the reply was lost (row 18)', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, env: fly, probes: [flyProbe(simulator)] })
    await kora.pass(2_000)
    simulator.setFault('slack', { kind: 'reply_lost', times: 1, on: 'chat.postMessage' })
    stopOneMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(5_000)
    const ids = acceptedIds(simulator)
    expect(ids).toHaveLength(1)
    const rows = (await kora.client.system.deliveries({})).filter((row) => row.channel === 'slack').toReversed()
    expect(rows.map((row) => row.outcome)).toEqual(['unknown', 'already_sent'])
    console.log(
      JSON.stringify({
        name: 'row 18: duplicates after a lost reply',
        value: ids.length - 1,
        unit: 'messages',
        bound: 0,
      }),
    )
  })

  it('says natively that Slack does not reach the operator, once it is for good', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, env: fly, probes: [flyProbe(simulator)] })
    await kora.pass(2_000)
    simulator.state.slack.token = 'xoxb-another'
    stopOneMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(2_000)
    expect(kora.shown.map((message) => message.title)).toContain('Slack does not reach you')
    expect((await kora.client.settings.get()).channels[0]).toMatchObject({ channel: 'slack', state: 'failing' })
  })

  it('records what was not sent when nothing is configured (acceptance 35 and 36)', async () => {
    const simulator = await simulated()
    const env = { ...fly, KORA_SLACK_BOT_TOKEN: undefined }
    const kora = await startTestDaemon({ simulator, env, probes: [flyProbe(simulator)] })
    await kora.pass(2_000)
    stopOneMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(2_000)
    expect(simulator.requests.filter((request) => request.service === 'slack')).toHaveLength(0)
    const [row] = (await kora.client.system.deliveries({})).filter((delivery) => delivery.channel === 'slack')
    expect(row).toMatchObject({ outcome: 'failed', reason: 'slack_client_unavailable' })
    const [completed] = await kora.client.system.audit({ seam: 'probe.investigation_completed' })
    expect(completed?.details).toMatchObject({ dm_status: 'failed_send', failure_reason: 'slack_client_unavailable' })
  })

  it('needs the operator’s id before it opens a conversation', async () => {
    const simulator = await simulated()
    const env = { ...fly, KORA_SLACK_OPERATOR_USER_ID: undefined, KORA_ANTHROPIC_API_KEY: undefined }
    const kora = await startTestDaemon({ simulator, env, probes: [flyProbe(simulator)] })
    await kora.pass(2_000)
    stopOneMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(2_000)
    expect(simulator.requests.filter((request) => request.service === 'slack')).toHaveLength(0)
    const [completed] = await kora.client.system.audit({ seam: 'probe.investigation_completed' })
    expect(completed?.details).toMatchObject({
      dm_status: 'engine_unavailable_failed_send',
      failure_reason: 'channel_id_unset',
    })
  })
})

describe('the safety sweep', () => {
  it('finds a message that nobody announced within KORA_PROBE_WAKE_POLL_SEC', async () => {
    const kora = await startTestDaemon({ env: { KORA_PROBE_WAKE_POLL_SEC: '30' } })
    await kora.pass(12_000)
    const nowMs = kora.clock.nowMs()
    const row = outboxRow((prefix) => `${prefix}left-behind`, nowMs, {
      channel: 'slack',
      kind: 'test',
      payload: payload('left behind', 'left behind'),
    })
    await kora.read((store) => store.transaction(() => store.outbox.insert(row)))
    expect(kora.slackTexts()).toEqual([])
    await kora.pass(31_000)
    expect(kora.slackTexts()).toEqual(['left behind'])
  })
})

describe('repeats', () => {
  it('holds back the same severity within the window and tells it when the window ends', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, env: fly, probes: [flyProbe(simulator)] })
    await kora.pass(2_000)
    stopOneMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(1_000)
    stopOneMachine(simulator, 'started')
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(1_000)
    expect(kora.slackTexts()).toHaveLength(2)
    stopOneMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(60_000)
    expect(kora.slackTexts()).toHaveLength(2)
    const [incident] = (await kora.client.incidents.list({})).items
    expect(incident).toMatchObject({ reopenedCount: 1, state: 'open' })
    await kora.pass(600_000)
    expect(kora.slackTexts()).toHaveLength(3)
  })

  it('is debounced while it flaps and always tells the recovery (row 27)', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, env: fly, probes: [flyProbe(simulator)] })
    await kora.pass(2_000)
    for (let round = 0; round < 100; round++) {
      stopOneMachine(simulator, round % 2 === 0 ? 'stopped' : 'started')
      await kora.client.probes.check({ id: 'fly' })
      await kora.pass(1_000)
    }
    stopOneMachine(simulator, 'started')
    for (let round = 0; round < 3; round++) await kora.client.probes.check({ id: 'fly' })
    await kora.pass(1_000)
    const texts = kora.slackTexts()
    expect(texts.at(-1)).toMatch(/^✅/)
    const alerts = texts.filter((text) => !text.startsWith('✅'))
    expect(alerts.length).toBeLessThanOrEqual(2)
    expect((await kora.client.incidents.list({ state: 'active' })).items).toHaveLength(0)
    console.log(
      JSON.stringify({ name: 'row 27: messages for 100 flaps', value: texts.length, unit: 'messages', bound: 4 }),
    )
    expect(texts.length).toBeLessThanOrEqual(4)
  })

  it('does not tell an announced incident again after a restart, and tells its recovery (row 38)', async () => {
    const simulator = await simulated()
    const first = await startTestDaemon({ simulator, env: fly, probes: [flyProbe(simulator)] })
    await first.pass(2_000)
    stopOneMachine(simulator)
    await first.client.probes.check({ id: 'fly' })
    await first.pass(1_000)
    await first.stop()
    const second = await first.again()
    await second.pass(65_000)
    expect(second.slackTexts()).toHaveLength(1)
    stopOneMachine(simulator, 'started')
    await second.pass(60_000)
    expect(second.slackTexts().at(-1)).toMatch(/^✅ fly is well again/)
    expect(new Set(acceptedIds(simulator)).size).toBe(acceptedIds(simulator).length)
  })

  it('tells one line when the trouble was over before anybody could be told (ruling 18)', async () => {
    const simulator = await simulated()
    simulator.setFault('slack', { kind: 'status', status: 503 })
    const first = await startTestDaemon({ simulator, env: fly, probes: [siteProbe(simulator)] })
    await first.pass(2_000)
    simulator.setFault('site', { kind: 'status', status: 500 })
    await first.client.probes.check({ id: 'site' })
    await first.pass(11_000)
    await first.stop()
    simulator.setFault('slack', null)
    simulator.setFault('site', null)
    first.clock.stall(3_600_000)
    const second = await first.again()
    await second.pass(5_000)
    const accepted = Object.values(simulator.state.slack.channels).flatMap((channel) =>
      channel.messages.map((message) => message.text),
    )
    expect(accepted).toEqual([expect.stringMatching(/^✅ site had trouble for/)])
  })
})

describe('everything at once', () => {
  it('is one grouped wake and one message, and one recovery (row 26)', async () => {
    const simulator = await simulated()
    const probes = Array.from({ length: 5 }, (_, index) =>
      siteProbe(simulator, { id: `site-${index}`, title: `site ${index}` }),
    )
    const kora = await startTestDaemon({ simulator, probes })
    await kora.pass(12_000)
    simulator.setFault('site', { kind: 'status', status: 500 })
    await kora.client.probes.checkAll()
    await kora.pass(15_000)
    const wakes = await kora.client.system.audit({ seam: 'probe.wake_requested' })
    const roots = kora.slackTexts().filter((text) => text.includes('Probe alert'))
    console.log(
      JSON.stringify({
        name: 'row 26: wakes when all probes fail at once',
        value: wakes.length,
        unit: 'wakes',
        bound: 1,
      }),
    )
    expect(wakes).toHaveLength(1)
    expect(roots).toHaveLength(1)
    expect(roots[0]).toContain('5 services at once')
    expect(simulator.requests.filter((request) => request.service === 'anthropic')).toHaveLength(1)
    simulator.setFault('site', null)
    await kora.client.probes.checkAll()
    await kora.pass(2_000)
    expect(kora.slackTexts().filter((text) => text.startsWith('✅'))).toEqual([
      expect.stringContaining('5 services are well again'),
    ])
  })

  it('is Kora’s own link when nothing answers: no incident, one notice, one on return', async () => {
    const simulator = await simulated()
    const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4']
    const port = new URL(simulator.url).port
    const probes = hosts.map((host, index) =>
      siteProbe(simulator, {
        id: `site-${index}`,
        title: `site ${index}`,
        // Only the first address has a server; the others refuse the connection once the first is gone too.
        config: { url: `http://${host}:${index === 0 ? port : 1}/site/` },
        enabled: index === 0,
      }),
    )
    const kora = await startTestDaemon({ simulator, probes })
    await kora.pass(12_000)
    simulator.setFault('site', { kind: 'reset' })
    for (const probe of probes.slice(1)) await kora.client.probes.update({ ...probe, enabled: true })
    await kora.client.probes.checkAll()
    await kora.pass(90_000)
    expect(kora.shown.map((message) => message.title)).toEqual(['Not watching'])
    expect((await kora.client.incidents.list({})).items).toHaveLength(0)
    const rows = await kora.client.probes.list()
    expect(rows.map((row) => row.status)).toEqual(['not_watching', 'not_watching', 'not_watching', 'not_watching'])
    simulator.setFault('site', null)
    await kora.client.probes.check({ id: 'site-0' })
    await kora.pass(1_000)
    expect(kora.shown.map((message) => message.title)).toEqual(['Not watching', 'Watching again'])
  })
})
