import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AnyRouter } from '@orpc/server'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import type { BearerCheck } from '../daemon/hosting/apiToken.ts'
import { type PublishedApi, publishedPrefix } from '../daemon/hosting/publishedApi.ts'
import { parseJson, pathOf, publishOverHttp, readBody, reply } from '../daemon/hosting/publishHttp.ts'
import type { Listener, Pulse } from '../daemon/listeners/listener.ts'
import { maxFrameLength, type RpcChannel } from '../daemon/hosting/rpcChannel.ts'
import { securityHeaders, type Shell } from '../daemon/hosting/Shell.ts'
import type { Clock } from '../daemon/platform/clock.ts'
import type { Logger } from '../daemon/platform/logger.ts'
import { createServer } from '../daemon/platform/nodeHttp.ts'
import { KoraError } from '../domain/errors.ts'
import { bindFailure } from './bindFailure.ts'
import { addressOf, allowedHosts, cookie, isCrossSite, isSameOrigin } from '../daemon/hosting/requestGuard.ts'
import type { SignIn } from './SignIn.ts'

const pingEveryMs = 30_000
/** A browser this far behind is dropped; it comes back and asks for a fresh snapshot. */
const maxUnsentBytes = 8 * 1_048_576
const maxSessionBytes = 1_024

const SessionRequest = z.strictObject({ code: z.string().max(200).optional() })

export interface HttpHostOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly platform: NodeJS.Platform
  /** Loaded when the first cockpit connects. */
  readonly router: () => Promise<AnyRouter>
  readonly published: PublishedApi
  readonly isBearer: BearerCheck
  readonly shell: Shell
  readonly signIn: SignIn
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * The headless transport. Files of the shell are public; the contract is served over a WebSocket at `/rpc`, which
 * wants an exact `Host`, an `Origin` of this server and a session; `/session` gives sessions out. What is published
 * under `/api/` is for the cockpit's own session and for programs that carry the token.
 */
