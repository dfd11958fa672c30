import { cleanId, cleanText } from './clean.ts'

/** Details of a stored row: whatever some version wrote there, wrong types included. */
export type Details = Readonly<Record<string, unknown>>

/** Longest session id a published body shows (audit specification, 8.2). */
export const sessionIdLength = 512

/** Published text of a field, cleaned and cut; null for what is no text, or an empty one. */
export function textOf(value: unknown, most: number): string | null {
  return typeof value === 'string' && value !== '' ? cleanText(value, most) : null
}

/** {@link textOf} for a field that always has one. */
export function nameOf(value: unknown, most: number): string {
  return textOf(value, most) ?? 'unknown'
}

/** What a value says in JSON, as text; null when there is none. */
export function jsonOf(value: unknown, most: number): string | null {
  if (value === undefined || value === null) return null
  // Cleaned within, too: in JSON a control character is spelled out.
  const inner = (_key: string, part: unknown): unknown => (typeof part === 'string' ? cleanText(part, most) : part)
  return cleanText(JSON.stringify(value, inner) ?? '', most)
}

/** A finite number; null for anything else. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** A whole number from 0; null for anything else. */
export function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** One of the published values; whatever is none of them is `unknown` (audit specification, 8). */
export function memberOf<T extends string>(values: readonly T[], value: unknown): T | 'unknown' {
  return values.find((one) => one === value) ?? 'unknown'
}

/** Texts of a list, at most `count` of them; what is no text is left out. */
export function textsOf(value: unknown, count: number, most: number): string[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, count).flatMap((item: unknown) => textOf(item, most) ?? [])
}

/** The session a row belongs to, as far as it may be shown. A mail's session is named by its message id. */
export function sessionOf(id: string | null): string | null {
  return id?.startsWith('email:') ? cleanId(id, sessionIdLength) : textOf(id, sessionIdLength)
}
