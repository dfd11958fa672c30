import type { HttpReply } from '../platform/http.ts'

type ParsedJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string }

/** A reply's body as JSON, or why it is none. The reason never quotes the body. */
export function parseJson(reply: HttpReply): ParsedJson {
  if (reply.truncated) return { ok: false, reason: `body is longer than ${Buffer.byteLength(reply.body)} bytes` }
  if (reply.body.trim() === '') return { ok: false, reason: 'body is empty' }
  try {
    return { ok: true, value: JSON.parse(reply.body) as unknown }
  } catch {
    return { ok: false, reason: 'body is not JSON' }
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
