import { type Facet, facetWord } from './history.ts'

/** Shorter words are looked for as they stand: a letter or two would begin half of all words. */
const leastPrefix = 3
const mostTerms = 12
const longestTerm = 64

/**
 * What somebody typed, as an expression for SQLite's FTS5. Words must all occur, in any order; words in double quotes
 * stand together; a word behind a minus must not occur; the last word may be the beginning of one while it is typed.
 * Nothing else is special: every word is quoted, so no text is an error.
 * @returns null when nothing is left to look for: then everything matches the text
 */
export function searchExpression(text: string, facets: readonly (readonly Facet[])[]): string | null {
  const terms = termsOf(text)
  const wanted = terms.filter((term) => !term.excluded).map(quoted)
  const unwanted = terms.filter((term) => term.excluded).map(quoted)
  const narrowed = facets
    .filter((group) => group.length > 0)
    .map((group) => `facets : (${group.map((facet) => `"${facetWord(facet)}"`).join(' OR ')})`)
  if (wanted.length === 0 && unwanted.length === 0) return null
  const all = [...(wanted.length > 0 ? [`text : (${wanted.join(' AND ')})`] : []), ...narrowed]
  if (unwanted.length === 0) return all.join(' AND ')
  // FTS5 has no NOT by itself: everything carries this word.
  const from = all.length > 0 ? all.join(' AND ') : `facets : "${everythingWord}"`
  return `(${from}) NOT text : (${unwanted.join(' OR ')})`
}

/** Stands among the facets of every record. */
export const everythingWord = 'e'

interface Term {
  readonly words: string
  readonly excluded: boolean
  /** May go on. */
  readonly open: boolean
}

function termsOf(text: string): Term[] {
  const terms: Term[] = []
  const plain = text.toWellFormed().replaceAll(/[\p{Cc}\uFFFD]/gu, ' ')
  const pattern = /(-?)(?:"([^"]*)"?|([^\s"]+))/gu
  for (const match of plain.matchAll(pattern)) {
    const words = (match[2] ?? match[3] ?? '').slice(0, longestTerm).trim()
    // Without a letter or digit the tokenizer sees nothing, and nothing would match.
    if (!/[\p{L}\p{N}]/u.test(words)) continue
    const last = match.index + match[0].length === plain.length
    const open = last && match[2] === undefined && match[1] === '' && lastWord(words).length >= leastPrefix
    terms.push({ words, excluded: match[1] === '-', open })
    if (terms.length === mostTerms) break
  }
  return terms
}

/** What the tokenizer takes as the last word of a term such as `fly.io`. */
function lastWord(words: string): string {
  return /[\p{L}\p{N}\p{M}]+$/u.exec(words)?.[0] ?? ''
}

function quoted({ words, open }: Term): string {
  return `"${words.replaceAll('"', '')}"${open ? '*' : ''}`
}
