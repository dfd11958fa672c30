import tls from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { selfSignedCertificate } from '../../../test/fakes/certificate.ts'
import { createFakeClock } from '../../../test/fakes/fakeClock.ts'
import { startTestServer, type TestServer } from '../../../test/fakes/httpServer.ts'
import { createProbeContext, type ProbeContextOptions } from '../../../test/fakes/probeContext.ts'
import type { Outcome } from '../../domain/observation.ts'
import {
  contractToken,
  describeBodyContract,
  describeProviderContract,
  type ProviderContract,
} from './contractSuite.ts'
import { http } from './http.ts'

const contract: ProviderContract = {
  provider: http,
  config: (url) => ({ url, headers: { Authorization: 'Bearer env:SITE_TOKEN' }, jsonPath: 'status' }),
  env: { SITE_TOKEN: contractToken },
  names: ['SITE_TOKEN'],
  healthyBody: { status: 'ok' },
  rejectedDetails: (status) => ({ http_status: status, bytes: expect.any(Number) as number }),
  nonsense: [
    [{}, 'url'],
    [{ url: 'example.com' }, 'url'],
    [{ url: 'file:///etc/passwd' }, 'url'],
    [{ url: 'https://user:secret@example.com' }, 'url'],
    [{ url: 'https://x.test', method: 'DELETE' }, 'method'],
    [{ url: 'https://x.test', expectedStatus: 'ok' }, 'expectedStatus'],
    [{ url: 'https://x.test', expectedStatus: '299-200' }, 'expectedStatus'],
    [{ url: 'https://x.test', jsonPath: 'a..b' }, 'jsonPath'],
    [{ url: 'https://x.test', jsonEquals: 'ok' }, 'jsonPath'],
    [{ url: 'https://x.test', method: 'HEAD', bodyContains: 'x' }, 'bodyContains'],
    [{ url: 'https://x.test', maxRedirects: 6 }, 'maxRedirects'],
    [{ url: 'https://x.test', timeoutSeconds: 31 }, 'timeoutSeconds'],
    [{ url: 'https://x.test', timeoutSeconds: 0 }, 'timeoutSeconds'],
    [{ url: 'https://x.test', latencyLimitMs: 0 }, 'latencyLimitMs'],
    [{ url: 'https://x.test', severity: 'info' }, 'severity'],
    [{ url: 'https://x.test', certificateWarnDays: -1 }, 'certificateWarnDays'],
    [{ url: 'https://x.test', headers: { Authorization: 'Bearer abc123' } }, 'headers.Authorization'],
    [{ url: 'https://x.test', headers: { 'X-Api-Key': 'abc123' } }, 'headers.X-Api-Key'],
    [{ url: 'https://x.test', headers: { 'bad name': 'x' } }, 'headers.bad name'],
    [{ url: 'https://x.test', headers: { 'X-A': 'a\r\nX-B: c' } }, 'headers.X-A'],
    [{ url: 'https://x.test', headers: { Connection: 'close' } }, 'headers.Connection'],
    [{ url: 'https://x.test', surprise: 1 }, ''],
  ],
}
describeProviderContract(contract)
describeBodyContract(contract)

async function observe(
  server: TestServer,
  config: Record<string, unknown> = {},
  options: ProbeContextOptions = {},
): Promise<Outcome> {
  return http.observe(http.schema.parse({ url: server.url, ...config }), await createProbeContext(options))
}

test('what is left out has sensible values', () => {
  expect(http.schema.parse({ url: 'https://x.test' })).toEqual({
    url: 'https://x.test',
    method: 'GET',
    headers: {},
    expectedStatus: '200-299',
    bodyContains: '',
    jsonPath: '',
    jsonEquals: '',
    latencyLimitMs: null,
    maxRedirects: 0,
    severity: 'critical',
    timeoutSeconds: 10,
    certificateWarnDays: 14,
  })
})

test('a good answer tells its status and size', async () => {
  const server = await startTestServer()
  server.answer((_request, response) => void response.end('grün'))
  const outcome = await observe(server)
  expect(outcome).toMatchObject({ status: 'healthy', cause: 'none', error: null })
  expect(outcome.details).toEqual({ http_status: 200, bytes: 5 })
})

test('headers go along: literal, referenced, with a scheme in front', async () => {
  const server = await startTestServer()
  const headers = { 'X-Plain': 'yes', 'X-Api-Key': 'env:SITE_KEY', authorization: 'Token env:SITE_TOKEN' }
  const env = { SITE_KEY: ' key-value ', SITE_TOKEN: 'token-value' }
  expect((await observe(server, { headers }, { env })).status).toBe('healthy')
  expect(server.requests[0]?.headers).toMatchObject({
    'x-plain': 'yes',
    'x-api-key': 'key-value',
    authorization: 'Token token-value',
  })
  expect(await observe(server, { headers }, { env: { SITE_TOKEN: 'token-value' } })).toMatchObject({
    status: 'not_configured',
    error: "auth env unset or empty: 'SITE_KEY', 'SITE_TOKEN'",
  })
  expect(server.requests).toHaveLength(1)
})

test.each([
  ['200-299', 204, 'healthy'],
  ['200, 204', 204, 'healthy'],
  ['200,301-302', 302, 'healthy'],
  ['401', 401, 'healthy'],
  ['200', 204, 'unhealthy'],
  ['401', 200, 'unhealthy'],
])('expected %s, got %i: %s', async (expectedStatus, status, verdict) => {
  const server = await startTestServer()
  server.reply(status, undefined, { location: '/next' })
  expect((await observe(server, { expectedStatus })).status).toBe(verdict)
})

