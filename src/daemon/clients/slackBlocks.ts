/** A Block Kit section that shows its text as it is: no mentions, no links, no formatting. */
export interface SlackBlock {
  readonly type: 'section'
  readonly text: { readonly type: 'plain_text'; readonly text: string; readonly emoji: true }
}

/** Slack's limits: a section's text, and a message's text. */
const sectionLimit = 3_000
const messageLimit = 40_000
const cutMark = '\n… (cut, too long for Slack)'

function isHighSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0xd800 && code <= 0xdbff
}

/** The largest cut at or under `limit` that does not divide a character. */
function cutAt(text: string, limit: number): number {
  return isHighSurrogate(text, limit - 1) ? limit - 1 : limit
}

/** The text, or its beginning with a mark when it is longer than Slack takes. */
function truncated(text: string): string {
  if (text.length <= messageLimit) return text
  return text.slice(0, cutAt(text, messageLimit - cutMark.length)) + cutMark
}

/** Ends a piece after a line, else after a word, where one ends in its second half. */
function pieceEnd(text: string): number {
  if (text.length <= sectionLimit) return text.length
  const limit = cutAt(text, sectionLimit)
  for (const separator of ['\n', ' ']) {
    const at = text.lastIndexOf(separator, limit - 1)
    if (at >= sectionLimit / 2) return at + 1
  }
  return limit
}

/**
 * The text as plain-text sections of at most 3,000 characters, in order; together they are the text, cut at 40,000
 * characters with a mark. Characters are not escaped: Slack parses nothing in plain text but emoji names. No text, no
 * blocks.
 */
export function slackBlocks(text: string): SlackBlock[] {
  const blocks: SlackBlock[] = []
  let rest = truncated(text)
  while (rest.length > 0) {
    const end = pieceEnd(rest)
    blocks.push({ type: 'section', text: { type: 'plain_text', text: rest.slice(0, end), emoji: true } })
    rest = rest.slice(end)
  }
  return blocks
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/**
 * The text for a message's `text` field, which Slack does parse: `&`, `<` and `>` become entities, as Slack's
 * formatting rules ask, so that no `<!channel>`, `<@U…>` or link can arise; Slack shows and announces the characters
 * themselves. Nothing else changes. At most 40,000 characters after escaping.
 */
export function slackText(text: string): string {
  const escaped = (value: string): string => value.replaceAll(/[&<>]/g, (character) => entities[character] ?? character)
  const whole = escaped(text)
  if (whole.length <= messageLimit) return whole
  const room = messageLimit - cutMark.length
  let used = 0
  let end = 0
  for (const character of text) {
    used += escaped(character).length
    if (used > room) break
    end += character.length
  }
  return escaped(text.slice(0, end)) + cutMark
}
