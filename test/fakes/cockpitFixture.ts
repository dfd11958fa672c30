import { once } from 'node:events'
import { createServer } from 'node:http'
import { ORPCError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import type { NotificationMessage, StateMessage } from '../../src/contract/state.ts'
import { openShell, securityHeaders } from '../../src/daemon/hosting/Shell.ts'
import { type Patch, routerOf } from './cockpitRouter.ts'
import { type Scenario, type World, worldOf } from './cockpitScenarios.ts'

/** A daemon with an invented world behind the contract, for looking at the cockpit in every state. */
export interface CockpitFixture {
  readonly url: string
  readonly world: World
  /** Procedures that were called, such as `probes.checkAll`, oldest first. */
  readonly calls: string[]
  /** Changes the world's state and tells every cockpit. */
  publish: (patch: Patch) => void
  notify: (message: NotificationMessage) => void
  /** Closes every line; `refuse` keeps new ones out, `signed_out` sends them to the sign-in page. */
  disconnect: (mode: 'accept' | 'refuse' | 'signed_out') => void
  /** The next call of this procedure fails with a code. */
  fail: (procedure: string, code: string, message: string, data?: Record<string, unknown>) => void
  close: () => Promise<void>
}

/**
 * Serves the built renderer with the product's own headers, and the contract over a WebSocket.
 * @param root folder of the built renderer
 */
export async function startCockpitFixture(options: {
  root: string
  scenario: Scenario
  nowMs: number
  port?: number
}): Promise<CockpitFixture> {
  const world = worldOf(options.scenario, options.nowMs)
  const shell = openShell(options.root)
  const calls: string[] = []
  const failures = new Map<string, ORPCError<string, unknown>>()
  const feeds = new Set<(message: StateMessage) => void>()
  const bells = new Set<(message: NotificationMessage) => void>()
  const startedAtMs = Date.now()
  const now = () => options.nowMs + (Date.now() - startedAtMs)
  let seq = 0
  let mode: 'accept' | 'refuse' | 'signed_out' = 'accept'

  const publish = (patch: Patch) => {
    apply(world, patch)
    seq++
    // Like the daemon: services as changed rows, incidents and activity as the lists they now are.
    const told = {
      ...patch,
      ...(patch.incidents ? { incidents: world.state.incidents } : {}),
      ...(patch.activity ? { activity: world.state.activity } : {}),
    }
    for (const feed of feeds) feed({ kind: 'patch', seq, nowMs: now(), ...structuredClone(told) })
  }
  const handler = new RPCHandler(routerOf({ world, now, publish, feeds, bells, nextSeq: () => seq }), {
    clientInterceptors: [
      async (call: { readonly path: readonly string[]; next(): Promise<unknown> }) => {
        const name = call.path.join('.')
        calls.push(name)
        const failure = failures.get(name)
        failures.delete(name)
        if (failure) throw failure
        return call.next()
      },
    ],
  })

  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/'
    if (path === '/session') {
      response.writeHead(mode === 'refuse' ? 503 : 200, { ...securityHeaders, 'content-type': 'application/json' })
      response.end(JSON.stringify({ signedIn: mode === 'accept' }))
      return
    }
    void shell.get(path).then((file) => {
      response.writeHead(file ? 200 : 404, file ? { ...file.headers } : { ...securityHeaders })
      response.end(file?.body)
    })
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (mode !== 'accept') return void socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (ws) => void handler.upgrade(ws, { context: {} }))
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0

  return {
    url: `http://127.0.0.1:${port}`,
    world,
    calls,
    publish,
    notify: (message) => bells.forEach((bell) => bell(message)),
    disconnect(next) {
      mode = next
      for (const socket of sockets.clients) socket.terminate()
    },
    fail: (procedure, code, message, data = {}) => void failures.set(procedure, new ORPCError(code, { message, data })),
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

function apply(world: World, patch: Patch): void {
  const { state } = world
  const byId = <Row extends { id: string }>(rows: readonly Row[], changed: readonly Row[]): Row[] => {
    const merged = new Map(rows.map((row) => [row.id, row]))
    for (const row of changed) merged.set(row.id, row)
    return [...merged.values()]
  }
  const gone = new Set(patch.removedServices ?? [])
  state.services = byId(state.services, patch.services ?? []).filter((row) => !gone.has(row.id))
  state.incidents = byId(state.incidents, patch.incidents ?? []).filter((row) => row.state !== 'resolved')
  world.incidents = byId(world.incidents, patch.incidents ?? [])
  for (const row of patch.incidents ?? []) {
    const detail = world.details.get(row.id)
    if (detail) world.details.set(row.id, { ...detail, incident: row })
  }
  state.activity = [...(patch.activity ?? []), ...state.activity]
  if (patch.connectivity) state.connectivity = patch.connectivity
  if (patch.spend) state.spend = patch.spend
  if (patch.daemon) state.daemon = patch.daemon
  if (patch.operational) state.operational = patch.operational
  if (patch.alerts) {
    state.alerts = patch.alerts.filter((one) => one.resolvedAtMs === null)
    world.alerts = byId(world.alerts, patch.alerts)
  }
  if (patch.inbox) state.inbox = patch.inbox
  if (patch.maintenance) state.maintenance = patch.maintenance
  if (patch.history) state.history = patch.history
  if (patch.snapshot !== undefined) state.snapshot = patch.snapshot
  if (patch.lastLookedAtMs !== undefined) state.lastLookedAtMs = patch.lastLookedAtMs
}
