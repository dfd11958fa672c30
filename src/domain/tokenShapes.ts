/** Runs that look like a credential. Where a pattern has a group, only the group is the secret. */
const shapes: readonly RegExp[] = [
  /(?<![A-Za-z0-9])(?:xox[a-z]|xapp)-[A-Za-z0-9-]{6,}/gi,
  /(?<![A-Za-z0-9])sk-ant-[\w-]{6,}/gi,
  /(?<![A-Za-z0-9])sk-[\w-]{20,}/g,
  /(?<![A-Za-z0-9])Bearer[ \t]+([^\s"',;<>]{6,})/gi,
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}/g,
  /(?<![\w-])eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?/g,
  /(?<![A-Za-z0-9])dp\.[a-z]{2,5}\.[\w.-]{6,}/g,
  /(?<![A-Za-z0-9])FlyV1[ \t]+([^\s"';<>]{6,})/g,
  /(?<![A-Za-z0-9])f[mo][0-9][a-z]?_[\w+/=,.-]{6,}/g,
  /(?<![A-Za-z0-9])sntry[a-z]_[\w+/=.-]{6,}/g,
  /(?<![A-Za-z0-9])(?:gh[a-z]_[A-Za-z0-9]{6,}|github_pat_\w{6,})/g,
  /(?<![A-Za-z0-9])sb(?:p|_secret)_[\w-]{6,}/g,
  /[?&](?:[\w-]*[_-])?(?:token|secret|password|api_?key|apikey)=([^&\s#"'<>]+)/gi,
  /:\/\/[^\s/@:]*:([^\s/@]+)@/g,
]

/** Stands in every text that holds one of the shapes: most texts hold none, and are looked through once. */
const hint =
  /xox[a-z]-|xapp-|sk-|bearer|AKIA|ASIA|eyJ|dp\.[a-z]|FlyV1|f[mo][0-9]|sntry|gh[a-z]_|github_pat_|sb(?:p|_secret)_|[?&][\w-]*(?:token|secret|password|api_?key)|:\/\//i

/** Whether a text may hold what looks like a credential, itself or as JSON. */
export function mayHoldToken(text: string): boolean {
  return hint.test(text)
}

/** What stands where a secret stood. */
export const redacted = '<REDACTED>'

type Range = [from: number, to: number]

/** Where a text holds what looks like a credential; ranges may overlap. */
export function tokenRanges(text: string): Range[] {
  const ranges: Range[] = []
  if (!mayHoldToken(text)) return ranges
  for (const shape of shapes) {
    // Not `matchAll`, which copies the pattern first: that costs more than to look at a short text.
    shape.lastIndex = 0
    for (let match = shape.exec(text); match; match = shape.exec(text)) {
      const end = match.index + match[0].length
      const hidden = match[1]
      if (hidden === undefined) ranges.push([match.index, end])
      else {
        const at = text.lastIndexOf(hidden, end - hidden.length)
        ranges.push([at, at + hidden.length])
      }
    }
  }
  return ranges
}

/** Replaces each run of overlapping ranges by one marker, so that no end of an overlapped secret is left standing. */
export function redactRanges(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text
  let out = ''
  let coveredTo = 0
  let open = false
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (!open || from > coveredTo) {
      out += text.slice(coveredTo, from) + redacted
      open = true
    }
    coveredTo = Math.max(coveredTo, to)
  }
  return out + text.slice(coveredTo)
}