export class HttpHost {
  readonly #options: HttpHostOptions
  readonly #server: Server
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameLength, perMessageDeflate: false })
  #serve: Promise<(channel: RpcChannel) => void> | null = null
  #hosts: ReadonlySet<string> = new Set()
  #port = 0
  /** The daemon runs, whether or not the server does. */
  #running = false
  #open = false
  #pulse: Pulse | null = null
  #stopPinging: () => void = () => undefined

  constructor(options: HttpHostOptions) {
    this.#options = options
    this.#server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 })
    this.#server.maxConnections = 128
    this.#server.on('request', (request, response) => void this.#answer(request, response))
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /**
   * Takes the port and serves the shell; nothing else is answered before `open`.
   * @param pulse told of every request
   * @throws KoraError port_taken | config_invalid
   */
  async listen(pulse: Pulse | null = null): Promise<void> {
    const { host } = this.#options
    this.#pulse = pulse
    // Whoever has an address of it keeps it.
    const port = this.#port || this.#options.port
    try {
      this.#server.listen(port, host)
      await once(this.#server, 'listening')
    } catch (error) {
      throw bindFailure(error, host, port, this.#options.platform)
    }
    const bound = this.#server.address()
    if (bound === null || typeof bound === 'string') throw new KoraError('internal', 'The server has no port.')
    this.#port = bound.port
    this.#hosts = allowedHosts(host, this.#port)
    if (this.#running) this.open()
  }

  /** The daemon runs: cockpits may connect. */
  open(): void {
    this.#running = true
    this.#open = true
    this.#stopPinging()
    this.#keepPinging()
  }

  /** Whether the port is taken and answered. */
  get listening(): boolean {
    return this.#server.listening
  }

  /** Without a code: `http://127.0.0.1:9119`. */
  address(): string {
    return addressOf(this.#options.host, this.#port)
  }

  /** Carries a fresh one-time code in its fragment, which browsers never send. For the operator's eyes, not for a log. */
  signInAddress(): string {
    return `${this.address()}/#code=${this.#options.signIn.createCode()}`
  }

  async close(): Promise<void> {
    this.#open = false
    this.#stopPinging()
    for (const socket of this.#sockets.clients) socket.close(1001)
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    for (const socket of this.#sockets.clients) socket.terminate()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#pulse?.event()
    try {
      if (!this.#hosts.has(request.headers.host ?? '')) return reply(response, 421)
      const path = pathOf(request)
      if (path === '/session') return await this.#session(request, response)
      if (path?.startsWith(publishedPrefix)) return await this.#publish(request, response)
      const file = path === null ? null : await this.#options.shell.get(path)
      if (file === null) return reply(response, 404)
      if (request.method !== 'GET' && request.method !== 'HEAD') return reply(response, 405, { allow: 'GET, HEAD' })
      response.writeHead(200, { ...file.headers, 'content-length': file.body.length })
      response.end(request.method === 'HEAD' ? undefined : file.body)
    } catch (error) {
      this.#pulse?.failed(error)
      this.#options.logger.error('request failed', { error: String(error) })
      reply(response, 500)
    }
  }

  /** `{code}` becomes a session; `{}` asks whether there is one. Both answer `{signedIn}`. */
  async #session(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return reply(response, 405, { allow: 'POST' })
    if (!isSameOrigin(request.headers)) return reply(response, 403)
    if (request.headers['content-type'] !== 'application/json') return reply(response, 415)
    const parsed = SessionRequest.safeParse(parseJson((await readBody(request, maxSessionBytes)) ?? ''))
    if (!parsed.success) return reply(response, 400)
    const { code } = parsed.data
    if (code === undefined) return replyJson(response, 200, { signedIn: this.#hasSession(request) })
    const result = this.#options.signIn.exchange(code)
    if (result.kind !== 'signed_in') {
      this.#options.logger.warn('sign-in refused', { reason: result.kind })
      return replyJson(response, result.kind === 'refused' ? 401 : 429, { signedIn: false })
    }
    const attributes = `HttpOnly; SameSite=Strict; Path=/; Max-Age=${result.maxAgeSeconds}`
    response.setHeader('set-cookie', `${this.#cookieName()}=${result.session}; ${attributes}`)
    return replyJson(response, 200, { signedIn: true })
  }

  /** What other programs may use. A page of another site is refused whatever it carries, a stranger before all else. */
  async #publish(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers } = request
    if (isCrossSite(headers)) return reply(response, 403)
    const known = this.#options.isBearer(headers.authorization) || (isSameOrigin(headers) && this.#hasSession(request))
    if (!known) return reply(response, 401, { 'www-authenticate': 'Bearer' })
    if (!this.#open) return reply(response, 503)
    return publishOverHttp(this.#options.published, request, response)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const status = this.#upgradeRefusal(request)
    if (status !== null) {
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    this.#pulse?.event()
    void this.#connect(request, socket, head)
  }

  async #connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      const serve = await (this.#serve ??= loadRpc(this.#options))
      if (this.#open) this.#sockets.handleUpgrade(request, socket, head, (ws) => serve(channelOf(ws)))
      else socket.destroy()
    } catch (error) {
      this.#options.logger.error('a cockpit could not be connected', { error: String(error) })
      socket.destroy()
    }
  }

  #upgradeRefusal(request: IncomingMessage): string | null {
    if (!this.#hosts.has(request.headers.host ?? '')) return '421 Misdirected Request'
    if (pathOf(request) !== '/rpc') return '404 Not Found'
    // A browser names its page's origin on every WebSocket; Sec-Fetch-Site alone is not enough here.
    if (request.headers.origin === undefined || !isSameOrigin(request.headers)) return '403 Forbidden'
    if (!this.#hasSession(request)) return '401 Unauthorized'
    return this.#open ? null : '503 Service Unavailable'
  }

  #hasSession(request: IncomingMessage): boolean {
    const session = cookie(request.headers, this.#cookieName())
    return session !== null && this.#options.signIn.holds(session)
  }

  /** Cookies do not know ports: with one name, a demo on another port would sign the operator out of the real one. */
  #cookieName(): string {
    return `kora_session_${this.#port}`
  }

  /** Ends lines whose other end vanished without a word. */
  #keepPinging(): void {
    const silent = new WeakSet<WebSocket>()
    const round = (): void => {
      for (const socket of this.#sockets.clients) {
        if (silent.has(socket)) socket.terminate()
        silent.add(socket)
        socket.once('pong', () => silent.delete(socket))
        socket.ping()
      }
      this.#stopPinging = this.#options.clock.setTimer(pingEveryMs, round)
    }
    this.#stopPinging = this.#options.clock.setTimer(pingEveryMs, round)
  }
}

/** The server as one of the daemon's listeners. @param host made after the daemon, since it serves it */
export function webListener(host: () => HttpHost): Listener {
  return {
    name: 'web',
    critical: true,
    tier: 'intake',
    // A port is taken at once or not at all (daemon specification, 4).
    startTimeoutMs: 1_000,
    start: (pulse) => host().listen(pulse),
    stop: () => host().close(),
    ended: () => (host().listening ? null : 'the server does not listen any more'),
    note: () => host().address(),
  }
}

async function loadRpc({ router, logger }: HttpHostOptions): Promise<(channel: RpcChannel) => void> {
  const { serveRpc } = await import('../daemon/hosting/serveRpc.ts')
  return serveRpc(await router(), logger)
}

function channelOf(ws: WebSocket): RpcChannel {
  // Trouble on the line (a frame too large, a reset) closes it; the close is what counts.
  ws.on('error', () => ws.terminate())
  return {
    send(frame) {
      if (ws.bufferedAmount > maxUnsentBytes) ws.terminate()
      else ws.send(frame)
    },
    onMessage: (run) => void ws.on('message', (data, isBinary) => run(isBinary ? data : textOf(data))),
    onClose: (run) => void ws.once('close', run),
    close: () => ws.close(1008),
  }
}

/** A text frame. Without another `binaryType` the library hands out one buffer. */
function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : ''
}

function replyJson(response: ServerResponse, status: number, body: { signedIn: boolean }): void {
  response.writeHead(status, {
    ...securityHeaders,
    'content-type': 'application/json',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(body))
}
