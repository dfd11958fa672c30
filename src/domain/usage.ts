import type { TokenUsage } from './ledger.ts'

/** How a provider reports what a call used (cost specification, 4.1). */
export type UsageShape = 'anthropic' | 'responses' | 'chat'

export interface NormalizedUsage {
  readonly usage: TokenUsage
  /**
   * What was odd about it, naming the provider's field: `usage_unreadable:`, `usage_negative:`, `usage_inconsistent:`
   * or `usage_implausible:`.
   */
  readonly notes: readonly string[]
  /** A class is larger than any call can be: the numbers must not be believed. */
  readonly implausible: boolean
}

/** Ten times the largest context window there is. */
const mostTokens = 10_000_000

interface Count {
  readonly field: string
  readonly tokens: number
}

/**
 * Brings a provider's usage to three prompt classes that do not overlap, and output. What is missing is 0; what is
 * negative or no number is 0 with a note.
 */
export function normalizeUsage(raw: unknown, shape: UsageShape): NormalizedUsage {
  const reading = new Reading(raw)
  const { input, output, cacheRead, cacheCreation, cacheCreation1h } = readers[shape](reading)
  for (const { field, tokens } of [input, output, cacheRead, cacheCreation]) {
    if (tokens > mostTokens) reading.note('implausible', field)
  }
  return {
    usage: {
      inputTokens: input.tokens,
      outputTokens: output.tokens,
      cacheReadTokens: cacheRead.tokens,
      cacheCreationTokens: cacheCreation.tokens,
      cacheCreation1hTokens: cacheCreation1h,
    },
    notes: reading.notes,
    implausible: reading.notes.some((note) => note.startsWith('usage_implausible')),
  }
}

interface Parts {
  readonly input: Count
  readonly output: Count
  readonly cacheRead: Count
  readonly cacheCreation: Count
  readonly cacheCreation1h: number
}

const readers: Readonly<Record<UsageShape, (reading: Reading) => Parts>> = {
  anthropic(reading) {
    const cacheCreation1h = reading.first('cache_creation.ephemeral_1h_input_tokens').tokens
    const byLife = cacheCreation1h + reading.first('cache_creation.ephemeral_5m_input_tokens').tokens
    const said = reading.first('cache_creation_input_tokens')
    if (said.found && byLife > said.tokens) reading.note('inconsistent', said.field)
    return {
      input: reading.first('input_tokens'),
      output: reading.first('output_tokens'),
      cacheRead: reading.first('cache_read_input_tokens'),
      cacheCreation: { field: said.field, tokens: Math.max(said.tokens, byLife) },
      cacheCreation1h,
    }
  },
  responses(reading) {
    const cacheRead = reading.first('input_tokens_details.cached_tokens')
    const cacheCreation = reading.first(
      'input_tokens_details.cache_write_tokens',
      'input_tokens_details.cache_creation_tokens',
    )
    const input = rest(reading, reading.first('input_tokens'), cacheRead.tokens + cacheCreation.tokens)
    return { input, output: reading.first('output_tokens'), cacheRead, cacheCreation, cacheCreation1h: 0 }
  },
  chat(reading) {
    const cacheRead = reading.first('prompt_tokens_details.cached_tokens', 'cache_read_input_tokens')
    const cacheCreation = reading.first(
      'prompt_tokens_details.cache_write_tokens',
      'prompt_tokens_details.cache_creation_tokens',
      'cache_creation_input_tokens',
    )
    const input = rest(reading, reading.first('prompt_tokens'), cacheRead.tokens + cacheCreation.tokens)
    return { input, output: reading.first('completion_tokens'), cacheRead, cacheCreation, cacheCreation1h: 0 }
  },
}

/** These shapes count cached tokens among the prompt's; a prompt smaller than its parts leaves nothing fresh. */
function rest(reading: Reading, prompt: Count, cached: number): Count {
  if (cached > prompt.tokens) reading.note('inconsistent', prompt.field)
  return { field: prompt.field, tokens: Math.max(0, prompt.tokens - cached) }
}

/** One pass over a provider's answer that remembers what was odd. */
class Reading {
  readonly notes: string[] = []
  readonly #raw: unknown

  constructor(raw: unknown) {
    this.#raw = raw
    if (!isObject(raw)) this.note('unreadable', 'usage')
  }

  note(kind: 'unreadable' | 'negative' | 'inconsistent' | 'implausible', field: string): void {
    this.notes.push(`usage_${kind}:${field}`)
  }

  /** The first of the fields that is there. */
  first(...fields: readonly [string, ...string[]]): Count & { readonly found: boolean } {
    for (const field of fields) {
      const value = field.split('.').reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), this.#raw)
      if (value !== undefined && value !== null) return { field, tokens: this.#tokens(field, value), found: true }
    }
    return { field: fields[0], tokens: 0, found: false }
  }

  #tokens(field: string, value: unknown): number {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      this.note('unreadable', field)
      return 0
    }
    if (value < 0) {
      this.note('negative', field)
      return 0
    }
    return Math.min(Math.trunc(value), Number.MAX_SAFE_INTEGER)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
