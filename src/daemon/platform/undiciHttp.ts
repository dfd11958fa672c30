import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { Dispatcher } from 'undici'
// By its parts: the whole brings fetch, WebSocket, caches and mocks along, megabytes that stay resident.
import requestOver from 'undici/lib/api/api-request.js'
import buildConnector from 'undici/lib/core/connect.js'
import errors from 'undici/lib/core/errors.js'
import Agent from 'undici/lib/dispatcher/agent.js'
import { bareHost, type ResolveName, resolveBySystem, vettedLookup, vetUrl } from './addressGate.ts'
import type { Clock } from './clock.ts'
import type { HttpClient, HttpReply, HttpRequest } from './http.ts'
import { asFailure } from './transportFailure.ts'

const defaultMaxBodyBytes = 262_144
const connectionsPerOrigin = 16
const connectTimeoutMs = 10_000
/** Long enough for checks every minute; a server's own hint wins. */
const keepAliveMs = 65_000
/** After this long a connection is replaced, so that a changed address or certificate is noticed. */
const connectionLifeMs = 300_000
/** Node gives each address of a host 250 ms; on a slow link that reads as an outage. */
const perAddressMs = 1_000
const rememberedCertificates = 1_000
const noticeableSleepMs = 2_000
const renewAtMostEveryMs = 1_000
const redirectStatuses = new Set([301, 302, 303, 307, 308])
/** What may travel on to another origin. Everything else could be a credential. */
const harmlessHeaders = new Set(['accept', 'accept-encoding', 'accept-language', 'cache-control', 'user-agent'])

export interface HttpClientOptions {
  readonly clock: Clock
  /** Whether loopback and private ranges may be reached; link-local and metadata addresses never may. */
  readonly allowPrivate: boolean
  /** How names become addresses; the system's resolver by default. */
  readonly resolve?: ResolveName
}

/** One hop of a request, ready to be sent. */
interface Hop {
  readonly url: URL
  readonly method: HttpRequest['method']
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/**
 * HTTP over one shared undici agent. Names are resolved and vetted here, and the connection goes to the vetted address
 * itself, so a second answer of the resolver cannot smuggle another one in; every redirect passes the same gate.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { clock, allowPrivate } = options
  const certificates = new Map<string, number>()
  const brokeAfterReuse = new WeakSet<Error>()

  const connectBase = buildConnector({
    lookup: vettedLookup(options.resolve ?? resolveBySystem, allowPrivate),
    timeout: connectTimeoutMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: perAddressMs,
    allowH2: false,
    // A resumed TLS session shows the certificate of the first handshake, even after it was renewed.
    maxCachedSessions: 0,
  })

  const newAgent = (): Agent =>
    new Agent({
      connections: connectionsPerOrigin,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      clientTtl: connectionLifeMs,
      // The wall-clock limit of each request covers both.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
      connect(target, done) {
        connectBase(target, (...result) => {
          const [error, socket] = result
          if (error === null) {
            socket.on('error', (trouble: Error) => {
              if (socket.bytesRead > 0) brokeAfterReuse.add(trouble)
            })
            rememberCertificate(originKey(target.hostname, target.port, target.protocol), socket)
          }
          done(...result)
        })
      },
    })

  let agent = newAgent()
  let agentSinceMs = clock.monotonicMs()
  let sleptMs = clock.bootMs() - clock.monotonicMs()
  const retiring = new Set<Agent>()

  /** Drops kept connections that may be dead without saying so; what is under way on them may finish. */
  function renewAgent(): void {
    const old = agent
    agent = newAgent()
    agentSinceMs = clock.monotonicMs()
    retiring.add(old)
    const gone = (): unknown => retiring.delete(old)
    void old.close().then(gone, gone)
  }

  /** Connections rarely outlive a sleep, and the timers that would close them slept too. */
  function renewAfterSleep(): void {
    const asleepMs = clock.bootMs() - clock.monotonicMs()
    if (asleepMs - sleptMs > noticeableSleepMs) renewAgent()
    sleptMs = Math.max(sleptMs, asleepMs)
  }

  /** After a network change every kept connection is silent, and a re-check must not land on the next one. */
  function renewAfterTimeout(): void {
    if (clock.monotonicMs() - agentSinceMs >= renewAtMostEveryMs) renewAgent()
  }

  function rememberCertificate(key: string, socket: Socket): void {
    if (!(socket instanceof TLSSocket)) return
    const expiresAtMs = Date.parse(socket.getPeerX509Certificate()?.validTo ?? '')
    certificates.delete(key)
    if (Number.isNaN(expiresAtMs)) return
    certificates.set(key, expiresAtMs)
    const oldest = certificates.keys().next()
    if (certificates.size > rememberedCertificates && !oldest.done) certificates.delete(oldest.value)
  }

