import type { Settings } from '../../../contract/settings.ts'
import type { Problems } from './settingsForm.ts'

/** As far as the settings go (`contract/settings.ts`). */
const mostPatterns = 50
const longestPattern = 300
const longestPrefix = 40

/** One pattern a line; blank lines are none. */
export function patternLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/**
 * What is wrong with the router's rules, in words, by path.
 * @param invalid patterns that are known to be no expressions
 */
export function routingProblems({ routing }: Pick<Settings, 'routing'>, invalid: ReadonlySet<string>): Problems {
  const found: Record<string, string> = {}
  for (const key of ['decisionPatterns', 'lowConfidencePatterns'] as const) {
    const problem = patternProblem(routing[key], invalid)
    if (problem !== null) found[`routing.${key}`] = problem
  }
  const prefix = routing.prefix.trim()
  if (prefix === '' || prefix.length > longestPrefix) found['routing.prefix'] = `1 to ${longestPrefix} characters.`
  if (routing.strongModel.trim() === '') found['routing.strongModel'] = 'The id of a model is needed.'
  return found
}

function patternProblem(patterns: readonly string[], invalid: ReadonlySet<string>): string | null {
  if (patterns.length > mostPatterns) return `At most ${mostPatterns} patterns; these are ${patterns.length}.`
  const long = patterns.find((pattern) => pattern.length > longestPattern)
  if (long !== undefined) {
    return `At most ${longestPattern} characters a pattern; one that begins with “${long.slice(0, 30)}” has more.`
  }
  const wrong = patterns.filter((pattern) => invalid.has(pattern)).map((pattern) => `“${pattern}”`)
  if (wrong.length === 0) return null
  return wrong.length === 1 ? `${wrong[0]} is not a pattern.` : `These are not patterns: ${wrong.join(', ')}.`
}
