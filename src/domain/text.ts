/** At most `most` UTF-16 units, never half a character, with an ellipsis when something was cut. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text
  return `${text.slice(0, Math.max(0, most - 1)).replace(/[\uD800-\uDBFF]$/, '')}…`
}
