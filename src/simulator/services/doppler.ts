import { bearer, type Reply, type ServiceRequest } from '../http.ts'
import type { World } from '../world.ts'

/** Doppler API: the workplace a token belongs to. */
export function doppler(request: ServiceRequest, state: World['doppler']): Reply {
  if (state.token !== null && bearer(request) !== state.token) {
    return { status: 401, body: { messages: ['Invalid Auth token'], success: false } }
  }
  if (request.method !== 'GET' || request.path !== '/v3/workplace') {
    return { status: 404, body: { messages: ['Not found'], success: false } }
  }
  return { status: 200, body: { workplace: state.workplace, success: true } }
}
