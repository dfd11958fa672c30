import { expect, test } from 'vitest'
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
import { fly } from './fly.ts'

const env = { KORA_FLY_API_TOKEN: contractToken }
let machineNo = 0
const machine = (state: string) => ({
  id: `m${++machineNo}`,
  name: 'web',
  state,
  region: 'fra',
  instance_id: 'i1',
  config: { env: { SECRET: 'never kept' } },
})

const contract: ProviderContract = {
  provider: fly,
  config: (baseUrl) => ({ baseUrl, apps: ['shop'] }),
  env,
  names: ['KORA_FLY_API_TOKEN'],
  healthyBody: [machine('started')],
  rejectedDetails: (status) => ({
    apps_running: 0,
    deploys_last_24h: 0,
    apps: [
      {
        app: 'shop',
        status: 'unhealthy',
        machines_total: null,
        machines_started: null,
        http_status: status,
        machines: [],
      },
    ],
  }),
  nonsense: [
    [{ apps: 'shop' }, 'apps'],
    [{ apps: ['shop', ''] }, 'apps.1'],
    [{ apps: ['shop', 7] }, 'apps.1'],
    [{ tokenRef: 'FlyV1 abc' }, 'tokenRef'],
    [{ baseUrl: 'http://' }, 'baseUrl'],
    [{ app: 'shop' }, ''],
  ],
}
describeProviderContract(contract)
describeBodyContract(contract)

type Answers = Record<string, number | 'reset' | 'hang' | unknown[]>

/** One server for all apps: machines, a status code, or trouble. */
async function flyServer(answers: Answers): Promise<TestServer> {
  const server = await startTestServer()
  server.answer((request, response) => {
    const app = /^\/v1\/apps\/([^/]+)\/machines$/.exec(request.url ?? '')?.[1] ?? ''
    const answer = answers[app]
    if (answer === 'hang') return
    if (answer === 'reset') request.socket.destroy()
    else if (typeof answer === 'number') response.writeHead(answer).end('{}')
    else response.end(JSON.stringify(answer))
  })
  return server
}

async function observe(answers: Answers, options: ProbeContextOptions = {}): Promise<Outcome> {
  const server = await flyServer(answers)
  const context = await createProbeContext({ env, ...options })
  return fly.observe(fly.schema.parse({ baseUrl: server.url, apps: Object.keys(answers) }), context)
}

test('all machines started is well, told app by app', async () => {
  const [one, two, three] = [machine('started'), machine('started'), machine('started')]
  const outcome = await observe({ shop: [one, two], stage: [three] })
  const kept = ({ config: _config, ...rest }: ReturnType<typeof machine>) => rest
  expect(outcome).toMatchObject({ status: 'healthy', cause: 'none', error: null })
  expect(outcome.details).toEqual({
    apps_running: 2,
    deploys_last_24h: 'unknown',
    apps: [
      {
        app: 'shop',
        status: 'healthy',
        machines_total: 2,
        machines_started: 2,
        http_status: 200,
        machines: [kept(one), kept(two)],
      },
      {
        app: 'stage',
        status: 'healthy',
        machines_total: 1,
        machines_started: 1,
        http_status: 200,
        machines: [kept(three)],
      },
    ],
  })
})

test('case 11: one of two production machines stopped is attention', async () => {
  expect(await observe({ shop: [machine('started'), machine('stopped')] })).toMatchObject({
    status: 'degraded',
    cause: 'threshold',
    error: null,
    details: { apps_running: 1, deploys_last_24h: 'unknown', apps: [{ machines_total: 2, machines_started: 1 }] },
  })
})

test('case 12: 401 on all apps is trouble', async () => {
  expect(await observe({ shop: 401, stage: 401 })).toMatchObject({
    status: 'unhealthy',
    cause: 'auth_rejected',
    error: 'HTTP 401',
    details: {
      apps_running: 0,
      deploys_last_24h: 0,
      apps: [
        { app: 'shop', status: 'unhealthy', http_status: 401, machines_total: null, machines: [] },
        { app: 'stage', http_status: 401 },
      ],
    },
  })
})

test('the first bad code speaks when no app answers', async () => {
  expect(await observe({ shop: 'reset', stage: 503, old: 404 })).toMatchObject({
    status: 'unhealthy',
    cause: 'server_error',
    error: 'HTTP 503',
  })
})

test('all apps out of reach is unreachable', async () => {
  expect(await observe({ shop: 'reset', stage: 'reset' })).toMatchObject({
    status: 'unreachable',
    cause: 'reset',
    latencyMs: null,
    details: {},
  })
})

