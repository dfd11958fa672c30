interface CacheMark {
  readonly type: 'ephemeral'
  readonly ttl?: '5m' | '1h'
}

export interface SystemBlock {
  readonly type: 'text'
  readonly text: string
  readonly cache_control?: CacheMark
}

/** A block of a message: text, a tool's use or its result, as the provider writes it. */
export interface ContentBlock {
  readonly type: string
  readonly [field: string]: unknown
}

export interface Message {
  readonly role: 'user' | 'assistant'
  readonly content: string | readonly ContentBlock[]
}

/** A tool as the model sees it. */
export interface Tool {
  readonly name: string
  readonly description: string
  readonly input_schema: Readonly<Record<string, unknown>>
  readonly cache_control?: CacheMark
}

export interface MessagesBody {
  readonly model: string
  readonly max_tokens: number
  readonly system?: readonly SystemBlock[]
  readonly messages: readonly Message[]
  readonly tools?: readonly Tool[]
}

/**
 * Tokens the provider adds to what is sent: its own prompt about tools (up to about 700 tokens for the models it
 * documents) and the marks between turns, which also stand as JSON in the bytes that are counted.
 */
export const providerFramingTokens = 1_000

const mark: CacheMark = { type: 'ephemeral' }

/**
 * The body of a Messages API call with its cache marks (cost specification, 4.5): one on the system block, one on a
 * copy of the last tool; each covers everything before it. A system that already is a list stays as it is. What is
 * passed in is never changed, and equal input gives equal bytes, so that the prefix is found in the cache.
 */
export function messagesBody(request: {
  model: string
  maxTokens: number
  system: string | readonly SystemBlock[]
  messages: readonly Message[]
  tools?: readonly Tool[]
}): MessagesBody {
  const system = marked(request.system)
  const tools = request.tools ?? []
  return {
    model: request.model,
    max_tokens: request.maxTokens,
    // The provider refuses an empty block that carries a mark.
    ...(system.length > 0 && { system }),
    messages: request.messages,
    ...(tools.length > 0 && {
      tools: tools.map((tool, at) => (at === tools.length - 1 ? { ...tool, cache_control: mark } : tool)),
    }),
  }
}

function marked(system: string | readonly SystemBlock[]): readonly SystemBlock[] {
  if (typeof system !== 'string') return system
  return system === '' ? [] : [{ type: 'text', text: system, cache_control: mark }]
}

/**
 * The most input tokens a prompt can be: a token is at least one byte of what is sent, and JSON has every byte of it.
 * For text and tools; pictures are counted by their size and are not covered.
 */
export function promptBytes(prompt: {
  readonly system?: string | readonly SystemBlock[]
  readonly messages: readonly Message[]
  readonly tools?: readonly Tool[]
}): number {
  const { system, messages, tools } = prompt
  const sent = JSON.stringify({ system, messages, tools })
  return new TextEncoder().encode(sent).length + providerFramingTokens
}
