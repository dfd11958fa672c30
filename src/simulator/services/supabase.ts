import type { Reply, ServiceRequest } from '../http.ts'
import type { World } from '../world.ts'

/** Supabase REST root: needs an `apikey` header; its value is checked when the world names one. */
export function supabase(request: ServiceRequest, state: World['supabase']): Reply {
  const key = request.headers['apikey']
  if (key === undefined) {
    return {
      status: 401,
      body: { message: 'No API key found in request', hint: 'No `apikey` request header or url param was found.' },
    }
  }
  if (state.key !== null && key !== state.key) {
    return { status: 401, body: { message: 'Invalid API key', hint: 'Double check your API key.' } }
  }
  if ((request.method !== 'GET' && request.method !== 'HEAD') || request.path !== '/rest/v1/') {
    return { status: 404, body: { message: 'not found' } }
  }
  return {
    status: 200,
    body: { swagger: '2.0', info: { title: 'standard public schema', version: '13.0' }, paths: {} },
  }
}
