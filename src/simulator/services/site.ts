import type { Reply, ServiceRequest } from '../http.ts'

/** One page of the web site. A 3xx status with a `location` header is a redirect. */
export interface SitePage {
  status: number
  /** Text goes out as HTML, anything else as JSON. */
  body: unknown
  headers: Record<string, string>
  /** How long the answer waits. */
  delayMs?: number
}

/** An arbitrary web site. A `location` that starts with `/` stays on the site. */
export function site(request: ServiceRequest, pages: Record<string, SitePage>): Reply {
  const page = pages[request.path]
  if (page === undefined) return { status: 404, body: '<!doctype html><title>Not found</title>' }
  const location = page.headers['location']
  const headers = location?.startsWith('/') ? { ...page.headers, location: `/site${location}` } : page.headers
  return { status: page.status, headers, body: page.body, delayMs: page.delayMs }
}
