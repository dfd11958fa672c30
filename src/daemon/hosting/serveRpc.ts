import { type AnyRouter, ORPCError } from '@orpc/server'
import { BodyLimitPlugin, RPCHandler as RequestHandler } from '@orpc/server/node'
import { RPCHandler } from '@orpc/server/ws'
import type { Logger } from '../platform/logger.ts'
import { maxFrameLength, type RpcChannel } from './rpcChannel.ts'

// oRPC asks of every message whether it is a form. Merely naming Node's own class loads its whole fetch: 20 ms of the
// thread and 2 MB for a kind of message that the contract does not have. An assignment does not name it.
globalThis.FormData = class FormData {} as unknown as typeof globalThis.FormData

/**
 * The contract's implementation, ready to be put behind any number of channels. Both hosts and the command line's
 * socket answer through the same options, so a cockpit cannot tell them apart.
 * A frame that is no request closes its own channel and nothing else.
 */
export function serveRpc(router: AnyRouter, logger: Logger): (channel: RpcChannel) => void {
  const handler = new RPCHandler(router, rpcOptions(logger))
  type Line = Parameters<typeof handler.upgrade>[0]
  return (channel) => {
    const line = {
      send: (frame: string | ArrayBufferLike) => {
        if (typeof frame === 'string') channel.send(frame)
      },
      addEventListener(type: string, run: (event: { data: unknown }) => void) {
        if (type === 'close') channel.onClose(() => run({ data: null }))
        if (type === 'message') {
          channel.onMessage((data) => {
            if (isRequestFrame(data)) return run({ data })
            logger.warn('request frame refused', { length: typeof data === 'string' ? data.length : null })
            channel.close()
          })
        }
      },
    }
    void handler.upgrade(line as unknown as Line, { context: {} })
  }
}

export type RpcRequests = RequestHandler<Record<never, never>>

/** The same for single requests over HTTP. */
export function answerRpc(router: AnyRouter, logger: Logger): RpcRequests {
  return new RequestHandler(router, {
    ...rpcOptions(logger),
    plugins: [new BodyLimitPlugin({ maxBodySize: maxFrameLength })],
  })
}

/** What every oRPC handler of the daemon is built with: trouble nobody foresaw is logged here, once, with its path. */
function rpcOptions(logger: Logger) {
  return {
    clientInterceptors: [
      async (call: { readonly path: readonly string[]; next(): Promise<unknown> }): Promise<unknown> => {
        try {
          return await call.next()
        } catch (error) {
          if (isUnforeseen(error)) logger.error('request failed', { path: call.path.join('.'), error: String(error) })
          throw error
        }
      },
    ],
  }
}

function isUnforeseen(error: unknown): boolean {
  if (error instanceof ORPCError) return error.code === 'INTERNAL_SERVER_ERROR'
  return !(error instanceof Error && error.name === 'AbortError')
}

/**
 * Whether a frame is a request, an event or a cancellation as the oRPC peer understands them. Checked before the peer
 * sees it, because the peer answers nonsense with an exception.
 */
export function isRequestFrame(data: unknown): data is string {
  if (typeof data !== 'string' || data.length > maxFrameLength) return false
  let frame: unknown
  try {
    frame = JSON.parse(data)
  } catch {
    return false
  }
  if (!isRecord(frame) || typeof frame['i'] !== 'string' || frame['i'].length > 64) return false
  const payload = frame['p']
  if (frame['t'] === 4) return true
  if (frame['t'] === 3) return isRecord(payload)
  if (frame['t'] !== undefined || !isRecord(payload)) return false
  const headers = payload['h']
  return (
    typeof payload['u'] === 'string' &&
    /^\/[\w./-]*$/.test(payload['u']) &&
    (headers === undefined || isRecord(headers))
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
