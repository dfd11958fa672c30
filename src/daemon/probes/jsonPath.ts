/** Steps into a JSON value: names of members and indexes of elements. */
type JsonPath = readonly (string | number)[]

/**
 * Reads a dotted path such as `status`, `$.checks[0].state` or `items[2][1]`. `$` alone is the whole value.
 * @returns null when the text is no such path
 */
export function parseJsonPath(text: string): JsonPath | null {
  const rest = text.trim().replace(/^\$\.?/, '')
  if (rest === '') return text.trim() === '$' ? [] : null
  const steps: (string | number)[] = []
  for (const [position, part] of rest.split('.').entries()) {
    const match = /^([^.[\]]*)((?:\[\d{1,9}\])*)$/.exec(part)
    if (!match) return null
    const [, name = '', indexes = ''] = match
    if (name === '' && (indexes === '' || position > 0)) return null
    if (name !== '') steps.push(name)
    for (const index of indexes.matchAll(/\d+/g)) steps.push(Number(index[0]))
  }
  return steps
}

/** The value at a path; undefined when there is none. Only a value's own members count. */
export function readJsonPath(value: unknown, path: JsonPath): unknown {
  let current = value
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined
    if (typeof step === 'number' && !Array.isArray(current)) return undefined
    if (!Object.hasOwn(current, step)) return undefined
    current = (current as Record<string | number, unknown>)[step]
  }
  return current
}
