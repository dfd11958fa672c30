import { mayHoldToken, redacted, redactRanges, tokenRanges } from '../../domain/tokenShapes.ts'

/** Removes secrets from anything that is stored, logged, exported or shown. */
export interface Redactor {
  /** Makes a value known as secret; every later occurrence of it is replaced. Values under 6 characters are ignored. */
  learn(value: string): void
  /** The text with every known secret and every token-shaped run replaced by `<REDACTED>`. */
  text(value: string): string
  /** Whether JSON text may hold something that `data` would replace; most texts hold nothing and need no copy. */
  suspects(json: string): boolean
  /** Deep copy of JSON-like data with all strings redacted and values under secret-looking keys replaced. */
  data<T>(value: T): T
}

const leastLength = 6
/** Keys whose verdict is remembered; records have a few hundred different ones. */
const keysKept = 2_000

/** A key that may announce a secret, as it stands in JSON. */
const secretKey = /(?:token|secret|api[^"]*key|password|bearer|authorization|cookie)[^"]*":/i

/** Words of a key, joined by spaces, that announce a secret. */
const secretWords = /(?:^| )(?:token|secret|api key|apikey|password|bearer|authorization|cookie)(?: |$)/
const reference = /^(?:env:[A-Za-z_][A-Za-z0-9_]*|vault:[a-z0-9][a-z0-9_.-]{0,63})$/

/** A redactor that has learned nothing yet. Token-shaped runs are replaced all the same; addresses of people are not. */
export function createRedactor(): Redactor {
  const known = new Set<string>()

  const text = (value: string): string => {
    const ranges: [from: number, to: number][] = []
    for (const form of known) {
      for (let at = value.indexOf(form); at >= 0; at = value.indexOf(form, at + 1)) ranges.push([at, at + form.length])
    }
    return redactRanges(value, [...ranges, ...tokenRanges(value)])
  }

  const suspects = (json: string): boolean => {
    if (mayHoldToken(json) || secretKey.test(json)) return true
    for (const form of known) if (json.includes(form)) return true
    return false
  }

  const keys = new Map<string, Key>()
  const key: Rules['key'] = (name) => {
    const seen = keys.get(name)
    if (seen) return seen
    if (keys.size >= keysKept) keys.clear()
    const verdict = { shown: text(name), secret: secretWords.test(words(name)) }
    keys.set(name, verdict)
    return verdict
  }

  return {
    learn(value) {
      for (const form of forms(value)) if (form.length >= leastLength && !redacted.includes(form)) known.add(form)
      keys.clear()
    },
    text,
    suspects,
    data: <T>(value: T) => copy(value, { text, key }, false, { open: new Map(), secret: new Map() }) as T,
  }
}

interface Key {
  /** As it may be shown. */
  readonly shown: string
  /** Whether it announces a secret. */
  readonly secret: boolean
}

interface Rules {
  readonly text: (value: string) => string
  readonly key: (name: string) => Key
}

/** How a value may be spelled where it leaks: as it is, in an address, in JSON, in base64. */
function forms(value: string): string[] {
  const trimmed = value.trim()
  if (trimmed.length < leastLength) return []
  const base64 = Buffer.from(trimmed).toString('base64')
  const escaped = percentEncoded(trimmed)
  return [
    trimmed,
    escaped,
    escaped.replaceAll(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()),
    escaped.replaceAll('%20', '+'),
    JSON.stringify(trimmed).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(trimmed).toString('base64url'),
  ]
}

function percentEncoded(value: string): string {
  // A lone surrogate cannot be encoded and so cannot leak in that form.
  return value.isWellFormed() ? encodeURIComponent(value) : value
}

interface Seen {
  readonly open: Map<object, unknown>
  readonly secret: Map<object, unknown>
}

function copy(value: unknown, rules: Rules, underSecretKey: boolean, seen: Seen): unknown {
  if (typeof value === 'string') {
    if (!underSecretKey || value === '' || reference.test(value)) return rules.text(value)
    return redacted
  }
  if (typeof value !== 'object' || value === null) return value
  const copies = underSecretKey ? seen.secret : seen.open
  const earlier = copies.get(value)
  if (earlier !== undefined) return earlier
  if (Array.isArray(value)) {
    const list: unknown[] = []
    copies.set(value, list)
    for (const item of value) list.push(copy(item, rules, underSecretKey, seen))
    return list
  }
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`
  if (value instanceof Date) return new Date(value)
  const result: Record<string, unknown> = {}
  copies.set(value, result)
  for (const [name, item] of fields(value)) {
    const { shown, secret } = rules.key(name)
    const copied = copy(item, rules, secret, seen)
    if (shown !== '__proto__') result[shown] = copied
    // Assignment would set the prototype instead of a field.
    else Object.defineProperty(result, shown, { value: copied, enumerable: true, writable: true, configurable: true })
  }
  return result
}

/** An error keeps what people look for in it, though none of it is enumerable. */
function fields(value: object): [string, unknown][] {
  const own = Object.entries(value)
  if (!(value instanceof Error)) return own
  const named: [string, unknown][] = [
    ['name', value.name],
    ['message', value.message],
    ['stack', value.stack],
  ]
  return value.cause === undefined ? [...named, ...own] : [...named, ['cause', value.cause], ...own]
}

/** `slackBotToken`, `slack-bot-token` and `SLACK_BOT_TOKEN` all become `slack bot token`. */
function words(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replaceAll(/[^A-Za-z0-9]+/g, ' ')
    .toLowerCase()
    .trim()
}
