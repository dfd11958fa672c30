import { formatCount, sentenceCase } from '../../components/format.ts'

export interface DetailFact {
  readonly name: string
  readonly value: string
}

/**
 * A probe's details as readable lines. What is nested stays JSON and is returned beside them, so that nothing is left
 * out and nothing is dressed up.
 */
export function readDetails(details: Readonly<Record<string, unknown>>): {
  facts: DetailFact[]
  nested: string | null
} {
  const facts: DetailFact[] = []
  const rest: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(details)) {
    const text = plain(value)
    if (text === null) rest[key] = value
    else facts.push({ name: sentenceCase(key.replaceAll('_', ' ')), value: text })
  }
  return { facts, nested: Object.keys(rest).length > 0 ? JSON.stringify(rest, null, 2) : null }
}

function plain(value: unknown): string | null {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return Number.isInteger(value) ? formatCount(value) : String(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value === '' ? '–' : value
  return null
}
