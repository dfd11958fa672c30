/**
 * The list of an environment variable: a JSON array of strings, in which a pattern may hold commas, or names between
 * commas. What begins with a bracket and is no such array is a character class, and read the second way.
 */
export function parsePatternList(text: string): string[] {
  const parts = jsonStrings(text.trim()) ?? text.split(',')
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

function jsonStrings(text: string): string[] | null {
  if (!text.startsWith('[')) return null
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) && parsed.every((part) => typeof part === 'string') ? parsed : null
  } catch {
    return null
  }
}
