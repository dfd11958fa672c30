import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { CurrentAlerts } from '../../../src/contract/published/state.ts'
import { onlyIncident, pageProbe, requestsTo, setPage, simulated, stopMachine, tokens } from '../../fakes/acceptance.ts'
import { headlessHost, send } from '../../fakes/headlessHost.ts'
import { flyProbe, startTestDaemon, type TestDaemon } from '../../fakes/testDaemon.ts'
import { tempFolder } from '../../fakes/tempFolder.ts'

const opened = vi.hoisted(() => ({ databases: [] as Database.Database[] }))

// The daemon's own connection, so that SQLite itself refuses: nothing here pretends to be a full disk.
vi.mock('../../../src/daemon/store/openDatabase.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../src/daemon/store/openDatabase.ts')>()
  return {
    ...original,
    openDatabase(file: string) {
      const database = original.openDatabase(file)
      opened.databases.push(database)
      return database
    },
  }
})

/** The first one opened since the test began: a look at the file opens others. */
function database(): Database.Database {
  const [first] = opened.databases
  if (!first) throw new Error('no database is open')
  return first
}

beforeEach(() => void opened.databases.splice(0))

interface Refusal {
  readonly name: string
  readonly code: string
  readonly begin: () => void
  readonly end: () => void
}

const refusals: Refusal[] = [
  {
    name: 'a folder that cannot be written',
    code: 'store_read_only',
    begin: () => void database().pragma('query_only = ON'),
    end: () => void database().pragma('query_only = OFF'),
  },
  {
    // No page can be added: small rows may still fit into what is there, a whole step does not.
    name: 'a full disk',
    code: 'store_full',
    begin: () => {
      const fill = database().prepare('INSERT INTO settings (key, value) VALUES (?, ?)')
      database().pragma('max_page_count = 1')
      for (let row = 0; fits(() => fill.run(`filler ${row}`, '0')); row++);
    },
    end: () => void database().pragma('max_page_count = 1000000'),
  },
]

function fits(write: () => void): boolean {
  try {
    write()
    return true
  } catch {
    return false
  }
}

/** A machine list long enough to need pages of its own. */
function manyMachines(kora: TestDaemon): void {
  const machine = (index: number) => ({
    id: `machine${index}`.padEnd(60, 'x'),
    name: `name${index}`.padEnd(60, 'x'),
    state: 'started',
    region: 'fra',
    instance_id: `instance${index}`.padEnd(60, 'x'),
  })
  kora.simulator.state.fly.apps['demo-production'] = Array.from({ length: 50 }, (_, index) => machine(index))
}

async function watchingFly() {
  const simulator = await simulated()
  const probe = flyProbe(simulator, { config: { apps: ['demo-production'], baseUrl: simulator.urls.fly } })
  const env = { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN }
  const site = pageProbe(simulator, 'site')
  const kora = await startTestDaemon({ simulator, env, probes: [probe, site] })
  manyMachines(kora)
  await kora.pass(15_000)
  simulator.clearRequests()
  return { simulator, kora }
}

const counts = (kora: TestDaemon) =>
  kora.read((store) => ({
    incidents: store.incidents.list({ sinceMs: null, state: 'any', limit: 10 }).items.length,
    wakes: store.audit.list({ seam: 'probe.wake_requested', limit: 0 }).length,
    unsettled: store.outbox.unsettled().length,
  }))

