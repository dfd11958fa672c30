import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PublishedApi } from './publishedApi.ts'
import type { ReadBody } from './publishedEndpoint.ts'
import { securityHeaders } from './Shell.ts'

/** Of a body that a published path takes. */
const maxBodyBytes = 16_384

/** Answers one request to a published path; whether it may be asked was decided before. */
export async function publishOverHttp(
  published: PublishedApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '' } = request
  const answer = await published({ method, path: url, body: () => readJson(request) })
  if (answer === null) return reply(response, 404)
  if (answer.status === 405) return reply(response, 405, { allow: answer.allow })
  if (answer.status !== 200) return reply(response, answer.status)
  const body = Buffer.from(JSON.stringify(answer.body))
  response.writeHead(answer.status, {
    ...securityHeaders,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': body.length,
  })
  response.end(method === 'HEAD' ? undefined : body)
}

/** The path of an origin-form target; null for anything else. */
export function pathOf(request: IncomingMessage): string | null {
  const target = request.url ?? ''
  if (!target.startsWith('/')) return null
  return target.split(/[?#]/, 1)[0] ?? null
}

/** Null for a body that is longer. */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<string | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= mostBytes) chunks.push(chunk)
  }
  return length > mostBytes ? null : Buffer.concat(chunks).toString('utf8')
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** A status without a body; the line is closed behind it. */
export function reply(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { ...securityHeaders, ...headers, 'content-length': 0, connection: 'close' }).end()
}

/** A page of another site cannot send this content type unasked. */
async function readJson(request: IncomingMessage): Promise<ReadBody> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1)
  if (type.trim().toLowerCase() !== 'application/json') return { kind: 'refused', status: 415 }
  const text = await readBody(request, maxBodyBytes)
  if (text === null) return { kind: 'refused', status: 413 }
  const value = parseJson(text)
  return value === null ? { kind: 'refused', status: 400 } : { kind: 'json', value }
}
