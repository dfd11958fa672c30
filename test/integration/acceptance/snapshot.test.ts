import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { Snapshot } from '../../../src/contract/snapshot.ts'
import { apiTokenFile } from '../../../src/daemon/hosting/apiToken.ts'
import { readSnapshotFile } from '../../../src/daemon/services/SnapshotFile.ts'
import type { Seam } from '../../../src/domain/audit.ts'
import { projectAlerts } from '../../../src/domain/heroes.ts'
import { pageProbe, setPage, simulated, stopMachine, tokens, until } from '../../fakes/acceptance.ts'
import { send } from '../../fakes/headlessHost.ts'
import { kora as koraCommand } from '../../fakes/koraCommand.ts'
import { type KoraProcess, sourceRoot, startKoraProcess } from '../../fakes/koraProcess.ts'
import { aSnapshot } from '../../fakes/snapshotSources.ts'
import { flyProbe, startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../fakes/testDaemon.ts'
import { tempFolder } from '../../fakes/tempFolder.ts'

async function daemon(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  return startTestDaemon({ simulator: await simulated(), ...options })
}

/** A module of this repository, as another process may import it. */
const source = (path: string) => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href)

/** What is published, in its shape. */
const current = async (kora: TestDaemon) => Snapshot.parse(await kora.client.state.current())

const published = (kora: TestDaemon) => kora.daemon.published.snapshot()

