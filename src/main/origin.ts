/** Where the desktop's pages live. */
export const scheme = 'app'
export const cockpitHost = 'cockpit'
export const startUrl = `${scheme}://${cockpitHost}/index.html`

/** Whether a frame shows the cockpit. Node gives a custom scheme the origin "null", so its parts are compared. */
export function isCockpitUrl(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed?.protocol === `${scheme}:` && parsed.host === cockpitHost
}
