import { describe, expect, it } from 'vitest'
import type { StateMessage } from '../../../src/contract/state.ts'
import {
  checkAndConfirm,
  onlyIncident,
  pageProbe,
  providerProbe,
  requestsTo,
  setPage,
  simulated,
  tokens,
  until,
} from '../../fakes/acceptance.ts'
import { startTestDaemon } from '../../fakes/testDaemon.ts'

const dayMs = 86_400_000
const bare = {
  KORA_SLACK_BOT_TOKEN: undefined,
  KORA_SLACK_OPERATOR_USER_ID: undefined,
  KORA_ANTHROPIC_API_KEY: undefined,
}

describe('cockpit 18, the daemon’s side', () => {
  it('cockpit 1: a fresh install has a checklist, and nothing that looks like trouble', async () => {
    const kora = await startTestDaemon({ simulator: await simulated(), env: bare, notifierRefuses: 'no_surface' })
    await kora.pass(60_000)
    const info = await kora.client.system.info()
    expect(info.setup.map((step) => [step.key, step.done])).toEqual([
      ['probe', false],
      ['model_key', false],
      ['slack', false],
      ['notifications', false],
    ])
    expect(info.problems).toEqual([])
    expect(info.listeners.map((listener) => [listener.name, listener.state])).toEqual([
      ['heartbeat', 'up'],
      ['web', 'off'],
      ['heartbeat_probes', 'off'],
      ['reasoning_engine', 'off'],
      ['slack_client', 'off'],
      ['alert_notifier', 'up'],
      ['snapshot', 'up'],
      ['cost_telemetry', 'up'],
      ['probe_wake', 'up'],
      ['alert_wake', 'up'],
    ])
    expect((await kora.client.incidents.list({})).items).toEqual([])
    expect(kora.shown).toEqual([])
    expect([...kora.logger.messages('warn'), ...kora.logger.messages('error')]).toEqual([])
  })

  it('cockpit 2: everything configured and well: all listeners up, nothing to list', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, probes: [pageProbe(simulator, 'site')] })
    await kora.client.settings.testChannel({ channel: 'slack' })
    await kora.pass(60_000)
    const info = await kora.client.system.info()
    // The test's host has no server of its own.
    const hosted = info.listeners.filter(({ name }) => name !== 'web')
    expect(hosted.filter(({ state }) => state !== 'up')).toEqual([])
    expect(info.health).toEqual({ overall: 'healthy', recentErrors: 0, breakdown: {} })
    expect(info.setup.every((step) => step.done)).toBe(true)
    expect((await kora.client.incidents.list({})).items).toEqual([])
    expect((await kora.client.probes.list()).map((row) => row.summary)).toEqual(['Well'])
  })

  it('cockpit 3, 4: unhealthy: within 35 s a notification that names probe and severity and leads to the incident', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({
      simulator,
      probes: [{ ...pageProbe(simulator, 'shop'), intervalMs: 20_000 }],
    })
    await kora.pass(25_000)
    setPage(simulator, 'shop', 500)
    const brokenMs = kora.clock.nowMs()
    while (kora.shown.length === 0) await kora.pass(1_000)
    expect(kora.clock.nowMs() - brokenMs).toBeLessThanOrEqual(35_000)
    const incident = await onlyIncident(kora)
    expect(kora.shown[0]).toMatchObject({ title: 'shop: critical', route: `/investigations/${incident.id}` })
    const [alert] = (await kora.client.system.deliveries({})).filter((row) => row.channel === 'native')
    expect(alert?.incidentId).toBe(incident.id)
  })

  it('cockpit 6: the same trouble a day apart is two incidents; each page has its own records and names the other', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({
      simulator,
      probes: [{ ...pageProbe(simulator, 'site', { severity: 'warning' }), intervalMs: dayMs }],
    })
    await kora.pass(12_000)
    const ids: string[] = []
    for (let day = 0; day < 2; day++) {
      setPage(simulator, 'site', 500)
      await kora.client.probes.check({ id: 'site' })
      await kora.pass(3_000)
      const { items } = await kora.client.incidents.list({ state: 'active' })
      ids.push(items[0]?.id ?? '')
      setPage(simulator, 'site', 200)
      await kora.client.probes.check({ id: 'site' })
      await kora.pass(3_000)
      kora.clock.stall(dayMs)
    }
    const [first = '', second = ''] = ids
    expect(first).not.toBe(second)
    const pages = await Promise.all(ids.map((id) => kora.client.incidents.get({ id })))
    for (const { timeline, incident, investigations } of pages) {
      expect(investigations).toHaveLength(1)
      const [from, to] = [incident.firstSeenAtMs, (incident.resolvedAtMs ?? 0) + 60_000]
      expect(timeline.every((line) => line.atMs >= from && line.atMs <= to)).toBe(true)
      expect(timeline.map((line) => line.kind)).toEqual(
        expect.arrayContaining(['check', 'opened', 'wake', 'investigation', 'delivery', 'resolved']),
      )
    }
    expect(pages[0]?.before).toEqual([])
    expect(pages[1]?.before.map((one) => one.id)).toEqual([first])
  })

  it('cockpit 8: a restart with three announced incidents notifies nobody; all three are listed', async () => {
    const simulator = await simulated()
    const names = ['a', 'b', 'c', 'd']
    const first = await startTestDaemon({ simulator, probes: names.map((name) => pageProbe(simulator, name)) })
    await first.pass(12_000)
    for (const name of names.slice(0, 3)) setPage(simulator, name, 500)
    await first.client.probes.checkAll()
    await first.pass(15_000)
    expect(first.shown.length).toBeGreaterThan(2)
    await first.stop()
    simulator.clearRequests()
    const second = await first.again()
    await second.pass(120_000)
    expect(second.shown).toEqual([])
    expect(second.slackTexts()).toEqual([])
    const { items } = await second.client.incidents.list({ state: 'active' })
    expect(items.map((incident) => incident.probeId).toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('cockpit 12: a service that is not looked at keeps its last value with its time', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, probes: [pageProbe(simulator, 'site')] })
    await kora.pass(12_000)
    const [before] = await kora.client.probes.list()
    kora.clock.stall(4 * 60_000)
    const [after] = await kora.client.probes.list()
    expect(after).toMatchObject({
      status: 'healthy',
      latencyMs: before?.latencyMs,
      observedAtMs: before?.observedAtMs,
      intervalMs: 60_000,
    })
    expect(kora.clock.nowMs() - (after?.observedAtMs ?? 0)).toBeGreaterThanOrEqual(4 * 60_000)
  })

  it('cockpit 14: check everything with one failing source: eight updated, none blank, the ninth named', async () => {
    const simulator = await simulated()
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const probes = [...names.map((name) => pageProbe(simulator, name)), providerProbe(simulator, 'fly')]
    const env = { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN }
    const kora = await startTestDaemon({ simulator, env, probes })
    await kora.pass(15_000)
    const before = await kora.client.probes.list()
    simulator.setFault('fly', { kind: 'status', status: 401 })
    await kora.clock.advance(1_000)
    const summary = await kora.client.probes.checkAll()
    expect(summary).toEqual({ checked: 9, failed: [{ id: 'fly', summary: 'Token rejected' }] })
    const after = await kora.client.probes.list()
    for (const row of after) {
      const old = before.find((one) => one.id === row.id)
      expect(row.observedAtMs).toBeGreaterThan(old?.observedAtMs ?? Number.MAX_SAFE_INTEGER)
      expect(row.latencyMs).not.toBeNull()
      expect(row.spark.filter((value) => value !== null).length).toBeGreaterThan(0)
    }
    expect(after.find((row) => row.id === 'fly')).toMatchObject({ status: 'unhealthy', error: 'HTTP 401' })
  })

  it('cockpit 15: three quick presses are one round', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({
      simulator,
      probes: ['a', 'b', 'c'].map((name) => pageProbe(simulator, name)),
    })
    await kora.pass(12_000)
    simulator.clearRequests()
    const rounds = await Promise.all([1, 2, 3].map(() => kora.client.probes.checkAll()))
    expect(requestsTo(simulator, 'site')).toBe(3)
    expect(new Set(rounds.map((round) => JSON.stringify(round))).size).toBe(1)
    const [one, two] = await Promise.all([1, 2].map(() => kora.client.probes.check({ id: 'a' })))
    expect(one).toEqual(two)
    expect(requestsTo(simulator, 'site')).toBe(4)
  })

  it('run now joins a run under way', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator })
    await Promise.all([1, 2, 3].map(() => kora.client.system.runTask({ name: 'backup.nightly' })))
    expect(await kora.client.system.backups()).toHaveLength(1)
    await expect(kora.client.system.runTask({ name: 'probe:site' })).rejects.toMatchObject({ code: 'task_unknown' })
  })

  it('cockpit 16: ten idle minutes with Now open cause the scheduled reads and no more, and no model is asked', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({
      simulator,
      probes: ['a', 'b'].map((name) => pageProbe(simulator, name)),
    })
    await kora.pass(12_000)
    const leaving = new AbortController()
    const messages: StateMessage[] = []
    const window = (async () => {
      for await (const message of await kora.client.state.subscribe(undefined, { signal: leaving.signal })) {
        messages.push(message)
      }
    })()
    await until(() => messages.length > 0)
    simulator.clearRequests()
    await kora.pass(600_000)
    leaving.abort()
    await window.catch(() => undefined)
    expect(simulator.requests.map((request) => request.path).toSorted()).toEqual([
      ...Array.from({ length: 10 }, () => '/a'),
      ...Array.from({ length: 10 }, () => '/b'),
    ])
    expect(messages[0]?.kind).toBe('snapshot')
    expect(messages.length).toBeGreaterThan(10)
  })

  it('a critical is told on both channels, warnings silently, and the recovery in place of them', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, probes: [pageProbe(simulator, 'site')] })
    await kora.pass(12_000)
    setPage(simulator, 'site', 500)
    await checkAndConfirm(kora, 'site')
    setPage(simulator, 'site', 200)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(3_000)
    expect(new Set(kora.shown.map((message) => message.tag)).size).toBe(1)
    expect(kora.shown.at(-1)).toMatchObject({ title: 'site is well again', silent: true })
    expect(kora.slackTexts().at(-1)).toMatch(/^✅ site is well again after/)
  })
})
