import { describe, expect, it } from 'vitest'
import {
  checkAndConfirm,
  firstQuestion,
  onlyIncident,
  pageProbe,
  providerProbe,
  requestsTo,
  setPage,
  simulated,
  stopMachine,
  tokens,
  until,
} from '../../fakes/acceptance.ts'
import { flyProbe, startTestDaemon } from '../../fakes/testDaemon.ts'

const fly = { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN }
const eight = [
  'probe',
  'severity',
  'category',
  'title',
  'detail',
  'snapshot_details',
  'envelope_enabled',
  'envelope_fix_name',
]

describe('Wake', () => {
  it('probes 18 (ruling 19): three bad cycles are one wake; its row has the eight fields first, and the new ones', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, env: fly, probes: [flyProbe(simulator)] })
    await kora.pass(12_000)
    simulator.setFault('fly', { kind: 'status', status: 401 })
    await checkAndConfirm(kora, 'fly')
    await kora.client.probes.check({ id: 'fly' })
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(1_000)
    const rows = await kora.client.system.audit({ seam: 'probe.wake_requested' })
    expect(rows).toHaveLength(1)
    const [wake] = rows
    const details = wake?.details ?? {}
    expect(Object.keys(details).slice(0, 8)).toEqual(eight)
    expect(details).toMatchObject({
      probe: 'fly',
      severity: 'critical',
      category: 'service_unhealthy',
      title: 'Fly app(s) unreachable: HTTP 401',
      snapshot_details: { apps_running: 0 },
      envelope_enabled: false,
      envelope_fix_name: 'restart_unhealthy_machine',
      reason: 'opened',
      status: 'unhealthy',
      error: 'HTTP 401',
      consecutive: 2,
      incident_id: wake?.incidentId,
    })
    expect(typeof details['latency_ms']).toBe('number')
    expect(details['cycle_seq']).toBeGreaterThan(1)
    expect(details['event_id']).toMatch(/^wake_/)
    expect(Date.parse(String(details['first_seen_at']))).toBeLessThan(Date.parse(String(details['observed_at'])))
    expect([wake?.callerSessionId, wake?.source]).toEqual(['probe:fly:service_unhealthy', 'cron'])
  })

  it('probes 18 (ruling 19): a severity that rises is a second wake of the same incident', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, env: fly, probes: [flyProbe(simulator)] })
    await kora.pass(12_000)
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    simulator.setFault('fly', { kind: 'status', status: 500 })
    await checkAndConfirm(kora, 'fly')
    const rows = (await kora.client.system.audit({ seam: 'probe.wake_requested' })).toReversed()
    expect(rows.map(({ details }) => [details['reason'], details['severity']])).toEqual([
      ['opened', 'warning'],
      ['severity_rose', 'critical'],
    ])
    expect(new Set(rows.map((row) => row.incidentId)).size).toBe(1)
  })

  it('probes 19: nothing wrong, no wake; two troubles in one round, two wakes', async () => {
    const simulator = await simulated()
    const probes = ['a', 'b', 'c'].map((name) => pageProbe(simulator, name))
    const unset = { ...providerProbe(simulator, 'doppler'), config: { baseUrl: simulator.urls.doppler } }
    const kora = await startTestDaemon({ simulator, probes: [...probes, unset] })
    await kora.client.probes.checkAll()
    await kora.pass(60_000)
    expect(await kora.client.system.audit({ seam: 'probe.wake_requested' })).toEqual([])
    setPage(simulator, 'a', 500)
    setPage(simulator, 'b', 500)
    await kora.client.probes.checkAll()
    await kora.pass(11_000)
    const rows = (await kora.client.system.audit({ seam: 'probe.wake_requested' })).toReversed()
    expect(new Set(rows.map((row) => row.details['probe']))).toEqual(new Set(['a', 'b']))
    expect(rows).toHaveLength(2)
  })

  it.each([
    ['YES', true],
    ['', false],
    ['enabled', false],
  ])('probes 20: the fix envelope is set by its variable: %j is %s', async (value, enabled) => {
    const simulator = await simulated()
    const env = { ...fly, KORA_PROBE_AUTOFIX_FLY_ENABLED: value }
    const kora = await startTestDaemon({ simulator, env, probes: [flyProbe(simulator)] })
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(1_000)
    const [row] = await kora.client.system.audit({ seam: 'probe.wake_requested' })
    expect(row?.details).toMatchObject({
      envelope_enabled: enabled,
      envelope_fix_name: 'restart_unhealthy_machine',
    })
    // probes 38: the question says the same.
    const { prompt } = firstQuestion(simulator)
    expect(prompt.includes('restart_unhealthy_machine (ENABLED)')).toBe(enabled)
    expect(prompt.includes('diagnose-only')).toBe(!enabled)
  })
})

