import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from './simulator.ts'

let simulator: Simulator

beforeEach(async () => {
  simulator = await startSimulator()
})
afterEach(() => simulator.close())

const get = (url: string, headers: Record<string, string> = {}): Promise<Response> => fetch(url, { headers })

describe('server', () => {
  test('listens on loopback only and records each request with headers and parsed body', async () => {
    expect(simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    await fetch(`${simulator.urls.slack}/auth.test?x=1`, {
      method: 'POST',
      headers: { authorization: 'Bearer xoxb-1', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ text: '[1]', metadata: '{"a":1}' }),
    })
    expect(simulator.requests).toMatchObject([
      {
        service: 'slack',
        method: 'POST',
        path: '/api/auth.test?x=1',
        headers: { authorization: 'Bearer xoxb-1' },
        body: { text: '[1]', metadata: { a: 1 } },
      },
    ])
    simulator.clearRequests()
    expect(simulator.requests).toEqual([])
  })

  test('an address outside the services is a 404 and not recorded', async () => {
    expect((await get(`${simulator.url}/nowhere`)).status).toBe(404)
    expect(simulator.requests).toEqual([])
  })

  test('received() resolves when the request is there', async () => {
    const second = simulator.received('doppler', 2)
    await get(`${simulator.urls.doppler}/v3/workplace`)
    await get(`${simulator.urls.doppler}/v3/workplace`)
    await second
    expect(simulator.requests).toHaveLength(2)
  })

  test('takes a port and fails when it is taken', async () => {
    const port = Number(new URL(simulator.url).port)
    await expect(startSimulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('fly', () => {
  const app = 'demo-production'

  test('lists the machines of an app and restarts one', async () => {
    const machine = simulator.state.fly.apps[app]?.[0]
    if (machine === undefined) throw new Error('no machine')
    machine.state = 'stopped'
    const listed = await (await get(`${simulator.urls.fly}/v1/apps/${app}/machines`)).json()
    expect(listed).toHaveLength(2)
    expect(listed[0]).toEqual({ ...machine, state: 'stopped' })
    expect(Object.keys(listed[0]).sort()).toEqual(['id', 'instance_id', 'name', 'region', 'state'])

    const restart = await fetch(`${simulator.urls.fly}/v1/apps/${app}/machines/${machine.id}/restart`, {
      method: 'POST',
    })
    expect([restart.status, await restart.json()]).toEqual([200, { ok: true }])
    expect(machine.state).toBe('started')
  })

  test('unknown app, unknown machine, wrong token', async () => {
    expect((await get(`${simulator.urls.fly}/v1/apps/none/machines`)).status).toBe(404)
    const restart = `${simulator.urls.fly}/v1/apps/${app}/machines/none/restart`
    expect((await fetch(restart, { method: 'POST' })).status).toBe(404)
    simulator.state.fly.token = 'secret'
    const list = `${simulator.urls.fly}/v1/apps/${app}/machines`
    expect((await get(list, { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await get(list, { authorization: 'Bearer secret' })).status).toBe(200)
  })
})

describe('vercel', () => {
  test('pages newest first until next is null', async () => {
    const seen: number[] = []
    let until = ''
    for (let page = 0; page < 5; page++) {
      const reply = await get(`${simulator.urls.vercel}/v6/deployments?limit=5${until}`)
      const body = (await reply.json()) as {
        deployments: { uid: string; created: number; state: string; target: string | null }[]
        pagination: { next: number | null }
      }
      seen.push(...body.deployments.map((one) => one.created))
      expect(body.deployments[0]).toMatchObject({ uid: expect.stringMatching(/^dpl_/), state: 'READY' })
      if (body.pagination.next === null) break
      until = `&until=${body.pagination.next}`
    }
    expect(seen).toEqual(simulator.state.vercel.deployments.map((one) => one.created).sort((a, b) => b - a))
    expect(simulator.requests).toHaveLength(3)
  })

  test('a wrong token is a 403', async () => {
    simulator.state.vercel.token = 'secret'
    const reply = await get(`${simulator.urls.vercel}/v6/deployments`)
    expect([reply.status, await reply.json()]).toMatchObject([403, { error: { code: 'forbidden' } }])
  })
})

describe('sentry', () => {
  const path = '/api/0/organizations/demo/issues/'

  test('filters by state and hands out cursors that lead to the rest', async () => {
    const [first] = simulator.state.sentry.issues
    if (first) first.status = 'resolved'
    const reply = await get(`${simulator.urls.sentry}${path}?query=is:unresolved&limit=1`)
    expect(await reply.json()).toMatchObject([{ id: '4101', status: 'unresolved' }])
    const next = /<([^>]+)>; rel="next"; results="true"; cursor="0:1:0"/.exec(reply.headers.get('link') ?? '')?.[1]
    const rest = await get(next ?? '')
    expect(await rest.json()).toMatchObject([{ id: '4102' }])
    expect(rest.headers.get('link')).toContain('rel="next"; results="false"')
  })

  test('a wrong token and an unknown organisation', async () => {
    simulator.state.sentry.org = 'other'
    expect((await get(`${simulator.urls.sentry}${path}`)).status).toBe(404)
    simulator.state.sentry.token = 'secret'
    expect((await get(`${simulator.urls.sentry}${path}`)).status).toBe(401)
  })
})

describe('doppler, supabase, site', () => {
  test('doppler gives the workplace, or 401 with its envelope', async () => {
    const url = `${simulator.urls.doppler}/v3/workplace`
    expect(await (await get(url)).json()).toMatchObject({ success: true, workplace: { name: 'Demo' } })
    simulator.state.doppler.token = 'secret'
    const refused = await get(url)
    expect([refused.status, await refused.json()]).toEqual([401, { messages: ['Invalid Auth token'], success: false }])
  })

  test('supabase wants an apikey; HEAD has no body', async () => {
    const url = `${simulator.urls.supabase}/rest/v1/`
    expect((await get(url)).status).toBe(401)
    const head = await fetch(url, { method: 'HEAD', headers: { apikey: 'anon' } })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(await (await get(url, { apikey: 'anon' })).json()).toMatchObject({ swagger: '2.0' })
    simulator.state.supabase.key = 'other'
    expect((await get(url, { apikey: 'anon' })).status).toBe(401)
  })

  test('the site serves pages, JSON, redirects on itself, and 404', async () => {
    expect(await (await get(`${simulator.urls.site}/`)).text()).toContain('Welcome')
    expect(await (await get(`${simulator.urls.site}/health`)).json()).toMatchObject({ status: 'ok' })
    const moved = await fetch(`${simulator.urls.site}/old`, { redirect: 'manual' })
    expect([moved.status, moved.headers.get('location')]).toEqual([301, '/site/'])
    expect(await (await get(`${simulator.urls.site}/old`)).text()).toContain('Welcome')
    expect((await get(`${simulator.urls.site}/gone`)).status).toBe(404)
    simulator.state.site['/busy'] = { status: 503, body: 'no', headers: { 'x-a': 'b' }, delayMs: 1 }
    const busy = await get(`${simulator.urls.site}/busy`)
    expect([busy.status, busy.headers.get('x-a')]).toEqual([503, 'b'])
  })
})
