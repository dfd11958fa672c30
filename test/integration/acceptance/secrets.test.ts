import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HttpFailure } from '../../../src/daemon/platform/http.ts'
import {
  checkAndConfirm,
  onlyIncident,
  pageProbe,
  providerProbe,
  setPage,
  simulated,
  stopMachine,
} from '../../fakes/acceptance.ts'
import { tempFolder } from '../../fakes/tempFolder.ts'
import { flyProbe, startTestDaemon, type TestDaemon } from '../../fakes/testDaemon.ts'

/** No value looks like a credential, so that nothing but knowing it can remove it. */
const canaries = {
  KORA_VERCEL_API_TOKEN: 'canary vercel 5f0c1b',
  KORA_SENTRY_API_TOKEN: 'canary-sentry-77aa10',
  KORA_DOPPLER_API_TOKEN: 'canary-doppler-31bb52',
  KORA_SUPABASE_ANON_KEY: 'canary-supabase-90cc13',
  KORA_FLY_API_TOKEN: 'canary-fly-44dd84',
  KORA_SLACK_BOT_TOKEN: 'canary-slack-65ee95',
  KORA_ANTHROPIC_API_KEY: 'canary-anthropic-26ff06',
  SITE_TOKEN: 'canary-site-87ab17',
}
const vaultCanary = 'canary-vault-18cd28'
const all = [...Object.values(canaries), vaultCanary]

/** The one header, or pair of headers, each secret belongs in. */
const homes: Readonly<Record<string, readonly [service: string, ...headers: string[]]>> = {
  [canaries.KORA_VERCEL_API_TOKEN]: ['vercel', 'authorization'],
  [canaries.KORA_SENTRY_API_TOKEN]: ['sentry', 'authorization'],
  [canaries.KORA_DOPPLER_API_TOKEN]: ['doppler', 'authorization'],
  [canaries.KORA_SUPABASE_ANON_KEY]: ['supabase', 'authorization', 'apikey'],
  [canaries.KORA_FLY_API_TOKEN]: ['fly', 'authorization'],
  [canaries.KORA_SLACK_BOT_TOKEN]: ['slack', 'authorization'],
  [canaries.KORA_ANTHROPIC_API_KEY]: ['anthropic', 'authorization', 'x-api-key'],
  [canaries.SITE_TOKEN]: ['site', 'x-site-token'],
  [vaultCanary]: ['site', 'cookie'],
}

function spellings(secret: string): string[] {
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')]
}

