import { describe, expect, it } from 'vitest'
import type { ProbeDraft } from '../../../src/contract/probes.ts'
import { onlyIncident, pageProbe, providerProbe, requestsTo, simulated, tokens } from '../../fakes/acceptance.ts'
import { startTestDaemon } from '../../fakes/testDaemon.ts'

describe('section 11: malformed calls on the contract', () => {
  it('are typed errors that name the field; the daemon goes on unharmed', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, probes: [pageProbe(simulator, 'site')] })
    const { probes, incidents, settings, system } = kora.client
    const draft = pageProbe(simulator, 'another')
    const wrong = <T>(value: unknown): T => value as T
    const calls: [call: () => Promise<unknown>, path: string][] = [
      [() => probes.check(wrong({})), 'id'],
      [() => probes.check({ id: '../etc' }), 'id'],
      [() => probes.create(wrong<ProbeDraft>({ ...draft, kind: 'telnet' })), 'kind'],
      [() => probes.create({ ...draft, id: '__proto__' }), 'id'],
      [() => probes.create({ ...draft, intervalMs: 1 }), 'intervalMs'],
      [() => probes.create({ ...draft, title: '' }), 'title'],
      [() => probes.series({ id: 'site', fromMs: 0, toMs: 1, points: 1_000_000 }), 'points'],
      [() => incidents.get({ id: 'x'.repeat(65) }), 'id'],
      [() => incidents.list(wrong({ window: '9y' })), 'window'],
      [() => settings.update(wrong({ watching: { concurrency: 'many' } })), 'watching.concurrency'],
      [
        () => settings.update({ notifications: { quietHours: { enabled: true, from: '25:00', to: '07:00' } } }),
        'notifications.quietHours.from',
      ],
      [() => settings.setSecret({ id: '../vault', value: 'x' }), 'id'],
      [() => settings.testChannel(wrong({ channel: 'pigeon' })), 'channel'],
      [() => system.audit({ limit: 501 }), 'limit'],
      [() => system.deliveries(wrong({ before: 'yesterday' })), 'before'],
    ]
    const answers = await Promise.all(
      calls.map(([call]) =>
        call().then(
          () => 'accepted',
          (error: { code: string; data: { issues: { path: (string | number)[] }[] } }) =>
            `${error.code} ${error.data.issues.map((issue) => issue.path.join('.')).join()}`,
        ),
      ),
    )
    expect(answers).toEqual(calls.map(([, path]) => `BAD_REQUEST ${path}`))
    await kora.pass(12_000)
    expect((await probes.list()).map((row) => row.status)).toEqual(['healthy'])
    expect(kora.logger.messages('error')).toEqual([])
  })

  it('a configuration its provider refuses is named by its path', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator })
    const cases: [config: Record<string, unknown>, path: string][] = [
      [{ url: 'ftp://example.com' }, 'config.url'],
      [{ url: 'https://example.com', expectedStatus: 'fine' }, 'config.expectedStatus'],
      [{ url: 'https://example.com', headers: { 'bad name': 'x' } }, 'config.headers.bad name'],
      [{ url: 'https://example.com', jsonEquals: 'ok' }, 'config.jsonPath'],
      [{ url: 'https://example.com', surprise: true }, 'config'],
    ]
    for (const [config, path] of cases) {
      const draft = { ...pageProbe(simulator, 'site'), config }
      for (const call of [kora.client.probes.create, kora.client.probes.test]) {
        await expect(call(draft)).rejects.toMatchObject({ code: 'bad_input', data: { issues: [{ path }] } })
      }
    }
    expect(await kora.client.probes.definitions()).toEqual([])
  })

  it('what does not exist, exists already or cannot change says so', async () => {
    const simulator = await simulated()
    const probe = pageProbe(simulator, 'site')
    const kora = await startTestDaemon({ simulator, probes: [probe] })
    const { probes, incidents, system, settings } = kora.client
    await expect(probes.check({ id: 'nobody' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(probes.create(probe)).rejects.toMatchObject({ code: 'probe_id_taken', data: { path: 'id' } })
    await expect(probes.update({ ...providerProbe(simulator, 'fly'), id: 'site' })).rejects.toMatchObject({
      code: 'bad_input',
      data: { path: 'kind' },
    })
    await expect(probes.series({ id: 'nobody', fromMs: 0, toMs: 1, points: 10 })).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(incidents.get({ id: 'inc_nobody' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(incidents.list({ cursor: 'nowhere' })).rejects.toMatchObject({ code: 'bad_input' })
    await expect(system.runTask({ name: 'nothing' })).rejects.toMatchObject({ code: 'task_unknown' })
    await expect(system.verifyBackup({ id: 'bak_none' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(settings.removeSecret({ id: 'nobody' })).rejects.toMatchObject({ code: 'secret_unknown' })
  })
})

describe('section 11: the environment', () => {
  it('an unset or empty credential names its variable, asks nobody and wakes nobody', async () => {
    const simulator = await simulated()
    const env = Object.fromEntries(Object.keys(tokens).map((name) => [name, ' ']))
    const kinds = ['vercel', 'sentry', 'doppler', 'supabase', 'fly'] as const
    const kora = await startTestDaemon({ simulator, env, probes: kinds.map((kind) => providerProbe(simulator, kind)) })
    await kora.pass(130_000)
    const rows = await kora.client.probes.list()
    expect(rows.map((row) => [row.id, row.status])).toEqual(kinds.map((kind) => [kind, 'not_configured']))
    for (const row of rows) expect(row.error).toMatch(/^auth env unset or empty: 'KORA_/)
    expect(simulator.requests).toEqual([])
    expect((await kora.client.incidents.list({})).items).toEqual([])
    expect(kora.shown).toEqual([])
  })
})

describe('section 11: replies nobody expected', () => {
  it.each([
    ['half a body', { kind: 'malformed' }],
    ['another page', { kind: 'status', status: 200, body: '<html>Sign in to the airport Wi-Fi</html>' }],
    ['a list where an object belongs', { kind: 'status', status: 200, body: [1, 2, 3] }],
    ['nothing', { kind: 'status', status: 200, body: '' }],
    ['too much', { kind: 'huge_body', bytes: 4_000_000 }],
  ] as const)('%s: a typed finding, cut and printable, and the loop goes on', async (_name, fault) => {
    const simulator = await simulated()
    const env = { KORA_DOPPLER_API_TOKEN: tokens.KORA_DOPPLER_API_TOKEN }
    const probes = [providerProbe(simulator, 'doppler'), pageProbe(simulator, 'site')]
    const kora = await startTestDaemon({ simulator, env, probes })
    simulator.setFault('doppler', fault)
    const result = await kora.client.probes.check({ id: 'doppler' })
    expect(result).toMatchObject({ status: 'unhealthy', cause: 'bad_response' })
    expect(result.error?.length).toBeLessThanOrEqual(300)
    expect(result.error).not.toContain('airport')
    expect((await kora.client.probes.check({ id: 'site' })).status).toBe('healthy')
    await kora.pass(3_000)
    expect((await onlyIncident(kora)).severity).toBe('warning')
    expect(requestsTo(simulator, 'doppler')).toBeGreaterThan(0)
  })
})
