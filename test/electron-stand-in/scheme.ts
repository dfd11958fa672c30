/**
 * Chromium knows no custom schemes here, so `app://cockpit/x` is shown as `https://cockpit.app.standin/x`. Both ways
 * are needed: towards the page, and back into what the code under test sees.
 */
const shown = /^https:\/\/([^/]*)\.([a-z][a-z0-9+-]*)\.standin(?=\/|$)/

export function toPageUrl(url: string): string {
  const [, scheme = '', host = '', rest = ''] = /^([a-z][a-z0-9+-]*):\/\/([^/?#]*)(.*)$/i.exec(url) ?? []
  if (scheme === '' || scheme === 'http' || scheme === 'https') return url
  return `https://${host}.${scheme}.standin${rest || '/'}`
}

export function fromPageUrl(url: string): string {
  return url.replace(shown, (_match, host: string, scheme: string) => `${scheme}://${host}`)
}

/** Matches requests that a scheme handler has to answer. */
export function isStandInUrl(url: string): boolean {
  return shown.test(url)
}
