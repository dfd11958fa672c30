import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { open, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { ensureBuilt, root } from '../../scripts/ensureBuilt.mjs'
import { send } from '../fakes/headlessHost.ts'
import { tempFolder } from '../fakes/tempFolder.ts'

beforeAll(() => ensureBuilt(), 120_000)

type Env = Readonly<Record<string, string>>

interface Running {
  readonly child: ChildProcess
  readonly address: URL
  /** Everything on stdout and stderr so far. */
  readonly output: () => string
  readonly ended: Promise<number | null>
}

const koraScript = join(root, 'out', 'main', 'kora.js')

/** The environment of the tests without the operator's own variables. */
function clean(env: Env): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !/^(KORA|ANTHROPIC)_/.test(name))
  return { ...Object.fromEntries(own), ...env }
}

/** Starts a host and waits for the address it prints. */
async function start(script: string, args: readonly string[], env: Env): Promise<Running> {
  const child = spawn(process.execPath, [script, ...args], { env: clean(env) })
  let output = ''
  const printed = Promise.withResolvers<URL>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk)
      const address = /Open the cockpit: (\S+)\n/.exec(output)?.[1]
      if (address) printed.resolve(new URL(address))
    })
  }
  const ended = once(child, 'close').then(([code]) => code as number | null)
  void ended.then((code) => printed.reject(new Error(`ended with ${code}: ${output}`)))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, address: await printed.promise, output: () => output, ended }
}

const serve = (env: Env, ...args: string[]): Promise<Running> =>
  start(koraScript, ['serve', '--port', '0', ...args], env)

async function kora(env: Env, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [koraScript, ...args], { env: clean(env) })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const [code] = (await once(child, 'close')) as [number]
  return { code, stdout, stderr }
}

/** Trades a printed code for the session cookie. */
async function signIn({ port, origin, hash }: URL): Promise<{ status: number; cookie: string }> {
  const reply = await send(Number(port), {
    method: 'POST',
    path: '/session',
    headers: { host: new URL(origin).host, origin, 'content-type': 'application/json' },
    body: JSON.stringify({ code: hash.replace('#code=', '') }),
  })
  return { status: reply.status, cookie: String(reply.headers['set-cookie'] ?? '').split(';')[0] ?? '' }
}

/** What the process wrote into the audit log about itself, oldest first. */
function recorded(home: string): { seam: string; details: Record<string, unknown> }[] {
  const database = new Database(join(home, 'kora.db'), { readonly: true })
  const rows = database.prepare(`SELECT seam, details FROM audit_log WHERE seam LIKE 'daemon.%' ORDER BY seq`).all()
  database.close()
  return (rows as { seam: string; details: string }[]).map(({ seam, details }) => ({
    seam,
    details: JSON.parse(details) as Record<string, unknown>,
  }))
}

async function isSignedIn({ port, origin }: URL, cookie: string): Promise<boolean> {
  const headers = { host: new URL(origin).host, origin, cookie, 'content-type': 'application/json' }
  const reply = await send(Number(port), { method: 'POST', path: '/session', headers, body: '{}' })
  return reply.body === '{"signedIn":true}'
}

