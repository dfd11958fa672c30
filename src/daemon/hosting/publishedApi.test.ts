import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publishedSources } from '../../../test/fakes/publishedSources.ts'
import { createPublishedApi } from './publishedApi.ts'
import { endpoint, type ReadBody } from './publishedEndpoint.ts'
import { publishedTable } from './publishedTable.ts'

const get = (path: string) => ({ method: 'GET', path })

it('computes only what is asked for, at the moment it is asked', async () => {
  const sources = publishedSources()
  let reads = 0
  const api = createPublishedApi(
    publishedSources({
      costState: () => ({ ...sources.costState(), stub: ++reads > 1 }),
      costTelemetry() {
        throw new Error('not asked for')
      },
    }),
  )
  expect(reads).toBe(0)
  expect(await api(get('/api/cost-state'))).toMatchObject({ status: 200, body: { stub: false } })
  expect(await api(get('/api/cost-state?tenant_id=other#x'))).toMatchObject({ status: 200, body: { stub: true } })
  await expect(api(get('/api/cost_telemetry'))).rejects.toThrow('not asked for')
})

it.each([
  '',
  '/',
  '/api',
  '/api/',
  '/api/cost_telemetry/',
  '/api/cost_state',
  '/x?/api/cost-state',
  '/api/__proto__',
  '/api/investigations',
  '/api/investigations/',
  '/api/investigations/a/b',
  '/api/{id}',
])('publishes nothing at "%s"', async (path) => {
  expect(await createPublishedApi(publishedSources())(get(path))).toBeNull()
})

it.each(['POST', 'PUT', 'DELETE', 'get', ''])('knows no %s of a path that is only read', async (method) => {
  const api = createPublishedApi(publishedSources())
  expect(await api({ method, path: '/api/cost-state' })).toEqual({ status: 405, allow: 'GET, HEAD' })
  expect(await api({ method, path: '/api/investigations/x' })).toEqual({ status: 405, allow: 'GET, HEAD' })
})

describe('parameters', () => {
  it.each([
    ['', 50],
    ['?limit=20', 20],
    ['?limit=%2020', 20],
    ['?limit=999', 200],
    ['?limit=99999999999999999999', 200],
    ['?limit=0', 1],
    ['?limit=-7', 1],
    ['?limit=', 50],
    ['?limit=ten', 50],
    ['?limit=10.5', 50],
    ['?limit=1e2', 50],
    ['?limit=NaN&window=7d', 50],
  ])('a page%s has at most %i rows', async (search, limit) => {
    const asked: unknown[] = []
    const sources = publishedSources()
    const api = createPublishedApi({
      ...sources,
      agentActivity: (query) => (asked.push(query), sources.agentActivity(query)),
    })
    await api(get(`/api/agent-activity/recent${search}`))
    expect(asked).toEqual([{ limit }])
  })

  it.each([
    ['', '24h'],
    ['?window=7d', '7d'],
    ['?window=all&limit=3', 'all'],
    ['?window=ALL', '24h'],
    ['?window=__proto__&__proto__=7d', '24h'],
  ])('the window of "%s" is %s', async (search, window) => {
    const asked: string[] = []
    const sources = publishedSources()
    const api = createPublishedApi({
      ...sources,
      probeInvestigations: (query) => (asked.push(query.window), sources.probeInvestigations(query)),
    })
    await api(get(`/api/probe-investigations${search}`))
    expect(asked).toEqual([window])
  })

  it.each([
    ['probe:fly:service_unhealthy', 'probe:fly:service_unhealthy'],
    ['D1%3A17.1', 'D1:17.1'],
    ['email%3A%3Ca%2Fb%3E', 'email:<a/b>'],
    ['%E0%A4%A', '%E0%A4%A'],
    ['x'.repeat(600), 'x'.repeat(512)],
    [`${'x'.repeat(511)}%F0%9F%9A%A8`, `${'x'.repeat(511)}�`],
  ])('the id of /api/investigations/%s', async (segment, id) => {
    const asked: string[] = []
    const sources = publishedSources()
    const api = createPublishedApi({ ...sources, drilldown: (of) => (asked.push(of), sources.drilldown(of)) })
    await api(get(`/api/investigations/${segment}?limit=1`))
    expect(asked).toEqual([id])
  })
})

