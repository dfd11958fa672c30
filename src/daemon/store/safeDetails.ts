/** Most bytes of details a row keeps, as JSON in UTF-8. */
export const detailsLimit = 65_536

const depthLimit = 40
/** Kept free for `_truncated` and `_unserialisable`, each of at most {@link named} short paths. */
const markerRoom = 16_384
const named = 20

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type JsonObject = { [key: string]: Json }

/** The JSON text of details that JSON can hold as they are and that are short enough; null for all others. */
export function plainText(details: Readonly<Record<string, unknown>>): string | null {
  try {
    if (!isPlain(details, 0)) return null
  } catch {
    // A getter threw: the copy finds out which.
    return null
  }
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
  const { _unserialisable: lost, ...entries } = details
  let room = detailsLimit - markerRoom
  for (const [key, value] of Object.entries(entries)) {
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
  return JSON.stringify({
    ...kept,
    ...(lost === undefined ? {} : { _unserialisable: firstFew(Array.isArray(lost) ? lost : [lost]) }),
    _truncated: { bytes, keys: firstFew(cut) },
  })
}

function firstFew(paths: readonly unknown[]): string[] {
  return paths.slice(0, named).map((path) => String(path).slice(0, 60))
}

function copy(value: unknown, path: string, above: readonly unknown[], lost: string[]): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'object' && !above.includes(value) && above.length < depthLimit) {
    try {
      if (!isOpaque(value)) return copyDeep(value, path, [...above, value], lost)
    } catch {
      // A toJSON of a foreign object threw: that value alone is lost.
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
    Object.keys(value).map((key) => {
      const itemPath = path === '' ? key : `${path}.${key}`
      try {
        return [key, copy((value as JsonObject)[key], itemPath, above, lost)]
      } catch {
        // A getter threw: that value alone is lost.
        lost.push(itemPath)
        return [key, null]
      }
    }),
  )
}

/** Whether an object keeps what it holds to itself, such as a Map or a RegExp: as JSON it would look empty. */
function isOpaque(value: object): boolean {
  if (Array.isArray(value) || value instanceof Error || 'toJSON' in value) return false
  const made: unknown = Object.getPrototypeOf(value)
  return made !== Object.prototype && made !== null && Object.keys(value).length === 0
}
