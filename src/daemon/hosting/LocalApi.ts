import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Settings } from '../../contract/settings.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Listener, Pulse } from '../listeners/listener.ts'
import type { Logger } from '../platform/logger.ts'
import { createServer } from '../platform/nodeHttp.ts'
import type { BearerCheck } from './apiToken.ts'
import { type PublishedApi, publishedPrefix } from './publishedApi.ts'
import { pathOf, publishOverHttp, reply } from './publishHttp.ts'
import { allowedHosts, isCrossSite } from './requestGuard.ts'

const host = '127.0.0.1'

interface Deps {
  readonly settings: () => Settings['localApi']
  readonly onSettings: (run: () => void) => () => void
  readonly published: PublishedApi
  /** Reads or makes the token of programs; asked when the API is switched on for the first time. */
  readonly openToken: () => Promise<BearerCheck>
  readonly logger: Logger
}

/**
 * What the desktop app publishes to programs of this machine, when it is switched on in Settings (ruling 11): the
 * published paths on loopback, for whoever carries the token. No cockpit is served here.
 */
export class LocalApi {
  readonly #deps: Deps
  #server: { readonly http: Server; readonly port: number } | null = null
  #isBearer: BearerCheck | null = null
  /** Why it does not answer although it should. */
  #failure: string | null = null
  #pulse: Pulse | null = null
  #unsubscribe = (): void => undefined
  #applying: Promise<void> = Promise.resolve()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  listener(): Listener {
    return {
      name: 'web',
      critical: false,
      tier: 'intake',
      start: (pulse) => this.#start(pulse),
      stop: () => this.#stop(),
      off: () => (this.#deps.settings().enabled ? null : 'switched off in Settings'),
      ended: () =>
        this.#failure ?? (this.#server?.http.listening === false ? 'the server does not listen any more' : null),
      note: () => (this.#server === null ? null : `http://${host}:${this.#server.port}`),
    }
  }

  async #start(pulse: Pulse): Promise<void> {
    this.#pulse = pulse
    this.#unsubscribe = this.#deps.onSettings(() => void this.#apply())
    await this.#apply()
    if (this.#failure !== null) throw new KoraError('port_taken', this.#failure)
  }

  async #stop(): Promise<void> {
    this.#unsubscribe()
    await this.#applying
    await this.#close()
    this.#failure = null
  }

  /** Brings the server in line with the settings; one change after the other. */
  #apply(): Promise<void> {
    this.#applying = this.#applying.then(async () => {
      const { enabled, port } = this.#deps.settings()
      if (this.#server !== null && (!enabled || (port !== 0 && this.#server.port !== port))) await this.#close()
      if (!enabled || this.#server !== null) {
        this.#failure = null
        return
      }
      this.#failure = await this.#listen(port)
    })
    return this.#applying
  }

  /** @returns why it does not listen; null when it does */
  async #listen(port: number): Promise<string | null> {
    this.#isBearer ??= await this.#deps.openToken()
    const http = createServer({ headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 })
    http.maxConnections = 32
    http.on('request', (request, response) => void this.#answer(request, response))
    try {
      http.listen(port, host)
      await once(http, 'listening')
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      return code === 'EADDRINUSE'
        ? `Port ${port} is taken: choose another under Settings, Local API.`
        : `Port ${port} could not be taken (${code ?? String(error)}).`
    }
    const bound = http.address()
    this.#server = { http, port: typeof bound === 'object' && bound !== null ? bound.port : port }
    return null
  }

  async #close(): Promise<void> {
    const server = this.#server?.http
    this.#server = null
    if (!server?.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#pulse?.event()
    try {
      const { headers } = request
      const { port = 0 } = this.#server ?? {}
      if (!allowedHosts(host, port).has(headers.host ?? '')) return reply(response, 421)
      if (!pathOf(request)?.startsWith(publishedPrefix)) return reply(response, 404)
      if (isCrossSite(headers)) return reply(response, 403)
      if (this.#isBearer?.(headers.authorization) !== true) {
        return reply(response, 401, { 'www-authenticate': 'Bearer' })
      }
      await publishOverHttp(this.#deps.published, request, response)
    } catch (error) {
      this.#pulse?.failed(error)
      this.#deps.logger.error('request failed', { error: String(error) })
      reply(response, 500)
    }
  }
}
