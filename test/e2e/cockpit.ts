import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, test as base, type Browser, chromium, expect, type Page } from '@playwright/test'
import { findChromium } from '../../scripts/findChromium.mjs'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { chromiumFlags } from './chromium.ts'
import type { HostName } from './hosts.ts'

const root = join(import.meta.dirname, '../..')
const register = new URL('../electron-stand-in/register.mjs', import.meta.url).href
const heldMonitor = new URL('./heldMonitor.mjs', import.meta.url).href

/** A running Kora with its cockpit open in a real browser, whichever host serves it. */
export interface Cockpit {
  readonly page: Page
  readonly host: HostName
  readonly folder: string
  /** Everything the process wrote so far. */
  output(): string
  /** Ends the process; `SIGKILL` leaves it no time to tidy. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

interface Fixtures {
  readonly host: HostName
  readonly simulator: Simulator
  /** Variables beside those that point at the simulator. */
  readonly env: Record<string, string>
  readonly cockpit: Cockpit
  /** Opens another process on the same data, after the first was stopped. */
  readonly reopen: () => Promise<Cockpit>
}

export const test = base.extend<Fixtures>({
  host: ['headless', { option: true }],
  env: [{}, { option: true }],
  simulator: async ({}, use) => {
    const simulator = await startSimulator()
    await use(simulator)
    await simulator.close()
  },
  cockpit: async ({ host, simulator, env }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'kora-e2e-'))
    const cockpit = await open(host, folder, simulator, env)
    await use(cockpit)
    await cockpit.stop()
    await rm(folder, { recursive: true, force: true })
  },
  reopen: async ({ host, simulator, env, cockpit }, use) => {
    const opened: Cockpit[] = []
    await use(async () => {
      const again = await open(host, cockpit.folder, simulator, env)
      opened.push(again)
      return again
    })
    for (const one of opened) await one.stop()
  },
})
export { expect }

async function open(
  host: HostName,
  folder: string,
  simulator: Simulator,
  more: Record<string, string>,
): Promise<Cockpit> {
  const env = {
    ...inherited(),
    KORA_HOME: folder,
    KORA_SLACK_BASE_URL: `${simulator.urls.slack}/`,
    KORA_ANTHROPIC_BASE_URL: simulator.urls.anthropic,
    ...more,
  }
  switch (host) {
    case 'headless':
      return openHeadless(folder, env)
    case 'stand-in':
      return openStandIn(folder, env)
    case 'electron':
      return openElectron(folder, env)
  }
}

async function openHeadless(folder: string, env: Record<string, string>): Promise<Cockpit> {
  const child = start(['--import', heldMonitor, join(root, 'out/main/kora.js'), 'serve', '--port', '0'], {
    ...env,
    KORA_TEST_HELD_FILE: process.env['KORA_TEST_HELD_FILE'] ?? '',
  })
  const address = await child.printed(/https?:\/\/\S+#\S+/)
  const browser = await launchChromium()
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage()
  await page.goto(address)
  return cockpit('headless', folder, child, browser, page)
}

async function openStandIn(folder: string, env: Record<string, string>): Promise<Cockpit> {
  const port = await freePort()
  const child = start(['--import', register, join(root, 'out/main/index.js')], {
    ...env,
    STANDIN_DEBUG_PORT: String(port),
    STANDIN_USER_DATA: join(folder, 'stand-in'),
  })
  const browser = await connect(port, child)
  const page = await windowOf(browser, child)
  return cockpit('stand-in', folder, child, browser, page)
}

async function openElectron(folder: string, env: Record<string, string>): Promise<Cockpit> {
  const app = await _electron.launch({ args: [join(root, 'out/main/index.js')], env })
  const page = await app.firstWindow()
  let text = ''
  for (const stream of [app.process().stdout, app.process().stderr])
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return { page, host: 'electron', folder, output: () => text, stop: () => app.close() }
}

function cockpit(host: HostName, folder: string, child: Started, browser: Browser, page: Page): Cockpit {
  return {
    page,
    host,
    folder,
    output: child.output,
    async stop(signal = 'SIGTERM') {
      if (host === 'headless' && signal === 'SIGTERM') await browser.close()
      await child.end(signal)
      await browser.close().catch(() => undefined)
    },
  }
}

interface Started {
  readonly process: ChildProcess
  readonly output: () => string
  /** Resolves with the first match in what the process writes; fails when it ends before. */
  printed(pattern: RegExp): Promise<string>
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

function start(args: readonly string[], env: Record<string, string>): Started {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  let text = ''
  let look = (): void => undefined
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      look()
    })
  }
  return {
    process: child,
    output: () => text,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const match = pattern.exec(text)
          if (match) resolve(match[0])
        }
        look()
        void exited.then(([code]) => reject(new Error(`Kora ended with ${String(code)}:\n${text}`)))
      }),
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await exited
    },
  }
}

async function connect(port: number, child: Started): Promise<Browser> {
  const deadline = performance.now() + 30_000
  for (;;) {
    try {
      return await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
    } catch (error) {
      if (child.process.exitCode !== null || performance.now() > deadline) {
        throw new Error(`The stand-in did not open its browser:\n${child.output()}`, { cause: error })
      }
    }
  }
}

/** The window's page, once it has left `about:blank`. */
async function windowOf(browser: Browser, child: Started): Promise<Page> {
  const deadline = performance.now() + 30_000
  while (performance.now() < deadline) {
    for (const context of browser.contexts()) {
      const page = context.pages().find((candidate) => candidate.url().includes('.standin'))
      if (page) return page
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`The stand-in opened no window:\n${child.output()}`)
}

function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('No Chromium found; npm test installs one.')
  return chromium.launch({ executablePath, args: chromiumFlags })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** The environment without anything of Kora's, so that a developer's own settings change no test. */
function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name.startsWith('KORA_') || name === 'ANTHROPIC_API_KEY' ? [] : [[name, value]],
    ),
  )
}
