import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { errorBody, type Fault } from './faults.ts'
import { encode, encodeEvent, type EventStream, type Reply, type Service } from './http.ts'

const eventStreamHeaders = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' }

/** One request waiting for its answer. */
export interface Exchange {
  readonly response: ServerResponse
  readonly method: string
  /** Waits real milliseconds; the simulator's closing ends the wait for good. */
  readonly pause: (ms: number) => Promise<void>
}

/** Sends an answer as the service meant it. */
export async function send(exchange: Exchange, reply: Reply): Promise<void> {
  const { response, method, pause } = exchange
  if (reply.delayMs !== undefined && reply.delayMs > 0) await pause(reply.delayMs)
  if (reply.stream !== undefined) return sendEvents(exchange, reply, reply.stream)
  const { text, contentType } = encode(reply.body)
  response.writeHead(reply.status, { 'content-type': contentType, ...reply.headers })
  response.end(method === 'HEAD' || reply.status === 204 || reply.status === 304 ? undefined : text)
}

/** @param gapMs waits before every fifth of the events */
async function sendEvents(
  { response, pause }: Exchange,
  reply: Reply,
  { events, stated, ending }: EventStream,
  gapMs = 0,
): Promise<void> {
  const part = Math.ceil(events.length / 5)
  response.writeHead(reply.status, { ...eventStreamHeaders, ...reply.headers })
  response.flushHeaders()
  for (const [at, event] of events.entries()) {
    if (gapMs > 0 && at % part === 0) await pause(gapMs)
    if (response.destroyed) return
    stated(event)
    response.write(encodeEvent(event))
  }
  if (ending === 'close') response.end()
  // Written last, its callback says that everything before it is on its way.
  if (ending === 'cut') response.write('\n', () => response.destroy())
}

async function sendPieces(exchange: Exchange, reply: Reply, gapMs: number): Promise<void> {
  if (reply.stream !== undefined) return sendEvents(exchange, reply, reply.stream, gapMs)
  const { response, pause } = exchange
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
async function sendHalf(exchange: Exchange, reply: Reply): Promise<void> {
  if (reply.stream !== undefined) {
    const half = reply.stream.events.slice(0, Math.ceil(reply.stream.events.length / 2))
    return sendEvents(exchange, reply, { ...reply.stream, events: half, ending: 'cut' })
  }
  const { response } = exchange
  const { text, contentType } = encode(reply.body)
  const length = String(Buffer.byteLength(text))
  response.writeHead(reply.status, { 'content-type': contentType, ...reply.headers, 'content-length': length })
  response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy())
}

/** The work was done and counts, though nobody hears of it. */
function serveUnseen({ stream }: Reply): void {
  for (const event of stream?.events ?? []) stream?.stated(event)
}

/** A 200 whose JSON breaks off; in a stream, that of every event. */
async function sendBroken(exchange: Exchange, reply: Reply): Promise<void> {
  serveUnseen(reply)
  const half = (text: string): string => text.slice(0, Math.ceil(text.length / 2))
  const [headers, body] =
    reply.stream === undefined
      ? [{ 'content-type': 'application/json' }, half(encode(reply.body).text)]
      : [eventStreamHeaders, reply.stream.events.map((event) => `${half(encodeEvent(event))}\n\n`).join('')]
  return send(exchange, { status: 200, headers, body })
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
      serveUnseen(work())
      response.destroy()
      return
    case 'cut_off':
      return sendHalf(exchange, work())
    case 'malformed':
      return sendBroken(exchange, work())
    case 'huge_body':
      return sendHuge(exchange, fault.bytes)
    case 'slow_body':
      return sendPieces(exchange, work(), fault.ms)
  }
}
