import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AlertInvestigations } from '../../../src/contract/published/investigations.ts'
import { HeartbeatServices } from '../../../src/contract/published/heartbeat.ts'
import { CurrentAlerts } from '../../../src/contract/published/state.ts'
import type { Seam } from '../../../src/domain/audit.ts'
import { providerProbe, requestsTo, setPage, simulated, stopMachine, tokens } from '../../fakes/acceptance.ts'
import { leaks } from '../../fakes/hostile.ts'
import { flyProbe, startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../fakes/testDaemon.ts'
import { tempFolder } from '../../fakes/tempFolder.ts'
import { pageProbe } from '../../fakes/acceptance.ts'

/** A daemon that watches nothing, so that only its own alerts are told. */
async function quietDaemon(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  const kora = await startTestDaemon({ simulator: await simulated(), ...options })
  await kora.pass(2_000)
  return kora
}

/** What the provider says was spent; the pool holds 200. */
async function spent(kora: TestDaemon, usd: number): Promise<void> {
  await kora.client.spend.reconcile({ reportedUsd: String(usd) })
  await kora.pass(1_000)
}

/** Makes a task fail, or run well again, until an alert says so. */
async function taskOf(name: 'snapshot.compute' | 'cost_telemetry.persist', kora: TestDaemon, times: number) {
  for (let run = 0; run < times; run++) {
    await kora.client.system.runTask({ name }).catch(() => undefined)
    await kora.pass(1_000)
  }
}

/** Files in the way of both exports: their tasks fail until the files are gone. */
async function blockedExports(): Promise<Record<string, string>> {
  const folder = await tempFolder()
  const inTheWay = join(folder, 'file')
  await writeFile(inTheWay, '')
  return {
    KORA_SNAPSHOT_PATH: join(inTheWay, 'snapshot.json'),
    KORA_COST_TELEMETRY_PATH: join(inTheWay, 'telemetry.json'),
  }
}

const published = (kora: TestDaemon) => CurrentAlerts.parse(kora.daemon.published.currentAlerts())
const ids = (kora: TestDaemon) => published(kora).alerts.map(({ id }) => id)
const told = (kora: TestDaemon) => kora.slackTexts().map((text) => text.split('\n')[0])
const rows = (kora: TestDaemon, seam: Seam) => kora.client.system.audit({ seam, limit: 100 })

describe('the aggregator', () => {
  it('alerts 1: without a cause there is none, and every count says so', async () => {
    const kora = await quietDaemon()
    const { alerts, total_active, by_severity, stub } = published(kora)
    expect({ alerts, total_active, by_severity, stub }).toEqual({
      alerts: [],
      total_active: 0,
      by_severity: { critical: 0, warning: 0, info: 0 },
      stub: false,
    })
  })

  it('alerts 2: each rung has its alert, at most one at a time, with the percentage cut off', async () => {
    const kora = await quietDaemon()
    await spent(kora, 160)
    expect(published(kora).alerts).toMatchObject([
      { id: 'cost_ladder_warned', severity: 'warning', category: 'cost_ladder', source_panel_route: '/cost-state' },
    ])
    expect(published(kora).alerts[0]?.title).toContain('80 %')
    await spent(kora, 184)
    expect(published(kora).alerts).toMatchObject([{ id: 'cost_ladder_downshifted', severity: 'warning' }])
    await spent(kora, 201)
    // The pause for cost is no news of its own, but it is true.
    expect(published(kora).alerts.map(({ id, severity }) => [id, severity])).toEqual([
      ['cost_ladder_halted', 'critical'],
      ['operator_paused', 'critical'],
    ])
    await kora.client.settings.update({ budget: { poolUsd: 2_000 } })
    await kora.pass(1_000)
    expect(published(kora).alerts).toEqual([])
  })

  it('alerts 2: each rung begins at its mark, not a cent before', async () => {
    const kora = await quietDaemon()
    const steps: [usd: number, title: string | undefined][] = [
      [149.99, undefined],
      [150, '75 % of the model budget is used'],
      [179.99, '89 % of the model budget is used'],
      [180, '90 % of the model budget is used'],
      [199.99, '99 % of the model budget is used'],
      [200, 'The model budget is used up (100 %)'],
    ]
    for (const [usd, title] of steps) {
      await spent(kora, usd)
      const cost = published(kora).alerts.filter(({ category }) => category === 'cost_ladder')
      expect(cost.map((alert) => alert.title)).toEqual(title === undefined ? [] : [title])
    }
  })

  it('alerts 3: counts of a day fire above their threshold and count matching records alone', async () => {
    const folder = await tempFolder()
    const first = await quietDaemon({ folder })
    // Almost a day old when the daemon looks at them.
    const atMs = first.clock.nowMs() - 86_400_000 + 60_000
    await first.stop()
    await first.read((store) => {
      const add = (seam: Seam, n: number, details: Record<string, unknown> = {}): void => {
        for (let one = 0; one < n; one++) store.audit.append({ seam, details }, atMs)
      }
      store.transaction(() => {
        add('webhook.dead_letter', 5)
        add('mcp.tool_called', 11, { result: 'capability_denied' })
        add('mcp.tool_called', 7, { result: 'ok' })
        add('mcp.tool_called', 5, { result: 'actor_id_required' })
        add('reasoning.tool_called', 6, { tool_status: 'execution_error' })
        add('reasoning.tool_called', 9, { tool_status: 'ok' })
        add('slack_dm.reply_failed', 3)
      })
    })
    const kora = await first.again()
    await kora.pass(2_000)
    const shown = published(kora).alerts.map(({ id, severity, title }) => [id, severity, title.match(/\d+/)?.[0]])
    expect(shown).toEqual([
      ['reasoning_errors_24h', 'warning', '6'],
      ['capability_denied_24h', 'info', '11'],
    ])
    // A day after them the records are still there and the alerts are not.
    await kora.pass(240_000)
    expect(ids(kora)).toEqual([])
  })

  it('alerts 3: one record more than the threshold raises each, in its place and with its count', async () => {
    const first = await quietDaemon()
    const atMs = first.clock.nowMs()
    await first.stop()
    await first.read((store) => {
      const add = (seam: Seam, n: number, details: Record<string, unknown> = {}): void => {
        for (let one = 0; one < n; one++) store.audit.append({ seam, details }, atMs)
      }
      store.transaction(() => {
        add('webhook.dead_letter', 6)
        add('mcp.tool_called', 10, { result: 'capability_denied' })
        add('reasoning.tool_called', 5, { tool_status: 'execution_error' })
        add('slack_dm.reply_failed', 4)
      })
    })
    const kora = await first.again()
    await kora.pass(2_000)
    expect(
      published(kora).alerts.map(({ id, title, source_panel_route }) => [
        id,
        title.match(/\d+/)?.[0],
        source_panel_route,
      ]),
    ).toEqual([
      ['slack_dm_reply_failed_24h', '4', '/slack-dm'],
      ['webhook_dead_letters_24h', '6', '/webhook-events'],
    ])
  })

  it('alerts 4: of five services two are unhealthy and one is degraded: two criticals and a warning', async () => {
    const simulator = await simulated()
    const kinds = ['vercel', 'sentry', 'doppler', 'supabase', 'fly'] as const
    const env = { ...tokens, KORA_SUPABASE_ANON_KEY: undefined }
    const kora = await startTestDaemon({ simulator, env, probes: kinds.map((kind) => providerProbe(simulator, kind)) })
    await kora.pass(12_000)
    expect(ids(kora)).toEqual([])
    for (const service of ['vercel', 'fly'] as const) simulator.setFault(service, { kind: 'status', status: 500 })
    const [issue] = simulator.state.sentry.issues
    if (issue) simulator.state.sentry.issues = Array.from({ length: 11 }, () => issue)
    await kora.client.probes.checkAll()
    await kora.pass(11_000)
    const { services } = HeartbeatServices.parse(await kora.daemon.published.heartbeatServices())
    expect(Object.fromEntries(services.map(({ name, status }) => [name, status]))).toEqual({
      vercel: 'unhealthy',
      sentry: 'degraded',
      doppler: 'healthy',
      supabase: 'unknown',
      fly: 'unhealthy',
    })
    const { alerts, by_severity } = published(kora)
    expect(alerts.map(({ id, severity, source_panel_route }) => [id, severity, source_panel_route])).toEqual([
      ['service_unhealthy:fly', 'critical', '/heartbeat'],
      ['service_unhealthy:vercel', 'critical', '/heartbeat'],
      ['service_unhealthy:sentry', 'warning', '/heartbeat'],
    ])
    expect(by_severity).toEqual({ critical: 2, warning: 1, info: 0 })
  })

  it('alerts 4, 6: services are listed from their incidents, worst first and by id, and told by those alone', async () => {
    const simulator = await simulated()
    const names = ['vercel-page', 'sentry-page', 'doppler-page', 'fly-page']
    const kora = await startTestDaemon({ simulator, probes: names.map((name) => pageProbe(simulator, name)) })
    await kora.pass(12_000)
    setPage(simulator, 'vercel-page', 500)
    setPage(simulator, 'fly-page', 500)
    await kora.client.probes.update(pageProbe(simulator, 'sentry-page', { severity: 'warning' }))
    setPage(simulator, 'sentry-page', 500)
    await kora.client.probes.checkAll()
    await kora.pass(11_000)
    expect(published(kora).alerts.map(({ id, severity }) => [id, severity])).toEqual([
      ['service_unhealthy:fly-page', 'critical'],
      ['service_unhealthy:vercel-page', 'critical'],
      ['service_unhealthy:sentry-page', 'warning'],
    ])
    const kinds = (await kora.client.system.deliveries({ limit: 100 })).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind.startsWith('system') || kind.startsWith('alert_'))).toEqual([])
    expect(requestsTo(simulator, 'anthropic')).toBe(3)
  })

  it('alerts 7: eight keys, and nothing in them that looks like a person or a credential', async () => {
    const folder = await tempFolder()
    const secretPlace = join(folder, 'someone@example.com', `xoxb-${'1'.repeat(12)}-abcdefabcdef`, 'f'.repeat(40))
    await mkdir(secretPlace, { recursive: true })
    await writeFile(join(secretPlace, 'file'), '')
    const kora = await quietDaemon({ env: { KORA_SNAPSHOT_PATH: join(secretPlace, 'file', 'snapshot.json') } })
    await taskOf('snapshot.compute', kora, 3)
    await spent(kora, 160)
    const body = published(kora)
    expect(body.alerts.map(({ id }) => id)).toEqual(['cost_ladder_warned', 'task_failing:snapshot.compute'])
    for (const alert of body.alerts) {
      expect(Object.keys(alert)).toEqual([
        'id',
        'severity',
        'category',
        'title',
        'detail',
        'source_panel',
        'source_panel_route',
        'first_seen_at',
      ])
    }
    const text = JSON.stringify(body)
    expect(leaks(text)).toEqual([])
    expect(text).not.toMatch(/@example|[0-9a-f]{32}/)
  })
})

