import { record, type EventStream, type ServerEvent } from '../http.ts'

/** A point in a streamed answer: before any text, or after half of it. */
export type StreamPoint = 'start' | 'half'

export interface StreamPlan {
  /** The finished message, as it would be answered without streaming. */
  readonly message: Record<string, unknown>
  /** Where the answer stops; null when it is told to the end. */
  readonly stopAt: StreamPoint | null
  /** What happens where it stops. */
  readonly stopBy: 'hold' | 'cut' | 'error'
  readonly error: { readonly type: string; readonly message: string }
  /** Counts what the events say. */
  readonly meter: (usage: unknown) => void
}

const pieces = 6

/** In about six pieces, never inside a character. */
function slices(text: string): string[] {
  const characters = Array.from(text)
  const size = Math.max(1, Math.ceil(characters.length / pieces))
  const parts: string[] = []
  for (let at = 0; at < characters.length; at += size) parts.push(characters.slice(at, at + size).join(''))
  return parts
}

function blockEvents(block: unknown, index: number): ServerEvent[] {
  const { type, text, input, ...rest } = record(block)
  const told =
    type === 'text' && typeof text === 'string'
      ? {
          start: { type, ...rest, text: '' },
          deltas: slices(text).map((part) => ({ type: 'text_delta', text: part })),
        }
      : type === 'tool_use'
        ? {
            start: { type, ...rest, input: {} },
            deltas: slices(JSON.stringify(input ?? {})).map((part) => ({
              type: 'input_json_delta',
              partial_json: part,
            })),
          }
        : { start: block, deltas: [] }
  return [
    named('content_block_start', { index, content_block: told.start }),
    ...told.deltas.map((delta) => named('content_block_delta', { index, delta })),
    named('content_block_stop', { index }),
  ]
}

function named(type: string, fields: Record<string, unknown> = {}): ServerEvent {
  return { event: type, data: { type, ...fields } }
}

/** Half of a whole count; a garbled one, and one too small to halve, is what it is. */
function halfOf(tokens: unknown): unknown {
  return typeof tokens === 'number' && tokens > 1 ? Math.ceil(tokens / 2) : tokens
}

/**
 * The events of one answer of the Messages API. Usage is cumulative: the start states the prompt and one token of
 * output, the end everything, and so does a stop half-way for the half that was told.
 */
export function messageStream(plan: StreamPlan): EventStream {
  const { message, stopAt, stopBy } = plan
  const { content, usage, stop_reason: stopReason, stop_sequence: stopSequence, ...rest } = message
  const total = record(usage)['output_tokens']
  const withUsage = (output: unknown): Record<string, unknown> =>
    usage === undefined ? {} : { usage: { ...record(usage), output_tokens: output } }
  // The time to live of cache writes is told at the start alone.
  const delta = (output: unknown, reason: unknown): ServerEvent => {
    const { usage: stated } = withUsage(output)
    const { cache_creation: _, ...cumulative } = record(stated)
    return named('message_delta', {
      delta: { stop_reason: reason, stop_sequence: stopSequence ?? null },
      ...(stated === undefined ? {} : { usage: cumulative }),
    })
  }

  const first = typeof total === 'number' && total < 1 ? total : 1
  const start = [
    named('message_start', {
      message: { ...rest, content: [], stop_reason: null, stop_sequence: null, ...withUsage(first) },
    }),
    named('ping'),
  ]
  const told = Array.isArray(content) ? content.flatMap(blockEvents) : []
  const end = [delta(total, stopReason), named('message_stop')]

  const stated = ({ event, data }: ServerEvent): void => {
    const fields = record(data)
    if (event === 'message_start') plan.meter(record(fields['message'])['usage'])
    if (event === 'message_delta') plan.meter(fields['usage'])
  }
  if (stopAt === null) return { events: [...start, ...told, ...end], stated, ending: 'close' }

  const half = stopAt === 'start' ? [] : [...firstHalf(told), delta(halfOf(total), null)]
  if (stopBy !== 'error') return { events: [...start, ...half], stated, ending: stopBy }
  return { events: [...start, ...half, named('error', { error: plan.error })], stated, ending: 'close' }
}

/** Up to the middle one of the deltas. */
function firstHalf(events: readonly ServerEvent[]): ServerEvent[] {
  const deltas = events.filter(({ event }) => event === 'content_block_delta')
  const last = deltas[Math.ceil(deltas.length / 2) - 1]
  return last === undefined ? [...events] : events.slice(0, events.indexOf(last) + 1)
}
