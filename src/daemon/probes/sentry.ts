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
import { parseJson } from './json.ts'
import { degraded, healthy, notConfigured, rejected, unreadable } from './outcomes.ts'
import type { ProbeProvider } from './provider.ts'
import { checkLimitMs, runCheck } from './runCheck.ts'

const own = { reference: 'vault:sentry', variable: 'KORA_SENTRY_API_TOKEN' }
const baseUrl = 'https://sentry.io'
const pageLimit = 5
const pageBytes = 4_194_304
const tolerable = 10

const schema = z.strictObject({
  org: z.string().trim().max(100).default(''),
  tokenRef: SecretReference.default(own.reference),
  baseUrl: HttpAddress.default(baseUrl),
})
type SentryConfig = z.infer<typeof schema>

interface Page {
  readonly count: number
  readonly next: string | null
}

/** Only the cursor is taken from the Link header: an address from outside must not receive the token. */
function nextCursor(link: string | undefined): string | null {
  const next = (link ?? '').split(',').find((part) => /rel="?next"?/.test(part) && /results="?true"?/.test(part))
  return /cursor="([^"]{1,100})"/.exec(next ?? '')?.[1] ?? null
}

function readPage(reply: HttpReply): Page | string {
  const parsed = parseJson(reply)
  if (!parsed.ok) return parsed.reason
  if (!Array.isArray(parsed.value)) return 'body is not a list of issues'
  return { count: parsed.value.length, next: nextCursor(reply.headers['link']) }
}

/** Number of unresolved issues (probe specification, 3.2), counted over at most five pages of 100. */
export const sentry: ProbeProvider<SentryConfig> = {
  kind: 'sentry',
  label: 'Sentry',
  description: 'Unresolved issues of the organisation; more than 10 is attention.',
  defaultIntervalMs: 300_000,
  fields: [
    {
      name: 'org',
      label: 'Organisation',
      help: "The organisation's short name, as it stands in Sentry's addresses.",
      type: 'text',
      required: true,
    },
    secretField('tokenRef', 'API token', 'A Sentry token that may read the issues of the organisation.', own.reference),
    baseUrlField(baseUrl),
  ],
  schema,
  hosts: (config) => hostsOf(config.baseUrl),
  observe: (config, context) =>
    runCheck(context, checkLimitMs, async (session) => {
      const token = readSecret(context, config.tokenRef)
      if (token === null || config.org === '') {
        return notConfigured([variableName(config.tokenRef, own), 'KORA_SENTRY_ORG'])
      }

      const org = encodeURIComponent(config.org)
      const url = `${withoutTrailingSlash(config.baseUrl)}/api/0/organizations/${org}/issues/?query=is:unresolved&limit=100`
      const fetchPage = (cursor: string | null): Promise<HttpReply> =>
        session.send({
          method: 'GET',
          url: cursor === null ? url : `${url}&cursor=${encodeURIComponent(cursor)}`,
          headers: { authorization: `Bearer ${token}` },
          maxBodyBytes: pageBytes,
        })
      const reply = await fetchPage(null)
      if (reply.status !== 200) return rejected(reply.status, session.latencyMs())
      const first = readPage(reply)
      if (typeof first === 'string') return unreadable(first, session.latencyMs())

      let { count, next } = first
      for (let number = 2; next !== null && number <= pageLimit; number++) {
        // The first page already answered the question; trouble here only leaves the count open at the top.
        const later = await fetchPage(next).catch(() => null)
        const page = later?.status === 200 ? readPage(later) : 'no answer'
        if (typeof page === 'string') break
        count += page.count
        next = page.next === next ? null : page.next
      }
      const details = { unresolved_issues: count, ...(next === null ? {} : { more: true }) }
      return count > tolerable ? degraded(session.latencyMs(), details) : healthy(session.latencyMs(), details)
    }),
}