describe('kora serve', () => {
  test('daemon 7: prints one address, serves the cockpit there, and on SIGTERM stops every listener and ends with 0', async () => {
    const home = await tempFolder()
    const { child, address, ended, output } = await serve({ KORA_HOME: home })
    expect(address.hostname).toBe('127.0.0.1')
    expect(address.hash).toMatch(/^#code=[\w-]{43}$/)
    const page = await send(Number(address.port), { path: '/', headers: { host: address.host } })
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(output()).not.toMatch(/error/i)
    expect(await readdir(join(home, 'state'))).not.toContain('daemon.lock')
    await expect(send(Number(address.port), { path: '/' })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const [began, stopped] = recorded(home)
    expect([began?.seam, stopped?.seam]).toEqual(['daemon.started', 'daemon.stopped'])
    expect(stopped?.details).toMatchObject({ reason: 'SIGTERM', session_id: began?.details['session_id'] })
    const log = await readFile(join(home, 'state', 'logs', 'kora.log'), 'utf8')
    expect(log).not.toMatch(/did not (stop|end)/)
  })

  test('daemon 3: what is not safe to open stops the start, in one line, and is exit code 1', async () => {
    const home = await tempFolder()
    await writeFile(join(home, 'kora.db'), 'this is no database at all, and long enough to be looked at'.repeat(100))
    const { code, stdout, stderr } = await kora({ KORA_HOME: home }, 'serve', '--port', '0')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^[^\n]+\n$/)
    expect(await readdir(join(home, 'state'))).not.toContain('daemon.lock')
  })

  test('daemon 10, 11: its status is null and not_running without a process, and another session in the next one', async () => {
    const env = { KORA_HOME: await tempFolder() }
    const status = async () => (JSON.parse((await kora(env, 'status', '--json')).stdout) as { status: unknown }).status
    expect(await status()).toEqual({
      state: 'not_running',
      uptime_seconds: null,
      shutdown_reason: null,
      listeners: [],
      daemon_session_id: null,
    })
    const ids = new Set<unknown>()
    for (let no = 0; no < 2; no++) {
      const { child, ended } = await serve(env)
      const running = (await status()) as Record<string, unknown>
      expect(running).toMatchObject({ state: 'running', uptime_seconds: expect.any(Number), shutdown_reason: null })
      expect(running['daemon_session_id']).toMatch(/^[0-9a-f]{32}$/)
      ids.add(running['daemon_session_id'])
      child.kill('SIGTERM')
      await ended
    }
    expect(ids.size).toBe(2)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)(
    'daemon 28: told to end by %s before it has started, it starts nothing and leaves with %i',
    async (signal, code) => {
      const home = await tempFolder()
      const fifo = join(home, 'vault')
      spawnSync('/usr/bin/mkfifo', ['-m', '600', fifo])
      const child = spawn(process.execPath, [koraScript, 'serve', '--port', '0'], { env: clean({ KORA_HOME: home }) })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
      const ended = once(child, 'close')
      // Opens when the process reads it, which it does before it starts anything.
      const vault = await open(fifo, 'w')
      child.kill(signal)
      await vault.writeFile('{"version":1,"values":{}}')
      await vault.close()
      expect(await ended).toEqual([code, null])
      expect(output).toBe('')
      expect(await readdir(join(home, 'state'))).not.toContain('daemon.lock')
    },
  )

  test('its socket and folders are the owner’s alone, and no code is in any file it wrote', async () => {
    const home = await tempFolder()
    const { address, child, ended } = await serve({ KORA_HOME: home })
    const { cookie } = await signIn(address)
    const fresh = new URL(/(http:\S+)/.exec((await kora({ KORA_HOME: home }, 'status')).stdout)?.[1] ?? '')
    expect(statSync(join(home, 'state')).mode & 0o777).toBe(0o700)
    expect(statSync(join(home, 'state', 'kora.sock')).mode & 0o777).toBe(0o600)
    child.kill('SIGTERM')
    await ended
    const secrets = [address.hash, fresh.hash, cookie].map((text) => text.split('=')[1] ?? '')
    expect(secrets.map(({ length }) => length)).toEqual([43, 43, 43])
    const entries = await readdir(home, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    expect(files.length).toBeGreaterThan(1)
    for (const file of files) {
      const content = readFileSync(file, 'latin1')
      expect(secrets.filter((secret) => content.includes(secret))).toEqual([])
    }
  })

  test('keeps the operator signed in over a restart', async () => {
    const home = await tempFolder()
    const first = await serve({ KORA_HOME: home })
    const { status, cookie } = await signIn(first.address)
    expect(status).toBe(200)
    first.child.kill('SIGINT')
    expect(await first.ended).toBe(0)
    const again = await start(koraScript, ['serve', '--port', first.address.port], { KORA_HOME: home })
    expect(await isSignedIn(again.address, cookie)).toBe(true)
    expect((await signIn(first.address)).status).toBe(401)
  })

  test('a second start on the folder points at the first and leaves with 3', async () => {
    const home = await tempFolder()
    const { address } = await serve({ KORA_HOME: home })
    const second = await kora({ KORA_HOME: home }, 'serve', '--port', '0')
    expect([second.code, second.stdout]).toEqual([3, ''])
    expect(second.stderr).toBe(
      `Kora already runs on ${home}, at ${address.origin}. A fresh sign-in link: kora status\n`,
    )
  })

  test('daemon 14: a taken port is exit code 2 and one line, and nothing was started', async () => {
    const home = await tempFolder()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    const refused = await kora({ KORA_HOME: home, KORA_WEB_PORT: String(port) }, 'serve')
    expect([refused.code, refused.stdout]).toEqual([2, ''])
    expect(refused.stderr).toMatch(new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken\\. .*KORA_WEB_PORT\\.\\n$`))
    const { address } = await serve({ KORA_HOME: home })
    expect(address.port).not.toBe(String(port))
  })

  test('a port that is none is exit code 2 and one line with variable, shape and range', async () => {
    const refused = await kora({ KORA_HOME: await tempFolder(), KORA_WEB_PORT: 'nine' }, 'serve')
    expect([refused.code, refused.stderr]).toEqual([
      2,
      'KORA_WEB_PORT must be a port: a whole number from 0 to 65535.\n',
    ])
  })

  test('what has a default is a warning that never repeats the value', async () => {
    const { output } = await serve({ KORA_HOME: await tempFolder(), KORA_PROBE_DEBOUNCE_SECONDS: 'canary-value' })
    expect(output()).toContain('KORA_PROBE_DEBOUNCE_SECONDS is not a whole number from 0 to 86400; it is ignored.')
    expect(output()).not.toContain('canary-value')
  })
})

describe('steering the running Kora', () => {
  test('pause, resume and stop reach it, and say so', async () => {
    const env = { KORA_HOME: await tempFolder() }
    const { ended } = await serve(env)
    const paused = await kora(env, 'pause', '30m', '--reason', 'deploying')
    expect([paused.code, paused.stdout]).toEqual([
      0,
      'Paused for 30 min: no model is called, nothing is told. Watching goes on.\n',
    ])
    expect((await kora(env, 'status')).stdout).toContain('Paused: operator (deploying).')
    const resumed = await kora(env, 'resume', '--json')
    expect(JSON.parse(resumed.stdout)).toMatchObject({ primary: 'ready', actor: 'command_line' })
    const stopped = await kora(env, 'stop')
    expect([stopped.code, stopped.stdout]).toEqual([0, 'Stopping (headless).\n'])
    expect(await ended).toBe(0)
    expect((await kora(env, 'stop')).code).toBe(4)
  })

  test('a pause outlives the process', async () => {
    const env = { KORA_HOME: await tempFolder() }
    const first = await serve(env)
    await kora(env, 'pause')
    first.child.kill('SIGTERM')
    await first.ended
    await serve(env)
    expect((await kora(env, 'status')).stdout).toContain('Paused: operator (paused by hand).')
  })

  test('snapshot prints what is published, of this very process', async () => {
    const env = { KORA_HOME: await tempFolder() }
    const { child, ended } = await serve(env)
    const { code, stdout } = await kora(env, 'snapshot')
    const snapshot = JSON.parse(stdout) as Snapshot
    expect([code, snapshot.schema_version, snapshot.daemon_health.listeners['web']?.status]).toEqual([0, 7, 'up'])
    const { stdout: status } = await kora(env, 'status', '--json')
    const { daemon } = JSON.parse(status) as { daemon: { sessionId: string } }
    expect(snapshot.session_id).toBe(daemon.sessionId)
    child.kill('SIGTERM')
    await ended
    // What it left behind is fresh for a while, and said to be that.
    const after = await kora(env, 'snapshot')
    expect([after.code, (JSON.parse(after.stdout) as Snapshot).session_id]).toEqual([0, daemon.sessionId])
    expect(after.stderr).toMatch(/^Kora is not running for this data folder: this is what it wrote .* ago\.\n$/)
    const none = await kora({ KORA_HOME: await tempFolder() }, 'snapshot')
    expect([none.code, none.stdout]).toEqual([4, '{"error":"no_snapshot","stale":true}\n'])
  })

  test('doctor walks the hash chain, asking the daemon or reading the file, and finds what was changed', async () => {
    const env = { KORA_HOME: await tempFolder() }
    const { child, ended } = await serve(env)
    const line = async () => {
      const { stdout } = await kora(env, 'doctor', '--verify-audit')
      return stdout.split('\n').find((one) => one.includes('audit chain')) ?? ''
    }
    expect(await line()).toMatch(/^ok .*\d+ records, none changed, removed or added$/)
    child.kill('SIGTERM')
    await ended
    expect(await line()).toMatch(/^ok .*\d+ records, none changed, removed or added$/)
    const database = new Database(join(env.KORA_HOME, 'kora.db'))
    database.prepare(`UPDATE audit_log SET details = '{"changed":true}' WHERE seq = 2`).run()
    database.close()
    expect(await line()).toMatch(/^bad .*broken at record 2/)
  })
})

describe('the demo', () => {
  test('lives in a folder of its own, says what it is, and keeps the operator’s credentials out', async () => {
    const home = await tempFolder()
    const env = { KORA_HOME: home, KORA_FLY_API_TOKEN: 'canary-operator-token' }
    await serve(env, '--demo')
    const { stdout, code } = await kora(env, 'status', '--demo', '--json')
    expect(code).toBe(0)
    const { daemon, services } = JSON.parse(stdout) as { daemon: { demo: boolean }; services: { id: string }[] }
    expect(daemon).toMatchObject({ demo: true, dataFolder: join(home, 'demo'), host: 'headless' })
    expect(services.map(({ id }) => id).toSorted()).toEqual([
      'doppler',
      'fly',
      'sentry',
      'supabase',
      'vercel',
      'website',
    ])
    const checked = await kora(env, 'check', 'fly', '--demo', '--json')
    expect([checked.code, JSON.parse(checked.stdout)]).toEqual([0, expect.objectContaining({ status: 'healthy' })])
    expect((await kora(env, 'status')).code).toBe(4)
    await serve(env)
  })
})

describe('kora', () => {
  test('says what it can do, and its version', async () => {
    const help = await kora({}, '--help')
    expect(help.code).toBe(0)
    for (const word of ['serve', 'status', 'check <probe>', 'doctor', 'Exit codes']) expect(help.stdout).toContain(word)
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(await kora({}, '--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  test('without a running daemon it leaves with 4', async () => {
    const env = { KORA_HOME: await tempFolder() }
    const words = 'Kora is not running for this data folder.'
    expect(await kora(env, 'status')).toEqual({ code: 4, stdout: '', stderr: `${words}\n` })
    const asJson = await kora(env, 'check', 'fly', '--json')
    expect([asJson.code, JSON.parse(asJson.stdout)]).toEqual([
      4,
      { error: { code: 'daemon_not_running', message: words } },
    ])
  })

  test('whose output nobody reads any more goes on, and says nothing of it', async () => {
    const env = { KORA_HOME: await tempFolder() }
    const { child, ended } = await serve(env)
    child.stdout?.destroy()
    child.stderr?.destroy()
    const asked = spawn(process.execPath, [koraScript, 'snapshot'], { env: clean(env) })
    asked.stdout.destroy()
    let said = ''
    asked.stderr.on('data', (chunk) => (said += String(chunk)))
    expect([await once(asked, 'close'), said]).toEqual([[0, null], ''])
    expect((await kora(env, 'stop')).code).toBe(0)
    expect(await ended).toBe(0)
  })

  test('a probe nobody set up, and bad usage, are exit code 2', async () => {
    const env = { KORA_HOME: await tempFolder() }
    await serve(env)
    expect((await kora(env, 'check', 'nothing')).code).toBe(2)
    expect(await kora(env, 'watch')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'There is no command watch. See kora --help.\n',
    })
  })

  test('doctor names what is set without its value, and what is in the way', async () => {
    const home = await tempFolder()
    const well = await kora({ KORA_HOME: home, KORA_WEB_PORT: '0', KORA_FLY_API_TOKEN: 'canary-token' }, 'doctor')
    expect(well.code).toBe(0)
    expect(well.stdout).toContain('KORA_HOME, KORA_WEB_PORT, KORA_FLY_API_TOKEN')
    expect(well.stdout).not.toContain('canary-token')
    expect(well.stdout).toMatch(/^note {2}daemon +not running$/m)
    const ill = await kora({ KORA_HOME: home, KORA_WEB_PORT: 'nine' }, 'doctor')
    expect(ill.code).toBe(1)
    expect(ill.stdout).toMatch(/^bad {3}port +KORA_WEB_PORT must be a port/m)
  })
})

describe('npm start', () => {
  const startScript = join(root, 'scripts', 'start.mjs')

  test('without a display says why in one line, serves the cockpit, and passes signals on', async () => {
    const home = await tempFolder()
    const running = await start(startScript, ['--port', '0', '--demo'], { KORA_HOME: home })
    expect(running.output()).toContain(
      'No desktop window: --port asks for the headless cockpit. Serving the cockpit on loopback instead.\n',
    )
    expect(running.output()).toContain('(demo)')
    const page = await send(Number(running.address.port), { path: '/', headers: { host: running.address.host } })
    expect(page.status).toBe(200)
    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
  })
})
