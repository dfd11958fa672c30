import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { ensureBuilt, root } from '../../scripts/ensureBuilt.mjs'
import { connectSocket } from '../../src/daemon/hosting/socketClient.ts'
import { systemClock } from '../../src/daemon/platform/clock.ts'
import { dataPaths } from '../../src/daemon/platform/paths.ts'
import { fileVault } from '../../src/daemon/platform/vault.ts'
import { launchStandIn, type StandIn } from '../electron-stand-in/launch.ts'
import { createMemoryLogger } from '../fakes/memoryLogger.ts'

const main = new URL('../../out/main/index.js', import.meta.url)
let home = ''
let app: StandIn

beforeAll(async () => {
  ensureBuilt()
  home = newHome()
  app = launchStandIn(main, { env: { KORA_HOME: home } })
  await app.until('evaluate', [drawn], (value) => value === true)
}, 120_000)

afterAll(async () => {
  await app.quit()
  rmSync(home, { recursive: true, force: true })
})

/** The page has drawn itself. */
const drawn = 'document.readyState === "complete" && document.body.innerText.length > 0'

/** Asks for a line as the cockpit does and calls one procedure over it. */
const callOverPort = `new Promise((resolve) => {
  addEventListener('message', ({ data, ports: [port] }) => {
    if (data !== 'kora:port') return
    port.onmessage = (reply) => resolve(JSON.parse(reply.data).p.b.json)
    port.postMessage('{"i":"1","p":{"u":"/system/info"}}')
  }, { once: true })
  kora.connect()
})`

function newHome(): string {
  return mkdtempSync(join(tmpdir(), 'kora-desktop-'))
}

function pathsOf(folder: string) {
  return dataPaths({ KORA_HOME: folder }, process.platform, { demo: false })
}

