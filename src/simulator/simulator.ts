import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { send, strike } from './answers.ts'
import type { Fault } from './faults.ts'
import {
  parseBody,
  plainHeaders,
  readText,
  services,
  type RecordedRequest,
  type Reply,
  type Service,
  type ServiceRequest,
} from './http.ts'
import { anthropic } from './services/anthropic.ts'
import { doppler } from './services/doppler.ts'
import { fly } from './services/fly.ts'
import { sentry } from './services/sentry.ts'
import { site } from './services/site.ts'
import { slack } from './services/slack.ts'
import { supabase } from './services/supabase.ts'
import { vercel } from './services/vercel.ts'
import { healthyWorld, type World } from './world.ts'

/** Local stand-ins for the outside services, behind one server on 127.0.0.1. */
export interface Simulator {
  readonly url: string
  /** Base address of each service, without a slash at the end; Slack's ends in `/api`. */
  readonly urls: Readonly<Record<Service, string>>
  /** Every request since the start or the last clearing, oldest first; the newest 10,000 are kept. */
  readonly requests: readonly RecordedRequest[]
  /** What the services know; change it in place. */
  readonly state: World
  clearRequests(): void
  /** Resolves once a service has been asked this often since the last clearing. */
  received(service: Service, count: number): Promise<void>
  /** Puts trouble in front of a service, in place of earlier trouble; null removes it. */
  setFault(service: Service, fault: Fault | null): void
  close(): Promise<void>
}

const keptRequests = 10_000

/** @param options.port 0 or absent picks a free one; `nowMs` is the services' clock, by default the system's */
export async function startSimulator(options: { port?: number; nowMs?: () => number } = {}): Promise<Simulator> {
  const nowMs = options.nowMs ?? Date.now
  const state = healthyWorld(nowMs())
  const requests: RecordedRequest[] = []
  const faults = new Map<Service, { fault: Fault; left: number }>()
  const timers = new Set<NodeJS.Timeout>()
  const waiting = new Set<{ service: Service; count: number; resolve: () => void }>()
  let url = ''
  let served = 0

  const countOf = (service: Service): number => requests.filter((request) => request.service === service).length

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer)
        resolve()
      }, ms)
      timers.add(timer)
    })

  function takeFault(service: Service, path: string): Fault | null {
    const entry = faults.get(service)
    if (entry === undefined || (entry.fault.on !== undefined && !path.includes(entry.fault.on))) return null
    entry.left -= 1
    if (entry.left <= 0) faults.delete(service)
    return entry.fault
  }

  function work(service: Service, request: ServiceRequest): Reply {
    switch (service) {
      case 'fly':
        return fly(request, state.fly)
      case 'vercel':
        return vercel(request, state.vercel)
      case 'sentry':
        return sentry(request, state.sentry, `${url}/sentry`)
      case 'doppler':
        return doppler(request, state.doppler)
      case 'supabase':
        return supabase(request, state.supabase)
      case 'slack':
        return slack(request, state.slack, nowMs())
      case 'anthropic':
        return anthropic(request, state.anthropic, state.costReport)
      case 'site':
        return site(request, state.site)
    }
  }

  /** Swings like real latency does, the same way on every run. */
  function paceMs(service: Service): number {
    const pace = state.pace[service]
    if (pace === undefined) return 0
    return pace.baseMs + pace.spreadMs * Math.abs(Math.sin(served * 1.7) * Math.cos(served * 0.31))
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = new URL(request.url ?? '/', 'http://127.0.0.1')
    const [, name = '', rest = ''] = /^\/([a-z]+)(\/.*)?$/.exec(target.pathname) ?? []
    const service = services.find((one) => one === name)
    const text = await readText(request)
    if (service === undefined) return send({ response, method: 'GET', pause }, { status: 404, body: 'no such service' })
    if (text === null) return send({ response, method: 'GET', pause }, { status: 413, body: 'too large' })
    const headers = plainHeaders(request)
    const method = request.method ?? 'GET'
    const path = rest === '' ? '/' : rest
    const body = parseBody(text, headers['content-type'] ?? '')
    requests.push({ service, method, path: path + target.search, headers, body, atMs: nowMs() })
    if (requests.length > keptRequests) requests.splice(0, requests.length - keptRequests)
    served += 1
    for (const waiter of waiting) {
      if (waiter.service !== service || countOf(service) < waiter.count) continue
      waiting.delete(waiter)
      waiter.resolve()
    }
    const seen = { method, path, query: target.searchParams, headers, body }
    const fault = takeFault(service, path)
    const exchange = { response, method, pause }
    if (fault !== null) return strike(fault, exchange, service, () => work(service, seen))
    const reply = work(service, seen)
    return send(exchange, { ...reply, delayMs: (reply.delayMs ?? 0) + paceMs(service) })
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    urls: {
      fly: `${url}/fly`,
      vercel: `${url}/vercel`,
      sentry: `${url}/sentry`,
      doppler: `${url}/doppler`,
      supabase: `${url}/supabase`,
      slack: `${url}/slack/api`,
      anthropic: `${url}/anthropic`,
      site: `${url}/site`,
    },
    requests,
    state,
    clearRequests: () => void requests.splice(0),
    received(service, count) {
      if (countOf(service) >= count) return Promise.resolve()
      return new Promise((resolve) => waiting.add({ service, count, resolve }))
    },
    setFault(service, fault) {
      if (fault === null) faults.delete(service)
      else faults.set(service, { fault, left: fault.times ?? Number.POSITIVE_INFINITY })
    },
    async close() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
