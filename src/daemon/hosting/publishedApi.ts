/** What other programs may read, each computed from memory: no disk, no model call. */
export interface PublishedSources {
  /** The published counters of cost specification 5.6, without an envelope. */
  costTelemetry(): unknown
  /** The budget as published there; nulls and `state: "unavailable"` when it is unknown. */
  costState(): unknown
}

export interface PublishedAnswer {
  readonly status: number
  readonly body: unknown
}

/** Answers one path, query included or not; null when nothing is published there. */
export type PublishedApi = (path: string) => PublishedAnswer | null

/** Where everything published lies. */
export const publishedPrefix = '/api/'

/**
 * The published endpoints, whatever carries them. Path styles are as published. A query changes nothing: there is one
 * operator, so `tenant_id` names the only one there is (ruling 3).
 */
export function createPublishedApi(sources: PublishedSources): PublishedApi {
  const endpoints = new Map<string, () => unknown>([
    ['/api/cost_telemetry', () => sources.costTelemetry()],
    ['/api/cost-state', () => sources.costState()],
  ])
  return (path) => {
    const [pathname = ''] = path.split(/[?#]/, 1)
    const read = endpoints.get(pathname)
    return read ? { status: 200, body: read() } : null
  }
}
