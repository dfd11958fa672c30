/**
 * A hash route: `#/investigations/inc_1` is the place `investigations` with the rest `['inc_1']`. What narrows a view,
 * such as the filter of a list, stands behind a question mark: `#/spend/ledger?only=unpriced`.
 */
export interface Route {
  readonly place: string
  readonly rest: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

/** Segments longer than this come from nobody's link. */
const longestSegment = 200
/** The longest thing a view is narrowed to is the id of a session. */
const longestValue = 512
const mostQueryParts = 20

/** Reads a path or a whole hash. Links navigate and nothing else: whatever does not parse is the empty route. */
export function parseRoute(hash: string): Route {
  const [path = '', ...after] = hash.replace(/^#/, '').replace(/^\//, '').split('?')
  const segments: string[] = []
  for (const raw of path.split('/')) {
    if (raw === '') continue
    try {
      segments.push(decodeURIComponent(raw).slice(0, longestSegment))
    } catch {
      return { place: '', rest: [], query: {} }
    }
  }
  const [place = '', ...rest] = segments
  return { place, rest, query: parseQuery(after.join('?')) }
}

function parseQuery(text: string): Readonly<Record<string, string>> {
  const parts = [...new URLSearchParams(text)].slice(0, mostQueryParts)
  return Object.fromEntries(parts.map(([name, value]) => [name, value.slice(0, longestValue)]))
}

/** A path with what narrows its view; parts without a value are left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(query).filter((part): part is [string, string] => Boolean(part[1]))
  const text = new URLSearchParams(parts.toSorted(([a], [b]) => (a < b ? -1 : 1))).toString()
  return text === '' ? path : `${path}?${text}`
}

/** The path of a route, ids escaped: `/investigations/inc_1`. */
export function routePath(...segments: readonly string[]): string {
  return `/${segments.map(encodeURIComponent).join('/')}`
}

/** A path in its one spelling, so that two spellings of one route compare equal. */
export function normalisePath(path: string): string {
  const { place, rest, query } = parseRoute(path)
  return withQuery(routePath(place, ...rest), query)
}

/** Whether `path` is `scope` or lies under it, however it is narrowed. */
export function isWithin(whole: string, scope: string): boolean {
  const [path = ''] = whole.split('?', 1)
  return path === scope || path.startsWith(`${scope}/`)
}