  /** A kept-alive connection may die in the moment it is reused; that says nothing about the service. */
  async function send(hop: Hop, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const call = {
      origin: hop.url.origin,
      path: hop.url.pathname + hop.url.search,
      method: hop.method,
      headers: hop.headers,
      body: hop.body,
      signal,
    }
    try {
      return await requestOver.call(agent, call)
    } catch (error) {
      const repeatable = hop.method === 'GET' || hop.method === 'HEAD' || hop.method === 'OPTIONS'
      if (!repeatable || signal.aborted || !brokeOnReuse(error, brokeAfterReuse)) throw error
      return requestOver.call(agent, call)
    }
  }

  async function exchange(request: HttpRequest, signal: AbortSignal, startedMs: number): Promise<HttpReply> {
    let hop: Hop = {
      url: new URL(request.url),
      method: request.method,
      headers: { 'user-agent': 'KoraCockpit', 'accept-encoding': 'identity', ...lowerCased(request.headers ?? {}) },
      body: request.body,
    }
    for (let redirects = 0; ; redirects++) {
      vetUrl(hop.url, allowPrivate)
      const reply = await send(hop, signal)
      const next = redirects < (request.maxRedirects ?? 0) ? nextHop(hop, reply) : null
      if (next === null) {
        const { text, truncated } = await readBody(reply.body, request.maxBodyBytes ?? defaultMaxBodyBytes)
        const { hostname, port, protocol } = hop.url
        return {
          status: reply.statusCode,
          headers: flatHeaders(reply.headers),
          body: text,
          truncated,
          latencyMs: Math.trunc(clock.monotonicMs() - startedMs),
          certificateExpiresAtMs: certificates.get(originKey(hostname, port, protocol)) ?? null,
        }
      }
      await reply.body.dump({ limit: 16_384, signal })
      hop = next
    }
  }

  return {
    async request(request) {
      renewAfterSleep()
      const controller = new AbortController()
      const { signal } = controller
      const cancelTimer = clock.setTimer(request.timeoutMs, () => {
        controller.abort(new DOMException(`no complete answer within ${request.timeoutMs} ms`, 'TimeoutError'))
        renewAfterTimeout()
      })
      const forward = (): void => controller.abort(request.signal?.reason)
      if (request.signal?.aborted) forward()
      request.signal?.addEventListener('abort', forward, { once: true })
      try {
        // undici notices an abort only once it is connected; the limit holds before that too.
        return await untilAborted(exchange(request, signal, clock.monotonicMs()), signal)
      } catch (error) {
        throw asFailure(error, signal)
      } finally {
        cancelTimer()
        request.signal?.removeEventListener('abort', forward)
      }
    },
    async close() {
      await Promise.all([agent, ...retiring].map((each) => each.destroy()))
    },
  }
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject)
  })
}

/** The hop a redirect asks for; null when the answer is no redirect that can be followed. */
function nextHop(hop: Hop, reply: Dispatcher.ResponseData): Hop | null {
  const location = flatHeaders(reply.headers)['location']
  if (!redirectStatuses.has(reply.statusCode) || !location || !URL.canParse(location, hop.url)) return null
  const url = new URL(location, hop.url)
  const toGet = reply.statusCode === 303 ? hop.method !== 'HEAD' : reply.statusCode <= 302 && hop.method === 'POST'
  const kept = Object.entries(hop.headers).filter(
    ([name]) => (url.origin === hop.url.origin || harmlessHeaders.has(name)) && !(toGet && name.startsWith('content-')),
  )
  return {
    url,
    method: toGet ? 'GET' : hop.method,
    headers: Object.fromEntries(kept),
    body: toGet || url.origin !== hop.url.origin ? undefined : hop.body,
  }
}

const decoder = new TextDecoder()

function readBody(body: Readable, limit: number): Promise<{ text: string; truncated: boolean }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = (truncated: boolean): void => resolve({ text: decoder.decode(Buffer.concat(chunks)), truncated })
    body.on('error', reject)
    body.on('end', () => finish(false))
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, limit - size))
      size += chunk.length
      if (size <= limit) return
      finish(true)
      body.destroy()
    })
  })
}

function flatHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function originKey(hostname: string, port: string, protocol: string): string {
  return `${protocol}//${bareHost(hostname)}:${port || (protocol === 'https:' ? '443' : '80')}`
}

function brokeOnReuse(error: unknown, brokeAfterReuse: WeakSet<Error>): boolean {
  if (error instanceof errors.SocketError) return (error.socket?.bytesRead ?? 0) > 0
  return error instanceof Error && brokeAfterReuse.has(error)
}