describe('a path that takes a body', () => {
  const seen: unknown[] = []
  const table = [
    ...publishedTable,
    endpoint({
      method: 'POST',
      path: '/api/notes/{about}',
      name: 'Noted',
      summary: 'Takes a note.',
      query: z.object({ loud: z.enum(['yes', 'no']).catch('no') }),
      body: z.object({ text: z.string().trim().min(1) }),
      response: async () => z.object({ ok: z.boolean() }),
      answer(_sources, input) {
        seen.push(input)
        return { ok: true }
      },
    }),
  ]
  const api = createPublishedApi(publishedSources(), table)
  const post = (read: ReadBody, path = '/api/notes/fly?loud=yes') =>
    api({ method: 'POST', path, body: () => Promise.resolve(read) })

  it('gets it parsed, with its parameters', async () => {
    expect(await post({ kind: 'json', value: { text: ' hello ', more: 1 } })).toEqual({
      status: 200,
      body: { ok: true },
    })
    expect(seen.splice(0)).toEqual([{ params: { about: 'fly' }, query: { loud: 'yes' }, body: { text: 'hello' } }])
  })

  it('is refused by what was wrong with it', async () => {
    expect(await post({ kind: 'json', value: { text: ' ' } })).toEqual({ status: 400 })
    expect(await post({ kind: 'json', value: [] })).toEqual({ status: 400 })
    expect(await post({ kind: 'refused', status: 413 })).toEqual({ status: 413 })
    expect(await post({ kind: 'refused', status: 415 })).toEqual({ status: 415 })
    expect(await api({ method: 'POST', path: '/api/notes/fly' })).toEqual({ status: 400 })
    expect(seen).toEqual([])
  })

  it('is not read for another method or a path that takes none', async () => {
    const body = (): never => {
      throw new Error('read')
    }
    expect(await api({ method: 'GET', path: '/api/notes/fly', body })).toEqual({ status: 405, allow: 'POST' })
    expect(await api({ method: 'HEAD', path: '/api/notes/fly', body })).toEqual({ status: 405, allow: 'POST' })
    expect(await api({ method: 'POST', path: '/api/cost-state', body })).toMatchObject({ status: 405 })
    expect(await api({ method: 'GET', path: '/api/cost-state', body })).toMatchObject({ status: 200 })
  })

  it('is described with it', async () => {
    const answer = await api(get('/api/openapi.json'))
    expect(answer).toMatchObject({
      body: {
        paths: {
          '/api/notes/{about}': {
            post: {
              operationId: 'noted',
              requestBody: { content: { 'application/json': { schema: { required: ['text'] } } } },
              responses: { 413: { $ref: '#/components/responses/TooLarge' } },
            },
          },
        },
      },
    })
  })
})

it('daemon 26: a visit is cut and completed, a blank one is refused, and a store that refuses is a warning', async () => {
  const seen: unknown[] = []
  const panelView = (visit: unknown) => {
    seen.push(visit)
    return { ok: true, warning: 'write_failed' } as const
  }
  const api = createPublishedApi(publishedSources({ panelView }))
  const post = (value: unknown) =>
    api({ method: 'POST', path: '/api/panel_view', body: () => Promise.resolve({ kind: 'json', value }) })
  const long = { panel_name: 'p'.repeat(500), session_id: 's'.repeat(100), kind: 'audit' }
  expect(await post(long)).toEqual({ status: 200, body: { ok: true, warning: 'write_failed' } })
  await post({ panel_name: ' Now ', session_id: '  ' })
  await post({ panel_name: 'Now', session_id: 7 })
  await post({ panel_name: 'Now' })
  await post({ panel_name: '🚨'.repeat(500), session_id: `${'s'.repeat(63)}🚨x` })
  for (const panel_name of [undefined, '', '  ', null, 3]) expect(await post({ panel_name })).toEqual({ status: 400 })
  expect(seen).toEqual([
    { panel_name: 'p'.repeat(128), session_id: 's'.repeat(64) },
    { panel_name: 'Now', session_id: 'unknown' },
    { panel_name: 'Now', session_id: 'unknown' },
    { panel_name: 'Now', session_id: 'unknown' },
    { panel_name: '🚨'.repeat(128), session_id: `${'s'.repeat(63)}🚨` },
  ])
})

/** Every key of a body, however deep. */
function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [...(Array.isArray(value) ? [] : [key]), ...keysOf(inner)])
}

it('publishes no key that looks like a credential', async () => {
  const api = createPublishedApi(publishedSources())
  const read = publishedTable.filter(({ name, method }) => name !== 'OpenApi' && method === 'GET')
  for (const { path } of read) {
    const answer = await api(get(path.replace('{id}', 'x')))
    const keys = answer?.status === 200 ? keysOf(answer.body) : []
    expect(keys.length).toBeGreaterThan(4)
    expect(keys.filter((key) => /\b(token|secret|api_key|password|bearer|authorization)\b/i.test(key))).toEqual([])
    // The same with words as people read them, in `rate_limit_token` too.
    const looks = /(?<![a-z])(token|secret|api[_-]?key|password|bearer|authorization)(?![a-z])/i
    expect(keys.filter((key) => looks.test(key))).toEqual([])
  }
})
