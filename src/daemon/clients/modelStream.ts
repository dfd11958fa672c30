import { toldInStream, type Trouble, unreadable } from './modelFailure.ts'

interface Block {
  readonly start: Readonly<Record<string, unknown>>
  readonly parts: string[]
}

/** Which field of a block its deltas grow, by the delta's type: what they carry and where it ends up. */
const grows: Readonly<Record<string, { readonly delta: string; readonly field: string }>> = {
  text_delta: { delta: 'text', field: 'text' },
  thinking_delta: { delta: 'thinking', field: 'thinking' },
  input_json_delta: { delta: 'partial_json', field: 'input' },
}

/** The Messages API's events of one reply, put together. Holds what was stated so far, however it ends. */
export class StreamedReply {
  /** The model began to answer: from here on it is billed. */
  begun = false
  /** Everything was told, the end included. */
  ended = false
  /** Null until the last message delta, after which neither text nor usage changes. */
  stopReason: string | null = null
  model: string | null = null
  #usage: Record<string, unknown> | null = null
  readonly #blocks = new Map<unknown, Block & { field: string | null }>()

  /** Takes one event. @returns what is wrong when the reply ends here */
  take({ event, data }: { readonly event: string | null; readonly data: string }): Trouble | null {
    if (event === 'ping' || data === '') return null
    const fields = parsed(data)
    if (event === 'error') {
      const error = record(fields?.['error'])
      return toldInStream(error?.['type'], error?.['message'])
    }
    if (fields === null) return unreadable('an event of the reply is no JSON object')
    switch (fields['type']) {
      case 'message_start':
        return this.#start(record(fields['message']))
      case 'content_block_start':
        this.#blocks.set(fields['index'], { start: record(fields['content_block']) ?? {}, parts: [], field: null })
        return null
      case 'content_block_delta':
        this.#grow(fields['index'], record(fields['delta']))
        return null
      case 'message_delta': {
        const reason = record(fields['delta'])?.['stop_reason']
        if (typeof reason === 'string') this.stopReason = reason
        this.#state(fields['usage'])
        return null
      }
      case 'message_stop':
        this.ended = true
        return null
      default:
        // Kinds of events are added without notice.
        return null
    }
  }

  /** The provider's usage as last stated; null when it stated none. */
  get rawUsage(): Readonly<Record<string, unknown>> | null {
    return this.#usage
  }

  /** The blocks in their order. The input of a tool's use is data; null when its JSON broke off. */
  get content(): Record<string, unknown>[] {
    return [...this.#blocks.values()].map(({ start, parts, field }) => {
      if (field === null) return { ...start }
      const grown = parts.join('')
      if (field === 'input') return { ...start, input: grown === '' ? (start['input'] ?? {}) : parsed(grown) }
      const before = start[field]
      return { ...start, [field]: (typeof before === 'string' ? before : '') + grown }
    })
  }

  get text(): string {
    return this.content
      .map((block) => (block['type'] === 'text' && typeof block['text'] === 'string' ? block['text'] : ''))
      .join('')
  }

  #start(message: Record<string, unknown> | null): Trouble | null {
    if (message === null) return unreadable('the reply starts without a message')
    this.begun = true
    const { model, usage } = message
    if (typeof model === 'string' && model !== '') this.model = model
    this.#state(usage)
    return null
  }

  #grow(index: unknown, delta: Record<string, unknown> | null): void {
    const block = this.#blocks.get(index)
    const kind = grows[String(delta?.['type'])]
    const part = kind === undefined ? undefined : delta?.[kind.delta]
    if (block === undefined || kind === undefined || typeof part !== 'string') return
    block.field = kind.field
    block.parts.push(part)
  }

  /** Usage is cumulative: the newest figure stands; one that is null was not stated. */
  #state(usage: unknown): void {
    const stated = record(usage)
    if (stated === null) return
    const known = Object.entries(stated).filter(([, value]) => value !== null)
    this.#usage = { ...this.#usage, ...Object.fromEntries(known) }
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return record(JSON.parse(text))
  } catch {
    return null
  }
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
