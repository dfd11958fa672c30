import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/**
 * Addresses no request may reach: link-local and the cloud metadata services behind it, unspecified, multicast and
 * reserved ranges. IPv6 forms that carry an IPv4 address inside (NAT64, 6to4, compatible, translated) are listed too;
 * BlockList itself unwraps mapped ones (`::ffff:…`).
 */
const never = blockList([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '::/128',
  '::a9fe:0/112',
  '::ffff:0:a9fe:0/112',
  '64:ff9b::a9fe:0/112',
  '2002:a9fe::/32',
  'fe80::/10',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  'ff00::/8',
])

/** Loopback and private ranges: an operator's own services, refused only where the host says so. */
const own = blockList([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '::1/128',
  'fc00::/7',
])

/** Host names under which clouds serve their machines' credentials. */
const metadataNames = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
])

/** The request's target is one that no request may reach. */
export class BlockedAddress extends Error {
  override readonly name = 'BlockedAddress'
}

export type ResolveName = (
  hostname: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network = '', prefix = ''] = subnet.split('/')
    list.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** True when this IP address (v4 or v6, no brackets) may not be connected to. What is no address is refused. */
export function isRefusedAddress(address: string, allowPrivate: boolean): boolean {
  const bare = address.split('%', 1)[0] ?? ''
  const version = isIP(bare)
  if (version === 0) return true
  const family = version === 6 ? 'ipv6' : 'ipv4'
  return never.check(bare, family) || (!allowPrivate && own.check(bare, family))
}

/** A URL's host name without the brackets of IPv6. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** @throws BlockedAddress when the scheme, the name or a literal address is not allowed */
export function vetUrl(url: URL, allowPrivate: boolean): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new BlockedAddress(`only http and https are allowed, not ${url.protocol.slice(0, -1)}`)
  }
  const host = bareHost(url.hostname)
  const named = metadataNames.has(host.toLowerCase().replace(/\.$/, ''))
  if (named || (isIP(host) !== 0 && isRefusedAddress(host, allowPrivate))) {
    throw new BlockedAddress(`${host} may not be reached`)
  }
}

/** Asks the operating system, as every other program does. */
export function resolveBySystem(hostname: string, done: Parameters<ResolveName>[1]): void {
  // On an error Node passes no list at all, whatever its types say.
  systemLookup(hostname, { all: true }, (error, addresses) => (error ? done(error, []) : done(null, addresses)))
}

/**
 * A lookup for sockets that keeps only allowed addresses. Look-ups of one name at a time are joined: the system's
 * resolver cannot be cancelled, and with a dead one they would pile up.
 */
export function vettedLookup(resolve: ResolveName, allowPrivate: boolean): LookupFunction {
  type Waiter = (error: Error | null, addresses: readonly LookupAddress[]) => void
  const waiting = new Map<string, Waiter[]>()

  const vet: (hostname: string, waiter: Waiter) => Waiter = (hostname, waiter) => (error, addresses) => {
    const allowed = addresses.filter((entry) => !isRefusedAddress(entry.address, allowPrivate))
    const refused = error === null && allowed.length === 0
    waiter(refused ? new BlockedAddress(`${hostname} leads to an address that may not be reached`) : error, allowed)
  }

  return (hostname, options, callback) => {
    const waiter = vet(hostname, (error, addresses) => {
      const first = addresses[0]
      if (error || !first) callback((error ?? new Error('no address')) as NodeJS.ErrnoException, [])
      else if (options.all) callback(null, [...addresses])
      else callback(null, first.address, first.family)
    })
    const others = waiting.get(hostname)
    if (others) {
      others.push(waiter)
      return
    }
    const waiters = [waiter]
    waiting.set(hostname, waiters)
    resolve(hostname, (error, addresses) => {
      waiting.delete(hostname)
      for (const each of waiters) each(error, addresses)
    })
  }
}
