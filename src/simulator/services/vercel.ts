import { bearer, type Reply, type ServiceRequest } from '../http.ts'

export interface Deployment {
  uid: string
  name: string
  url: string
  /** Epoch ms. */
  created: number
  state: string
  target: string | null
}

export interface VercelState {
  token: string | null
  deployments: Deployment[]
}

/** Vercel REST API: newest deployments first; `pagination.next` goes into the next request's `until`. */
export function vercel(request: ServiceRequest, state: VercelState): Reply {
  if (state.token !== null && bearer(request) !== state.token) {
    return { status: 403, body: { error: { code: 'forbidden', message: 'Not authorized', invalidToken: true } } }
  }
  if (request.method !== 'GET' || request.path !== '/v6/deployments') {
    return { status: 404, body: { error: { code: 'not_found', message: 'The page could not be found' } } }
  }
  const limit = Math.min(100, Math.max(1, Number(request.query.get('limit') ?? 20) || 20))
  const until = Number(request.query.get('until') ?? Number.POSITIVE_INFINITY)
  const matching = state.deployments.filter((one) => one.created < until).sort((a, b) => b.created - a.created)
  const page = matching.slice(0, limit)
  const next = matching.length > page.length ? (page.at(-1)?.created ?? null) : null
  return {
    status: 200,
    body: { deployments: page, pagination: { count: page.length, next, prev: page[0]?.created ?? null } },
  }
}
