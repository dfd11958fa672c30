import { ORPCError } from '@orpc/client'
import { errorCodes } from '../../domain/errors.ts'

export interface FieldIssue {
  /** Dotted, such as `config.apps.0`. */
  readonly path: string
  readonly message: string
}

/** A failed call in words: one sentence that says what happened and the way out, and the code behind it. */
export interface Problem {
  readonly message: string
  readonly code: string
  readonly issues: readonly FieldIssue[]
}

const words: Readonly<Record<string, string>> = {
  BAD_REQUEST: 'Some fields need another look.',
  NOT_FOUND: 'This is not there any more.',
  UNAUTHORIZED: 'You are signed out of this cockpit.',
  TOO_MANY_REQUESTS: 'Too many requests at once. Try again in a moment.',
  TIMEOUT: 'Kora took too long to answer. Try again.',
  INTERNAL_SERVER_ERROR: 'Kora could not do that. Its log has the details.',
  transport_failed: 'Kora did not answer. The connection may be down.',
  daemon_stopping: 'Kora is shutting down and takes no more requests.',
}

/** Any thrown value as a problem for people. Codes decide, never message texts. */
export function explain(error: unknown): Problem {
  if (!(error instanceof ORPCError)) {
    return { message: words['transport_failed'] ?? '', code: 'transport_failed', issues: [] }
  }
  const { code, data } = error as { code: string; data: unknown }
  const issues = fieldIssues(data)
  if ((errorCodes as readonly string[]).includes(code)) {
    return { message: error.message || words[code] || code, code, issues }
  }
  return { message: words[code] ?? (error.message || code), code, issues }
}

function fieldIssues(data: unknown): FieldIssue[] {
  if (typeof data !== 'object' || data === null || !('issues' in data) || !Array.isArray(data.issues)) return []
  return data.issues.flatMap((issue: unknown) => {
    if (typeof issue !== 'object' || issue === null || !('message' in issue)) return []
    const path = 'path' in issue ? issue.path : []
    return [{ path: dotted(path), message: String(issue.message) }]
  })
}

/** Paths arrive as text, as keys, or as `{key}` segments, depending on the schema library behind them. */
function dotted(path: unknown): string {
  if (typeof path === 'string') return path
  if (!Array.isArray(path)) return ''
  return path
    .map((segment: unknown) =>
      typeof segment === 'object' && segment !== null && 'key' in segment ? String(segment.key) : String(segment),
    )
    .join('.')
}

/** What is wrong with one field or anything inside it; null when nothing is. */
export function issueAt(issues: readonly FieldIssue[], path: string): string | null {
  const found = issues.find((issue) => issue.path === path || issue.path.startsWith(`${path}.`))
  return found?.message ?? null
}