describe('Tail and debounce', () => {
  it('probes 23 (rulings 18, 19) and audit 30: what was not delivered is delivered once by the next process', async () => {
    const simulator = await simulated()
    const names = ['a', 'b', 'c', 'd']
    const probes = names.map((name) => pageProbe(simulator, name))
    const first = await startTestDaemon({ simulator, probes })
    await first.pass(12_000)
    simulator.setFault('slack', { kind: 'status', status: 503 })
    for (const name of ['a', 'b', 'c']) setPage(simulator, name, 500)
    await first.client.probes.checkAll()
    await first.pass(11_000)
    const wakes = await first.client.system.audit({ seam: 'probe.wake_requested' })
    expect(wakes).toHaveLength(3)
    await first.stop()

    simulator.setFault('slack', null)
    const second = await first.again()
    await second.pass(30_000)
    await second.stop()
    const third = await second.again()
    await third.pass(30_000)
    const accepted = Object.values(simulator.state.slack.channels).flatMap((channel) => channel.messages)
    const roots = accepted.filter((message) => message.thread_ts === undefined).map((message) => message.text)
    expect(roots.map((text) => String(text.split('\n')[0])).toSorted((a, b) => a.localeCompare(b))).toEqual([
      '🚨 Probe alert · a',
      '🚨 Probe alert · b',
      '🚨 Probe alert · c',
    ])
    const ids = accepted.map((message) => message.metadata?.event_payload['message_id'])
    expect(new Set(ids).size).toBe(ids.length)
    expect(await third.client.system.audit({ seam: 'probe.wake_requested' })).toHaveLength(3)
  })

  it('audit 30: a restart in the middle of the queue leaves every wake handled once, whichever was told before', async () => {
    const simulator = await simulated()
    const names = ['a', 'b', 'c', 'well']
    const first = await startTestDaemon({ simulator, probes: names.map((name) => pageProbe(simulator, name)) })
    await first.pass(12_000)
    setPage(simulator, 'a', 500)
    await checkAndConfirm(first, 'a')
    await first.pass(3_000)
    simulator.setFault('slack', { kind: 'status', status: 503 })
    setPage(simulator, 'b', 500)
    await checkAndConfirm(first, 'b')
    setPage(simulator, 'c', 500)
    await first.client.probes.check({ id: 'c' })
    await first.stop()

    simulator.setFault('slack', null)
    let kora = first
    for (let restart = 0; restart < 3; restart++) {
      kora = await kora.again()
      await kora.pass(120_000)
      await kora.stop()
    }
    const [wakes, done] = await kora.read(({ audit }) =>
      (['probe.wake_requested', 'probe.investigation_completed'] as const).map((seam) =>
        audit.list({ seam, limit: 0 }).map(({ details, wakeEventId }) => [details['probe'], wakeEventId]),
      ),
    )
    expect(wakes?.map(([probe]) => probe).toSorted()).toEqual(['a', 'b', 'c'])
    expect(done?.toSorted()).toEqual(wakes?.toSorted())
    const accepted = Object.values(simulator.state.slack.channels).flatMap((channel) => channel.messages)
    const told = accepted.filter(({ thread_ts }) => thread_ts === undefined).map(({ text }) => text.split('\n')[0])
    expect(told).toHaveLength(3)
    expect(new Set(told)).toEqual(new Set(['a', 'b', 'c'].map((name) => `🚨 Probe alert · ${name}`)))
  })

  it('probes 24 (ruling 19): two wakes in order; trouble with the first does not stop the second; neither comes again', async () => {
    const simulator = await simulated()
    const probes = ['a', 'b', 'c'].map((name) => pageProbe(simulator, name, { severity: 'warning' }))
    const kora = await startTestDaemon({ simulator, probes })
    await kora.pass(12_000)
    simulator.state.anthropic.reply = ({ prompt }) =>
      prompt.includes('Probe: a') ? { error: { type: 'invalid_request_error', message: 'no' } } : 'Because.'
    setPage(simulator, 'a', 500)
    await kora.client.probes.check({ id: 'a' })
    setPage(simulator, 'b', 500)
    await kora.client.probes.check({ id: 'b' })
    await kora.pass(200_000)
    expect(kora.slackTexts()).toEqual([
      expect.stringMatching(/^⚠️ Probe alert · a\n[^]*engine returned: sdk_4xx_400$/),
      '⚠️ Probe alert · b\nBecause.',
    ])
  })

  it('probes 26, 27: the same trouble twice within 600 s is told once; after the window it is told again', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, env: fly, probes: [flyProbe(simulator)] })
    await kora.pass(12_000)
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(1_000)
    stopMachine(simulator, 'started')
    await kora.client.probes.check({ id: 'fly' })
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(1_000)
    const alerts = () => kora.slackTexts().filter((text) => text.includes('Probe alert'))
    expect(alerts()).toHaveLength(1)
    expect(requestsTo(simulator, 'anthropic')).toBe(1)
    const steps = await kora.client.system.audit({ seam: 'incident.transitioned' })
    expect(steps.map((row) => row.details['why'])).toContain('debounce_skipped: held back')
    // Delayed, never discarded (ruling 9).
    await kora.pass(610_000)
    expect(alerts()).toHaveLength(2)
    expect(requestsTo(simulator, 'anthropic')).toBe(2)
  })

  it('probes 27: another hour, another message', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({
      simulator,
      env: fly,
      probes: [flyProbe(simulator, { intervalMs: 3_600_000 })],
    })
    for (const state of ['stopped', 'started', 'stopped'] as const) {
      stopMachine(simulator, state)
      await kora.client.probes.check({ id: 'fly' })
      await kora.pass(1_000)
      kora.clock.stall(3_600_000)
      await kora.pass(1_000)
    }
    expect(kora.slackTexts().filter((text) => text.includes('Probe alert'))).toHaveLength(2)
    expect((await kora.client.incidents.list({})).items).toHaveLength(2)
  })

  it.each([
    { bypass: 'true', severity: 'critical', alerts: 2 },
    { bypass: 'true', severity: 'warning', alerts: 1 },
    { bypass: undefined, severity: 'critical', alerts: 1 },
  ])('probes 28: bypass $bypass, $severity twice: $alerts told', async ({ bypass, severity, alerts }) => {
    const simulator = await simulated()
    const env = { KORA_PROBE_DEBOUNCE_BYPASS_CRITICAL: bypass }
    const probe = { ...pageProbe(simulator, 'site', { severity }), intervalMs: 3_600_000 }
    const kora = await startTestDaemon({ simulator, env, probes: [probe] })
    await kora.pass(12_000)
    for (let round = 0; round < 2; round++) {
      setPage(simulator, 'site', 500)
      await checkAndConfirm(kora, 'site')
      setPage(simulator, 'site', 200)
      await kora.client.probes.check({ id: 'site' })
      await kora.pass(1_000)
    }
    expect(kora.slackTexts().filter((text) => text.includes('Probe alert'))).toHaveLength(alerts)
  })

  it('probes 30: two in a row required: the first is buffered, a healthy one starts over', async () => {
    const simulator = await simulated()
    const env = { ...fly, KORA_PROBE_DEBOUNCE_CONSECUTIVE_REQUIRED: '2' }
    const kora = await startTestDaemon({ simulator, env, probes: [flyProbe(simulator, { intervalMs: 3_600_000 })] })
    await kora.pass(12_000)
    const check = async (state: 'stopped' | 'started') => {
      stopMachine(simulator, state)
      await kora.client.probes.check({ id: 'fly' })
      await kora.pass(1_000)
    }
    await check('stopped')
    const steps = await kora.client.system.audit({ seam: 'incident.transitioned' })
    expect(steps[0]?.details).toMatchObject({ to: 'suspect', why: 'buffered_skipped: 1 of 2' })
    await check('started')
    await check('stopped')
    expect((await kora.client.incidents.list({})).items).toEqual([])
    await check('stopped')
    expect((await onlyIncident(kora)).seenCount).toBe(2)
    expect(kora.slackTexts()).toHaveLength(1)
  })

  it('ruling 9: a window of 0 tells every wake', async () => {
    const simulator = await simulated()
    const env = { ...fly, KORA_PROBE_DEBOUNCE_SECONDS: '0' }
    const kora = await startTestDaemon({ simulator, env, probes: [flyProbe(simulator, { intervalMs: 3_600_000 })] })
    await kora.pass(12_000)
    for (const state of ['stopped', 'started', 'stopped'] as const) {
      stopMachine(simulator, state)
      await kora.client.probes.check({ id: 'fly' })
      await kora.pass(1_000)
    }
    await until(() => kora.slackTexts().length >= 3)
    expect(kora.slackTexts().filter((text) => text.includes('Probe alert'))).toHaveLength(2)
  })
})
