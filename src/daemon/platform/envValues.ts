import { isAbsolute } from 'node:path'
import { isTruthy } from '../../domain/envelopes.ts'
import { KoraError } from '../../domain/errors.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** One setting that the environment fixes for this run. */
export interface FixedByEnv {
  /** Such as `watching.debounceSeconds`. */
  readonly path: string
  readonly variable: string
  readonly value: unknown
}

/** What a variable says, and what could not be used of it, one sentence each. Values are never repeated. */
export interface Parsed<T> {
  readonly value: T
  readonly warnings: readonly string[]
}

/** Nothing is fixed by a variable that is unset or was not understood. */
export function fixedBy(path: string, variable: string, parsed: Parsed<unknown>): Parsed<FixedByEnv[]> {
  return {
    value: parsed.value === null ? [] : [{ path, variable, value: parsed.value }],
    warnings: parsed.warnings,
  }
}

/** Null when unset or blank. */
export function trimmed(env: Env, name: string): string | null {
  return env[name]?.trim() || null
}

/** A number above 0, moved into its range; anything else is the fallback. */
export function decimal(env: Env, name: string, fallback: number, least: number, most: number): Parsed<number> {
  const raw = trimmed(env, name)
  if (raw === null) return { value: fallback, warnings: [] }
  const number = /^[+]?(\d+\.?\d*|\.\d+)$/.test(raw) ? Number(raw) : NaN
  if (!(number > 0)) return { value: fallback, warnings: [`${name} is not a number above 0; ${fallback} is used.`] }
  const value = Math.min(most, Math.max(least, number))
  return { value, warnings: value === number ? [] : [`${name} is outside ${least} to ${most}; ${value} is used.`] }
}

/** A whole number, moved into its range; anything else is the fallback. */
export function count(env: Env, name: string, fallback: number, least: number, most: number): Parsed<number> {
  const raw = trimmed(env, name)
  if (raw === null) return { value: fallback, warnings: [] }
  const number = wholeNumber(raw)
  if (Number.isNaN(number))
    return { value: fallback, warnings: [`${name} is not a whole number; ${fallback} is used.`] }
  const value = Math.min(most, Math.max(least, number))
  return { value, warnings: value === number ? [] : [`${name} is outside ${least} to ${most}; ${value} is used.`] }
}

/** A whole number in its range; anything else is ignored. */
export function integer(env: Env, name: string, least: number, most: number): Parsed<number | null> {
  const raw = trimmed(env, name)
  if (raw === null) return { value: null, warnings: [] }
  const value = wholeNumber(raw)
  if (value >= least && value <= most) return { value, warnings: [] }
  return { value: null, warnings: [`${name} is not a whole number from ${least} to ${most}; it is ignored.`] }
}

function wholeNumber(raw: string): number {
  return /^\d{1,15}$/.test(raw) ? Number(raw) : NaN
}

/** @throws KoraError config_invalid: no other port is what was meant */
export function port(env: Env, name: string, fallback: number): number {
  const raw = trimmed(env, name)
  if (raw === null) return fallback
  const value = wholeNumber(raw)
  if (value >= 0 && value <= 65_535) return value
  throw new KoraError('config_invalid', `${name} must be a port: a whole number from 0 to 65535.`, {
    variable: name,
    exitCode: 2,
  })
}

/** Yes or no in its usual spellings; anything else is ignored. */
export function flag(env: Env, name: string): Parsed<boolean | null> {
  const raw = trimmed(env, name)?.toLowerCase() ?? null
  if (raw === null) return { value: null, warnings: [] }
  if (isTruthy(raw)) return { value: true, warnings: [] }
  if (['false', '0', 'no', 'off'].includes(raw)) return { value: false, warnings: [] }
  return { value: null, warnings: [`${name} is neither true nor false; it is ignored.`] }
}

/** One of a few words, in any case; anything else is ignored. */
export function choice<T extends string>(env: Env, name: string, words: readonly T[]): Parsed<T | null> {
  const raw = trimmed(env, name)?.toLowerCase() ?? null
  const value = words.find((word) => word === raw) ?? null
  if (raw === null || value !== null) return { value, warnings: [] }
  return { value: null, warnings: [`${name} is none of ${words.join(', ')}; it is ignored.`] }
}

export function text(env: Env, name: string, shape: RegExp, what: string): Parsed<string | null> {
  const value = trimmed(env, name)
  if (value === null || shape.test(value)) return { value, warnings: [] }
  return { value: null, warnings: [`${name} is not ${what}; it is ignored.`] }
}

export function url(env: Env, name: string): Parsed<string | null> {
  const value = trimmed(env, name)
  if (value === null || /^https?:$/.test(URL.parse(value)?.protocol ?? '')) return { value, warnings: [] }
  return { value: null, warnings: [`${name} is not an http or https address; it is ignored.`] }
}

/** A path that means the same wherever Kora is started. */
export function absolutePath(env: Env, name: string): Parsed<string | null> {
  const value = trimmed(env, name)
  if (value === null || isAbsolute(value)) return { value, warnings: [] }
  return { value: null, warnings: [`${name} is not an absolute path; it is ignored.`] }
}