test('a status outside tells what was seen', async () => {
  const server = await startTestServer()
  server.reply(500, { a: 1 })
  expect(await observe(server)).toMatchObject({
    status: 'unhealthy',
    cause: 'server_error',
    error: 'HTTP 500',
    details: { http_status: 500, bytes: 7 },
  })
})

test('redirects are judged by their status, or followed when asked', async () => {
  const server = await startTestServer()
  server.answer((request, response) => {
    if (request.url === '/') response.writeHead(301, { location: '/home' }).end()
    else response.end('home')
  })
  expect(await observe(server)).toMatchObject({ status: 'unhealthy', cause: 'unexpected_status', error: 'HTTP 301' })
  expect(await observe(server, { maxRedirects: 1, bodyContains: 'home' })).toMatchObject({ status: 'healthy' })
})

test('a redirect cannot lead the check to a metadata address', async () => {
  const server = await startTestServer()
  server.reply(302, undefined, { location: 'http://169.254.169.254/latest/meta-data/' })
  expect(await observe(server, { maxRedirects: 5 })).toMatchObject({
    status: 'unreachable',
    cause: 'blocked_address',
    error: 'BlockedAddress: 169.254.169.254 may not be reached',
  })
})

test('the answer must contain the expected text', async () => {
  const server = await startTestServer()
  server.answer((_request, response) => void response.end('All systems operational'))
  expect((await observe(server, { bodyContains: 'operational' })).status).toBe('healthy')
  expect(await observe(server, { bodyContains: 'Operational' })).toMatchObject({
    status: 'unhealthy',
    cause: 'assertion_failed',
    error: 'the body does not contain the expected text',
  })
})

test('a long answer is searched as far as it was read', async () => {
  const server = await startTestServer()
  server.answer((_request, response) => void response.end(`early${'x'.repeat(300_000)}late`))
  expect((await observe(server, { bodyContains: 'early' })).status).toBe('healthy')
  expect(await observe(server, { bodyContains: 'late' })).toMatchObject({
    cause: 'assertion_failed',
    error: 'the first part of the body does not contain the expected text',
  })
})

test.each([
  ['status', 'ok', null],
  ['$.checks[1].up', 'true', null],
  ['checks[0].count', '3', null],
  ['checks[0]', '{"up":false,"count":3}', null],
  ['status', '', null],
  ['gone', 'null', null],
  ['status', 'fine', 'status is ok, expected fine'],
  ['checks[1].up', 'false', 'checks[1].up is true, expected false'],
  ['checks[7].up', 'true', 'checks[7].up is missing'],
  ['nowhere', '', 'nowhere is missing'],
  ['constructor.name', '', 'constructor.name is missing'],
])('JSON %s must be "%s": %s', async (jsonPath, jsonEquals, error) => {
  const server = await startTestServer()
  server.reply(200, { status: 'ok', gone: null, checks: [{ up: false, count: 3 }, { up: true }] })
  expect(await observe(server, { jsonPath, jsonEquals })).toMatchObject(
    error === null ? { status: 'healthy' } : { status: 'unhealthy', cause: 'assertion_failed', error },
  )
})

test('a value that echoes the secret is shown without it', async () => {
  const server = await startTestServer()
  server.reply(200, { status: `\u001b${contractToken}\n${'long '.repeat(100)}` })
  const headers = { authorization: 'Bearer env:SITE_TOKEN' }
  const config = { headers, jsonPath: 'status', jsonEquals: 'ok' }
  const outcome = await observe(server, config, { env: { SITE_TOKEN: contractToken } })
  expect(outcome.error).toMatch(/^status is <REDACTED> long .*…, expected ok$/)
  expect(outcome.error?.length).toBeLessThan(120)
})

test('slower than its limit is attention, and only then', async () => {
  const server = await startTestServer()
  const clock = createFakeClock()
  let tookMs = 500
  server.answer((_request, response) => {
    void clock.advance(tookMs).then(() => response.end('x'))
  })
  expect((await observe(server, { latencyLimitMs: 500 }, { clock })).status).toBe('healthy')
  tookMs = 1_840
  expect(await observe(server, { latencyLimitMs: 500 }, { clock })).toMatchObject({
    status: 'degraded',
    cause: 'too_slow',
    latencyMs: 1_840,
    error: 'took 1840 ms, limit 500 ms',
  })
  expect((await observe(server, {}, { clock })).status).toBe('healthy')
})

test('its own timeout is named', async () => {
  const server = await startTestServer()
  const clock = createFakeClock()
  server.answer(() => undefined)
  const waiting = observe(server, { timeoutSeconds: 3 }, { clock })
  await server.arrived(1)
  await clock.advance(3_000)
  expect(await waiting).toMatchObject({ cause: 'timeout', error: 'probe timed out after 3s' })
})

test('the end of the certificate is told, and a wrong certificate is unreachable', async () => {
  const pair = selfSignedCertificate(Date.UTC(2031, 0, 2, 3, 4, 5))
  const server = await startTestServer({ tls: pair })
  expect(await observe(server)).toMatchObject({ status: 'unreachable', cause: 'tls' })
  const trusted = tls.getCACertificates('default')
  onTestFinished(() => tls.setDefaultCACertificates(trusted))
  tls.setDefaultCACertificates([...trusted, pair.cert])
  expect((await observe(server)).details).toEqual({
    http_status: 200,
    certificate_expires_at: '2031-01-02T03:04:05.000Z',
    bytes: 2,
  })
})