function leaksIn(text: string): string[] {
  return all.filter((secret) => spellings(secret).some((form) => text.includes(form)))
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** Everything the contract answers with. */
async function everyAnswer(kora: TestDaemon): Promise<unknown[]> {
  const { client } = kora
  const leaving = new AbortController()
  const states: unknown[] = []
  for await (const message of await client.state.subscribe(undefined, { signal: leaving.signal })) {
    states.push(message)
    break
  }
  const { items } = await client.incidents.list({ window: 'all' })
  // It waits its turn behind what Slack does not take, and gives up.
  const slackTest = client.settings.testChannel({ channel: 'slack' })
  await kora.clock.advance(31_000)
  return [
    states,
    items,
    await Promise.all(items.map(({ id }) => client.incidents.get({ id }))),
    await client.probes.list(),
    await client.probes.definitions(),
    await client.probes.kinds(),
    await client.system.info(),
    await client.system.deliveries({ limit: 200 }),
    await client.system.audit({ limit: 0 }),
    await client.system.backups(),
    await client.settings.get(),
    await slackTest,
    await client.settings.testModel(),
    await client.probes.test(pageProbe(kora.simulator, 'echo', { jsonPath: 'seen', jsonEquals: 'other' })),
  ]
}

describe('canaries in every secret place', () => {
  it('are in the header they belong in and nowhere else: files, log lines, answers, messages, requests', async () => {
    const simulator = await simulated()
    const echo = all.join(' | ')
    const kora = await startTestDaemon({
      simulator,
      files: true,
      env: { ...canaries, KORA_SENTRY_ORG: 'demo', KORA_SUPABASE_URL: simulator.urls.supabase },
      probes: (['vercel', 'sentry', 'doppler', 'supabase', 'fly'] as const).map((kind) =>
        providerProbe(simulator, kind),
      ),
      http: (real) => ({
        request: (asked) =>
          asked.url.endsWith('/thrown')
            ? Promise.reject(new HttpFailure('reset', `Error: socket hang up after ${echo}`))
            : real.request(asked),
        close: () => real.close(),
      }),
    })
    await kora.client.settings.setSecret({ id: 'cookie', value: vaultCanary })
    const headers = { 'x-site-token': 'env:SITE_TOKEN', cookie: 'vault:cookie' }
    await kora.client.probes.create(pageProbe(simulator, 'site', { headers, severity: 'warning' }))
    await kora.client.probes.create(pageProbe(simulator, 'thrown'))
    await kora.client.probes.create(
      pageProbe(simulator, 'echo', { jsonPath: 'seen', jsonEquals: 'other', severity: 'warning' }),
    )
    await kora.pass(15_000)

    // Everybody outside says back what they were told, and more.
    const page = simulator.state.site['/echo']
    if (page) page.body = { seen: echo, [echo]: echo }
    const machine = simulator.state.fly.apps['demo-production']?.[0]
    if (machine) Object.assign(machine, { name: echo, state: `stopped ${canaries.KORA_FLY_API_TOKEN}`, region: echo })
    for (const issue of simulator.state.sentry.issues) issue.title = echo
    simulator.setFault('doppler', {
      kind: 'status',
      status: 500,
      body: { messages: [echo] },
      headers: { 'x-echo': echo },
    })
    simulator.setFault('vercel', { kind: 'redirect', to: `http://127.0.0.1:1/?token=${encodeURIComponent(echo)}` })
    simulator.state.anthropic.reply = `It said: ${echo}.\nPut ${canaries.KORA_FLY_API_TOKEN} back.`
    setPage(simulator, 'site', 500)
    await kora.client.probes.checkAll()
    await kora.pass(15_000)
    simulator.state.slack.errors['chat.postMessage'] = echo
    stopMachine(simulator, 'started')
    await kora.client.probes.checkAll()
    await kora.pass(5_000)
    simulator.setFault('slack', { kind: 'status', status: 400, body: echo })
    setPage(simulator, 'site', 200)
    await kora.client.probes.checkAll()
    await kora.pass(5_000)
    await kora.client.system.createBackup()
    kora.clock.stall(5_000)
    await kora.pass(1_000)
    simulator.setFault('anthropic', { kind: 'status', status: 400, body: { error: { type: 'x', message: echo } } })

    const answers = await everyAnswer(kora)
    expect(answers.map((answer) => leaksIn(JSON.stringify(answer)))).toEqual(answers.map(() => []))
    await kora.stop()

    for (const { service, method, path, headers: sent, body } of simulator.requests) {
      expect(leaksIn(`${method} ${path}`)).toEqual([])
      expect({ service, leaks: leaksIn(JSON.stringify(body) ?? '') }).toEqual({ service, leaks: [] })
      for (const [name, value] of Object.entries(sent)) {
        for (const secret of leaksIn(value)) {
          const [home, ...names] = homes[secret] ?? []
          expect([service, names.includes(name)]).toEqual([home, true])
        }
      }
    }
    const shown = JSON.stringify(kora.shown)
    expect(leaksIn(shown)).toEqual([])
    expect(shown + kora.slackTexts().join('\n')).toContain('<REDACTED>')

    const files = await filesBelow(kora.folder)
    expect(files.map((file) => file.slice(kora.folder.length + 1))).toEqual(
      expect.arrayContaining(['kora.db', 'vault', expect.stringMatching(/^backups\/.*\.db$/), 'state/logs/kora.log']),
    )
    // The vault is where the values live: it is the owner's alone.
    expect((await stat(kora.paths.vault)).mode & 0o077).toBe(0)
    const leaks: string[] = []
    for (const file of files.filter((one) => one !== kora.paths.vault)) {
      leaks.push(...leaksIn((await readFile(file)).toString('latin1')).map((secret) => `${file}: ${secret}`))
    }
    expect(leaks).toEqual([])
  })
})

describe('one leak at a time', () => {
  it('probes 15: an exception that holds the token', async () => {
    const simulator = await simulated()
    const token = canaries.KORA_FLY_API_TOKEN
    let broken = false
    const kora = await startTestDaemon({
      simulator,
      files: true,
      env: { KORA_FLY_API_TOKEN: token },
      probes: [flyProbe(simulator)],
      http: (real) => ({
        request: (asked) => (broken ? Promise.reject(new TypeError(`invalid header ${token}`)) : real.request(asked)),
        close: () => real.close(),
      }),
    })
    await kora.pass(12_000)
    broken = true
    await kora.client.probes.check({ id: 'fly' })
    const [row] = await kora.client.probes.list()
    expect(row).toMatchObject({ status: 'unknown', error: 'TypeError: invalid header <REDACTED>' })
    expect((await kora.client.incidents.list({})).items).toEqual([])
    await kora.stop()
    for (const file of await filesBelow(kora.folder)) expect((await readFile(file)).includes(token)).toBe(false)
  })

  it('a model reply that holds a secret', async () => {
    const simulator = await simulated()
    const env = { KORA_FLY_API_TOKEN: canaries.KORA_FLY_API_TOKEN }
    const kora = await startTestDaemon({ simulator, env, probes: [flyProbe(simulator)] })
    simulator.state.anthropic.reply = `Token ${canaries.KORA_FLY_API_TOKEN} was refused.\nReplace ${canaries.KORA_FLY_API_TOKEN}.`
    simulator.setFault('fly', { kind: 'status', status: 401 })
    await checkAndConfirm(kora, 'fly')
    const clean = 'Token <REDACTED> was refused.\nReplace <REDACTED>.'
    expect(kora.slackTexts()[1]).toBe(clean.replaceAll('<REDACTED>', '&lt;REDACTED&gt;'))
    expect(kora.shown[1]?.text).toBe(clean)
    const { investigations } = await kora.client.incidents.get({ id: (await onlyIncident(kora)).id })
    expect(investigations[0]?.nextStep).toBe('Replace <REDACTED>.')
    const [done] = await kora.client.system.audit({ seam: 'probe.investigation_completed' })
    expect(done?.details['investigation_summary_text']).toBe(clean)
  })

  it('a task whose error holds a secret: stored, shown and recorded without it', async () => {
    const simulator = await simulated()
    const secret = canaries.KORA_SLACK_BOT_TOKEN
    // Where the backups should go is a file, and its path quotes the secret.
    const folder = join(await tempFolder(), secret)
    await mkdir(folder)
    await writeFile(join(folder, 'backups'), '')
    const kora = await startTestDaemon({ simulator, folder, env: { KORA_SLACK_BOT_TOKEN: secret } })
    const refused = kora.client.system.runTask({ name: 'backup.nightly' })
    await expect(refused).rejects.toMatchObject({ code: 'backup_failed' })
    const { schedules, problems } = await kora.client.system.info()
    const task = schedules.find((row) => row.name === 'backup.nightly')
    expect(task).toMatchObject({ lastOutcome: 'failed', lastError: expect.stringContaining('<REDACTED>') })
    expect(problems.map((problem) => problem.message)).toEqual([expect.stringContaining('<REDACTED>')])
    const audit = await kora.client.system.audit({ limit: 0 })
    expect(audit.map((row) => row.seam)).toEqual(expect.arrayContaining(['backup.failed', 'task.failed']))
    expect(JSON.stringify([task, problems, audit])).not.toContain(secret)
    const stored = await kora.read((store) => store.schedules.get('backup.nightly'))
    expect(stored?.error).toContain('<REDACTED>')
  })

  it('a definition holds references, never values', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator })
    const headers = { authorization: `Bearer ${vaultCanary}` }
    await expect(kora.client.probes.create(pageProbe(simulator, 'site', { headers }))).rejects.toMatchObject({
      code: 'bad_input',
      data: { issues: [{ path: 'config.headers.authorization', message: expect.stringContaining('env:NAME') }] },
    })
    const url = `http://user:${vaultCanary}@127.0.0.1/`
    await expect(kora.client.probes.create(pageProbe(simulator, 'site', { url }))).rejects.toMatchObject({
      code: 'bad_input',
    })
  })
})
