import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ContractRouterClient } from '@orpc/contract'
import { createRouterClient } from '@orpc/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Contract } from '../../../src/contract/index.ts'
import type { Daemon } from '../../../src/daemon/createDaemon.ts'
import { SocketHost } from '../../../src/daemon/hosting/SocketHost.ts'
import { connectSocket } from '../../../src/daemon/hosting/socketClient.ts'
import { createPublishedApi } from '../../../src/daemon/hosting/publishedApi.ts'
import type { Listener } from '../../../src/daemon/listeners/listener.ts'
import { parseConfig } from '../../../src/daemon/platform/config.ts'
import { pageProbe, requestsTo, setPage, simulated, until } from '../../fakes/acceptance.ts'
import { webListener } from '../../../src/headless/HttpHost.ts'
import { createFakeClock } from '../../fakes/fakeClock.ts'
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
    expect(parseConfig({ KORA_DEPLOY_ENV: ' \t ' })).toMatchObject({ config: { deployEnv: null }, warnings: [] })
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

  it('daemon 10: the status has no uptime before the last listener was started; a clock that is set moves nothing', async () => {
    const listening = Promise.withResolvers<void>()
    const early = Promise.withResolvers<Daemon>()
    const web: Listener = { name: 'web', critical: true, start: () => listening.promise }
    const starting = startTestDaemon({ simulator: await simulated(), web, onCreated: early.resolve })
    const { router } = await early.promise
    const client: ContractRouterClient<Contract> = createRouterClient(await router(), { context: {} })
    const started = async () => (await client.system.status()).listeners.filter((row) => row.started)
    await until(async () => (await started()).length === 1)
    expect(await client.system.status()).toMatchObject({
      state: 'booting',
      uptime_seconds: null,
      shutdown_reason: null,
      daemon_session_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    listening.resolve()
    const kora = await starting
    const { startedAtMs } = await client.system.info()
    kora.clock.setWall(kora.clock.nowMs() - 8 * 3_600_000)
    await kora.clock.advance(12_340)
    const status = await client.system.status()
    expect(status).toMatchObject({ state: 'running', uptime_seconds: 12.3 })
    expect(status.listeners.map(({ name, shutdown_timeout_seconds: limit }) => [name, limit])).toEqual([
      ['heartbeat', 4],
      ['web', 10],
      ['heartbeat_probes', 4],
      ['reasoning_engine', 10],
      ['slack_client', 10],
      ['alert_notifier', 10],
      ['snapshot', 10],
      ['cost_telemetry', 10],
      ['probe_wake', 10],
      ['alert_wake', 10],
    ])
    expect((await client.system.info()).startedAtMs).toBe(startedAtMs)
    await kora.daemon.stop('enough')
    expect(await client.system.status()).toMatchObject({
      state: 'shutting_down',
      uptime_seconds: 12.3,
      shutdown_reason: 'enough',
    })
    await kora.read((store) => {
      const [stopped] = store.audit.list({ seam: 'daemon.stopped', limit: 1 })
      expect(stopped?.details).toMatchObject({ reason: 'enough', uptime_ms: 12_300 })
    })
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

  it.each([
    ['abc', true],
    ['0', true],
    ['-5', true],
    ['', false],
    [' ', false],
  ])('daemon 18: a cadence of %j is the default; whether it warns: %j', (value, warns) => {
    const names = [
      'KORA_HEARTBEAT_PROBE_INTERVAL_SEC',
      'KORA_PROBE_WAKE_POLL_SEC',
      'KORA_COST_TELEMETRY_PERSIST_INTERVAL_SEC',
      'KORA_ALERT_NOTIFY_INTERVAL_SEC',
      'KORA_ALERT_NOTIFY_DIGEST_INTERVAL_SEC',
      'KORA_ALERT_WAKE_POLL_SEC',
      'KORA_SNAPSHOT_INTERVAL_SEC',
    ]
    const { config, warnings } = parseConfig(Object.fromEntries(names.map((name) => [name, value])))
    expect(config).toMatchObject({
      probeIntervalMs: 300_000,
      wakeSweepMs: 30_000,
      costTelemetry: { persistMs: 300_000 },
      alerts: { notifyMs: 180_000, digestMs: 86_400_000, wakeSweepMs: 30_000 },
      snapshot: { intervalMs: 300_000 },
    })
    const about = new Set(warnings.map((warning) => warning.split(' ')[0]))
    expect(about).toEqual(new Set(warns ? names : []))
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
    await kora.clock.advance(4_000)
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

  it('a task whose owner is not started yet does nothing: what an earlier process left waits for its start', async () => {
    const simulator = await simulated()
    const first = await startTestDaemon({
      simulator,
      probes: [pageProbe(simulator, 'site', { severity: 'warning' })],
    })
    await first.pass(12_000)
    simulator.setFault('anthropic', { kind: 'hang' })
    setPage(simulator, 'site', 500)
    await first.client.probes.check({ id: 'site' })
    await simulator.received('anthropic', 1)
    await first.stop()
    simulator.setFault('anthropic', null)
    simulator.clearRequests()

    const listening = Promise.withResolvers<void>()
    const swept = Promise.withResolvers<Daemon>()
    const { clock, folder } = first
    const starting = startTestDaemon({
      simulator,
      clock,
      folder,
      env: { KORA_PROBE_WAKE_POLL_SEC: '1' },
      web: { name: 'web', critical: true, start: () => listening.promise },
      onCreated: swept.resolve,
    })
    const { router } = await swept.promise
    const client: ContractRouterClient<Contract> = createRouterClient(await router(), { context: {} })
    await clock.advance(3_000)
    const sweep = (await client.system.info()).schedules.find(({ name }) => name === 'wakes.sweep')
    expect(sweep).toMatchObject({ lastOutcome: 'ok' })
    expect(requestsTo(simulator, 'anthropic')).toBe(0)
    listening.resolve()
    const second = await starting
    await second.pass(5_000)
    expect(requestsTo(simulator, 'anthropic')).toBe(1)
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

  it('daemon 14: with no port after a second the start fails, and everything it started is undone', async () => {
    const { host } = await headlessHost({ early: true, listen: false })
    const asked = Promise.withResolvers<void>()
    host.listen = () => {
      asked.resolve()
      return new Promise(() => undefined)
    }
    const clock = createFakeClock()
    const simulator = await simulated()
    const start = startTestDaemon({ simulator, clock, web: webListener(() => host) })
    await asked.promise
    await Promise.all([expect(start).rejects.toMatchObject({ code: 'timed_out' }), clock.advance(1_000)])
    expect(simulator.requests).toEqual([])
    expect(clock.pendingTimers()).toBe(0)
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

  it('daemon 32: what two programs ask for at once happens one after the other', async () => {
    const kora = await startTestDaemon({ simulator: await simulated() })
    const { paths, logger, daemon } = kora
    const { platform } = process
    const host = new SocketHost({ socket: paths.socket, platform, router: daemon.router, logger, signInAddress: null })
    await mkdir(dirname(paths.socket), { recursive: true })
    await host.listen()
    onTestFinished(() => host.close())
    // As many as the socket takes at once.
    const asked = Array.from({ length: 32 }, async (_, no) => {
      const { client } = connectSocket(paths.socket, 10_000)
      return no % 2 === 0
        ? client.operational.pause({ forMs: null, reason: `${no}` })
        : client.operational.resume({ actor: 'command_line' })
    })
    await Promise.all(asked)
    const rows = (await kora.client.system.audit({ seam: 'operational_state.changed', limit: 100 })).toReversed()
    const steps = rows.map(({ details }) => ({ from: details['from'], to: details['to'] }))
    // Each begins where the one before it ended.
    expect(steps.slice(1).map(({ from }) => from)).toEqual(steps.slice(0, -1).map(({ to }) => to))
    expect(rows.filter(({ details }) => details['to'] === 'paused')).toHaveLength(16)
    expect((await kora.client.operational.get()).primary).toBe(steps.at(-1)?.to)
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
    await third.client.system.runTask({ name: 'backup.nightly' })
    await third.stop()
    // The clock was wrong, and is right now: the last run lies in the future.
    third.clock.setWall(third.clock.nowMs() - 30 * 86_400_000)
    const fourth = await third.again()
    expect(((await due(fourth))?.nextDueAtMs ?? 0) - fourth.clock.nowMs()).toBeLessThanOrEqual(600_000)
  })

  it('a start is recorded however it went: paused, and failed with its reason', async () => {
    const simulator = await simulated()
    const first = await startTestDaemon({ simulator })
    await first.client.operational.pause({ forMs: null, reason: 'moving' })
    await first.stop()
    const second = await first.again()
    const started = await second.client.system.audit({ seam: 'daemon.started', limit: 10 })
    expect(started.map(({ details }) => details['gates'])).toEqual(
      Array(2).fill([expect.objectContaining({ gate_id: 'store_takes_rows', outcome: 'passed', attempts: 1 })]),
    )
    expect((await second.client.operational.get()).primary).toBe('paused')
    await second.client.operational.resume({})
    await second.stop()
    const { folder, clock } = second
    const web: Listener = { name: 'web', critical: true, start: () => Promise.reject(new Error('no such card')) }
    await expect(startTestDaemon({ simulator, folder, clock, web })).rejects.toThrow('no such card')
    const third = await second.again()
    const [failed] = await third.client.system.audit({ seam: 'operational_state.changed', limit: 1 })
    expect(failed?.details).toMatchObject({ from: 'booting', to: 'stopped', trigger: 'the start failed: no such card' })
    // What failed says nothing about the next start.
    expect((await third.client.operational.get()).primary).toBe('ready')
  })
})
