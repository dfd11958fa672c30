/** A token of the stylesheet as a canvas needs it: it knows no custom properties. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** The lettering of every chart; it grows with the text size of the page. */
export function chartFont(): { family: string; size: number } {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
  return { family: token('--font-ui'), size: 0.6875 * rem }
}