describe('snapshot.md 11', () => {
  it('snapshot 2, 24: within 2 s of running it is there, with every section, and what is unknown says so', async () => {
    const kora = await daemon()
    expect(published(kora)).toEqual({ error: 'no_snapshot', stale: true })
    await kora.pass(2_000)
    const snapshot = await current(kora)
    expect(snapshot).toMatchObject({
      schema_version: 7,
      computed_at: expect.stringMatching(/^2026-05-11T14:00:0[0-2]Z$/),
      operational_state: { primary: 'ready', paused: false, pause_reason: null },
      alerts: { active_count: 0, by_severity: { critical: 0, warning: 0, info: 0 }, by_category: {} },
      cost_ladder: {
        current_tier: 'NORMAL',
        monthly_budget_pct_used: 0,
        model_default: 'claude-haiku-4-5-20251001',
        spent_to_date_usd: 0,
        credit_pool_usd: 200,
      },
      cost_ladder_by_tenant: {},
      tasks: { open_count: 'unknown', in_progress_count: 'unknown' },
      service_health: {
        vercel: 'unknown',
        sentry: 'unknown',
        doppler: 'unknown',
        supabase: 'unknown',
        fly: 'unknown',
      },
      daemon_health: { overall_status: 'healthy', boot_at: '2026-05-11T14:00:00Z', recent_error_count_5min: 0 },
    })
    expect(Object.keys(snapshot.cost_telemetry)).toEqual(['rolling_24h', 'monthly'])
    expect(snapshot.sections.tasks).toMatchObject({ status: 'unknown', reason: 'no task board is connected' })
  })

  it('snapshot 11: one service that is known leaves the others unknown; another probe stands beside the five', async () => {
    const simulator = await simulated()
    const env = { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN }
    const kora = await daemon({ simulator, env, probes: [flyProbe(simulator), pageProbe(simulator, 'shop')] })
    await kora.pass(13_000)
    const { service_health: health, service_observed_at: seen } = await current(kora)
    expect(health).toEqual({
      vercel: 'unknown',
      sentry: 'unknown',
      doppler: 'unknown',
      supabase: 'unknown',
      fly: 'healthy',
      shop: 'healthy',
    })
    expect(seen['fly']).toMatch(/^2026-05-11T14:00:\d\dZ$/)
  })

  it('snapshot 14: the fifth error degrades a running daemon, the twentieth makes it unhealthy, five minutes heal it', async () => {
    const kora = await daemon()
    await kora.pass(3_000)
    const after = async (more: number) => {
      const atMs = kora.clock.nowMs()
      await kora.read((store) =>
        store.transaction(() => {
          for (let no = 0; no < more; no++) store.audit.append({ seam: 'webhook.dead_letter' }, atMs)
        }),
      )
      await kora.pass(3_000)
      const { overall_status: overall, recent_error_count_5min: count } = (await current(kora)).daemon_health
      return [count, overall]
    }
    expect(await after(4)).toEqual([4, 'healthy'])
    expect(await after(1)).toEqual([5, 'degraded'])
    expect(await after(14)).toEqual([19, 'degraded'])
    expect(await after(1)).toEqual([20, 'unhealthy'])
    await kora.pass(360_000)
    expect(await after(0)).toEqual([0, 'healthy'])
  })

  it('snapshot 16: errors of five minutes count by their seams, whichever process recorded them', async () => {
    const folder = await tempFolder()
    const first = await daemon({ folder })
    await first.pass(1_000)
    const nowMs = first.clock.nowMs()
    await first.stop()
    await first.read((store) => {
      const add = (seam: Seam, agoMs: number, details: Record<string, unknown> = {}): void => {
        store.audit.append({ seam, details }, nowMs - agoMs)
      }
      store.transaction(() => {
        add('webhook.dead_letter', 301_000)
        add('webhook.dead_letter', 298_000)
        add('slack_dm.reply_failed', 10_000)
        add('notification.dispatched', 10_000, { status: 'FAILED' })
        add('notification.dispatched', 10_000, { status: 'delivered' })
        for (let call = 0; call < 9; call++) add('reasoning.tool_called', 10_000, { tool_status: 'ok' })
      })
    })
    const kora = await first.again()
    await kora.pass(2_000)
    const { daemon_health: health } = await current(kora)
    expect(health.recent_error_count_5min).toBe(3)
    expect(health.recent_errors_5min).toEqual({ dead_letter: 1, reply_failed: 1, notification_failed: 1 })
    await kora.pass(600_000)
    expect((await current(kora)).daemon_health.recent_error_count_5min).toBe(0)
  })

  it('snapshot 18: the file is written into a folder of its own, replaced whole, and leaves nothing behind', async () => {
    const kora = await daemon()
    await kora.pass(3_000)
    const file = kora.paths.snapshot
    const text = await readFile(file, 'utf8')
    expect(text.endsWith('}\n')).toBe(true)
    const first = JSON.parse(text) as Record<string, unknown>
    expect(Object.keys(first)).toEqual(Object.keys(first).toSorted())
    expect(Snapshot.parse(first)).toEqual(await current(kora))
    await kora.client.spend.reconcile({ reportedUsd: '160' })
    await kora.pass(3_000)
    expect(Snapshot.parse(JSON.parse(await readFile(file, 'utf8'))).cost_ladder).toMatchObject({
      current_tier: 'WARN_75',
      monthly_budget_pct_used: 80,
      // The alert about it was looked into.
      spent_to_date_usd: expect.closeTo(160, 1),
    })
    expect(await readdir(dirname(file))).not.toContainEqual(expect.stringContaining('.tmp'))
  })

  it('snapshot 19: killed between the temporary file and its renaming, a process leaves the earlier snapshot', async () => {
    const kora = await daemon()
    await kora.pass(3_000)
    const file = kora.paths.snapshot
    const before = await readFile(file, 'utf8')
    await kora.stop()
    const script = `
      import fs from 'node:fs'
      import { syncBuiltinESMExports } from 'node:module'
      fs.promises.rename = () => new Promise(() => process.kill(process.pid, 'SIGKILL'))
      syncBuiltinESMExports()
      const { SnapshotFile } = await import(${source('src/daemon/services/SnapshotFile.ts')})
      const { aSnapshot } = await import(${source('test/fakes/snapshotSources.ts')})
      await new SnapshotFile(${JSON.stringify(file)}).write(aSnapshot())`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL'])
    expect(JSON.parse(await readFile(`${file}.tmp`, 'utf8'))).toEqual(aSnapshot())
    expect(await readFile(file, 'utf8')).toBe(before)
    expect(await readSnapshotFile(file, kora.clock.nowMs())).toEqual(JSON.parse(before))
    const next = await kora.again()
    await next.pass(3_000)
    expect(await readdir(dirname(file))).not.toContainEqual(expect.stringContaining('.tmp'))
  })

  it('snapshot 22: a file that cannot be written leaves the old one, the memory and the next cycle as they should be', async () => {
    const file = join(await tempFolder(), 'place', 'snapshot.json')
    const kora = await daemon({ env: { KORA_SNAPSHOT_PATH: file } })
    await kora.pass(3_000)
    const before = await readFile(file, 'utf8')
    const compute = () => kora.client.system.runTask({ name: 'snapshot.compute' })
    await mkdir(`${file}.tmp`)
    await kora.client.operational.pause({ forMs: null })
    await kora.pass(2_000)
    await expect(compute()).rejects.toMatchObject({ code: 'folder_unwritable' })
    expect(kora.logger.messages('warn')).toContain('the snapshot could not be written')
    expect(await readFile(file, 'utf8')).toBe(before)
    expect((await current(kora)).operational_state.primary).toBe('paused')
    await rmdir(`${file}.tmp`)
    await compute()
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(await current(kora))
  })

  it('is computed anew when what it shows changes, at most once a second, and not for a check that changes nothing', async () => {
    const simulator = await simulated()
    const kora = await daemon({ simulator, probes: [pageProbe(simulator, 'site')] })
    await kora.pass(13_000)
    const before = await current(kora)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(3_000)
    expect((await current(kora)).computed_at).toBe(before.computed_at)
    setPage(simulator, 'site', 500)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(2_000)
    expect(await current(kora)).toMatchObject({ service_health: { site: 'unhealthy' } })
  })

  it('a service whose checks are long overdue is no longer known to be well', async () => {
    const simulator = await simulated()
    const kora = await daemon({ simulator, probes: [pageProbe(simulator, 'site')] })
    await kora.pass(13_000)
    const seen = (await current(kora)).service_observed_at['site']
    await kora.stop()
    simulator.setFault('site', { kind: 'hang' })
    const firstAfter = async (awayMs: number) => {
      await kora.clock.advance(awayMs)
      const next = await kora.again()
      await next.clock.advance(100)
      const { service_health: health, service_observed_at: observed } = await current(next)
      await next.stop()
      expect(observed['site']).toBe(seen)
      return health['site']
    }
    expect([await firstAfter(540_000), await firstAfter(60_000)]).toEqual(['healthy', 'unknown'])
  })

  /** A daemon that cannot read what was spent, from its start on. */
  async function withoutLedger(env: Record<string, string>, poolUsd: number): Promise<TestDaemon> {
    const kora = await daemon()
    await kora.client.settings.update({ budget: { poolUsd } })
    await kora.stop()
    const database = new Database(kora.paths.database)
    database.exec('ALTER TABLE ledger_hours RENAME TO elsewhere')
    database.close()
    const next = await kora.again(env)
    await next.pass(3_000)
    return next
  }

  it('snapshot 26: what the rules of alerts cannot read is unknown, never zero, and so is what was spent', async () => {
    const kora = await withoutLedger({}, 350)
    const snapshot = await current(kora)
    expect(projectAlerts(snapshot)).toBeNull()
    expect(await kora.client.alerts.list({ state: 'active' })).toMatchObject({ items: [], cannotTell: ['cost_ladder'] })
    expect(snapshot.alerts).toMatchObject({
      active_count: 'unknown',
      by_severity: { critical: 'unknown', warning: 'unknown', info: 'unknown' },
    })
    expect(snapshot.sections.alerts).toMatchObject({ status: 'partial', reason: 'cannot tell: cost_ladder' })
    expect(snapshot.cost_ladder).toMatchObject({
      current_tier: 'unknown',
      monthly_budget_pct_used: null,
      spent_to_date_usd: 'unknown',
    })
    expect(snapshot.operational_state.primary).toBe('ready')
  })

  it.each([
    [{}, 350, 350],
    [{ KORA_CREDIT_POOL_USD: '999' }, 350, 999],
    [{ KORA_CREDIT_POOL_USD: 'abc' }, 200, 200],
    [{ KORA_CREDIT_POOL_USD: '0' }, 200, 200],
    [{ KORA_CREDIT_POOL_USD: '-5' }, 200, 200],
  ])('snapshot 8: with %j and %d in Settings the pool is %d, though the budget is unknown', async (env, set, pool) => {
    const kora = await withoutLedger(env, set)
    expect((await current(kora)).cost_ladder).toMatchObject({ spent_to_date_usd: 'unknown', credit_pool_usd: pool })
  })

  it('snapshot 20: over HTTP it is answered word for word while it is fresh, and as none with a normal status after', async () => {
    const kora = await daemon()
    await kora.client.settings.update({ localApi: { enabled: true, port: 0 } })
    let port = 0
    await until(async () => {
      const { listeners } = await kora.client.system.info()
      const note = listeners.find(({ name }) => name === 'web')?.note ?? ''
      port = Number(/:(\d+)$/.exec(note)?.[1] ?? 0)
      return port > 0
    })
    await kora.pass(3_000)
    const token = (await readFile(join(kora.paths.data, apiTokenFile), 'utf8')).trim()
    const headers = { host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` }
    const ask = () => send(port, { path: '/api/snapshot', headers })
    const { computed_at, ...rest } = await current(kora)
    const fresh = await ask()
    expect([fresh.status, JSON.parse(fresh.body)]).toEqual([200, { computed_at, ...rest }])
    const none = { status: 200, body: '{"error":"no_snapshot","stale":true}' }
    kora.clock.setWall(Date.parse(computed_at) + 600_000)
    expect(await ask()).toMatchObject({ status: 200, body: fresh.body })
    kora.clock.setWall(Date.parse(computed_at) + 601_000)
    expect(await ask()).toMatchObject(none)
    kora.clock.setWall(Date.parse(computed_at) - 5_000)
    expect(await ask()).toMatchObject(none)
  })

  it('snapshot 27: a longer interval makes it fresh for longer', async () => {
    const kora = await daemon({ env: { KORA_SNAPSHOT_INTERVAL_SEC: '900' } })
    await kora.pass(2_000)
    expect((await current(kora)).fresh_for_seconds).toBe(1_800)
    await kora.pass(880_000)
    expect((await current(kora)).schema_version).toBe(7)
  })

  it('snapshot 27: an interval that is no whole number of seconds is published like any other', async () => {
    const kora = await daemon({ env: { KORA_SNAPSHOT_INTERVAL_SEC: '333.333' } })
    await kora.pass(3_000)
    expect((await current(kora)).fresh_for_seconds).toBe(667)
    expect(await readSnapshotFile(kora.paths.snapshot, kora.clock.nowMs())).toEqual(await current(kora))
  })

  it('is made without asking anybody, and leaves no record', async () => {
    const simulator = await simulated()
    const env = { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN }
    const kora = await daemon({ simulator, env, probes: [flyProbe(simulator)] })
    await kora.pass(13_000)
    const traces = async () => [simulator.requests.length, await kora.read((store) => store.audit.head())]
    const before = await traces()
    for (let no = 0; no < 5; no++) {
      await kora.client.system.runTask({ name: 'snapshot.compute' })
      await current(kora)
    }
    expect(await traces()).toEqual(before)
  })

  it('snapshot 28: what another process left is not served as this one’s', async () => {
    const first = await daemon()
    await first.pass(3_000)
    const before = await current(first)
    await first.stop()
    const next = await first.again()
    expect(published(next)).toEqual({ error: 'no_snapshot', stale: true })
    await next.pass(2_000)
    const after = await current(next)
    expect(after.session_id).not.toBe(before.session_id)
    expect(Date.parse(after.daemon_health.boot_at)).toBeGreaterThan(Date.parse(before.daemon_health.boot_at))
  })

  /** The first snapshot that a process serves once it has started. */
  async function served({ client }: KoraProcess): Promise<Snapshot> {
    for (;;) {
      const answer = await client.state.current()
      if (!('error' in answer) && answer.daemon_health.boot_at !== 'unknown') return Snapshot.parse(answer)
    }
  }

  it.each(['America/Bogota', 'Asia/Tokyo', 'UTC'])(
    'snapshot 23: of a process in %s it is stamped in true UTC, and fresh, in memory and on disk',
    async (zone) => {
      const [root, folder] = [await sourceRoot(), await tempFolder()]
      const beganMs = Date.now()
      const env = { PATH: process.env['PATH'] ?? '', KORA_HOME: folder, TZ: zone }
      const { computed_at, daemon_health } = await served(await startKoraProcess(root, env))
      for (const stamp of [computed_at, daemon_health.boot_at]) {
        expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
        expect(Date.parse(stamp)).toBeGreaterThan(beganMs - 1_000)
        expect(Date.parse(stamp)).toBeLessThanOrEqual(Date.now())
      }
      const file = join(folder, 'cache', 'daemon_snapshot.json')
      await until(async () => typeof (await readSnapshotFile(file, Date.now())) === 'object')
      const { code, stdout } = await koraCommand(root, env, 'snapshot')
      expect([code, Snapshot.parse(JSON.parse(stdout)).daemon_health.boot_at]).toEqual([0, daemon_health.boot_at])
    },
  )

  it('snapshot 28: after a crash nothing of the killed process is served, though its file is fresh', async () => {
    const [root, folder] = [await sourceRoot(), await tempFolder()]
    const env = { PATH: process.env['PATH'] ?? '', KORA_HOME: folder }
    const first = await startKoraProcess(root, env)
    const before = await served(first)
    const file = join(folder, 'cache', 'daemon_snapshot.json')
    await until(async () => typeof (await readSnapshotFile(file, Date.now())) === 'object')
    await first.kill()
    expect(await readSnapshotFile(file, Date.now())).toMatchObject({ session_id: before.session_id })
    const killedMs = Date.now()
    const second = await startKoraProcess(root, env)
    const answer = await second.client.state.current()
    expect('error' in answer ? null : answer.session_id).not.toBe(before.session_id)
    const after = await served(second)
    expect(after.session_id).not.toBe(before.session_id)
    expect(Date.parse(after.daemon_health.boot_at)).toBeGreaterThan(killedMs - 1_000)
  })

  it('trouble shows in every section it belongs to', async () => {
    const simulator = await simulated()
    const env = { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN }
    const kora = await daemon({ simulator, env, probes: [flyProbe(simulator)] })
    await kora.pass(13_000)
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.client.operational.pause({ forMs: null })
    await kora.pass(3_000)
    expect(await current(kora)).toMatchObject({
      operational_state: { primary: 'paused', paused: true, pause_reason: 'operator', actor: 'operator' },
      alerts: { active_count: 2, by_category: { service_unhealthy: 1, operational_state: 1 } },
      service_health: { fly: 'degraded' },
    })
  })
})
