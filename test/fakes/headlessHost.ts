import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { apiTokenFile, openApiToken } from '../../src/daemon/hosting/apiToken.ts'
import { createPublishedApi } from '../../src/daemon/hosting/publishedApi.ts'
import type { Endpoint, PublishedSources } from '../../src/daemon/hosting/publishedEndpoint.ts'
import { openShell } from '../../src/daemon/hosting/Shell.ts'
import { HttpHost } from '../../src/headless/HttpHost.ts'
import { SignIn } from '../../src/headless/SignIn.ts'
import { createFakeClock, type FakeClock } from './fakeClock.ts'
import { createMemoryLogger, type MemoryLogger } from './memoryLogger.ts'
import { createStubDaemon, type StubDaemon } from './stubDaemon.ts'
import { tempFolder } from './tempFolder.ts'

export interface HeadlessHost {
  readonly host: HttpHost
  readonly daemon: StubDaemon
  readonly signIn: SignIn
  readonly clock: FakeClock
  readonly logger: MemoryLogger
  readonly folder: string
  readonly address: string
  readonly port: number
  /** `name=value` of a session that holds. */
  readonly cookie: () => string
  /** What programs carry. */
  readonly token: string
}

/**
 * The real HTTP host on a free loopback port in front of a stub daemon; closed when the test ends.
 * @param options.early the daemon does not run yet; `host.open()` says it does
 * @param options.listen false leaves taking the port to the test
 * @param options.table published paths other than the product's
 * @param options.published what they are answered from, other than the stub
 */
export async function headlessHost(
  options: {
    early?: boolean
    listen?: boolean
    port?: number
    table?: readonly Endpoint[]
    published?: PublishedSources
  } = {},
): Promise<HeadlessHost> {
  const folder = await tempFolder()
  const root = join(folder, 'renderer')
  await mkdir(join(root, 'assets'), { recursive: true })
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Kora</title>')
  await writeFile(join(root, 'assets', 'index-abc123.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), 'not for the web')
  const clock = createFakeClock()
  const logger = createMemoryLogger()
  const daemon = createStubDaemon()
  const signIn = new SignIn({ clock, file: join(folder, 'sessions.json') })
  const shell = openShell(root)
  const tokenFile = join(folder, apiTokenFile)
  const isBearer = await openApiToken(tokenFile, logger)
  const published = createPublishedApi(options.published ?? daemon.published, options.table)
  const served = { router: daemon.router, published, isBearer, shell, signIn }
  const { platform } = process
  const host = new HttpHost({ host: '127.0.0.1', port: options.port ?? 0, platform, ...served, clock, logger })
  if (options.listen !== false) await host.listen()
  if (!options.early) host.open()
  onTestFinished(() => host.close())
  const port = Number(new URL(host.address()).port)
  return {
    host,
    daemon,
    signIn,
    clock,
    logger,
    folder,
    address: host.address(),
    port,
    token: (await readFile(tokenFile, 'utf8')).trim(),
    cookie() {
      const result = signIn.exchange(signIn.createCode())
      if (result.kind !== 'signed_in') throw new Error('the fixture could not sign in')
      return `kora_session_${port}=${result.session}`
    },
  }
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** One request with exactly these headers; unlike fetch it lets a test write any Host and any path. */
export function send(
  port: number,
  options: { method?: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', path, headers = {}, body } = options
    const request = httpRequest({ port, host: '127.0.0.1', method, path, headers, agent: false, setHost: false })
    request.once('error', reject)
    request.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    request.end(body)
  })
}

/** Opens a WebSocket with these headers; resolves with it, or with the status of the refusal. */
export function openSocket(port: number, path: string, headers: Record<string, string>): Promise<WebSocket | number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers, perMessageDeflate: false })
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
    socket.once('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0)
      request.destroy()
    })
  })
}
