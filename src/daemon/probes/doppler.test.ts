import { expect, test } from 'vitest'
import { startTestServer } from '../../../test/fakes/httpServer.ts'
import { createProbeContext } from '../../../test/fakes/probeContext.ts'
import {
  contractToken,
  describeBodyContract,
  describeProviderContract,
  type ProviderContract,
} from './contractSuite.ts'
import { doppler } from './doppler.ts'

const contract: ProviderContract = {
  provider: doppler,
  config: (baseUrl) => ({ baseUrl }),
  env: { KORA_DOPPLER_API_TOKEN: contractToken },
  names: ['KORA_DOPPLER_API_TOKEN'],
  healthyBody: { workplace: { name: 'acme' }, success: true },
  nonsense: [
    [{ baseUrl: '' }, 'baseUrl'],
    [{ tokenRef: null }, 'tokenRef'],
    [{ project: 'x' }, ''],
  ],
}
describeProviderContract(contract)
describeBodyContract(contract)

async function observe(status: number, body: unknown) {
  const server = await startTestServer()
  server.reply(status, body)
  const context = await createProbeContext({ env: { KORA_DOPPLER_API_TOKEN: contractToken } })
  const outcome = await doppler.observe(doppler.schema.parse({ baseUrl: server.url }), context)
  return { outcome, requests: server.requests.map(({ method, url }) => `${method} ${url}`) }
}

test('case 10: 200 is well, with both figures unknown; 403 is not', async () => {
  const well = await observe(200, { workplace: {} })
  expect(well.requests).toEqual(['GET /v3/workplace'])
  expect(well.outcome).toMatchObject({
    status: 'healthy',
    details: { projects_total: 'unknown', oldest_secret_age_days: 'unknown' },
  })
  expect((await observe(403, {})).outcome).toMatchObject({ status: 'unhealthy', cause: 'auth_rejected', details: {} })
})

test('a list is no workplace', async () => {
  expect((await observe(200, [])).outcome).toMatchObject({ cause: 'bad_response', error: 'body is not an object' })
})
