/** Where the desktop's pages live. */
export const scheme = 'app'
export const cockpitHost = 'cockpit'

/** Vite's server under `npm run dev`. A built app has none: the condition is decided, and removed, by the build. */
export const devServer = import.meta.env.DEV ? process.env['ELECTRON_RENDERER_URL'] : undefined

export const startUrl = devServer ?? `${scheme}://${cockpitHost}/index.html`

/** Whether a frame shows the cockpit. Node gives a custom scheme the origin "null", so its parts are compared. */
export function isCockpitUrl(url: string): boolean {
  const parsed = URL.parse(url)
  const expected = URL.parse(startUrl)
  return parsed !== null && parsed.protocol === expected?.protocol && parsed.host === expected.host
}