describe('the notifier', () => {
  /** Three counts, the budget and these tasks, all of which begin during a pause: they are told together at its end. */
  async function atOnce(tasks: readonly Parameters<typeof taskOf>[0][]): Promise<TestDaemon> {
    const first = await quietDaemon({ env: await blockedExports() })
    const atMs = first.clock.nowMs()
    await first.stop()
    await first.read((store) =>
      store.transaction(() => {
        for (let one = 0; one < 6; one++) {
          store.audit.append({ seam: 'webhook.dead_letter' }, atMs)
          store.audit.append({ seam: 'reasoning.tool_called', details: { tool_status: 'execution_error' } }, atMs)
          store.audit.append({ seam: 'slack_dm.reply_failed' }, atMs)
        }
      }),
    )
    const kora = await first.again()
    await kora.client.operational.pause({ forMs: null })
    for (const task of tasks) await taskOf(task, kora, 3)
    await spent(kora, 160)
    expect(ids(kora)).toHaveLength(1 + 4 + tasks.length)
    expect(kora.slackTexts()).toEqual([])
    await kora.client.operational.resume({})
    await kora.pass(2_000)
    return kora
  }

  it('alerts 16: five at once are five messages', async () => {
    const kora = await atOnce(['snapshot.compute'])
    expect(told(kora).filter((line) => line?.startsWith('🟡 WARNING'))).toHaveLength(5)
  })

  it('alerts 16, 20: six at once are one message that names all six, and nothing to look into', async () => {
    const kora = await atOnce(['snapshot.compute', 'cost_telemetry.persist'])
    expect(kora.slackTexts().map((text) => text.split('\n'))).toEqual([
      ['🟡 6 alerts at once: 6 warning', '', ...Array<unknown>(6).fill(expect.stringMatching(/^🟡 ./))],
    ])
    const dispatched = (await rows(kora, 'notification.dispatched')).map(({ details }) => details)
    expect(dispatched.filter(({ channel }) => channel === 'slack_dm')).toMatchObject([
      {
        alert_id: 'burst:6',
        severity: 'burst',
        category: 'burst_summary',
        burst_count: 6,
        burst_alert_ids: ids(kora),
        status: 'ok',
      },
    ])
    await kora.pass(60_000)
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(0)
  })

  it('alerts 8, 10: what is new is told once, what goes on is not repeated, what is over is said', async () => {
    const kora = await quietDaemon({ env: await blockedExports() })
    await spent(kora, 160)
    await taskOf('snapshot.compute', kora, 3)
    const own = () => kora.slackTexts().filter((text) => text.startsWith('🟡') || text.startsWith('✅'))
    expect(own().map((text) => text.split('\n')[0])).toEqual([
      '🟡 WARNING 80 % of the model budget is used',
      expect.stringMatching(/^🟡 WARNING Compute the snapshot: keeps failing/),
    ])
    expect(own()[1]).toMatch(/\n\n\/heartbeat · first seen 0s ago$/)
    // One goes, the other stays.
    await kora.client.settings.update({ budget: { poolUsd: 2_000 } })
    await kora.pass(5_000)
    expect(own().slice(2)).toEqual([expect.stringMatching(/^✅ Over after \d+s: 80 % of the model budget is used$/)])
    const deliveries = (await kora.client.system.deliveries({ limit: 50 })).filter(({ channel }) => channel === 'slack')
    expect(deliveries.filter(({ kind }) => kind === 'system_alert')).toHaveLength(2)
    expect(await rows(kora, 'alert.resolved')).toMatchObject([{ details: { alert_id: 'cost_ladder_warned' } }])
  })

  it('alerts 11: it was over and comes back: it is told again, and no cooldown is left', async () => {
    const kora = await quietDaemon()
    await spent(kora, 160)
    await kora.client.settings.update({ budget: { poolUsd: 2_000 } })
    await kora.pass(1_000)
    await kora.client.settings.update({ budget: { poolUsd: 200 } })
    await kora.pass(1_000)
    const warned = told(kora).filter((line) => line?.startsWith('🟡'))
    expect(warned).toHaveLength(2)
    const raised = await rows(kora, 'alert.raised')
    expect(new Set(raised.map(({ details }) => details['occurrence_id'])).size).toBe(2)
  })

  it.each([
    ['KORA_SLACK_BOT_TOKEN', 'slack_client_unavailable'],
    ['KORA_SLACK_OPERATOR_USER_ID', 'operator_slack_user_id_unset'],
  ])('alerts 12: without %s the try is on record as %s, once, and the machine says it', async (variable, error) => {
    const kora = await quietDaemon({ env: { [variable]: undefined } })
    await spent(kora, 160)
    await kora.pass(600_000)
    const dispatched = await rows(kora, 'notification.dispatched')
    const alerts = dispatched.filter(({ details }) => details['kind'] === 'system_alert')
    expect(
      alerts.map(({ details }) => [details['alert_id'], details['channel'], details['status'], details['error']]),
    ).toEqual(
      expect.arrayContaining([
        ['cost_ladder_warned', 'slack_dm', 'failed', error],
        ['cost_ladder_warned', 'native', 'ok', undefined],
      ]),
    )
    expect(alerts).toHaveLength(2)
    expect(kora.shown.map(({ title }) => title)).toContain('80 % of the model budget is used')
    expect(await kora.client.alerts.test({ severity: 'critical' })).toMatchObject({ success: false, error })
  })

  it('alerts 15, 26: a second one of the category waits for its cooldown and is told then', async () => {
    const kora = await quietDaemon({ env: await blockedExports() })
    await taskOf('snapshot.compute', kora, 3)
    await kora.pass(600_000)
    await taskOf('cost_telemetry.persist', kora, 3)
    const second = () => told(kora).filter((line) => line?.startsWith('🟡 WARNING Export the cost telemetry'))
    expect(second()).toEqual([])
    expect(ids(kora)).toEqual(['task_failing:cost_telemetry.persist', 'task_failing:snapshot.compute'])
    const { items } = await kora.client.alerts.list({ state: 'active' })
    expect(items.find(({ alertId }) => alertId.endsWith('persist'))?.hold).toMatchObject({ by: 'cooldown' })
    await kora.pass(1_300_000)
    expect(second()).toHaveLength(1)
    expect((await rows(kora, 'alert.held')).map(({ details }) => details['by'])).toEqual(['cooldown'])
  })

  it('alerts 15: with a cooldown of 0 nothing waits', async () => {
    const env = { ...(await blockedExports()), KORA_ALERT_NOTIFY_CATEGORY_COOLDOWN_SEC: '0' }
    const kora = await quietDaemon({ env })
    await taskOf('snapshot.compute', kora, 3)
    await taskOf('cost_telemetry.persist', kora, 3)
    expect(told(kora).filter((line) => line?.startsWith('🟡'))).toHaveLength(2)
  })

  it('alerts 24: warned, downshifted and halted within half an hour are each told: worse passes the cooldown', async () => {
    const kora = await quietDaemon()
    for (const usd of [160, 184, 201]) await spent(kora, usd)
    expect(told(kora).filter((line) => !line?.startsWith('⚠️') && !line?.startsWith('🚨'))).toEqual([
      '🟡 WARNING 80 % of the model budget is used',
      '🟡 WARNING 92 % of the model budget is used',
      '🔴 CRITICAL The model budget is used up (100 %)',
    ])
    // The steps that gave way are not said to be over.
    expect(kora.slackTexts().some((text) => text.startsWith('✅'))).toBe(false)
  })

  it('alerts 18, 31: as a digest, criticals come at once and the others once a day, in one item', async () => {
    const kora = await quietDaemon({ env: { ...(await blockedExports()), KORA_ALERT_NOTIFY_MODE: 'digest' } })
    await taskOf('snapshot.compute', kora, 3)
    await spent(kora, 160)
    expect(kora.slackTexts()).toEqual([])
    await spent(kora, 201)
    expect(told(kora).filter((line) => line?.startsWith('🔴'))).toHaveLength(1)
    expect((await kora.client.alerts.inbox({})).items).toEqual([])
    await kora.client.system.runTask({ name: 'alerts.digest_flush' })
    const { items, unread } = await kora.client.alerts.inbox({})
    expect(items).toMatchObject([{ kind: 'digest', title: expect.stringContaining('1 alert') }])
    expect([unread, items[0]?.text]).toEqual([1, expect.stringContaining('Compute the snapshot')])
    const digest = (await rows(kora, 'notification.dispatched')).find(({ details }) => details['severity'] === 'digest')
    expect(digest?.details).toMatchObject({
      alert_id: 'digest:1',
      category: 'digest_email',
      digest_count: 1,
      digest_alert_ids: ['task_failing:snapshot.compute'],
      status: 'ok',
    })
    // Told, it is in no second digest.
    await kora.client.system.runTask({ name: 'alerts.digest_flush' })
    expect((await kora.client.alerts.inbox({})).items).toHaveLength(1)
    await kora.client.alerts.markRead({})
    expect((await kora.client.alerts.inbox({})).unread).toBe(0)
    // A digest is nothing that could be looked into, now or later.
    await kora.pass(3_600_000)
    const { items: active } = await kora.client.alerts.list({ state: 'active' })
    expect(active.find(({ alertId }) => alertId.startsWith('task_failing'))?.investigation).toBeNull()
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(0)
  })

  it('alerts 18: a flush in immediate mode does nothing', async () => {
    const kora = await quietDaemon({ env: await blockedExports() })
    await taskOf('snapshot.compute', kora, 3)
    await kora.client.system.runTask({ name: 'alerts.digest_flush' })
    expect((await kora.client.alerts.inbox({})).items).toEqual([])
    expect(told(kora).filter((line) => line?.startsWith('🟡'))).toHaveLength(1)
  })

  it('alerts 19: a test alert passes every throttle, each with an id of its own', async () => {
    const kora = await quietDaemon({ env: { KORA_DEPLOY_ENV: 'stg', KORA_ALERT_NOTIFY_MODE: 'digest' } })
    const first = await kora.client.alerts.test({ severity: 'warning' })
    const second = await kora.client.alerts.test({ severity: 'warning' })
    expect(first).toMatchObject({ success: true, channel: 'slack_dm', deployEnv: 'stg', error: null })
    expect(first.alertId).toMatch(/^test_alert:/)
    expect(second.alertId).not.toBe(first.alertId)
    expect(told(kora)).toEqual(Array(2).fill('🟡 WARNING This is a test alert'))
    expect(await kora.client.alerts.test({ severity: 'info' })).toMatchObject({ success: true, channel: 'inbox' })
    const recorded = (await rows(kora, 'notification.dispatched')).map(({ details }) => details)
    expect(recorded).toMatchObject([
      { channel: 'inbox', category: 'test_alert', severity: 'info', status: 'ok' },
      { channel: 'slack_dm', category: 'test_alert', alert_id: second.alertId, severity: 'warning', status: 'ok' },
      { channel: 'slack_dm', category: 'test_alert', alert_id: first.alertId, severity: 'warning', status: 'ok' },
    ])
    // Nobody looks into what was invented.
    await kora.pass(60_000)
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(0)
  })

  it('alerts 19: without a name of the installation it is accepted', async () => {
    const kora = await quietDaemon({ env: { KORA_DEPLOY_ENV: undefined } })
    expect(await kora.client.alerts.test({ severity: 'critical' })).toMatchObject({
      success: true,
      deployEnv: 'unknown',
    })
    expect(told(kora)).toEqual(['🔴 CRITICAL This is a test alert'])
    await expect(kora.client.alerts.test({ severity: 'fatal' as never })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })

  it.each(['prd', ' PRD '])('alerts 19: in %j it is refused', async (KORA_DEPLOY_ENV) => {
    const kora = await quietDaemon({ env: { KORA_DEPLOY_ENV } })
    await expect(kora.client.alerts.test({ severity: 'warning' })).rejects.toMatchObject({ code: 'conflict' })
    expect(kora.slackTexts()).toEqual([])
  })

  it('alerts 23: a critical that Slack does not take is tried again, said natively, and shown as not delivered', async () => {
    const kora = await quietDaemon()
    kora.simulator.setFault('slack', { kind: 'status', status: 500 })
    await spent(kora, 201)
    await kora.pass(30_000)
    const slack = (await kora.client.system.deliveries({ limit: 50 })).filter(({ channel }) => channel === 'slack')
    expect(slack.length).toBeGreaterThan(3)
    expect(kora.shown.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['The model budget is used up (100 %)', 'Slack does not reach you']),
    )
    expect(ids(kora)).toContain('delivery_failing:Slack')
    const halted = async () => {
      const { items } = await kora.client.alerts.list({ state: 'active' })
      return items.find(({ alertId }) => alertId === 'cost_ladder_halted')
    }
    expect(await halted()).toMatchObject({ toldVia: ['native'], notDelivered: false })
    kora.simulator.setFault('slack', null)
    await kora.pass(60_000)
    expect(await halted()).toMatchObject({ toldVia: ['native', 'slack'] })
    expect(ids(kora)).not.toContain('delivery_failing:Slack')
  })

  it('alerts 23: a critical that reaches nobody is shown as not delivered, until it is', async () => {
    const kora = await quietDaemon({ notifierRefuses: 'denied' })
    kora.simulator.setFault('slack', { kind: 'status', status: 500 })
    await spent(kora, 201)
    const halted = async () => {
      const { items } = await kora.client.alerts.list({ state: 'active' })
      return items.find(({ alertId }) => alertId === 'cost_ladder_halted')
    }
    const tries = async () =>
      (await kora.client.system.deliveries({ limit: 50 })).filter((one) => one.channel === 'slack')
    expect(await tries()).toHaveLength(1)
    expect(await halted()).toMatchObject({ toldVia: [], notDelivered: false })
    await kora.pass(10_000)
    expect((await tries()).length).toBeGreaterThanOrEqual(3)
    expect(await halted()).toMatchObject({ toldVia: [], notDelivered: true })
    kora.simulator.setFault('slack', null)
    await kora.pass(60_000)
    expect(await halted()).toMatchObject({ toldVia: ['slack'], notDelivered: false })
  })

  it('alerts 28: first seen stays what it was, over looks and restarts, and nothing is told again', async () => {
    const kora = await quietDaemon()
    await spent(kora, 160)
    const [before] = published(kora).alerts
    await kora.pass(600_000)
    await kora.stop()
    const next = await kora.again()
    await next.pass(60_000)
    expect(published(next).alerts).toMatchObject([{ first_seen_at: before?.first_seen_at }])
    expect(told(next).filter((line) => line?.startsWith('🟡'))).toHaveLength(1)
  })

  it('alerts 28: a task that goes on failing after a restart is the same alert', async () => {
    const first = await quietDaemon({ env: await blockedExports() })
    await taskOf('snapshot.compute', first, 3)
    const before = published(first).alerts
    expect(before).toMatchObject([{ id: 'task_failing:snapshot.compute' }])
    const said = first.slackTexts().length
    await first.stop()
    const kora = await first.again()
    await kora.pass(1_000)
    expect(published(kora).alerts).toEqual(before)
    for (let run = 0; run < 4; run++) {
      await taskOf('snapshot.compute', kora, 1)
      expect(published(kora).alerts).toEqual(before)
    }
    expect(
      kora
        .slackTexts()
        .slice(said)
        .filter((text) => text.includes('Compute the snapshot')),
    ).toEqual([])
  })

  it('alerts 32: what was told is said to be over, in its thread; or not, as Settings say', async () => {
    const kora = await quietDaemon()
    await spent(kora, 160)
    await kora.client.settings.update({ budget: { poolUsd: 2_000 } })
    await kora.pass(2_000)
    const messages = Object.values(kora.simulator.state.slack.channels).flatMap((channel) => channel.messages)
    const root = messages.find(({ text }) => text.startsWith('🟡'))
    const over = messages.find(({ text }) => text.startsWith('✅ Over after'))
    expect([over?.thread_ts, over?.text]).toEqual([root?.ts, expect.stringContaining('80 % of the model budget')])
    await kora.client.settings.update({ alerts: { tellResolved: false }, budget: { poolUsd: 200 } })
    await kora.pass(1_000)
    await kora.client.settings.update({ budget: { poolUsd: 2_000 } })
    await kora.pass(2_000)
    expect(told(kora).filter((line) => line?.startsWith('✅'))).toHaveLength(1)
    expect(ids(kora)).toEqual([])
  })

  it('an alert that is put aside says no more, but a worse one does', async () => {
    const kora = await quietDaemon({ env: await blockedExports() })
    await spent(kora, 160)
    const { items } = await kora.client.alerts.list({ state: 'active' })
    const { id } = items[0] ?? { id: '' }
    expect(await kora.client.alerts.acknowledge({ id })).toMatchObject({ acknowledgedAtMs: kora.clock.nowMs() })
    expect(await kora.client.alerts.resume({ id })).toMatchObject({ acknowledgedAtMs: null })
    expect(await kora.client.alerts.snooze({ id, forMs: 3_600_000 })).toMatchObject({
      snoozedUntilMs: kora.clock.nowMs() + 3_600_000,
    })
    await spent(kora, 201)
    expect(told(kora).filter((line) => line?.startsWith('🔴'))).toHaveLength(1)
    const { timeline, before } = await kora.client.alerts.get({ id })
    expect(timeline.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['opened', 'delivery', 'operator', 'resolved']),
    )
    expect(before).toEqual([])
    await expect(kora.client.alerts.snooze({ id, forMs: 60_000 })).rejects.toMatchObject({ code: 'conflict' })
    await expect(kora.client.alerts.acknowledge({ id: 'alt_none' })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('the investigation of an alert', () => {
  const reply = {
    text: 'The budget went to investigations of one flapping service.\nNext step: Look at Spend by route.',
    usage: { input_tokens: 1_000, output_tokens: 100 },
  }

  it('alerts 30: exactly one, an hour of idling brings no other, and it is answered in the thread', async () => {
    const kora = await quietDaemon()
    kora.simulator.state.anthropic.reply = reply
    await spent(kora, 160)
    await kora.pass(3_600_000)
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(1)
    const messages = Object.values(kora.simulator.state.slack.channels).flatMap((channel) => channel.messages)
    const [root, finding] = messages
    expect([finding?.thread_ts, finding?.text]).toEqual([root?.ts, `⚠️ cost_ladder\n${reply.text}`])
    const {
      alert,
      finding: found,
      nextStep,
    } = await kora.client.alerts.get({
      id: (await kora.client.alerts.list({ state: 'active' })).items[0]?.id ?? '',
    })
    expect(alert.investigation).toMatchObject({ state: 'finished', costNanoUsd: 1_500_000 })
    expect([found, nextStep]).toEqual([
      'The budget went to investigations of one flapping service.',
      'Look at Spend by route.',
    ])
    const { rows: ledger } = await kora.client.spend.ledger({})
    expect(ledger).toMatchObject([{ route: 'alert_investigation', costNanoUsd: 1_500_000 }])
    const [completed] = await rows(kora, 'alert.investigation_completed')
    expect(completed).toMatchObject({
      source: 'reasoning',
      callerSessionId: 'alert:cost_ladder:warning',
      details: {
        alert_id: 'cost_ladder_warned',
        category: 'cost_ladder',
        severity: 'warning',
        dm_status: 'sent',
        autoaction_attempted: false,
        total_cost_usd: 0.0015,
      },
    })
  })

  it('alerts 22: the viewer joins the message by id and never repeats its words', async () => {
    const kora = await quietDaemon()
    kora.simulator.state.anthropic.reply = reply
    await spent(kora, 160)
    await kora.pass(10_000)
    const body = AlertInvestigations.parse(
      await kora.daemon.published.alertInvestigations({ window: '24h', limit: 50 }),
    )
    expect(body).toMatchObject({ total_count: 1, by_severity_24h: { critical: 0, warning: 1, info: 0 } })
    const [item] = body.items
    expect(item).toMatchObject({
      alert_category: 'cost_ladder',
      caller_session_id: 'alert:cost_ladder:warning',
      dm_entry: { send_status: 'sent', failure_reason: null },
    })
    expect(item?.dm_entry?.slack_message_ts).toMatch(/^\d+\.\d+$/)
    expect(JSON.stringify(item?.dm_entry)).not.toContain('budget')
  })

  it('alerts 20: a second one of the category and severity within ten minutes is not looked into, and it says why', async () => {
    const env = { ...(await blockedExports()), KORA_ALERT_NOTIFY_CATEGORY_COOLDOWN_SEC: '0' }
    const kora = await quietDaemon({ env })
    await taskOf('snapshot.compute', kora, 3)
    await taskOf('cost_telemetry.persist', kora, 3)
    await spent(kora, 160)
    await kora.pass(10_000)
    // Another category is another matter.
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(2)
    const { items } = await kora.client.alerts.list({ state: 'active' })
    const looked = Object.fromEntries(items.map((one) => [one.alertId, one.investigation?.state]))
    expect(looked).toEqual({
      cost_ladder_warned: 'finished',
      'task_failing:snapshot.compute': 'finished',
      'task_failing:cost_telemetry.persist': 'skipped',
    })
    expect(items.find(({ investigation }) => investigation?.state === 'skipped')?.investigation?.failure).toBe(
      'debounced',
    )
  })

  it('alerts 20: what was delivered nowhere is not looked into', async () => {
    const kora = await quietDaemon({ env: { KORA_SLACK_BOT_TOKEN: undefined }, notifierRefuses: 'denied' })
    await spent(kora, 160)
    await kora.pass(60_000)
    const dispatched = await rows(kora, 'notification.dispatched')
    expect(dispatched.map(({ details }) => details['status'])).toEqual(['failed', 'failed'])
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(0)
    const [warned] = (await kora.client.alerts.list({ state: 'active' })).items
    expect(warned).toMatchObject({ alertId: 'cost_ladder_warned', notDelivered: true, investigation: null })
  })

  it('alerts 20: with a debounce of 0 both are', async () => {
    const env = {
      ...(await blockedExports()),
      KORA_ALERT_NOTIFY_CATEGORY_COOLDOWN_SEC: '0',
      KORA_ALERT_WAKE_DEBOUNCE_SECONDS: '0',
    }
    const kora = await quietDaemon({ env })
    await taskOf('snapshot.compute', kora, 3)
    await taskOf('cost_telemetry.persist', kora, 3)
    await kora.pass(10_000)
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(2)
  })

  it('without a model key the operator is told that nobody looked, and that nobody will', async () => {
    const kora = await quietDaemon({ env: { KORA_ANTHROPIC_API_KEY: undefined } })
    await spent(kora, 160)
    await kora.pass(10_000)
    expect(kora.slackTexts()[1]).toBe(
      '⚠️ cost_ladder\ncost_ladder_warned could not be looked into: engine_unavailable. It is not tried again.',
    )
    const [completed] = await rows(kora, 'alert.investigation_completed')
    expect(completed?.details).toMatchObject({
      dm_status: 'engine_unavailable_fallback',
      reasoning_error: 'engine_unavailable',
      total_cost_usd: null,
    })
  })

  it('with the budget used up nothing is asked, and the alert says why', async () => {
    const kora = await quietDaemon()
    await spent(kora, 201)
    await kora.pass(10_000)
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(0)
    const { items } = await kora.client.alerts.list({ state: 'active' })
    const halted = items.find(({ alertId }) => alertId === 'cost_ladder_halted')
    expect(halted?.investigation).toMatchObject({ state: 'skipped', failure: 'cost_ladder_halted' })
  })

  it('a probe’s trouble is investigated as an incident and never a second time as an alert (ruling 15)', async () => {
    const simulator = await simulated()
    const env = { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN }
    const kora = await startTestDaemon({ simulator, env, probes: [flyProbe(simulator)] })
    await kora.pass(5_000)
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(60_000)
    expect(requestsTo(simulator, 'anthropic')).toBe(1)
    expect(ids(kora)).toEqual(['service_unhealthy:fly'])
    expect(await rows(kora, 'alert.investigation_completed')).toEqual([])
  })
})
