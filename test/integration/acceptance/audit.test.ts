import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { Snapshot } from '../../../src/contract/snapshot.ts'
import type { AuditEntry, Seam } from '../../../src/domain/audit.ts'
import { checkAndConfirm, providerProbe, simulated, stopMachine, tokens } from '../../fakes/acceptance.ts'
import { flyProbe, startTestDaemon, type TestDaemon } from '../../fakes/testDaemon.ts'
import { openTestStore } from '../../fakes/testStore.ts'

/** A daemon that has been through everything that writes audit rows here: trouble, telling, recovery, the operator. */
async function lived() {
  const simulator = await simulated()
  const env = { ...tokens, KORA_SUPABASE_URL: simulator.urls.supabase }
  const probes = (['vercel', 'sentry', 'doppler', 'supabase'] as const).map((kind) => providerProbe(simulator, kind))
  const kora = await startTestDaemon({ simulator, env, probes: [...probes, flyProbe(simulator)] })
  await kora.pass(15_000)
  stopMachine(simulator)
  await kora.client.probes.check({ id: 'fly' })
  await kora.pass(3_000)
  simulator.setFault('fly', { kind: 'status', status: 401 })
  await checkAndConfirm(kora, 'fly')
  const { items } = await kora.client.incidents.list({})
  await kora.client.incidents.acknowledge({ id: items[0]?.id ?? '' })
  simulator.setFault('fly', null)
  stopMachine(simulator, 'started')
  await kora.client.probes.check({ id: 'fly' })
  await kora.client.settings.update({ slack: { operatorUserId: 'U0ANOTHER' } })
  await kora.client.settings.setSecret({ id: 'site', value: 'a value nobody knows' })
  await kora.client.system.createBackup()
  await kora.pass(3_000)
  return kora
}

/** What may never stand in a row (audit specification, 4.1). */
const forbidden: readonly (readonly [name: string, shape: RegExp])[] = [
  ['bot token', /xox[bp]-|xapp-/],
  ['API key', /sk-ant-/],
  ['bearer', /Bearer [^\s<]/],
  ['cloud key', /AKIA[0-9A-Z]{16}/],
  ['address', /[\w.+-]+@[\w-]+\.\w+/],
]

function sweep(rows: readonly unknown[]): string[] {
  const text = JSON.stringify(rows)
  return forbidden.filter(([, shape]) => shape.test(text)).map(([name]) => name)
}

