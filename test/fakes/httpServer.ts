import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface SeenRequest {
  readonly method: string
  /** Path with query, as it was sent. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** A server on loopback that answers as the test says and keeps what it was asked. */
export interface TestServer {
  readonly url: string
  readonly port: number
  readonly requests: SeenRequest[]
  /** Connections accepted so far. */
  connections(): number
  /** Replaces the answer. By default every request gets 200 with `{}`. */
  answer(handler: (request: IncomingMessage, response: ServerResponse) => void): void
  /** The next requests get this status and, when given, this JSON body. */
  reply(status: number, body?: unknown, headers?: Record<string, string>): void
  /** Resolves when `count` requests have arrived in all. */
  arrived(count: number): Promise<void>
  close(): Promise<void>
}

/** Starts a server; it ends with the running test. With `tls` it speaks HTTPS. */
export async function startTestServer(options: { tls?: { key: string; cert: string } } = {}): Promise<TestServer> {
  const requests: SeenRequest[] = []
  const waiting: { count: number; done: () => void }[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  let handler = (_request: IncomingMessage, response: ServerResponse): void => void response.end('{}')

  const listener: RequestListener = (request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
      for (const waiter of waiting) if (requests.length >= waiter.count) waiter.done()
      handler(request, response)
    })
  }
  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener)
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  })
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  let closed: Promise<void> | null = null
  const close = (): Promise<void> => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
    return closed
  }
  onTestFinished(close)

  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    connections: () => connections,
    answer(next) {
      handler = next
    },
    reply(status, body, headers = {}) {
      handler = (_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers })
        response.end(body === undefined ? undefined : JSON.stringify(body))
      }
    },
    arrived: (count) =>
      new Promise((done) => {
        if (requests.length >= count) done()
        else waiting.push({ count, done })
      }),
    close,
  }
}
