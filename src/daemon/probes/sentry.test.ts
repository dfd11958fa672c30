import { expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../../test/fakes/httpServer.ts'
import { createProbeContext } from '../../../test/fakes/probeContext.ts'
import type { Outcome } from '../../domain/observation.ts'
import {
  contractToken,
  describeBodyContract,
  describeProviderContract,
  type ProviderContract,
} from './contractSuite.ts'
import { sentry } from './sentry.ts'

const env = { KORA_SENTRY_API_TOKEN: contractToken }
const issues = (count: number) => Array.from({ length: count }, (_, index) => ({ id: String(index) }))

const contract: ProviderContract = {
  provider: sentry,
  config: (baseUrl) => ({ baseUrl, org: 'acme' }),
  env,
  names: ['KORA_SENTRY_API_TOKEN', 'KORA_SENTRY_ORG'],
  healthyBody: [],
  nonsense: [
    [{ org: 12 }, 'org'],
    [{ org: 'x'.repeat(101) }, 'org'],
    [{ baseUrl: 'nowhere' }, 'baseUrl'],
    [{ tokenRef: 'vault:UPPER CASE' }, 'tokenRef'],
    [{ organisation: 'acme' }, ''],
  ],
}
describeProviderContract(contract)
describeBodyContract(contract)

async function observe(server: TestServer, org = 'acme'): Promise<Outcome> {
  const context = await createProbeContext({ env })
  return sentry.observe(sentry.schema.parse({ baseUrl: server.url, org }), context)
}

test('case 2: a token without an organisation asks nobody and lists both variables', async () => {
  const server = await startTestServer()
  expect(await observe(server, '  ')).toEqual({
    status: 'not_configured',
    cause: 'credential_unset',
    latencyMs: null,
    details: {},
    error: "auth env unset or empty: 'KORA_SENTRY_API_TOKEN', 'KORA_SENTRY_ORG'",
  })
  expect(server.requests).toHaveLength(0)
})

test('case 7: 10 issues are well, 11 are attention', async () => {
  const server = await startTestServer()
  server.reply(200, issues(10))
  expect(await observe(server)).toMatchObject({ status: 'healthy', details: { unresolved_issues: 10 } })
  server.reply(200, issues(11))
  expect(await observe(server)).toMatchObject({
    status: 'degraded',
    cause: 'threshold',
    details: { unresolved_issues: 11 },
  })
})

test('asks for the unresolved issues of the organisation', async () => {
  const server = await startTestServer()
  server.reply(200, [])
  await observe(server, 'a/../b')
  expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /api/0/organizations/a%2F..%2Fb/issues/?query=is:unresolved&limit=100',
  ])
})

test.each([[{}], [null], ['text']])('%j is no list of issues', async (body) => {
  const server = await startTestServer()
  server.reply(200, body)
  expect(await observe(server)).toMatchObject({ cause: 'bad_response', error: 'body is not a list of issues' })
})

/** `pages` pages of 100; the links point to a host that must never be asked. */
async function pagedServer(pages: number, failOn: number | null = null): Promise<TestServer> {
  const server = await startTestServer()
  server.answer((request, response) => {
    const cursor = new URL(request.url ?? '', 'http://x').searchParams.get('cursor') ?? '0:0:0'
    const page = Number(cursor.split(':')[1]) / 100
    if (page === failOn) return void response.writeHead(429).end()
    const more = page + 1 < pages
    const link = (rel: string, results: boolean, to: number) =>
      `<http://evil.test/?cursor=0:${to}:0>; rel="${rel}"; results="${results}"; cursor="0:${to}:0"`
    response.writeHead(200, { link: `${link('previous', page > 0, 0)}, ${link('next', more, (page + 1) * 100)}` })
    response.end(JSON.stringify(issues(more ? 100 : 37)))
  })
  return server
}

test('counts over its pages and takes only the cursor from the link', async () => {
  const server = await pagedServer(3)
  expect((await observe(server)).details).toEqual({ unresolved_issues: 237 })
  expect(server.requests.map(({ url }) => url.split('&').at(-1))).toEqual([
    'limit=100',
    'cursor=0%3A100%3A0',
    'cursor=0%3A200%3A0',
  ])
})

test('ends after five pages and says that there are more', async () => {
  const server = await pagedServer(9)
  expect((await observe(server)).details).toEqual({ unresolved_issues: 500, more: true })
  expect(server.requests).toHaveLength(5)
})

test('trouble on a later page leaves the count open at the top', async () => {
  const server = await pagedServer(9, 1)
  expect(await observe(server)).toMatchObject({ status: 'degraded', details: { unresolved_issues: 100, more: true } })
})