function logLines(folder: string): { message: string; fields: Record<string, unknown> }[] {
  return readFileSync(join(pathsOf(folder).logs, 'kora.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { message: string; fields: Record<string, unknown> })
}

/** The arguments of every recorded act of this name. */
async function acts(of: StandIn, what: string): Promise<unknown[][]> {
  const all = await of.call('recorded')
  return all.filter(([name]) => name === what).map(([, ...args]) => args)
}

describe("Electron's security checklist", () => {
  test('pages come from the custom protocol, which has the rights of a secure origin and no more', async () => {
    const [window] = await app.call('windows')
    expect(window?.url).toMatch(/^app:\/\/cockpit\/index\.html/)
    expect(await app.call('privileged')).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ])
  })

  test('every guard of a window is set by name', async () => {
    const [window] = await app.call('windows')
    expect(await acts(app, 'sandbox enabled')).toHaveLength(1)
    expect(window?.options['webPreferences']).toEqual({
      preload: join(root, 'out', 'preload', 'index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      devTools: true,
      spellcheck: false,
    })
  })

  test('a page gets two functions and nothing of Node or Electron', async () => {
    expect(await app.call('evaluate', 'Object.keys(kora).sort()')).toEqual(['connect', 'onNavigate'])
    expect(await app.call('evaluate', '[typeof require, typeof process, typeof Buffer, typeof module]')).toEqual(
      Array(4).fill('undefined'),
    )
  })

  test('no permission is granted, asked for aloud or in silence', async () => {
    for (const permission of ['geolocation', 'notifications', 'media', 'clipboard-read', 'openExternal', 'hid']) {
      expect(await app.call('ask', permission)).toEqual({ request: false, check: false, device: false })
    }
    const state = 'navigator.permissions.query({ name: "geolocation" }).then(({ state }) => state)'
    expect(await app.call('evaluate', state)).toBe('denied')
  })

  test('the Content-Security-Policy holds: no inline script, no eval, no other origin', async () => {
    const header = 'fetch("/index.html").then(({ headers }) => headers.get("content-security-policy"))'
    expect(await app.call('evaluate', header)).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    const inline = `(() => {
      const script = document.createElement('script')
      script.textContent = 'window.inlineRan = true'
      document.head.append(script)
      const image = document.createElement('img')
      image.setAttribute('onerror', 'window.inlineRan = true')
      image.dispatchEvent(new Event('error'))
      return window.inlineRan ?? 'stopped'
    })()`
    expect(await app.call('evaluate', inline)).toBe('stopped')
    const viaTimer = `new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true })
      setTimeout('window.inlineRan = true')
    })`
    expect(await app.call('evaluate', viaTimer)).toBe('script-src')
    const elsewhere = 'fetch("https://kora.example/").then(() => "sent", () => "stopped")'
    expect(await app.call('evaluate', elsewhere)).toBe('stopped')
  })

  test('the page stays: it can neither navigate nor open a window', async () => {
    await app.call('evaluate', 'void (location.href = "https://kora.example/away")')
    await app.call('evaluate', 'void window.open("https://kora.example/popup")')
    await app.until('recorded', [], (all) => all.some(([what]) => what === 'window'))
    expect(await acts(app, 'navigation')).toEqual([['https://kora.example/away', 'denied']])
    expect(await acts(app, 'window')).toEqual([['https://kora.example/popup', 'deny']])
    const windows = await app.call('windows')
    expect(windows.map(({ url }) => url.split('#')[0])).toEqual(['app://cockpit/index.html'])
  })

  test('the protocol serves the renderer and nothing beside it', async () => {
    const status = (path: string, method = 'GET') =>
      app.call('evaluate', `fetch(${JSON.stringify(path)}, { method: '${method}' }).then(({ status }) => status)`)
    expect(await status('/index.html')).toBe(200)
    expect(await status('/..%2f..%2fpackage.json')).toBe(404)
    expect(await status('/../main/index.js')).toBe(404)
    expect(await status('/%2e%2e/main/index.js')).toBe(404)
    expect(await status('/index.html', 'POST')).toBe(404)
  })

  test('every fuse is set by name', () => {
    const config = readFileSync(join(root, 'electron-builder.yml'), 'utf8')
    const fuses = Object.fromEntries(
      [...(config.split('electronFuses:')[1] ?? '').matchAll(/^ {2}(\w+): (true|false)$/gm)].map(([, name, value]) => [
        name,
        value === 'true',
      ]),
    )
    expect(fuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  test('nothing is ever handed to the system to open, and the sandbox is never switched off', () => {
    const code = readdirSync(join(root, 'out', 'main'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    code.push(readFileSync(join(root, 'scripts', 'start.mjs'), 'utf8'))
    expect(code.length).toBeGreaterThan(3)
    for (const text of code) expect(text).not.toMatch(/openExternal|no-sandbox|setUsePlainTextEncryption/)
  })
})

describe('a line to the daemon', () => {
  test('is given to the cockpit', async () => {
    expect(await app.call('evaluate', callOverPort)).toMatchObject({ host: 'desktop', state: 'running', demo: false })
  })

  test('is refused to a frame inside the page, and to a request with arguments', async () => {
    const before = refusals().length
    await app.call('evaluate', 'void __standIn({ kind: "send", channel: "kora:connect", args: ["more"] })')
    const fromFrame = `(() => {
      const frame = document.createElement('iframe')
      document.body.append(frame)
      frame.contentWindow.__standIn({ kind: 'send', channel: 'kora:connect', args: [] })
    })()`
    await app.call('evaluate', fromFrame)
    await app.until('windows', [], () => refusals().length === before + 2)
    expect(refusals().slice(before)).toEqual([
      { from: expect.stringMatching(/^app:\/\/cockpit\//) as string, arguments: 1 },
      { from: 'about:blank', arguments: 0 },
    ])
  })

  test('is refused to a page of another host', async () => {
    const other = newHome()
    const stranger = launchStandIn(main, { env: { KORA_HOME: other } })
    onTestFinished(async () => {
      await stranger.quit()
      rmSync(other, { recursive: true })
    })
    await stranger.until('evaluate', [drawn], (value) => value === true)
    await stranger.call('load', 'app://elsewhere/index.html')
    await stranger.call('evaluate', 'kora.connect()')
    await stranger.until('windows', [], () => refusals(other).length > 0)
    expect(refusals(other)).toEqual([{ from: 'app://elsewhere/index.html', arguments: 0 }])
  })

  function refusals(folder = home): Record<string, unknown>[] {
    try {
      return logLines(folder)
        .filter(({ message }) => message === 'connect refused')
        .map(({ fields }) => fields)
    } catch {
      return []
    }
  }
})

describe('the window and the tray', () => {
  test('closing hides, says so once, and the tray and a notification bring it back', async () => {
    for (let round = 0; round < 2; round++) {
      await app.call('closeWindow')
      expect((await app.call('windows')).map(({ visible }) => visible)).toEqual([false])
      await app.call('clickTray', 'Open Kora')
      expect((await app.call('windows')).map(({ visible }) => visible)).toEqual([true])
    }
    expect(await acts(app, 'notification')).toEqual([[expect.objectContaining({ title: 'Kora keeps watching' })]])
    await app.call('closeWindow')
    await app.call('clickNotification', 'Kora keeps watching')
    expect((await app.call('windows')).map(({ visible }) => visible)).toEqual([true])
  })

  test('a second start goes to the first, with nothing but a route, and leaves with 3', async () => {
    await app.call('evaluate', 'window.routes = []; kora.onNavigate((route) => window.routes.push(route)); 0')
    await app.call('closeWindow')
    for (const route of ['/system', '/now?then=delete', 'https://kora.example/']) {
      const second = launchStandIn(main, { env: { KORA_HOME: home }, args: [`--route=${route}`] })
      expect(await second.exited).toBe(3)
      expect(second.output()).toContain('Kora already runs; its window was brought to the front.')
    }
    expect(await app.until('evaluate', ['window.routes'], (routes) => (routes as string[]).length > 0)).toEqual([
      '/system',
    ])
    expect((await app.call('windows')).map(({ visible }) => visible)).toEqual([true])
  })

  test('a headless start on the same folder points at the desktop; the command line talks to it', async () => {
    await app.call('closeWindow')
    const serve = await kora('serve')
    expect([serve.code, serve.stdout]).toEqual([3, ''])
    expect(serve.stderr).toBe(`Kora already runs on ${home}; its window was brought to the front.\n`)
    expect((await app.call('windows')).map(({ visible }) => visible)).toEqual([true])
    const status = await kora('status', '--json')
    expect(JSON.parse(status.stdout)).toMatchObject({ address: null, daemon: { host: 'desktop', dataFolder: home } })
    expect((await kora('status')).stdout).not.toContain('#code=')
  })

  test('after a crash the page is back at its place and the daemon never noticed', async () => {
    const { client } = connectSocket(pathsOf(home).socket, 5_000)
    const { startedAtMs } = await client.system.info()
    await app.call('evaluate', 'void (location.hash = "/system")')
    await app.call('crashPage')
    await app.until('evaluate', [`${drawn} && location.hash`], (hash) => hash === '#/system')
    expect(await app.call('evaluate', callOverPort)).toMatchObject({ startedAtMs })
  })

  async function kora(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [join(root, 'out', 'main', 'kora.js'), ...args], {
      env: { ...process.env, KORA_HOME: home },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += String(chunk)))
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    const [code] = (await once(child, 'close')) as [number]
    return { code, stdout, stderr }
  }
})

describe('secrets', () => {
  test.each([
    ['gnome_libsecret', 'vault.encrypted', 'secrets rest under the keys of the system'],
    ['basic_text', 'vault', 'no key ring: secrets rest in a file that only its owner may read'],
    ['none', 'vault', 'no key ring: secrets rest in a file that only its owner may read'],
  ])('with the back-end %s they rest in %s', async (backend, file, words) => {
    const folder = newHome()
    const desktop = launchStandIn(main, { env: { KORA_HOME: folder, STANDIN_STORAGE: backend } })
    onTestFinished(async () => {
      await desktop.quit()
      rmSync(folder, { recursive: true })
    })
    await desktop.until('evaluate', [drawn], (value) => value === true)
    expect(await desktop.call('evaluate', callOverPort)).toMatchObject({ state: 'running' })
    const { client } = connectSocket(pathsOf(folder).socket, 5_000)
    const value = 'canary-3c1f9a77'
    expect(await client.settings.setSecret({ id: 'fly', value })).toEqual({ ref: 'vault:fly', source: 'vault' })
    const vault = join(folder, file)
    expect(readFileSync(vault, 'utf8').includes(value)).toBe(file === 'vault')
    expect(statSync(vault).mode & 0o777).toBe(0o600)
    expect(logLines(folder).map(({ message }) => message)).toContain(words)
  })
})

test('what a headless run stored is taken under the keys of the system', async () => {
  const folder = newHome()
  await fileVault(join(folder, 'vault'), { clock: systemClock, logger: createMemoryLogger() }).write({
    fly: 'canary-1',
  })
  const desktop = launchStandIn(main, { env: { KORA_HOME: folder } })
  onTestFinished(async () => {
    await desktop.quit()
    rmSync(folder, { recursive: true })
  })
  await desktop.until('evaluate', [drawn], (value) => value === true)
  await desktop.call('evaluate', callOverPort)
  const { secrets } = await connectSocket(pathsOf(folder).socket, 5_000).client.settings.get()
  expect(secrets).toContainEqual({ ref: 'vault:fly', source: 'vault' })
  expect(readdirSync(folder)).toContain('vault.encrypted')
  expect(readdirSync(folder)).not.toContain('vault')
})

test('quitting from the tray ends the daemon, gives the folder back and leaves with 0', async () => {
  const folder = newHome()
  const desktop = launchStandIn(main, { env: { KORA_HOME: folder } })
  await desktop.until('evaluate', [drawn], (value) => value === true)
  await desktop.call('evaluate', callOverPort)
  await desktop.call('clickTray', 'Quit')
  expect(await desktop.exited).toBe(0)
  expect(readdirSync(pathsOf(folder).state)).not.toContain('daemon.lock')
  rmSync(folder, { recursive: true })
})