test('production without a started machine is trouble, even when staging runs', async () => {
  const outcome = await observe({ shop: [machine('stopped'), machine('suspended')], stage: [machine('started')] })
  expect(outcome).toMatchObject({
    status: 'unhealthy',
    cause: 'threshold',
    error: 'shop: 0 of 2 machine(s) started',
    details: { apps_running: 1, deploys_last_24h: 'unknown', apps: [{ status: 'unhealthy' }, { status: 'healthy' }] },
  })
})

test('staging without a started machine, or an app without machines, is attention', async () => {
  expect(await observe({ shop: [machine('started')], stage: [machine('stopped')] })).toMatchObject({
    status: 'degraded',
    details: { apps_running: 1, apps: [{ status: 'healthy' }, { status: 'unhealthy' }] },
  })
  expect(await observe({ shop: [] })).toMatchObject({
    status: 'degraded',
    details: { apps_running: 0, apps: [{ status: 'degraded', machines_total: 0 }] },
  })
})

test('one app failing beside a good one is attention and is named with its code', async () => {
  expect(await observe({ shop: [machine('started')], stage: 500 })).toMatchObject({
    status: 'degraded',
    error: 'stage: HTTP 500',
    details: { apps_running: 1, apps: [{ status: 'healthy' }, { status: 'unhealthy', http_status: 500 }] },
  })
  const odd = await observe({ shop: [machine('started')], bad: 'reset' })
  expect(odd).toMatchObject({
    status: 'degraded',
    details: { apps: [{}, { status: 'unreachable', http_status: null }] },
  })
  expect(odd.error).toMatch(/^bad: /)
})

test('the apps share one limit of 10 s; what answered in time counts', async () => {
  const clock = createFakeClock()
  const server = await flyServer({ shop: [machine('started')], stage: 'hang' })
  const context = await createProbeContext({ env, clock })
  const config = fly.schema.parse({ baseUrl: server.url, apps: ['shop', 'stage'] })
  const waiting = fly.observe(config, context)
  await server.arrived(2)
  await clock.advance(10_000)
  expect(await waiting).toMatchObject({
    status: 'degraded',
    error: 'stage: probe timed out after 10s',
    details: { apps_running: 1 },
  })
})

test('apps are asked at the same time, each under its own name', async () => {
  const server = await flyServer({ shop: 'hang', 'a%2Fb': 'hang' })
  const stop = new AbortController()
  const context = await createProbeContext({ env, signal: stop.signal })
  const waiting = fly.observe(fly.schema.parse({ baseUrl: server.url, apps: ['shop', 'a/b'] }), context)
  await server.arrived(2)
  expect(server.requests.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual([
    'GET /v1/apps/a%2Fb/machines',
    'GET /v1/apps/shop/machines',
  ])
  stop.abort()
  expect((await waiting).status).toBe('unknown')
})

test('text from outside is cleaned, cut and bounded', async () => {
  const hostile = {
    id: `a\u0000b\u001b[2J`,
    name: contractToken,
    state: 'started',
    region: 'x'.repeat(500),
    instance_id: 9,
  }
  const outcome = await observe({ shop: [hostile, ...Array.from({ length: 99 }, () => machine('started'))] })
  const [app] = outcome.details['apps'] as [{ machines: Record<string, string>[]; machines_total: number }]
  expect(app.machines_total).toBe(100)
  expect(app.machines).toHaveLength(50)
  expect(app.machines[0]).toEqual({
    id: 'ab[2J',
    name: '<REDACTED>',
    state: 'started',
    region: `${'x'.repeat(63)}…`,
    instance_id: '',
  })
})

test('without apps it asks nobody and names the variable of the app too', async () => {
  const outcome = await fly.observe(fly.schema.parse({}), await createProbeContext({ env }))
  expect(outcome).toMatchObject({
    status: 'not_configured',
    error: "auth env unset or empty: 'KORA_FLY_API_TOKEN', 'KORA_FLY_APP_NAME'",
  })
})

test("a reference of the operator's own is named as it is", async () => {
  for (const [tokenRef, name] of [
    ['vault:fly-eu', 'vault:fly-eu'],
    ['env:OTHER_TOKEN', 'OTHER_TOKEN'],
  ]) {
    const outcome = await fly.observe(fly.schema.parse({ apps: ['shop'], tokenRef }), await createProbeContext({ env }))
    expect(outcome.error).toBe(`auth env unset or empty: '${name}'`)
  }
})
