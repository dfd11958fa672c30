import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../../test/fakes/fakeClock.ts'
import { startTestServer } from '../../../test/fakes/httpServer.ts'
import { createProbeContext, type ProbeContextOptions } from '../../../test/fakes/probeContext.ts'
import { causes, type Details, type Outcome, probeStatuses } from '../../domain/observation.ts'
import { type HttpClient, HttpFailure } from '../platform/http.ts'
import type { ProbeProvider } from './provider.ts'

/** The secret of every contract test; it must appear in requests and nowhere else. */
export const contractToken = 'tok-Zx81-very-secret-value'

export interface ProviderContract {
  readonly provider: ProbeProvider
  /** A configuration that asks the server at this address. */
  readonly config: (baseUrl: string) => Record<string, unknown>
  /** Every variable of the probe, with a value. Secrets have {@link contractToken}. */
  readonly env: Readonly<Record<string, string>>
  /** Names that a missing credential's error lists, in order. */
  readonly names: readonly string[]
  readonly healthyBody: unknown
  /** Details of an answer outside the expected statuses; none, as published, when left out. */
  readonly rejectedDetails?: (status: number) => Details
  /** Configurations the schema must refuse, with the path it must name. */
  readonly nonsense: readonly (readonly [config: unknown, path: string])[]
}

function expectWellFormed(outcome: Outcome): void {
  expect(probeStatuses).toContain(outcome.status)
  expect(causes).toContain(outcome.cause)
  if (outcome.latencyMs !== null) {
    expect(Number.isInteger(outcome.latencyMs)).toBe(true)
    expect(outcome.latencyMs).toBeGreaterThanOrEqual(0)
  }
  expect(outcome.error === null || outcome.error.length <= 300).toBe(true)
  expect(outcome.error ?? '').not.toMatch(/\p{Cc}/u)
  expect(JSON.stringify(outcome)).not.toContain(contractToken)
  expect(JSON.parse(JSON.stringify(outcome.details))).toEqual(outcome.details)
}

const failingClient = (error: unknown): HttpClient => ({
  request: () => Promise.reject(error as Error),
  close: () => Promise.resolve(),
})

type Observe = (baseUrl: string, options?: ProbeContextOptions) => Promise<Outcome>

/** Runs one check against a server, and looks over whatever comes out. */
function observer({ provider, config, env }: ProviderContract): Observe {
  return async (baseUrl, options = {}) => {
    const context = await createProbeContext({ env, ...options })
    const outcome = await provider.observe(provider.schema.parse(config(baseUrl)), context)
    expectWellFormed(outcome)
    return outcome
  }
}

