import { z } from 'zod'
import {
  HttpAddress,
  hostsOf,
  readSecret,
  SecretReference,
  secretField,
  variableName,
  withoutTrailingSlash,
} from './config.ts'
import { healthy, notConfigured, rejected } from './outcomes.ts'
import type { ProbeProvider } from './provider.ts'
import { checkLimitMs, runCheck } from './runCheck.ts'

const own = { reference: 'vault:supabase', variable: 'KORA_SUPABASE_ANON_KEY' }

const schema = z.strictObject({
  url: z.union([z.literal(''), HttpAddress]).default(''),
  anonKeyRef: SecretReference.default(own.reference),
})
type SupabaseConfig = z.infer<typeof schema>

/** Whether the project's REST interface answers (probe specification, 3.4). */
export const supabase: ProbeProvider<SupabaseConfig> = {
  kind: 'supabase',
  label: 'Supabase',
  description: "Whether the project's REST interface answers.",
  defaultIntervalMs: 300_000,
  fields: [
    {
      name: 'url',
      label: 'Project address',
      help: 'Such as https://abcdefgh.supabase.co.',
      type: 'url',
      required: true,
    },
    secretField('anonKeyRef', 'Anon key', "The project's anon key, never the service role key.", own.reference),
  ],
  schema,
  hosts: (config) => hostsOf(config.url),
  observe: (config, context) =>
    runCheck(context, checkLimitMs, async (session) => {
      const key = readSecret(context, config.anonKeyRef)
      if (key === null || config.url === '') {
        return notConfigured([variableName(config.anonKeyRef, own), 'KORA_SUPABASE_URL'])
      }

      const reply = await session.send({
        method: 'HEAD',
        url: `${withoutTrailingSlash(config.url)}/rest/v1/`,
        headers: { apikey: key, authorization: `Bearer ${key}` },
      })
      const latencyMs = session.latencyMs()
      if (reply.status !== 200 && reply.status !== 204) return rejected(reply.status, latencyMs)
      return healthy(latencyMs, { connections_pct: 'unknown' })
    }),
}
