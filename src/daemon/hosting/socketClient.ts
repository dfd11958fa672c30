import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import { z } from 'zod'
import type { Contract } from '../../contract/index.ts'
import { KoraError } from '../../domain/errors.ts'
import { request as httpRequest } from '../platform/nodeHttp.ts'

export interface SocketClient {
  readonly client: ContractRouterClient<Contract>
  /** A fresh sign-in address; null when the running daemon is the desktop's. */
  signInAddress(): Promise<string | null>
}

const CodeReply = z.object({ address: z.string() })

/**
 * Talks to the daemon that owns a data folder.
 * @param silenceMs how long the daemon may say nothing before a call is given up
 * @throws KoraError from every call: `daemon_not_running` when nobody listens, `timed_out` after silence
 */
export function connectSocket(socket: string, silenceMs: number): SocketClient {
  const link = new RPCLink({
    url: 'http://kora/rpc',
    fetch: async (request) => {
      const body = await request.text()
      return send(socket, silenceMs, new URL(request.url).pathname, Object.fromEntries(request.headers), body)
    },
  })
  return {
    client: createORPCClient(link),
    async signInAddress() {
      const reply = await send(socket, silenceMs, '/code', {}, '')
      if (reply.status === 404) return null
      return CodeReply.parse(await reply.json()).address
    },
  }
}

/** One POST over the socket, as a fetch-like reply. */
function send(
  socketPath: string,
  silenceMs: number,
  path: string,
  headers: Record<string, string>,
  body: string,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, path, method: 'POST', headers, agent: false, timeout: silenceMs })
    request.once('timeout', () => {
      request.destroy(new KoraError('timed_out', `Kora did not answer within ${silenceMs / 1000} s.`))
    })
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'ECONNREFUSED') return reject(error)
      reject(new KoraError('daemon_not_running', 'Kora is not running for this data folder.', {}, { cause: error }))
    })
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const type = response.headers['content-type']
        resolve(
          new Response(chunks.length > 0 ? Buffer.concat(chunks) : null, {
            status: response.statusCode ?? 500,
            headers: type ? { 'content-type': type } : {},
          }),
        )
      })
    })
    request.end(body)
  })
}
