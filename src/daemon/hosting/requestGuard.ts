import type { IncomingHttpHeaders } from 'node:http'

/**
 * Values of `Host` under which this server may be called: loopback by its three names, and the address it was told to
 * listen on. Anything else is a name that somebody pointed at this machine.
 */
export function allowedHosts(host: string, port: number): ReadonlySet<string> {
  const names = new Set(['127.0.0.1', 'localhost', '[::1]', bracketed(host)])
  const hosts = new Set<string>()
  for (const name of names) {
    hosts.add(`${name}:${port}`)
    // Browsers leave out the port a scheme has by default.
    if (port === 80) hosts.add(name)
  }
  return hosts
}

/** `http://host:port` as a browser writes it. */
export function addressOf(host: string, port: number): string {
  return `http://${bracketed(host)}${port === 80 ? '' : `:${port}`}`
}

/**
 * Whether a page of this very server sent the request. `Origin` decides when it is there; browsers that leave it out
 * say `Sec-Fetch-Site`. A request with neither is refused: a rebound name's GET looks like that.
 */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  if (headers.origin !== undefined) return headers.origin === `http://${headers.host}`
  return headers['sec-fetch-site'] === 'same-origin'
}

/**
 * Whether a page of another site sent the request, or of another port of this machine. A program, or an address typed
 * by hand, is none.
 */
export function isCrossSite(headers: IncomingHttpHeaders): boolean {
  if (headers.origin !== undefined) return headers.origin !== `http://${headers.host}`
  const site = headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}

/** The value of one cookie, or null. */
export function cookie(headers: IncomingHttpHeaders, name: string): string | null {
  for (const part of (headers.cookie ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=')
    if (key === name) return value.join('=')
  }
  return null
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
