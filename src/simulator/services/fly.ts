import { bearer, type Reply, type ServiceRequest } from '../http.ts'

export interface Machine {
  id: string
  name: string
  state: string
  region: string
  instance_id: string
}

export interface FlyState {
  /** The one accepted bearer token; null accepts every request. */
  token: string | null
  apps: Record<string, Machine[]>
}

/** Fly Machines API: list the machines of an app, restart one. */
export function fly(request: ServiceRequest, state: FlyState): Reply {
  if (state.token !== null && bearer(request) !== state.token) return { status: 401, body: { error: 'unauthorized' } }
  const route = /^\/v1\/apps\/([^/]+)\/machines(?:\/([^/]+)\/restart)?$/.exec(request.path)
  const app = route?.[1]
  if (app === undefined) return { status: 404, body: { error: 'not found' } }
  const machines = state.apps[decodeURIComponent(app)]
  if (machines === undefined) return { status: 404, body: { error: 'app not found' } }
  const id = route?.[2]
  if (id === undefined) {
    return request.method === 'GET' ? { status: 200, body: machines } : { status: 405, body: { error: 'method' } }
  }
  if (request.method !== 'POST') return { status: 405, body: { error: 'method' } }
  const machine = machines.find((one) => one.id === id)
  if (machine === undefined) return { status: 404, body: { error: 'machine not found' } }
  machine.state = 'started'
  return { status: 200, body: { ok: true } }
}
