const routePattern = /^\/[a-z]{1,32}(\/[\w.-]{1,64}){0,3}$/

/**
 * A place to go, from outside this process: a notification, a second start, the command line. Links navigate only.
 * @returns the route as it is, such as `/investigations/inc_1`, or null
 */
export function parseRoute(text: unknown): string | null {
  return typeof text === 'string' && routePattern.test(text) ? text : null
}

/** The route among a second start's arguments (`--route=/now`), or null. */
export function routeOf(args: readonly string[]): string | null {
  const given = args.find((arg) => arg.startsWith('--route='))
  return given === undefined ? null : parseRoute(given.slice('--route='.length))
}
