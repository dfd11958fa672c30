import { z } from 'zod'
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
import { healthy, notConfigured, rejected, unreadable } from './outcomes.ts'
import type { ProbeProvider } from './provider.ts'
import { checkLimitMs, runCheck } from './runCheck.ts'

const own = { reference: 'vault:doppler', variable: 'KORA_DOPPLER_API_TOKEN' }
const baseUrl = 'https://api.doppler.com'

const schema = z.strictObject({
  tokenRef: SecretReference.default(own.reference),
  baseUrl: HttpAddress.default(baseUrl),
})
type DopplerConfig = z.infer<typeof schema>

/** Whether the workplace answers (probe specification, 3.3); the endpoint tells no figures, so they stay unknown. */
export const doppler: ProbeProvider<DopplerConfig> = {
  kind: 'doppler',
  label: 'Doppler',
  description: 'Whether the workplace that holds your secrets answers.',
  defaultIntervalMs: 300_000,
  fields: [
    secretField(
      'tokenRef',
      'Service token',
      'A dedicated token that may only read the workplace, not a project token.',
      own.reference,
    ),
    baseUrlField(baseUrl),
  ],
  schema,
  hosts: (config) => hostsOf(config.baseUrl),
  observe: (config, context) =>
    runCheck(context, checkLimitMs, async (session) => {
      const token = readSecret(context, config.tokenRef)
      if (token === null) return notConfigured([variableName(config.tokenRef, own)])

      const reply = await session.send({
        method: 'GET',
        url: `${withoutTrailingSlash(config.baseUrl)}/v3/workplace`,
        headers: { authorization: `Bearer ${token}` },
      })
      if (reply.status !== 200) return rejected(reply.status, session.latencyMs())
      const parsed = parseJson(reply)
      if (!parsed.ok) return unreadable(parsed.reason, session.latencyMs())
      if (!isRecord(parsed.value)) return unreadable('body is not an object', session.latencyMs())
      return healthy(session.latencyMs(), { projects_total: 'unknown', oldest_secret_age_days: 'unknown' })
    }),
}