describe.each(refusals)('probes 22, 39 and section 11, audit 4: $name', ({ code, begin, end }) => {
  it('the round completes, the values stay, a critical is told on both channels, nothing is half-written, and the records follow', async () => {
    const { simulator, kora } = await watchingFly()
    begin()
    stopAll(kora)
    await kora.client.probes.checkAll()
    await kora.pass(11_000)

    expect(kora.slackTexts()).toEqual([expect.stringMatching(/^🚨 Probe alert · fly\nfly \(critical\): /)])
    expect(kora.shown.map((message) => message.title)).toEqual(['fly: critical'])
    const rows = await kora.client.probes.list()
    expect(rows.map((row) => [row.id, row.status])).toEqual([
      ['fly', 'unhealthy'],
      ['site', 'healthy'],
    ])
    expect((await kora.client.system.info()).problems).toEqual([
      expect.objectContaining({ code: 'store_refuses', message: expect.stringContaining(code) }),
    ])
    expect(kora.logger.messages('warn')).toContain('the store refuses to write')
    expect((await onlyIncidentOpen(kora)).severity).toBe('critical')
    expect(await counts(kora)).toEqual({ incidents: 0, wakes: 0, unsettled: 0 })
    // Nothing is asked while nothing can be recorded; nothing is said twice.
    await kora.pass(120_000)
    expect(requestsTo(simulator, 'anthropic')).toBe(0)
    expect(kora.slackTexts().filter((text) => text.startsWith('🚨 Probe alert'))).toHaveLength(1)
    // The trouble with the store is told too, once, when it lasts: its tasks fail for no reason of their own.
    expect(kora.slackTexts().slice(1)).toEqual([expect.stringMatching(/^🔴 CRITICAL Kora cannot write its history/)])

    end()
    await kora.pass(5_000)
    expect((await kora.client.system.info()).problems).toEqual([])
    expect(await counts(kora)).toEqual({ incidents: 1, wakes: 1, unsettled: 0 })
    const about = kora.slackTexts().filter((text) => !text.includes('Kora cannot write its history'))
    expect(about).toHaveLength(2)
    expect(kora.slackTexts()).toContainEqual(
      expect.stringMatching(/^✅ Over after \d+m: Kora cannot write its history/),
    )
    // The alert is over: nobody looks into it.
    expect(requestsTo(simulator, 'anthropic')).toBe(1)
    const incident = await onlyIncident(kora)
    const { timeline } = await kora.client.incidents.get({ id: incident.id })
    expect(timeline.map((line) => line.kind)).toEqual(
      expect.arrayContaining(['opened', 'wake', 'delivery', 'investigation']),
    )
    const sent = (await kora.client.system.deliveries({})).filter((row) => row.channel === 'slack')
    expect(sent.map((row) => `${row.kind} ${row.outcome}`).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'alert sent',
      'alert_resolved sent',
      'diagnosis sent',
      'system_alert sent',
    ])
    expect(await kora.client.system.verifyAudit()).toMatchObject({ ok: true })
    expect(kora.logger.messages('error')).toEqual([])
    await kora.stop()

    const said = kora.slackTexts().length
    const next = await kora.again()
    await next.pass(90_000)
    expect(next.slackTexts()).toHaveLength(said)
    expect((await onlyIncident(next)).state).toBe('notified')
  })

  it('a warning is told with the reason for having no diagnosis, and gets one when the store is back', async () => {
    const { simulator, kora } = await watchingFly()
    simulator.state.anthropic.reply = 'The machine ran out of memory.'
    begin()
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(5_000)
    expect(kora.slackTexts()).toEqual([
      expect.stringMatching(/^⚠️ Probe alert · fly\n[^]*engine returned: engine_unavailable$/),
    ])
    expect(kora.shown.map((message) => message.title)).toEqual(['fly: warning'])
    end()
    await kora.pass(5_000)
    const [root, reply] = Object.values(simulator.state.slack.channels)[0]?.messages ?? []
    expect(reply).toMatchObject({ text: 'The machine ran out of memory.', thread_ts: root?.ts })
  })

  it('recovered before the store was back: the recovery is told, and all of it is on record afterwards', async () => {
    const { simulator, kora } = await watchingFly()
    begin()
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(5_000)
    stopMachine(simulator, 'started')
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(5_000)
    expect(kora.slackTexts()).toEqual([
      expect.stringMatching(/^⚠️ Probe alert · fly/),
      expect.stringMatching(/^✅ fly is well again/),
    ])
    end()
    await kora.pass(5_000)
    expect((await onlyIncident(kora)).state).toBe('resolved')
    expect(kora.slackTexts().slice(2)).toEqual([])
    expect(requestsTo(simulator, 'anthropic')).toBe(0)
    expect(await counts(kora)).toEqual({ incidents: 1, wakes: 1, unsettled: 0 })
    expect(kora.logger.messages('error')).toEqual([])
  })

  it('refused between recording and telling: told once all the same', async () => {
    const { simulator, kora } = await watchingFly()
    simulator.setFault('slack', { kind: 'status', status: 503 })
    setPage(simulator, 'site', 500)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(10_500)
    begin()
    simulator.setFault('slack', null)
    simulator.clearRequests()
    await kora.pass(60_000)
    const roots = () => kora.slackTexts().filter((text) => text.startsWith('🚨 Probe alert'))
    expect(roots()).toHaveLength(1)
    end()
    await kora.pass(30_000)
    expect(roots()).toHaveLength(1)
    expect(await counts(kora)).toMatchObject({ unsettled: 0 })
  })

  it('what the operator asks for is refused with its code, and reads go on', async () => {
    const { simulator, kora } = await watchingFly()
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(5_000)
    const { id } = await onlyIncident(kora)
    begin()
    const headers = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`x-${index}`, 'x'.repeat(2_000)]))
    const large = pageProbe(simulator, 'large', { headers })
    await expect(kora.client.probes.create(large)).rejects.toMatchObject({ code })
    expect((await kora.client.probes.definitions()).map((one) => one.id)).toEqual(['fly', 'site'])
    const reason = 'x'.repeat(500)
    expect((await kora.client.incidents.get({ id })).incident.id).toBe(id)
    end()
    await kora.client.incidents.markHandled({ id, reason })
    expect((await onlyIncident(kora)).handledAtMs).not.toBeNull()
  })

  it('alerts 27: an alert whose source cannot be read meanwhile is kept, stale, and no news afterwards', async () => {
    const inTheWay = join(await tempFolder(), 'file')
    await writeFile(inTheWay, '')
    const env = { KORA_SNAPSHOT_PATH: join(inTheWay, 'snapshot.json') }
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, env, probes: [pageProbe(simulator, 'site')] })
    await kora.client.settings.update({ alerts: { investigate: false } })
    await kora.pass(12_000)
    const fail = async (): Promise<void> => {
      await kora.client.system.runTask({ name: 'snapshot.compute' }).catch(() => undefined)
      await kora.pass(1_000)
    }
    for (let run = 0; run < 3; run++) await fail()
    const failing = () =>
      CurrentAlerts.parse(kora.daemon.published.currentAlerts()).alerts.filter(
        ({ category }) => category === 'task_failing',
      )
    const staleSinceMs = async () => {
      const { items } = await kora.client.alerts.list({ state: 'active' })
      return items.find(({ category }) => category === 'task_failing')?.staleSinceMs
    }
    const [before] = failing()
    expect(before?.severity).toBe('warning')
    const said = () => kora.slackTexts().filter((text) => text.includes('Compute the snapshot'))
    expect(said()).toEqual([expect.stringMatching(/^🟡 WARNING Compute the snapshot/)])
    begin()
    // More than a full disk has room for.
    setPage(simulator, 'site', 500)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(20_000)
    expect(failing()).toEqual([before])
    expect(await staleSinceMs()).toEqual(expect.any(Number))
    end()
    await kora.pass(3_000)
    await fail()
    expect(failing()).toEqual([before])
    expect(await staleSinceMs()).toBeNull()
    expect(said()).toHaveLength(1)
  })

  it('a stop is a stop', async () => {
    const { kora } = await watchingFly()
    begin()
    await kora.pass(3_000)
    await kora.client.probes.check({ id: 'site' })
    // Samples that still do not fit are what the stop may report as lost.
    await Promise.allSettled([kora.stop()])
    expect(database().open).toBe(false)
    expect(kora.clock.pendingTimers()).toBe(0)
  })
})

