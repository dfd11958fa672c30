import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { checkAndConfirm, providerProbe, simulated, stopMachine, tokens } from '../../fakes/acceptance.ts'
import { flyProbe, startTestDaemon } from '../../fakes/testDaemon.ts'
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

  it('audit 12: a whole life leaves nothing to find; the sweep finds what is put in front of it', async () => {
    const kora = await lived()
    const rows = await kora.client.system.audit({ limit: 0 })
    expect(new Set(rows.map((row) => row.seam)).size).toBeGreaterThanOrEqual(9)
    expect(sweep(rows)).toEqual([])
    expect(JSON.stringify(rows)).not.toContain('a value nobody knows')
    const polluted = ['xoxb-1-2', 'sk-ant-x', 'Bearer abc', 'somebody@example.com'].map((details) => ({ details }))
    expect(sweep(polluted)).toEqual(['bot token', 'API key', 'bearer', 'address'])
  })

  it('audit 12: what is polluted on its way is clean when it is stored', async () => {
    const { store } = await openTestStore()
    const details = { a: 'xoxb-123456-abcdef', b: 'sk-ant-000000', c: 'Bearer abcdef123456', d: 'AKIA0123456789ABCDEF' }
    store.audit.append({ seam: 'task.failed', details }, 1_000)
    expect(sweep(store.audit.list({ limit: 0 }))).toEqual([])
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
