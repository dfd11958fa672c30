import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { errorBody, type Fault } from './faults.ts'
import { encode, type Reply, type Service } from './http.ts'

/** One request waiting for its answer. */
export interface Exchange {
  readonly response: ServerResponse
  readonly method: string
  /** Waits real milliseconds; the simulator's closing ends the wait for good. */
  readonly pause: (ms: number) => Promise<void>
}

/** Sends an answer as the service meant it. */
export async function send({ response, method, pause }: Exchange, reply: Reply): Promise<void> {
  if (reply.delayMs !== undefined && reply.delayMs > 0) await pause(reply.delayMs)
  const { text, contentType } = encode(reply.body)
  response.writeHead(reply.status, { 'content-type': contentType, ...reply.headers })
  response.end(method === 'HEAD' || reply.status === 204 || reply.status === 304 ? undefined : text)
}

async function sendPieces({ response, pause }: Exchange, reply: Reply, gapMs: number): Promise<void> {
  const { text, contentType } = encode(reply.body)
  const size = Math.max(1, Math.ceil(text.length / 5))
  response.writeHead(reply.status, { 'content-type': contentType, ...reply.headers })
  response.flushHeaders()
  for (let at = 0; at < text.length && !response.destroyed; at += size) {
    await pause(gapMs)
    response.write(text.slice(at, at + size))
  }
  response.end()
}

function* filler(bytes: number): Generator<string> {
  const chunk = 'x'.repeat(64 * 1024)
  yield '"'
  for (let left = bytes; left > 0; left -= chunk.length) yield left < chunk.length ? chunk.slice(0, left) : chunk
  yield '"'
}

async function sendHuge({ response }: Exchange, bytes: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' })
  await pipeline(Readable.from(filler(bytes)), response)
}

/** Headers and half of the body reach the client before the connection ends. */
function sendHalf({ response }: Exchange, reply: Reply): void {
  const { text, contentType } = encode(reply.body)
  const length = String(Buffer.byteLength(text))
  response.writeHead(reply.status, { 'content-type': contentType, ...reply.headers, 'content-length': length })
  response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy())
}

/**
 * Answers the way a fault says.
 * @param work does what the service would do and gives its answer; not called where the fault comes first
 */
export async function strike(fault: Fault, exchange: Exchange, service: Service, work: () => Reply): Promise<void> {
  const { response } = exchange
  switch (fault.kind) {
    case 'status': {
      const body = fault.body === undefined ? errorBody(service, fault.status) : fault.body
      return send(exchange, { status: fault.status, headers: fault.headers, body })
    }
    case 'rate_limit': {
      const headers = { 'retry-after': String(fault.retryAfterSeconds) }
      return send(exchange, { status: 429, headers, body: errorBody(service, 429) })
    }
    case 'redirect':
      return send(exchange, { status: fault.status ?? 302, headers: { location: fault.to } })
    case 'delay':
      return send(exchange, { ...work(), delayMs: fault.ms })
    case 'hang':
      return
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'reply_lost':
      work()
      response.destroy()
      return
    case 'cut_off':
      return sendHalf(exchange, work())
    case 'malformed': {
      const { text } = encode(work().body)
      const headers = { 'content-type': 'application/json' }
      return send(exchange, { status: 200, headers, body: text.slice(0, Math.ceil(text.length / 2)) })
    }
    case 'huge_body':
      return sendHuge(exchange, fault.bytes)
    case 'slow_body':
      return sendPieces(exchange, work(), fault.ms)
  }
}
