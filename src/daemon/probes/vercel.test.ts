import { expect, test } from 'vitest'
import { createFakeClock } from '../../../test/fakes/fakeClock.ts'
import { startTestServer, type TestServer } from '../../../test/fakes/httpServer.ts'
import { createProbeContext } from '../../../test/fakes/probeContext.ts'
import type { Outcome } from '../../domain/observation.ts'
import {
  contractToken,
  describeBodyContract,
  describeProviderContract,
  type ProviderContract,
} from './contractSuite.ts'
import { vercel } from './vercel.ts'

const clock = createFakeClock()
const hourMs = 3_600_000
const deployment = (state: string, hoursAgo: number) => ({ created: clock.nowMs() - hoursAgo * hourMs, state })
const many = (count: number, state: string, hoursAgo: number) =>
  Array.from({ length: count }, () => deployment(state, hoursAgo))

const contract: ProviderContract = {
  provider: vercel,
  config: (baseUrl) => ({ baseUrl }),
  env: { KORA_VERCEL_API_TOKEN: contractToken },
  names: ['KORA_VERCEL_API_TOKEN'],
  healthyBody: { deployments: [] },
  nonsense: [
    [{ baseUrl: 'ftp://x' }, 'baseUrl'],
    [{ baseUrl: 'https://user:pw@host' }, 'baseUrl'],
    [{ tokenRef: 'a-token-itself' }, 'tokenRef'],
    [{ tokenRef: 7 }, 'tokenRef'],
    [{ surprise: true }, ''],
    ['text', ''],
  ],
}
describeProviderContract(contract)
describeBodyContract(contract)

async function observe(server: TestServer): Promise<Outcome> {
  const context = await createProbeContext({ env: { KORA_VERCEL_API_TOKEN: contractToken }, clock })
  return vercel.observe(vercel.schema.parse({ baseUrl: `${server.url}/` }), context)
}

async function observeDeployments(...deployments: unknown[]): Promise<Outcome> {
  const server = await startTestServer()
  server.reply(200, { deployments })
  return observe(server)
}

test('asks for 100 deployments', async () => {
  const server = await startTestServer()
  server.reply(200, { deployments: [] })
  await observe(server)
  expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /v6/deployments?limit=100'])
})

test('case 3: 1 failed of 10 is well, 2 of 10 is elevated', async () => {
  expect(await observeDeployments(...many(9, 'READY', 1), deployment('ERROR', 2))).toMatchObject({
    status: 'healthy',
    details: { deployments_last_24h: 10, error_rate_24h: 0.1 },
  })
  expect(await observeDeployments(...many(8, 'READY', 1), ...many(2, 'FAILED', 2))).toMatchObject({
    status: 'degraded',
    cause: 'threshold',
    error: null,
    details: { deployments_last_24h: 10, error_rate_24h: 0.2 },
  })
})

test('case 4: only deployments older than a day count as none', async () => {
  expect(await observeDeployments(...many(5, 'ERROR', 25))).toMatchObject({
    status: 'healthy',
    details: { deployments_last_24h: 0, error_rate_24h: 0 },
  })
})

test('state before readyState, in any case; entries without a number as date do not count', async () => {
  const created = clock.nowMs() - hourMs
  const outcome = await observeDeployments(
    { created, readyState: 'error' },
    { created, state: 'READY', readyState: 'ERROR' },
    { created, state: { odd: true } },
    { created: 'yesterday', state: 'ERROR' },
    { state: 'ERROR' },
    'not even an entry',
    null,
  )
  expect(outcome).toMatchObject({
    status: 'degraded',
    details: { deployments_last_24h: 3, error_rate_24h: 0.3333 },
  })
})

test('fewer than three deployments are too few to judge', async () => {
  expect(await observeDeployments(...many(2, 'ERROR', 1))).toMatchObject({
    status: 'healthy',
    details: { deployments_last_24h: 2, error_rate_24h: 1 },
  })
  expect((await observeDeployments(...many(3, 'ERROR', 1))).status).toBe('degraded')
})

test.each([[[]], [{}], [{ deployments: {} }], [null], ['text'], [7]])('%j is no answer', async (body) => {
  const server = await startTestServer()
  server.reply(200, body)
  expect(await observe(server)).toMatchObject({
    status: 'unhealthy',
    cause: 'bad_response',
    details: {},
    error: 'body has no list of deployments',
  })
})

/** Pages of 100, one hour apart, each pointing to the next. */
async function pagedServer(failOn: number | null = null): Promise<TestServer> {
  const server = await startTestServer()
  server.answer((request, response) => {
    const until = new URL(request.url ?? '', 'http://x').searchParams.get('until')
    const page = until === null ? 0 : Math.round((clock.nowMs() - Number(until)) / hourMs)
    if (page === failOn) return void response.writeHead(500).end()
    const deployments = many(100, page === 0 ? 'READY' : 'ERROR', page + 0.5)
    const next = clock.nowMs() - (page + 1) * hourMs
    response.end(JSON.stringify({ deployments, pagination: { count: 100, next, prev: null } }))
  })
  return server
}

test('reads up to five pages of the day and says when there are more', async () => {
  const server = await pagedServer()
  expect(await observe(server)).toMatchObject({
    status: 'degraded',
    details: { deployments_last_24h: 500, error_rate_24h: 0.8, more: true },
  })
  expect(server.requests).toHaveLength(5)
  expect(server.requests[1]?.url).toBe(`/v6/deployments?limit=100&until=${clock.nowMs() - hourMs}`)
})

test('stops where the day ends', async () => {
  const server = await startTestServer()
  server.reply(200, {
    deployments: [...many(50, 'READY', 1), ...many(50, 'READY', 30)],
    pagination: { next: clock.nowMs() - 31 * hourMs },
  })
  const outcome = await observe(server)
  expect(outcome.details).toEqual({ deployments_last_24h: 50, error_rate_24h: 0 })
  expect(server.requests).toHaveLength(1)
})

test('trouble on a later page leaves what was read', async () => {
  const server = await pagedServer(2)
  expect(await observe(server)).toMatchObject({
    status: 'degraded',
    details: { deployments_last_24h: 200, error_rate_24h: 0.5, more: true },
  })
  expect(server.requests).toHaveLength(3)
})

test('a page that points to itself does not hold the check', async () => {
  const server = await startTestServer()
  const next = clock.nowMs() - hourMs
  server.reply(200, { deployments: many(100, 'READY', 0.5), pagination: { next } })
  expect((await observe(server)).details).toMatchObject({ deployments_last_24h: 200 })
  expect(server.requests).toHaveLength(2)
})
