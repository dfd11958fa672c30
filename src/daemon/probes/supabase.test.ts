import { expect, test } from 'vitest'
import { startTestServer } from '../../../test/fakes/httpServer.ts'
import { createProbeContext } from '../../../test/fakes/probeContext.ts'
import { contractToken, describeProviderContract } from './contractSuite.ts'
import { supabase } from './supabase.ts'

const env = { KORA_SUPABASE_ANON_KEY: contractToken }

describeProviderContract({
  provider: supabase,
  config: (url) => ({ url }),
  env,
  names: ['KORA_SUPABASE_ANON_KEY', 'KORA_SUPABASE_URL'],
  healthyBody: undefined,
  nonsense: [
    [{ url: 'supabase' }, 'url'],
    [{ url: 'javascript:alert(1)' }, 'url'],
    [{ anonKeyRef: 'eyJhbGciOi' }, 'anonKeyRef'],
    [{ key: 'x' }, ''],
  ],
})

test('200 and 204 are well; the anon key goes along twice', async () => {
  const server = await startTestServer()
  const context = await createProbeContext({ env })
  for (const status of [200, 204]) {
    server.reply(status)
    expect(await supabase.observe(supabase.schema.parse({ url: `${server.url}//` }), context)).toMatchObject({
      status: 'healthy',
      details: { connections_pct: 'unknown' },
    })
  }
  expect(server.requests[0]).toMatchObject({
    method: 'HEAD',
    url: '/rest/v1/',
    headers: { apikey: contractToken, authorization: `Bearer ${contractToken}` },
  })
  server.reply(206)
  expect(await supabase.observe(supabase.schema.parse({ url: server.url }), context)).toMatchObject({
    status: 'unhealthy',
    cause: 'unexpected_status',
  })
})

test('a key without an address asks nobody', async () => {
  const outcome = await supabase.observe(supabase.schema.parse({}), await createProbeContext({ env }))
  expect(outcome).toMatchObject({
    status: 'not_configured',
    error: "auth env unset or empty: 'KORA_SUPABASE_ANON_KEY', 'KORA_SUPABASE_URL'",
  })
  expect(supabase.hosts(supabase.schema.parse({}))).toEqual([])
})