/** What every provider owes (probe specification, section 2; ruling 17). Call it once in the provider's test. */
export function describeProviderContract(contract: ProviderContract): void {
  const { provider } = contract

  const observe = observer(contract)

  describe(`${provider.kind}: provider contract`, () => {
    test('without its credential it asks nobody and names every variable', async () => {
      const server = await startTestServer()
      for (const env of [{}, Object.fromEntries(contract.names.map((name) => [name, '   ']))]) {
        expect(await observe(server.url, { env })).toEqual({
          status: 'not_configured',
          cause: 'credential_unset',
          latencyMs: null,
          details: {},
          error: `auth env unset or empty: ${contract.names.map((name) => `'${name}'`).join(', ')}`,
        })
      }
      expect(server.requests).toHaveLength(0)
    })

    test('a good answer is healthy, and the credential travels in a header', async () => {
      const server = await startTestServer()
      server.reply(200, contract.healthyBody)
      const outcome = await observe(server.url)
      expect(outcome).toMatchObject({ status: 'healthy', cause: 'none', error: null })
      expect(outcome.latencyMs).not.toBeNull()
      expect(server.requests[0]?.headers['authorization']).toBe(`Bearer ${contractToken}`)
      expect(server.requests[0]?.url).not.toContain(contractToken)
    })

    test('an answer after 11 s is a timeout, and the next check still runs', async () => {
      const clock = createFakeClock()
      const server = await startTestServer()
      server.answer(() => undefined)
      const waiting = observe(server.url, { clock })
      await server.arrived(1)
      await clock.advance(11_000)
      expect(await waiting).toEqual({
        status: 'unreachable',
        cause: 'timeout',
        latencyMs: null,
        details: {},
        error: 'probe timed out after 10s',
      })
      server.reply(200, contract.healthyBody)
      expect((await observe(server.url)).status).toBe('healthy')
    })

    test('a name that does not resolve is unreachable', async () => {
      const outcome = await observe('http://gone.test', {
        resolve: (hostname, done) =>
          done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), []),
      })
      expect(outcome).toEqual({
        status: 'unreachable',
        cause: 'dns',
        latencyMs: null,
        details: {},
        error: 'Error: getaddrinfo ENOTFOUND gone.test',
      })
    })

    test('a connection that breaks or is refused is unreachable', async () => {
      const server = await startTestServer()
      server.answer((request) => void request.socket.destroy())
      expect(await observe(server.url)).toMatchObject({ status: 'unreachable', cause: 'reset', latencyMs: null })
      await server.close()
      expect(await observe(server.url)).toMatchObject({
        status: 'unreachable',
        cause: 'connect',
        error: `Error: connect ECONNREFUSED 127.0.0.1:${server.port}`,
      })
    })

    test('a metadata address is refused', async () => {
      const outcome = await observe('http://169.254.169.254')
      expect(outcome).toMatchObject({ status: 'unreachable', cause: 'blocked_address' })
    })

    test.each([
      [401, 'auth_rejected'],
      [403, 'auth_rejected'],
      [429, 'rate_limited'],
      [500, 'server_error'],
      [503, 'server_error'],
      [302, 'unexpected_status'],
      [404, 'unexpected_status'],
    ])('HTTP %i is unhealthy with cause %s', async (status, cause) => {
      const server = await startTestServer()
      server.reply(status, { error: `bad token ${contractToken}` }, { location: '/elsewhere' })
      const outcome = await observe(server.url)
      expect(outcome).toMatchObject({ status: 'unhealthy', cause, error: `HTTP ${status}` })
      expect(outcome.latencyMs).not.toBeNull()
      expect(outcome.details).toEqual(contract.rejectedDetails?.(status) ?? {})
      expect(server.requests).toHaveLength(1)
    })

    test('an exception in the check is told without its secret, and is not trouble of the service', async () => {
      const http = failingClient(new TypeError(`cannot use ${contractToken}\u0000\u001b[31m\nhere`))
      expect(await observe('http://127.0.0.1:1', { http })).toEqual({
        status: 'unknown',
        cause: 'probe_error',
        latencyMs: null,
        details: {},
        error: 'TypeError: cannot use <REDACTED>[31m here',
      })
      expect(await observe('http://127.0.0.1:1', { http: failingClient('only text') })).toMatchObject({
        status: 'unknown',
        cause: 'probe_error',
      })
    })

    test('a transport error is told without its secret, and short', async () => {
      const http = failingClient(new HttpFailure('tls', `Error: ${contractToken} ${'x'.repeat(1_000)}`))
      const outcome = await observe('http://127.0.0.1:1', { http })
      expect(outcome).toMatchObject({ status: 'unreachable', cause: 'tls' })
      expect(outcome.error).toMatch(/^Error: <REDACTED> x+…$/)
      expect(outcome.error).toHaveLength(300)
    })

    test('a check that is called off says nothing about the service', async () => {
      const server = await startTestServer()
      server.answer(() => undefined)
      const stop = new AbortController()
      const waiting = observe(server.url, { signal: stop.signal })
      await server.arrived(1)
      stop.abort()
      expect(await waiting).toMatchObject({ status: 'unknown', cause: 'probe_error' })
    })

    test.each(contract.nonsense)('the schema refuses %j and names %s', (config, path) => {
      const parsed = provider.schema.safeParse(config)
      expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain(path)
    })

    test('it describes itself: every setting has a field, and its host is known', () => {
      const config = provider.schema.parse(contract.config('https://host.test:8443/base/'))
      expect(provider.hosts(config)).toEqual(['host.test'])
      expect(provider.fields.map((field) => field.name).toSorted()).toEqual(
        Object.keys(config as Record<string, unknown>).toSorted(),
      )
      for (const field of provider.fields) expect(field.label && field.help).not.toBe('')
    })
  })
}

/** What a provider owes that reads the body of a 200 (ruling 17: unreadable is bad_response). */
export function describeBodyContract(contract: ProviderContract): void {
  const observe = observer(contract)

  describe(`${contract.provider.kind}: body contract`, () => {
    test.each([
      ['a page instead of data', `<html>${contractToken}</html>`],
      ['half an answer', '{"deployments": ['],
      ['nothing', ''],
      ['control characters', `\u0000\u001b[31m\u202e${contractToken}\u0007`],
      ['another language', Buffer.from([0xff, 0xfe, 0x00, 0xd8]).toString('latin1')],
    ])('%s is unhealthy with cause bad_response', async (_what, body) => {
      const server = await startTestServer()
      server.answer((_request, response) => void response.end(body))
      expect(await observe(server.url)).toMatchObject({ status: 'unhealthy', cause: 'bad_response' })
    })

    test('an endless body is cut and unreadable', async () => {
      const server = await startTestServer()
      server.answer((_request, response) => {
        const push = (): void => {
          while (!response.destroyed && response.write('['.repeat(65_536)));
        }
        response.on('drain', push)
        push()
      })
      const outcome = await observe(server.url)
      expect(outcome).toMatchObject({ status: 'unhealthy', cause: 'bad_response' })
      expect(outcome.error).toMatch(/^body is longer than \d+ bytes$/)
    })
  })
}
