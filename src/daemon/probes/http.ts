import { z } from 'zod'
import type { Details, Outcome } from '../../domain/observation.ts'
import type { HttpReply } from '../platform/http.ts'
import { HttpAddress, hostsOf } from './config.ts'
import { Headers, resolveHeaders } from './headers.ts'
import { httpFields } from './httpFields.ts'
import { parseJson } from './json.ts'
import { parseJsonPath, readJsonPath } from './jsonPath.ts'
import { healthy, notConfigured, plainText, rejected, unreadable } from './outcomes.ts'
import type { ProbeContext, ProbeProvider } from './provider.ts'
import { runCheck } from './runCheck.ts'
import { acceptsStatus, parseStatusRanges } from './statusRange.ts'

const schema = z
  .strictObject({
    url: HttpAddress,
    method: z.enum(['GET', 'HEAD', 'POST', 'OPTIONS']).default('GET'),
    headers: Headers.default({}),
    expectedStatus: z
      .string()
      .trim()
      .refine((text) => parseStatusRanges(text) !== null, 'must be codes or ranges such as 200-299 or 200,204')
      .default('200-299'),
    bodyContains: z.string().max(500).default(''),
    jsonPath: z
      .string()
      .trim()
      .max(200)
      .refine((text) => text === '' || parseJsonPath(text) !== null, 'must be a path such as status or checks[0].state')
      .default(''),
    jsonEquals: z.string().max(500).default(''),
    latencyLimitMs: z.number().int().min(1).max(30_000).nullable().default(null),
    maxRedirects: z.number().int().min(0).max(5).default(0),
    severity: z.enum(['critical', 'warning']).default('critical'),
    timeoutSeconds: z.number().int().min(1).max(30).default(10),
    certificateWarnDays: z.number().int().min(0).max(365).default(14),
  })
  .superRefine((config, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    if (config.jsonEquals !== '' && config.jsonPath === '') refuse('jsonPath', 'is needed to compare a value')
    if (config.method !== 'HEAD') return
    if (config.bodyContains !== '') refuse('bodyContains', 'cannot be checked with HEAD, which has no body')
    if (config.jsonPath !== '') refuse('jsonPath', 'cannot be checked with HEAD, which has no body')
  })
type HttpConfig = z.infer<typeof schema>

/** What the body must say and does not; null when it is as expected. */
function assertionTrouble(
  config: HttpConfig,
  context: ProbeContext,
  reply: HttpReply,
): { readonly cause: 'assertion_failed' | 'bad_response'; readonly reason: string } | null {
  if (config.bodyContains !== '' && !reply.body.includes(config.bodyContains)) {
    const where = reply.truncated ? 'the first part of the body' : 'the body'
    return { cause: 'assertion_failed', reason: `${where} does not contain the expected text` }
  }
  const path = config.jsonPath === '' ? null : parseJsonPath(config.jsonPath)
  if (path === null) return null
  const parsed = parseJson(reply)
  if (!parsed.ok) return { cause: 'bad_response', reason: parsed.reason }
  const value = readJsonPath(parsed.value, path)
  const failed = (reason: string) =>
    ({ cause: 'assertion_failed', reason: plainText(context.redactor, `${config.jsonPath} ${reason}`) }) as const
  if (value === undefined) return failed('is missing')
  const found = typeof value === 'string' ? value : JSON.stringify(value)
  if (config.jsonEquals === '' || found === config.jsonEquals) return null
  return failed(`is ${plainText(context.redactor, found, 80)}, expected ${config.jsonEquals}`)
}

function replyDetails(config: HttpConfig, reply: HttpReply): Details {
  const expiresAtMs = reply.certificateExpiresAtMs
  const overTls = config.url.toLowerCase().startsWith('https:') || expiresAtMs !== null
  return {
    http_status: reply.status,
    ...(overTls ? { certificate_expires_at: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString() } : {}),
    bytes: Buffer.byteLength(reply.body),
  }
}

function judge(config: HttpConfig, context: ProbeContext, reply: HttpReply): Outcome {
  const { latencyMs } = reply
  const details = replyDetails(config, reply)
  if (!acceptsStatus(parseStatusRanges(config.expectedStatus) ?? [], reply.status)) {
    return rejected(reply.status, latencyMs, details)
  }
  const trouble = assertionTrouble(config, context, reply)
  if (trouble?.cause === 'bad_response') return unreadable(trouble.reason, latencyMs, details)
  if (trouble) return { status: 'unhealthy', cause: trouble.cause, latencyMs, details, error: trouble.reason }
  if (config.latencyLimitMs !== null && latencyMs > config.latencyLimitMs) {
    const error = `took ${latencyMs} ms, limit ${config.latencyLimitMs} ms`
    return { status: 'degraded', cause: 'too_slow', latencyMs, details, error }
  }
  return healthy(latencyMs, details)
}

/** Any address of the operator's own choice: status, content, speed, certificate. */
export const http: ProbeProvider<HttpConfig> = {
  kind: 'http',
  label: 'Web address',
  description: 'Any website or API: its status code, what the answer says, how long it takes, its certificate.',
  defaultIntervalMs: 60_000,
  fields: httpFields,
  schema,
  hosts: (config) => hostsOf(config.url),
  observe: (config, context) =>
    runCheck(context, config.timeoutSeconds * 1_000, async (session) => {
      const headers = resolveHeaders(context, config.headers)
      if (!headers.ok) return notConfigured(headers.names)
      const reply = await session.send({
        method: config.method,
        url: config.url,
        headers: headers.headers,
        maxRedirects: config.maxRedirects,
      })
      return judge(config, context, reply)
    }),
}
