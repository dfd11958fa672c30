import { once } from 'node:events'
import { chmodSync, unlinkSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AnyRouter } from '@orpc/server'
import type { Logger } from '../platform/logger.ts'
import { createServer } from '../platform/nodeHttp.ts'
import type { RpcRequests } from './serveRpc.ts'

export interface SocketHostOptions {
  /** Path of a Unix socket inside an owner-only folder, or the name of a Windows pipe. */
  readonly socket: string
  readonly platform: NodeJS.Platform
  /** Loaded at the first request. */
  readonly router: () => Promise<AnyRouter>
  readonly logger: Logger
  /** A fresh sign-in address for one more browser; null on the desktop, which has none. */
  readonly signInAddress: (() => string) | null
}

/**
 * The owner's own door for the command line. Whoever may open the socket is the owner, so no session is asked for:
 * its folder is 0700 and the socket 0600; a pipe of Windows lets others read at most, and a request has to be written.
 */
export class SocketHost {
  readonly #options: SocketHostOptions
  readonly #server: Server
  #rpc: Promise<RpcRequests> | null = null

  constructor(options: SocketHostOptions) {
    this.#options = options
    this.#server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000 }, (request, response) => {
      void this.#answer(request, response)
    })
    this.#server.maxConnections = 32
  }

  /** Call only while holding the folder's lock: a socket left by a killed process is removed first. */
  async listen(): Promise<void> {
    const { socket, platform } = this.#options
    if (platform === 'win32') {
      this.#server.listen(socket)
      await once(this.#server, 'listening')
      return
    }
    removeIfThere(socket)
    // The socket is made inside listen(), with these bits: there is no moment at which it is open to others.
    const before = process.umask(0o177)
    try {
      this.#server.listen(socket)
    } finally {
      process.umask(before)
    }
    await once(this.#server, 'listening')
    chmodSync(socket, 0o600)
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse) {
    try {
      const { signInAddress } = this.#options
      if (request.method === 'POST' && request.url === '/code' && signInAddress) {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ address: signInAddress() }))
        return
      }
      const rpc = await (this.#rpc ??= loadRpc(this.#options))
      const { matched } = await rpc.handle(request, response, { prefix: '/rpc', context: {} })
      if (!matched) response.writeHead(404).end()
    } catch (error) {
      this.#options.logger.error('socket request failed', { error: String(error) })
      response.destroy()
    }
  }
}

async function loadRpc({ router, logger }: SocketHostOptions): Promise<RpcRequests> {
  const { answerRpc } = await import('./serveRpc.ts')
  return answerRpc(await router(), logger)
}

function removeIfThere(file: string): void {
  try {
    unlinkSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
