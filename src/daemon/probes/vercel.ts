import { z } from 'zod'
import type { HttpReply } from '../platform/http.ts'
import {
  baseUrlField,
  HttpAddress,
  hostsOf,
  readSecret,
  SecretReference,
  secretField,
  variableName,
  withoutTrailingSlash,
} from './config.ts'
import { isRecord, parseJson } from './json.ts'
import { degraded, healthy, notConfigured, rejected, unreadable } from './outcomes.ts'
import type { ProbeProvider } from './provider.ts'
import { type CheckSession, checkLimitMs, runCheck } from './runCheck.ts'

const own = { reference: 'vault:vercel', variable: 'KORA_VERCEL_API_TOKEN' }
const baseUrl = 'https://api.vercel.com'
const dayMs = 86_400_000
const pageLimit = 5
const pageBytes = 4_194_304
/** With fewer deployments in a day one failure would be a third or more of them, which says little. */
const smallestSample = 3

const schema = z.strictObject({
  tokenRef: SecretReference.default(own.reference),
  baseUrl: HttpAddress.default(baseUrl),
})
type VercelConfig = z.infer<typeof schema>

interface Page {
  readonly states: readonly string[]
  /** The `until` of the next page; null when no older deployment of the window can follow. */
  readonly next: number | null
}

function stateOf(deployment: Readonly<Record<string, unknown>>): string {
  const state = deployment['state'] ?? deployment['readyState']
  return typeof state === 'string' ? state.toUpperCase() : ''
}

/** Deployments of one page created after `sinceMs`; a string says why the page cannot be read. */
function readPage(reply: HttpReply, sinceMs: number): Page | string {
  const parsed = parseJson(reply)
  if (!parsed.ok) return parsed.reason
  const deployments = isRecord(parsed.value) ? parsed.value['deployments'] : undefined
  if (!isRecord(parsed.value) || !Array.isArray(deployments)) return 'body has no list of deployments'
  const dated = (deployments as unknown[])
    .filter(isRecord)
    .filter((entry) => typeof entry['created'] === 'number' && Number.isFinite(entry['created']))
  const recent = dated.filter((entry) => (entry['created'] as number) > sinceMs)
  const pagination = parsed.value['pagination']
  const next = isRecord(pagination) ? pagination['next'] : null
  return {
    states: recent.map((entry) => stateOf(entry)),
    next: typeof next === 'number' && next > sinceMs && recent.length === dated.length ? next : null,
  }
}

/** Older pages; trouble on one of them ends the reading, since the first page already answered the question. */
async function readOlderPages(
  fetchPage: (until: number) => Promise<HttpReply>,
  first: Page,
  sinceMs: number,
): Promise<{ states: string[]; more: boolean }> {
  const states = [...first.states]
  let next = first.next
  for (let page = 2; next !== null && page <= pageLimit; page++) {
    const reply = await fetchPage(next).catch(() => null)
    const older = reply?.status === 200 ? readPage(reply, sinceMs) : 'no answer'
    if (typeof older === 'string') break
    states.push(...older.states)
    next = older.next !== null && older.next < next ? older.next : null
  }
  return { states, more: next !== null }
}

/** Error rate of the last day's deployments (probe specification, 3.1). */
export const vercel: ProbeProvider<VercelConfig> = {
  kind: 'vercel',
  label: 'Vercel',
  description: 'Deployments of the last 24 hours and how many of them failed.',
  defaultIntervalMs: 300_000,
  fields: [
    secretField('tokenRef', 'API token', 'A Vercel access token that may read deployments.', own.reference),
    baseUrlField(baseUrl),
  ],
  schema,
  hosts: (config) => hostsOf(config.baseUrl),
  observe: (config, context) =>
    runCheck(context, checkLimitMs, async (session: CheckSession) => {
      const token = readSecret(context, config.tokenRef)
      if (token === null) return notConfigured([variableName(config.tokenRef, own)])

      const url = `${withoutTrailingSlash(config.baseUrl)}/v6/deployments?limit=100`
      const fetchPage = (until: number | null): Promise<HttpReply> =>
        session.send({
          method: 'GET',
          url: until === null ? url : `${url}&until=${until}`,
          headers: { authorization: `Bearer ${token}` },
          maxBodyBytes: pageBytes,
        })
      const reply = await fetchPage(null)
      if (reply.status !== 200) return rejected(reply.status, session.latencyMs())
      const sinceMs = context.clock.nowMs() - dayMs
      const first = readPage(reply, sinceMs)
      if (typeof first === 'string') return unreadable(first, session.latencyMs())

      const { states, more } = await readOlderPages(fetchPage, first, sinceMs)
      const failed = states.filter((state) => state === 'ERROR' || state === 'FAILED').length
      const rate = states.length === 0 ? 0 : failed / states.length
      const details = {
        deployments_last_24h: states.length,
        error_rate_24h: Math.round(rate * 10_000) / 10_000,
        ...(more ? { more: true } : {}),
      }
      const elevated = states.length >= smallestSample && failed * 10 > states.length
      return elevated ? degraded(session.latencyMs(), details) : healthy(session.latencyMs(), details)
    }),
}
