import { RE2JS } from 're2js'
import { plainQuotes, plainText } from './plainText.ts'
import type { Matcher } from './router.ts'

/** Patterns from people see no more of a text than this (reliability specification, 1.5). */
const mostMatched = 500

/**
 * One matcher for an operator's own list: true when any of them is found anywhere, in any case. They run on RE2, in
 * linear time, over the first 500 characters.
 * @returns the matcher, and the patterns RE2 refuses (lookaround, backreferences, counts over 1,000, mistakes), which
 * are left out; a list without a valid pattern matches nothing
 */
export function patternMatcher(patterns: readonly string[]): { matcher: Matcher; invalid: string[] } {
  const valid: RE2JS[] = []
  const invalid: string[] = []
  for (const pattern of patterns) {
    const compiled = compile(pattern)
    if (compiled === null) invalid.push(pattern)
    else valid.push(compiled)
  }
  return {
    invalid,
    matcher(text) {
      // Cut before as well: a long text is not normalized for nothing, which may lengthen it.
      const seen = plainText(text.slice(0, mostMatched)).slice(0, mostMatched)
      return valid.some((pattern) => pattern.test(seen))
    },
  }
}

/** Null for a pattern that is not valid; an empty one would match everything and is none. */
function compile(pattern: string): RE2JS | null {
  if (pattern.trim() === '') return null
  try {
    return RE2JS.compile(plainQuotes(pattern), RE2JS.CASE_INSENSITIVE)
  } catch {
    return null
  }
}
