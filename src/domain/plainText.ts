/** Typographic apostrophes and quotation marks in ASCII. */
export function plainQuotes(text: string): string {
  return text.replace(/[‘’‚‛′ʼ＇´`]/g, "'").replace(/[“”„‟″＂]/g, '"')
}

/**
 * Text as patterns expect it: quotes in ASCII, compatible characters in their plain form (NFKC). Quotes first: NFKC
 * would tear an accent that stands for an apostrophe apart.
 */
export function plainText(text: string): string {
  return plainQuotes(text).normalize('NFKC')
}
