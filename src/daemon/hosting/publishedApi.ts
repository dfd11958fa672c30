import type { OpenApi } from '../../contract/published/openApi.ts'
import type { Endpoint, EndpointSources, PublishedAnswer, PublishedSources, ReadBody } from './publishedEndpoint.ts'

export interface PublishedRequest {
  readonly method: string
  /** As it was sent, query included. */
  readonly path: string
  /** Asked only where a path takes a body. */
  readonly body?: () => Promise<ReadBody>
}

/** Answers one request; null when nothing is published there. `HEAD` is answered as `GET`. */
export type PublishedApi = (request: PublishedRequest) => PublishedAnswer | null | Promise<PublishedAnswer | null>

type Opened = (request: PublishedRequest) => Promise<PublishedAnswer | null>

/** Where everything published lies. */
export const publishedPrefix = '/api/'

/** Longest value that a segment of a path may stand for (audit specification, 8.2). */
const paramLength = 512

/**
 * The published endpoints, whatever carries them. The table, and what it answers from, is loaded when somebody asks for
 * the first time: most daemons are never asked.
 * @param given a table other than the product's
 */
export function createPublishedApi(sources: PublishedSources, given?: readonly Endpoint[]): PublishedApi {
  let opened: Promise<Opened> | null = null
  return async (request) => (await (opened ??= open(sources, given)))(request)
}

async function open(sources: PublishedSources, given: readonly Endpoint[] | undefined): Promise<Opened> {
  const table = given ?? (await import('./publishedTable.ts')).publishedTable
  const routes = table.map((endpoint) => ({ endpoint, match: matcher(endpoint.path) }))
  let described: Promise<OpenApi> | null = null
  const all: EndpointSources = {
    ...sources,
    // The schemas of all paths are larger than the paths.
    openApi: () => (described ??= import('./openApi.ts').then(({ openApi }) => openApi(table, sources.version))),
  }

  return async ({ method, path, body }) => {
    const [, pathname = '', search = ''] = /^([^?#]*)(?:\?([^#]*))?/.exec(path) ?? []
    const found = routes.flatMap(({ endpoint, match }) => {
      const params = match(pathname)
      return params ? [{ endpoint, params }] : []
    })
    if (found.length === 0) return null
    const asked = method === 'HEAD' ? 'GET' : method
    const chosen = found.find(({ endpoint }) => endpoint.method === asked)
    if (!chosen) return { status: 405, allow: found.map(({ endpoint }) => allowed(endpoint)).join(', ') }
    return chosen.endpoint.answer(all, {
      params: chosen.params,
      search: new URLSearchParams(search),
      readBody: body ?? (() => Promise.resolve({ kind: 'refused', status: 400 })),
    })
  }
}

/** The methods under which an entry is answered, as `Allow` names them. */
function allowed({ method }: Endpoint): string {
  return method === 'GET' ? 'GET, HEAD' : method
}

/** Finds what the segments in braces stand for; null for a path of another form. */
function matcher(template: string): (pathname: string) => Record<string, string> | null {
  const parts = template.split('/')
  return (pathname) => {
    const given = pathname.split('/')
    if (given.length !== parts.length) return null
    const params: Record<string, string> = {}
    for (const [index, part] of parts.entries()) {
      const segment = given[index] ?? ''
      const name = /^\{(\w+)\}$/.exec(part)?.[1]
      if (name === undefined ? segment !== part : segment === '') return null
      if (name !== undefined) params[name] = decoded(segment)
    }
    return params
  }
}

/** A segment as it was meant; what is no percent-encoding is taken as it stands. */
function decoded(segment: string): string {
  let text = segment
  try {
    text = decodeURIComponent(segment)
  } catch {
    // An id like any other: nothing will be found under it.
  }
  return text.slice(0, paramLength).toWellFormed()
}
