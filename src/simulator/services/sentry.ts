import { bearer, type Reply, type ServiceRequest } from '../http.ts'

export interface SentryIssue {
  id: string
  shortId: string
  title: string
  status: string
}

export interface SentryState {
  token: string | null
  /** The one organisation that exists; null lets every name exist. */
  org: string | null
  issues: SentryIssue[]
}

/** Sentry API: issues of an organisation, with cursors in the Link header. */
export function sentry(request: ServiceRequest, state: SentryState, address: string): Reply {
  if (state.token !== null && bearer(request) !== state.token) return { status: 401, body: { detail: 'Invalid token' } }
  const org = /^\/api\/0\/organizations\/([^/]+)\/issues\/$/.exec(request.path)?.[1]
  if (request.method !== 'GET' || org === undefined || (state.org !== null && org !== state.org)) {
    return { status: 404, body: { detail: 'The requested resource does not exist' } }
  }
  const limit = Math.min(100, Math.max(1, Number(request.query.get('limit') ?? 100) || 100))
  const offset = Number(/^0:(\d+):[01]$/.exec(request.query.get('cursor') ?? '')?.[1] ?? 0)
  const wanted = /\bis:(\w+)/.exec(request.query.get('query') ?? 'is:unresolved')?.[1]
  const matching = state.issues.filter((issue) => wanted === undefined || issue.status === wanted)
  const page = matching.slice(offset, offset + limit)

  const link = (rel: string, cursor: string, results: boolean): string => {
    const query = new URLSearchParams(request.query)
    query.set('cursor', cursor)
    return `<${address}${request.path}?${query}>; rel="${rel}"; results="${results}"; cursor="${cursor}"`
  }
  const previous = link('previous', `0:${Math.max(0, offset - limit)}:1`, offset > 0)
  const next = link('next', `0:${offset + limit}:0`, matching.length > offset + limit)
  return { status: 200, headers: { link: `${previous}, ${next}` }, body: page }
}
