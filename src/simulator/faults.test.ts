import { afterEach, beforeEach, expect, test } from 'vitest'
import { services, type Service } from './http.ts'
import { startSimulator, type Simulator } from './simulator.ts'

let simulator: Simulator
let url: string

beforeEach(async () => {
  simulator = await startSimulator()
  url = `${simulator.urls.fly}/v1/apps/demo-production/machines`
})
afterEach(() => simulator.close())

const restart = async (): Promise<Response> => {
  const id = simulator.state.fly.apps['demo-production']?.[0]?.id
  return fetch(`${url}/${id}/restart`, { method: 'POST' })
}
const stop = (): void => {
  for (const machine of simulator.state.fly.apps['demo-production'] ?? []) machine.state = 'stopped'
}
const firstState = (): string | undefined => simulator.state.fly.apps['demo-production']?.[0]?.state

test('a status, its body and headers, as often as asked, then well again', async () => {
  simulator.setFault('fly', { kind: 'status', status: 503, body: { a: 1 }, headers: { 'x-b': 'c' }, times: 2 })
  const first = await fetch(url)
  expect([first.status, first.headers.get('x-b'), await first.json()]).toEqual([503, 'c', { a: 1 }])
  expect((await fetch(url)).status).toBe(503)
  expect((await fetch(url)).status).toBe(200)
})

test('every service has an error body of its own shape', async () => {
  const shapes: Record<Service, RegExp> = {
    fly: /"error":/,
    vercel: /"code":"internal_error"/,
    sentry: /"detail":/,
    doppler: /"success":false/,
    supabase: /"message":/,
    slack: /<html>/,
    anthropic: /"type":"error".*"api_error"/,
    site: /<html>/,
  }
  for (const service of services) {
    simulator.setFault(service, { kind: 'status', status: 500 })
    expect(await (await fetch(simulator.urls[service])).text()).toMatch(shapes[service])
  }
})

test('only the paths a fault is meant for, and only until it is removed', async () => {
  simulator.setFault('fly', { kind: 'status', status: 500, on: '/restart' })
  expect((await fetch(url)).status).toBe(200)
  expect((await restart()).status).toBe(500)
  simulator.setFault('fly', null)
  expect((await restart()).status).toBe(200)
})

test('rate limit and redirect', async () => {
  simulator.setFault('fly', { kind: 'rate_limit', retryAfterSeconds: 30, times: 1 })
  const limited = await fetch(url)
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '30'])
  simulator.setFault('fly', { kind: 'redirect', to: `${simulator.urls.site}/`, times: 1 })
  expect((await fetch(url, { redirect: 'manual' })).headers.get('location')).toBe(`${simulator.urls.site}/`)
})

test('reset and hang do no work; a lost or cut-off answer has done it', async () => {
  stop()
  simulator.setFault('fly', { kind: 'reset', times: 1 })
  await expect(restart()).rejects.toThrow('fetch failed')
  expect(firstState()).toBe('stopped')

  simulator.setFault('fly', { kind: 'hang', times: 1 })
  const controller = new AbortController()
  const id = simulator.state.fly.apps['demo-production']?.[0]?.id
  const hanging = fetch(`${url}/${id}/restart`, { method: 'POST', signal: controller.signal })
  await simulator.received('fly', 2)
  controller.abort()
  await expect(hanging).rejects.toThrow('aborted')
  expect(firstState()).toBe('stopped')

  simulator.setFault('fly', { kind: 'reply_lost', times: 1 })
  await expect(restart()).rejects.toThrow('fetch failed')
  expect(firstState()).toBe('started')

  stop()
  simulator.setFault('fly', { kind: 'cut_off', times: 1 })
  const cut = await restart()
  expect(cut.status).toBe(200)
  await expect(cut.text()).rejects.toThrow('terminated')
  expect(firstState()).toBe('started')
})

test('malformed, huge and slow bodies', async () => {
  simulator.setFault('fly', { kind: 'malformed', times: 1 })
  const broken = await fetch(url)
  expect([broken.status, broken.headers.get('content-type')]).toEqual([200, 'application/json'])
  await expect(broken.json()).rejects.toThrow(SyntaxError)

  simulator.setFault('fly', { kind: 'huge_body', bytes: 1_000_000, times: 1 })
  expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(1_000_002)

  simulator.setFault('fly', { kind: 'slow_body', ms: 1, times: 1 })
  expect(await (await fetch(url)).json()).toEqual(simulator.state.fly.apps['demo-production'])

  simulator.setFault('fly', { kind: 'delay', ms: 1, times: 1 })
  expect(await (await fetch(url)).json()).toHaveLength(2)
})

test('closing ends what still hangs', async () => {
  simulator.setFault('fly', { kind: 'hang' })
  const hanging = fetch(url)
  await simulator.received('fly', 1)
  await simulator.close()
  await expect(hanging).rejects.toThrow('fetch failed')
})
