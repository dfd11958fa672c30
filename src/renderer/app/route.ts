/** A hash route: `#/investigations/inc_1` is the place `investigations` with the rest `['inc_1']`. */
export interface Route {
  readonly place: string
  readonly rest: readonly string[]
}

/** Segments longer than this come from nobody's link. */
const longestSegment = 200

/** Reads a path or a whole hash. Links navigate and nothing else: whatever does not parse is the empty route. */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#/, '').replace(/^\//, '')
  const segments: string[] = []
  for (const raw of path.split('/')) {
    if (raw === '') continue
    try {
      segments.push(decodeURIComponent(raw).slice(0, longestSegment))
    } catch {
      return { place: '', rest: [] }
    }
  }
  const [place = '', ...rest] = segments
  return { place, rest }
}

/** The path of a route, ids escaped: `/investigations/inc_1`. */
export function routePath(...segments: readonly string[]): string {
  return `/${segments.map(encodeURIComponent).join('/')}`
}

/** A path in its one spelling, so that two spellings of one route compare equal. */
export function normalisePath(path: string): string {
  const { place, rest } = parseRoute(path)
  return routePath(place, ...rest)
}

/** Whether `path` is `scope` or lies under it. */
export function isWithin(path: string, scope: string): boolean {
  return path === scope || path.startsWith(`${scope}/`)
}
