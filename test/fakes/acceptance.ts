import { setImmediate as nextTurn } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { ProbeDraft } from '../../src/contract/probes.ts'
import type { ProbeKind } from '../../src/domain/probe.ts'
import type { Service } from '../../src/simulator/http.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { siteProbe, type TestDaemon } from './testDaemon.ts'

/** Simulated services that end with the running test. */
export async function simulated(): Promise<Simulator> {
  const simulator = await startSimulator()
  onTestFinished(() => simulator.close())
  return simulator
}

/** A token for every provider, and what their seeded definitions ask for. */
export const tokens = {
  KORA_VERCEL_API_TOKEN: 'vercel-token-000000',
  KORA_SENTRY_API_TOKEN: 'sentry-token-000000',
  KORA_SENTRY_ORG: 'demo',
  KORA_DOPPLER_API_TOKEN: 'doppler-token-000000',
  KORA_SUPABASE_ANON_KEY: 'supabase-key-000000',
  KORA_SUPABASE_URL: 'http://127.0.0.1:9',
  KORA_FLY_API_TOKEN: 'FlyV1 fly-token-000000',
}

/** A definition of a provider that asks the simulator. */
export function providerProbe(simulator: Simulator, kind: Exclude<ProbeKind, 'http'>): ProbeDraft {
  const { urls } = simulator
  const configs = {
    vercel: { baseUrl: urls.vercel },
    sentry: { org: 'demo', baseUrl: urls.sentry },
    doppler: { baseUrl: urls.doppler },
    supabase: { url: urls.supabase },
    fly: { apps: ['demo-production', 'demo-staging'], baseUrl: urls.fly },
  }
  return { id: kind, kind, title: kind, config: configs[kind], intervalMs: 60_000, enabled: true }
}

/** A page of the simulated site with a probe of its own; it answers 200 until it is told otherwise. */
export function pageProbe(simulator: Simulator, name: string, config: Record<string, unknown> = {}): ProbeDraft {
  simulator.state.site[`/${name}`] = { status: 200, body: 'fine', headers: {} }
  const url = `${simulator.urls.site}/${name}`
  return siteProbe(simulator, { id: name, title: name, config: { url, ...config } })
}

/** What a page answers from now on. */
export function setPage(simulator: Simulator, name: string, status: number): void {
  const page = simulator.state.site[`/${name}`]
  if (page) page.status = status
}

export function stopMachine(simulator: Simulator, state: 'stopped' | 'started' = 'stopped'): void {
  const machine = simulator.state.fly.apps['demo-production']?.[0]
  if (machine) machine.state = state
}

export function requestsTo(simulator: Simulator, service: Service): number {
  return simulator.requests.filter((request) => request.service === service).length
}

/** Asks again, turn by turn of the event loop, until it is so; the test's own limit is the bound. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await nextTurn()
}

/** The only incident there is. */
export async function onlyIncident(kora: TestDaemon) {
  const { items } = await kora.client.incidents.list({})
  const [incident] = items
  if (!incident || items.length > 1) throw new Error(`expected one incident, found ${items.length}`)
  return incident
}

/** Checks, then lets the re-check of a doubted critical and all that follows happen. */
export async function checkAndConfirm(kora: TestDaemon, id: string): Promise<void> {
  await kora.client.probes.check({ id })
  await kora.pass(11_000)
}

/** Fields of the bodies that reached a service's method, oldest first. */
export function bodiesTo(simulator: Simulator, service: Service, method: string): Record<string, unknown>[] {
  return simulator.requests
    .filter((request) => request.service === service && request.path.endsWith(method))
    .map((request) => request.body as Record<string, unknown>)
}

/** The first question the model was asked. */
export function firstQuestion(simulator: Simulator): { system: string; prompt: string; body: Record<string, unknown> } {
  const [body] = bodiesTo(simulator, 'anthropic', '/messages')
  if (!body) throw new Error('the model was not asked')
  const [message] = body['messages'] as { content: string }[]
  const [block] = body['system'] as { text: string }[]
  return { system: block?.text ?? '', prompt: message?.content ?? '', body }
}
