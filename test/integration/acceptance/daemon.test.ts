import { writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { createPublishedApi } from '../../../src/daemon/hosting/publishedApi.ts'
import type { Listener } from '../../../src/daemon/listeners/listener.ts'
import { parseConfig } from '../../../src/daemon/platform/config.ts'
import { pageProbe, requestsTo, setPage, simulated, until } from '../../fakes/acceptance.ts'
import { webListener } from '../../../src/headless/HttpHost.ts'
import { headlessHost } from '../../fakes/headlessHost.ts'
import { siteProbe, startTestDaemon, type TestDaemon } from '../../fakes/testDaemon.ts'
import { tempFolder } from '../../fakes/tempFolder.ts'

const seams = async (kora: TestDaemon) =>
  kora.read((store) => store.audit.list({ limit: 0 }).map((row) => [row.seam, row.details['reason'] ?? null]))

describe('daemon.md 9', () => {
  it('daemon 1: with nothing to do it starts, stops on request, and leaves nothing running', async () => {
    const kora = await startTestDaemon({ simulator: await simulated() })
    await kora.pass(5_000)
    await kora.daemon.stop('enough')
    expect(kora.clock.pendingTimers()).toBe(0)
    expect(await seams(kora)).toEqual([
      ['daemon.stopped', 'enough'],
      ['daemon.started', null],
    ])
  })

  it('daemon 2: it stops in reverse: checks and messages under way end before the store closes', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, probes: [pageProbe(simulator, 'site')] })
    await kora.pass(12_000)
    simulator.clearRequests()
    simulator.setFault('site', { kind: 'hang' })
    const check = kora.client.probes.check({ id: 'site' }).catch(() => null)
    await simulator.received('site', 1)
    await kora.stop()
    await check
    expect(kora.logger.messages('error')).toEqual([])
    await kora.read((store) => {
      // A check that was called off has found nothing.
      expect(store.observations.latest().get('site')?.status).toBe('healthy')
      expect(store.audit.list({ limit: 1 })[0]?.seam).toBe('daemon.stopped')
    })
  })

  it('daemon 3: what is not safe to open stops the start before anything runs', async () => {
    const folder = await tempFolder()
    await writeFile(`${folder}/kora.db`, 'this is no database at all, and long enough to be looked at'.repeat(100))
    const simulator = await simulated()
    await expect(startTestDaemon({ simulator, folder })).rejects.toMatchObject({ code: 'store_damaged' })
    expect(simulator.requests).toEqual([])
  })

  it('daemon 4 (ruling 1): a capability that is missing does not stop the others', async () => {
    const simulator = await simulated()
    const env = { KORA_SLACK_BOT_TOKEN: undefined, KORA_ANTHROPIC_API_KEY: undefined }
    const kora = await startTestDaemon({
      simulator,
      env,
      probes: [pageProbe(simulator, 'site', { severity: 'warning' })],
    })
    await kora.pass(12_000)
    const states = Object.fromEntries((await kora.client.system.info()).listeners.map((row) => [row.name, row.state]))
    // Not configured is off, not down (ruling 5).
    expect(states).toMatchObject({
      heartbeat: 'up',
      heartbeat_probes: 'up',
      probe_wake: 'up',
      reasoning_engine: 'off',
      slack_client: 'off',
    })
    setPage(simulator, 'site', 500)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(5_000)
    expect(kora.shown.length).toBeGreaterThan(0)
  })

  it('daemon 6: of three stop requests the first reason counts', async () => {
    const kora = await startTestDaemon({ simulator: await simulated() })
    await Promise.all(['first', 'second', 'third'].map((reason) => kora.daemon.stop(reason)))
    expect((await seams(kora)).filter(([seam]) => seam === 'daemon.stopped')).toEqual([['daemon.stopped', 'first']])
  })

  it('daemon 8 (rulings 1, 19): no environment name is asked for', () => {
    expect(parseConfig({})).toMatchObject({ config: { deployEnv: null }, warnings: [] })
    expect(parseConfig({ KORA_DEPLOY_ENV: ' staging ' }).config.deployEnv).toBe('staging')
  })

  it('daemon 10: its start time never moves; daemon 11: another process is another session', async () => {
    const simulator = await simulated()
    const first = await startTestDaemon({ simulator })
    const before = await first.client.system.info()
    await first.pass(60_000)
    const after = await first.client.system.info()
    expect(before.state).toBe('running')
    expect(after.startedAtMs).toBe(before.startedAtMs)
    expect(after.sessionId).toMatch(/^[0-9a-f]{32}$/)
    await first.stop()
    const second = await first.again()
    const other = await second.client.system.info()
    expect(other.sessionId).not.toBe(after.sessionId)
    expect(other.startedAtMs).toBeGreaterThan(after.startedAtMs)
  })

  it('daemon 15, 16: a probe that fails leaves its sibling alone, and never runs beside itself', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({
      simulator,
      probes: ['a', 'b'].map((name) => ({ ...pageProbe(simulator, name), intervalMs: 5_000 })),
    })
    await kora.pass(12_000)
    const slow = simulator.state.site['/a']
    if (slow) slow.delayMs = 3_600_000
    simulator.clearRequests()
    const { clock } = kora
    for (let second = 0; second < 30; second++) {
      await clock.advance(1_000)
      // Each round of the quick one is over before time goes on.
      await until(async () => !(await kora.client.probes.list()).some((row) => row.id === 'b' && row.checking))
    }
    const paths = simulator.requests.map((request) => request.path)
    expect(paths.filter((path) => path === '/b').length).toBeGreaterThanOrEqual(5)
    // Each ends at its limit of 10 s before the next begins; the doubt it leaves is looked at once more.
    expect(paths.filter((path) => path === '/a').length).toBeLessThanOrEqual(4)
  })

  it.each(['abc', '0', '-5'])('daemon 18: a cadence of %j is the default', (value) => {
    const { config, warnings } = parseConfig({ KORA_HEARTBEAT_PROBE_INTERVAL_SEC: value })
    expect(config.probeIntervalMs).toBe(300_000)
    expect(warnings).toEqual([expect.stringContaining('KORA_HEARTBEAT_PROBE_INTERVAL_SEC')])
  })

  it('daemon 27: a task that does not end is reported, and its listener shows it', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({
      simulator,
      probes: [siteProbe(simulator)],
      http: (real) => ({
        // A provider that ignores every limit.
        request: (asked) => (asked.url.includes('/site/') ? new Promise(() => undefined) : real.request(asked)),
        close: () => real.close(),
      }),
    })
    await kora.clock.advance(75_000)
    const info = await kora.client.system.info()
    expect(info.listeners.find((row) => row.name === 'heartbeat_probes')).toMatchObject({
      state: 'down',
      note: expect.stringContaining('do not end'),
    })
    expect(info.listeners.find((row) => row.name === 'heartbeat')?.state).toBe('up')
    expect(kora.logger.lines).toContainEqual(
      expect.objectContaining({ message: 'task failed', fields: expect.objectContaining({ task: 'probe:site' }) }),
    )
    // Nor does it keep the store open when everything is to end.
    const stopping = kora.stop()
    await kora.clock.advance(10_000)
    await stopping
    expect((await seams(kora))[0]).toEqual(['daemon.stopped', 'test'])
  })

  it('daemon 28: a stop during the start wins', async () => {
    const simulator = await simulated()
    const first = await startTestDaemon({ simulator })
    await first.stop()
    await expect(first.daemon.start()).rejects.toMatchObject({ code: 'daemon_stopping' })
    expect(requestsTo(simulator, 'site')).toBe(0)
  })

  it('daemon 28: told to stop while a listener is being started, it starts no further one', async () => {
    const simulator = await simulated()
    const started = Promise.withResolvers<AbortSignal>()
    const web: Listener = {
      name: 'web',
      critical: true,
      start: (_pulse, signal) => {
        started.resolve(signal)
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
      },
    }
    const starting = startTestDaemon({
      simulator,
      web,
      probes: [],
      onCreated: (daemon) => void started.promise.then(() => daemon.stop('SIGTERM')),
    })
    await expect(starting).rejects.toMatchObject({ code: 'daemon_stopping' })
    expect((await started.promise).aborted).toBe(true)
    expect(simulator.requests).toEqual([])
  })

  it('daemon 14: with the port taken the start fails, having watched nothing and told nobody', async () => {
    const other = await headlessHost()
    const { host } = await headlessHost({ port: other.port, early: true, listen: false })
    const simulator = await simulated()
    const env = { KORA_FLY_API_TOKEN: 'FlyV1 fly-token-000000' }
    const start = startTestDaemon({ simulator, env, web: webListener(() => host) })
    await expect(start).rejects.toMatchObject({ code: 'port_taken' })
    expect(simulator.requests).toEqual([])
  })

  it('daemon 31: a server that dies flips its listener to down within one check, and is started again', async () => {
    const { host, address } = await headlessHost({ listen: false })
    const kora = await startTestDaemon({ simulator: await simulated(), web: webListener(() => host) })
    await kora.pass(2_000)
    const web = async () => (await kora.client.system.info()).listeners.find(({ name }) => name === 'web')
    expect(await web()).toMatchObject({ state: 'up', restarts: 0, note: host.address() })
    const before = host.address()
    await host.close()
    await kora.pass(5_000)
    expect(await web()).toMatchObject({ state: 'down', note: 'the server does not listen any more' })
    expect((await kora.client.system.info()).health.overall).toBe('degraded')
    await kora.pass(10_000)
    expect(await web()).toMatchObject({ state: 'up', restarts: 1 })
    // Whoever has its address finds it there again.
    expect([host.listening, host.address()]).toEqual([true, before])
    expect(address).toBeDefined()
    const changes = await kora.client.system.audit({ seam: 'listener.changed', limit: 5 })
    expect(changes.map(({ details }) => [details['listener'], details['from'], details['to']])).toEqual([
      ['web', 'down', 'up'],
      ['web', 'up', 'down'],
    ])
  })

  it('daemon 26: a visit a program tells of is kept, cut to size, apart from the audit log', async () => {
    const kora = await startTestDaemon({ simulator: await simulated() })
    const api = createPublishedApi(kora.daemon.published)
    const post = (value: unknown) =>
      api({ method: 'POST', path: '/api/panel_view', body: () => Promise.resolve({ kind: 'json', value }) })
    expect(await post({ panel_name: 'p'.repeat(500), kind: 'audit' })).toEqual({ status: 200, body: { ok: true } })
    expect(await post({ panel_name: '  ' })).toEqual({ status: 400 })
    const atMs = kora.clock.nowMs()
    expect(await kora.client.views.list({})).toEqual([
      { view: 'p'.repeat(128), enteredAtMs: atMs, leftAtMs: atMs, via: 'link', windowId: 'unknown' },
    ])
    expect(JSON.stringify(await kora.client.system.audit({ limit: 0 }))).not.toContain('ppp')
    expect(await kora.client.views.usage()).toMatchObject({ records: 1, places: [{ visits: 1, dwellMs: 0 }] })
    expect(await kora.client.views.erase()).toEqual({ erased: 1 })
    expect(await kora.client.views.usage()).toMatchObject({ records: 0, places: [] })
    expect(await kora.client.system.audit({ seam: 'views.erased', limit: 1 })).toMatchObject([
      { details: { erased: 1 } },
    ])
  })

  it('daemon 30: a message under way is finished by the stop, not left half handled', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, probes: [pageProbe(simulator, 'site', { severity: 'warning' })] })
    await kora.pass(12_000)
    setPage(simulator, 'site', 500)
    simulator.setFault('slack', { kind: 'delay', ms: 50, on: 'chat.postMessage' })
    await kora.client.probes.check({ id: 'site' })
    await until(() => kora.slackTexts().length > 0)
    await kora.stop()
    await kora.read((store) => {
      const slack = store.outbox.deliveries({ limit: 10 }).filter((row) => row.channel === 'slack')
      expect(slack.map((row) => row.outcome)).toEqual(['sent'])
      expect(store.outbox.unsettled('slack')).toEqual([])
    })
  })

  it('daemon 30: a check that does not end leaves a message under way the time to be told', async () => {
    const simulator = await simulated()
    const stuck = Promise.withResolvers<void>()
    const kora = await startTestDaemon({
      simulator,
      probes: [pageProbe(simulator, 'site', { severity: 'warning' }), pageProbe(simulator, 'hung')],
      http: (real) => ({
        request(asked) {
          if (!asked.url.endsWith('/hung')) return real.request(asked)
          stuck.resolve()
          return new Promise(() => undefined)
        },
        close: () => real.close(),
      }),
    })
    await kora.clock.advance(12_000)
    await stuck.promise
    await until(async () => (await kora.client.probes.list()).some((row) => row.id === 'site' && !row.checking))
    setPage(simulator, 'site', 500)
    simulator.setFault('slack', { kind: 'delay', ms: 200, on: 'chat.postMessage' })
    await kora.client.probes.check({ id: 'site' })
    await until(() => kora.slackTexts().length > 0)
    const stopping = kora.stop()
    await kora.clock.advance(4_000)
    await stopping
    await kora.read((store) => {
      const slack = store.outbox.deliveries({ limit: 10 }).filter((row) => row.channel === 'slack')
      expect(slack.map((row) => row.outcome)).toEqual(['sent'])
    })
  })

  it('a nightly task that is due is not forgotten by daily restarts, and not repeated by hourly ones', async () => {
    const simulator = await simulated()
    const first = await startTestDaemon({ simulator })
    await first.client.system.runTask({ name: 'backup.nightly' })
    await first.stop()
    const due = async (kora: TestDaemon) => {
      const { schedules } = await kora.client.system.info()
      return schedules.find((row) => row.name === 'backup.nightly')
    }
    first.clock.stall(3_600_000)
    const second = await first.again()
    const row = await due(second)
    expect(row).toMatchObject({ lastOutcome: 'ok' })
    expect((row?.nextDueAtMs ?? 0) - second.clock.nowMs()).toBeGreaterThan(22 * 3_600_000)
    await second.stop()
    second.clock.stall(3 * 86_400_000)
    const third = await second.again()
    expect(((await due(third))?.nextDueAtMs ?? 0) - third.clock.nowMs()).toBeLessThanOrEqual(600_000)
  })
})