describe('Audit', () => {
  it('audit 1, 2: a row needs its seam alone; an unknown seam, source or field writes a warning and nothing else', async () => {
    const { store, logger } = await openTestStore()
    expect(store.audit.append({ seam: 'daemon.started' }, 1_000)).toBe(1)
    const [row] = store.audit.list({ limit: 1 })
    expect(row).toMatchObject({ seq: 1, details: {}, callerSessionId: null, source: null })
    const wrong = [
      { seam: 'bogus.seam' },
      { seam: 'daemon.started', source: 'nope' },
      { seam: 'daemon.started', tenant: 'x' },
    ]
    for (const entry of wrong) expect(store.audit.append(entry as { seam: 'daemon.started' }, 1_000)).toBeNull()
    expect(store.audit.list({ limit: 0 })).toHaveLength(1)
    expect(logger.messages('warn')).toEqual(wrong.map(() => '[kora.audit.skipped]'))
  })

  it('audit 10, 11: newest first, the limit takes the newest, 0 is all, since is inclusive, the cursor exclusive', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator })
    for (let change = 0; change < 4; change++) {
      await kora.client.settings.update({ watching: { debounceSeconds: 60 + change } })
      await kora.pass(1_000)
    }
    const all = await kora.client.system.audit({ limit: 0 })
    expect(all.length).toBeGreaterThanOrEqual(5)
    expect(all.map((row) => row.seq)).toEqual(all.map((row) => row.seq).toSorted((a, b) => b - a))
    expect(await kora.client.system.audit({ limit: 2 })).toEqual(all.slice(0, 2))
    const [third] = all.slice(2)
    const since = await kora.client.system.audit({ sinceMs: third?.emittedAtMs ?? 0 })
    expect(since.at(-1)?.seq).toBe(third?.seq)
    const after = await kora.client.system.audit({ afterSeq: third?.seq ?? 0 })
    expect(after).toEqual(all.slice(0, 2).toReversed())
    expect(await kora.client.system.audit({ seam: 'mcp.tool_called' })).toEqual([])
  })

  it('audit 12: a whole life leaves nothing to find', async () => {
    const kora = await lived()
    const rows = await kora.client.system.audit({ limit: 0 })
    expect(new Set(rows.map((row) => row.seam)).size).toBeGreaterThanOrEqual(9)
    expect(sweep(rows)).toEqual([])
    expect(JSON.stringify(rows)).not.toContain('a value nobody knows')
  })

  it('audit 12: in rows of the four seams that meet strangers the sweep finds nothing; in polluted ones all four', async () => {
    const { store, file } = await openTestStore()
    const rows: readonly AuditEntry[] = [
      {
        seam: 'mcp.tool_called',
        source: 'mcp_http',
        details: { tool_name: 'get_spend', tool_kind: 'read', caller_actor_kind: 'agent', args_keys: ['days'] },
      },
      {
        seam: 'webhook.dead_letter',
        source: 'slack_dm',
        details: { source: 'slack', reason: 'bad_signature', ts: 1_778_508_000.123, peer_ip: '-', body_bytes: 12 },
      },
      { seam: 'slack_dm.reply_failed', source: 'slack_dm', details: { channel_id: 'D1', reason: 'transport:503' } },
      {
        seam: 'reasoning.tool_called',
        source: 'reasoning',
        callerSessionId: 'D1:17.1',
        details: { tool_name: 'get_spend', triggered_by: 'slack_dm', tool_duration_ms: 4, tool_status: 'ok' },
      },
    ]
    for (const row of rows) store.audit.append(row, 1_000)
    const stored = store.audit.list({ limit: 0 }).reverse()
    expect(stored.map(({ details }) => details)).toEqual(rows.map(({ details }) => details))
    expect(sweep(stored)).toEqual([])
    // Past the sink, which would have cleaned them.
    const raw = new Database(file)
    const pollute = raw.prepare('UPDATE audit_log SET details = ? WHERE seq = ?')
    const secrets = ['xoxb-1-2', 'sk-ant-x', 'Bearer abc', 'somebody@example.com']
    for (const [index, result] of secrets.entries()) pollute.run(JSON.stringify({ result }), index + 1)
    raw.close()
    expect(store.audit.list({ limit: 0 }).flatMap((row) => sweep([row]))).toEqual([
      'address',
      'bearer',
      'API key',
      'bot token',
    ])
  })

  it('audit 12: what is polluted on its way is clean when it is stored', async () => {
    const { store } = await openTestStore()
    const details = { a: 'xoxb-123456-abcdef', b: 'sk-ant-000000', c: 'Bearer abcdef123456', d: 'AKIA0123456789ABCDEF' }
    store.audit.append({ seam: 'task.failed', details }, 1_000)
    expect(sweep(store.audit.list({ limit: 0 }))).toEqual([])
  })

  it('audit 16: of five minutes the refused webhooks, the replies and messages not sent count, and nothing else', async () => {
    const first = await startTestDaemon({ simulator: await simulated() })
    const write = (daemon: TestDaemon, agoMs: number): Promise<void> =>
      daemon.read((store) => {
        const atMs = daemon.clock.nowMs() - agoMs
        const add = (seam: Seam, details: AuditEntry['details'] = {}) => store.audit.append({ seam, details }, atMs)
        store.transaction(() => {
          for (let row = 0; row < 2; row++) add('webhook.dead_letter', { source: 'slack', reason: 'bad_signature' })
          add('slack_dm.reply_failed', { channel_id: 'D1', reason: 'transport:503' })
          add('notification.dispatched', { status: 'failed', error: 'timeout' })
          add('notification.dispatched', { status: 'ok' })
          for (let row = 0; row < 9; row++) add('mcp.tool_called', { tool_name: 'look', result: 'ok' })
        })
      })
    const counted = async (daemon: TestDaemon) => {
      await daemon.pass(2_000)
      const { daemon_health: health } = Snapshot.parse(await daemon.client.state.current())
      return { count: health.recent_error_count_5min, kinds: health.recent_errors_5min }
    }
    expect(await counted(first)).toEqual({ count: 0, kinds: {} })
    await first.stop()
    await write(first, 360_000)
    const second = await first.again()
    expect(await counted(second)).toEqual({ count: 0, kinds: {} })
    await write(second, 0)
    const kinds = { dead_letter: 2, reply_failed: 1, notification_failed: 1 }
    expect(await counted(second)).toEqual({ count: 4, kinds })
    await second.stop()
    const third = await second.again()
    expect(await counted(third)).toEqual({ count: 4, kinds })
    await third.pass(360_000)
    expect(await counted(third)).toEqual({ count: 0, kinds: {} })
  })

  it('audit 26, 27: what JSON cannot hold and what a later version wrote are kept, beside whole neighbours', async () => {
    const { store, file } = await openTestStore()
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    store.audit.append({ seam: 'task.failed', details: { count: 1n, cycle, gone: undefined, task: 'x' } }, 1_000)
    const raw = new Database(file)
    raw.exec(`INSERT INTO audit_log (event_id, emitted_at_ms, seam, details, schema_version, extra, prev_hash, hash)
      VALUES ('01X', 2000, 'future.seam', '{"a":1}', 9, '{"novel":true}', x'00', x'00')`)
    raw.close()
    store.audit.append({ seam: 'daemon.stopped', details: { reason: 'test' } }, 3_000)
    const [last, future, marked] = store.audit.list({ limit: 0 })
    expect(last).toMatchObject({ seam: 'daemon.stopped', details: { reason: 'test' } })
    expect(future).toMatchObject({ seam: 'future.seam', known: false, details: { a: 1, _extra: { novel: true } } })
    expect(marked?.details).toMatchObject({ count: '1', task: 'x', _unserialisable: ['count', 'cycle.self', 'gone'] })
  })

  it('audit 28: one row edited by hand is the first broken link', async () => {
    const kora = await lived()
    expect(await kora.client.system.verifyAudit()).toMatchObject({ ok: true, firstBrokenSeq: null })
    const [victim] = await kora.client.system.audit({ seam: 'incident.operator_action' })
    const raw = new Database(kora.paths.database)
    raw
      .prepare(`UPDATE audit_log SET details = replace(details, 'acknowledged', 'ignored') WHERE seq = ?`)
      .run(victim?.seq)
    raw.close()
    expect(await kora.client.system.verifyAudit()).toMatchObject({ ok: false, firstBrokenSeq: victim?.seq })
  })

  it('audit 14: no tool loop, so nothing claims that a tool was called', async () => {
    const kora = await lived()
    expect(await kora.client.system.audit({ seam: 'reasoning.tool_called' })).toEqual([])
    expect(kora.logger.lines.filter((line) => line.message.includes('kora.reasoning.tool_called'))).toEqual([])
  })

  it('every record of an incident is joined by its id and its session', async () => {
    const kora = await lived()
    const { items } = await kora.client.incidents.list({})
    const rows = await kora.client.system.audit({ incidentId: items[0]?.id ?? '' })
    expect(new Set(rows.map((row) => row.callerSessionId))).toEqual(new Set(['probe:fly:service_unhealthy']))
    expect(new Set(rows.map((row) => row.seam))).toEqual(
      new Set([
        'incident.transitioned',
        'probe.wake_requested',
        'notification.dispatched',
        'probe.investigation_completed',
        'incident.operator_action',
      ]),
    )
  })
})
