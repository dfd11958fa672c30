import type { IncomingMessage } from 'node:http'

export const services = ['fly', 'vercel', 'sentry', 'doppler', 'supabase', 'slack', 'anthropic', 'site'] as const
/** An outside service the simulator stands in for; also the first segment of its address. */
export type Service = (typeof services)[number]

/** One request as it arrived, kept so that tests can assert what was sent. */
export interface RecordedRequest {
  readonly service: Service
  readonly method: string
  /** Below the service's address, query included. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON as data, a form as a record of its fields, anything else as text; null when there was none. */
  readonly body: unknown
  readonly atMs: number
}

/** What a service sees of a request. */
export interface ServiceRequest {
  readonly method: string
  /** Below the service's address, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** What a service answers. A string body is sent as it is, anything else as JSON; undefined sends none. */
export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Sent one after the other in place of a body. */
  readonly stream?: EventStream
  /** The answer waits this long. */
  readonly delayMs?: number
}

/** One server-sent event. */
export interface ServerEvent {
  readonly event: string
  readonly data: unknown
}

export interface EventStream {
  readonly events: readonly ServerEvent[]
  /** Told of each event in the moment it goes out: what was said is what is metered. */
  readonly stated: (event: ServerEvent) => void
  /** After the last event: the answer ends, the line is held until the client goes away, or it is cut. */
  readonly ending: 'close' | 'hold' | 'cut'
}

const maxRequestBytes = 8 * 1024 * 1024

/** The whole request body as text; null when it is longer than 8 MiB. @throws when the sender goes away */
export async function readText(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > maxRequestBytes) return null
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Fields in which the Slack client sends JSON inside a form. */
const jsonFields = new Set(['blocks', 'attachments', 'metadata'])

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A request body as data, by its content type. */
export function parseBody(text: string, contentType: string): unknown {
  if (text === '') return null
  if (contentType.includes('json')) return parseJson(text)
  if (!contentType.includes('x-www-form-urlencoded')) return text
  const fields: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(text)) fields[name] = jsonFields.has(name) ? parseJson(value) : value
  return fields
}

/** Headers as plain strings; repeated ones joined with a comma. */
export function plainHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

/** An event as it goes over the wire. */
export function encodeEvent({ event, data }: ServerEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** A reply's body as bytes and the content type that goes with it. */
export function encode(body: unknown): { text: string; contentType: string } {
  if (body === undefined || body === null) return { text: '', contentType: 'text/plain; charset=utf-8' }
  if (typeof body === 'string') return { text: body, contentType: 'text/html; charset=utf-8' }
  return { text: JSON.stringify(body), contentType: 'application/json; charset=utf-8' }
}

/** The bearer token of a request; null when it carries none. */
export function bearer(request: ServiceRequest): string | null {
  const match = /^Bearer (.+)$/i.exec(request.headers['authorization'] ?? '')
  return match?.[1] ?? null
}

/** The body when it is a record; otherwise an empty one. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
