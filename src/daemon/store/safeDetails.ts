/** Most bytes of details a row keeps, as JSON in UTF-8. */
export const detailsLimit = 65_536

const depthLimit = 40
const markerRoom = 8_192

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type JsonObject = { [key: string]: Json }

/** The JSON text of details that JSON can hold as they are and that are short enough; null for all others. */
export function plainText(details: Readonly<Record<string, unknown>>): string | null {
  if (!isPlain(details, 0)) return null
  const text = JSON.stringify(details)
  // A character takes at most three bytes of UTF-8.
  return text.length <= detailsLimit / 3 ? text : null
}

function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth >= depthLimit) return false
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1))
  if (Object.getPrototypeOf(value) !== Object.prototype || 'toJSON' in value) return false
  for (const key in value) if (!isPlain((value as JsonObject)[key], depth + 1)) return false
  return true
}

/**
 * A copy of `details` that JSON can hold. What it cannot hold is replaced where it stands (a bigint by its digits,
 * the rest by null) and named under `_unserialisable`, as paths such as `machines[2].id`.
 */
export function toJsonDetails(details: Readonly<Record<string, unknown>>): JsonObject {
  const lost: string[] = []
  const copied = copyObject(details, '', [details], lost)
  return lost.length > 0 ? { ...copied, _unserialisable: lost } : copied
}

/**
 * The JSON text of details, at most {@link detailsLimit} bytes. Longer ones keep their first entries, a text cut where
 * the room ends; `_truncated` says how long they were and which keys suffered.
 */
export function toLimitedText(details: JsonObject): string {
  const text = JSON.stringify(details)
  const bytes = Buffer.byteLength(text)
  if (bytes <= detailsLimit) return text
  const kept: JsonObject = {}
  const cut: string[] = []
  let room = detailsLimit - markerRoom
  for (const [key, value] of Object.entries(details)) {
    const size = Buffer.byteLength(JSON.stringify({ [key]: value }))
    if (size <= room) {
      kept[key] = value
      room -= size
      continue
    }
    cut.push(key)
    // A character takes at most six bytes of JSON.
    const length = Math.floor(room / 6) - key.length
    if (typeof value === 'string' && length > 0) {
      kept[key] = value.slice(0, length)
      room = 0
    }
  }
  return JSON.stringify({ ...kept, _truncated: { bytes, keys: cut.slice(0, 20).map((key) => key.slice(0, 60)) } })
}

function copy(value: unknown, path: string, above: readonly unknown[], lost: string[]): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'object' && !above.includes(value) && above.length < depthLimit) {
    try {
      return copyDeep(value, path, [...above, value], lost)
    } catch {
      // A getter or a toJSON of a foreign object threw: that value alone is lost.
    }
  }
  lost.push(path)
  return typeof value === 'bigint' ? value.toString() : null
}

function copyDeep(value: object, path: string, above: readonly unknown[], lost: string[]): Json {
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), path, above, lost)
  if (value instanceof Error) return { name: value.name, message: value.message }
  if (Array.isArray(value)) return value.map((item, index) => copy(item, `${path}[${index}]`, above, lost))
  return copyObject(value, path, above, lost)
}

function copyObject(value: object, path: string, above: readonly unknown[], lost: string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, copy(item, path === '' ? key : `${path}.${key}`, above, lost)]),
  )
}