it('daemon 26: over HTTP a visit is cut and kept, a blank one refused; in a folder that cannot be written it is a warning', async () => {
  const kora = await startTestDaemon({ simulator: await simulated() })
  const { port, token, address } = await headlessHost({ published: kora.daemon.published })
  const headers = { host: new URL(address).host, authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const post = async (body: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const { status, body: answer } = await send(port, { method: 'POST', path: '/api/panel_view', headers, body: text })
    return [status, answer]
  }
  const kept = async () => (await kora.client.views.list({})).map(({ view, windowId }) => [view, windowId])
  const ok = [200, '{"ok":true}']
  expect(await post({ panel_name: 'p'.repeat(500), kind: 'audit', emitted_at: '1999-01-01T00:00:00Z' })).toEqual(ok)
  expect(await post({ panel_name: 'Now', session_id: 's'.repeat(65) })).toEqual(ok)
  for (const wrong of [{}, { panel_name: '' }, { panel_name: ' \t\n\u00a0' }, { panel_name: 7 }, [], 'null', '{', '']) {
    expect(await post(wrong)).toEqual([400, ''])
  }
  const visits = [
    ['Now', 's'.repeat(64)],
    ['p'.repeat(128), 'unknown'],
  ]
  expect(await kept()).toEqual(visits)
  expect((await kora.client.views.list({})).map((visit) => visit.enteredAtMs)).toEqual(
    Array(2).fill(kora.clock.nowMs()),
  )
  const seams = (await kora.client.system.audit({ limit: 0 })).map(({ seam }) => seam)
  expect(seams.filter((seam) => seam.includes('view'))).toEqual([])

  database().pragma('query_only = ON')
  expect(await post({ panel_name: 'Spend' })).toEqual([200, '{"ok":true,"warning":"write_failed"}'])
  expect(await kept()).toEqual(visits)
  database().pragma('query_only = OFF')
  await kora.pass(2_000)
  expect(await post({ panel_name: 'Spend' })).toEqual(ok)
})

async function onlyIncidentOpen(kora: TestDaemon) {
  const leaving = new AbortController()
  for await (const message of await kora.client.state.subscribe(undefined, { signal: leaving.signal })) {
    if (message.kind === 'snapshot' && message.state.incidents[0]) return message.state.incidents[0]
    break
  }
  throw new Error('no open incident')
}

function stopAll(kora: TestDaemon): void {
  for (const machine of kora.simulator.state.fly.apps['demo-production'] ?? []) machine.state = 'stopped'
}
