import { diagnose } from '../diagnosis.ts'
import { anthropicError } from '../faults.ts'
import { bearer, record, type Reply, type ServiceRequest } from '../http.ts'

export interface AnthropicUsage {
  input_tokens: unknown
  output_tokens: unknown
  cache_creation_input_tokens: unknown
  cache_read_input_tokens: unknown
}

/** What a scripted answer sees. */
export interface AnthropicRequest {
  readonly model: string
  readonly maxTokens: number
  readonly system: string
  /** All text of the last message. */
  readonly prompt: string
  /** Counts accepted calls, from 1. */
  readonly call: number
}

/** A scripted answer; what is left out is filled in believably. */
export interface AnthropicAnswer {
  readonly text?: string
  /** Replaces the content blocks altogether. */
  readonly content?: unknown
  readonly stopReason?: string
  readonly usage?: Partial<AnthropicUsage>
  readonly model?: string
  /** An error instead of an answer, such as `overloaded_error`. */
  readonly error?: { readonly type: string; readonly message: string; readonly status?: number }
  readonly headers?: Record<string, string>
  /** Fields that replace those of the message; undefined removes one. */
  readonly message?: Record<string, unknown>
}

export interface AnthropicState {
  apiKey: string | null
  /** Null composes a diagnosis out of the prompt. */
  reply: null | string | AnthropicAnswer | ((request: AnthropicRequest) => string | AnthropicAnswer)
  /** What was served, whether or not the answer arrived. */
  meter: { calls: number; inputTokens: number; outputTokens: number }
}

/** About four characters a token. */
const tokens = (text: string): number => Math.ceil(text.length / 4)
const count = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0)

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((block) => record(block)['text'])
    .filter((part) => typeof part === 'string')
    .join('\n')
}

/** Messages API, without streaming: credentials in `x-api-key` or as a bearer token. */
export function anthropic(request: ServiceRequest, state: AnthropicState): Reply {
  const requestId = `req_${String(state.meter.calls + 1).padStart(24, '0')}`
  const reply = answer(request, state)
  return { ...reply, headers: { 'request-id': requestId, ...reply.headers } }
}

function answer(request: ServiceRequest, state: AnthropicState): Reply {
  const key = request.headers['x-api-key'] ?? bearer(request)
  if (key === null || (state.apiKey !== null && key !== state.apiKey)) {
    return anthropicError('authentication_error', 'invalid credentials')
  }
  if (request.method !== 'POST' || request.path !== '/v1/messages')
    return anthropicError('not_found_error', 'Not found')
  const body = record(request.body)
  const { model, max_tokens: maxTokens, messages } = body
  if (typeof model !== 'string') return anthropicError('invalid_request_error', 'model: Field required')
  if (typeof maxTokens !== 'number' || maxTokens < 1) {
    return anthropicError('invalid_request_error', 'max_tokens: Input should be greater than or equal to 1')
  }
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined
  const prompt = textOf(record(last)['content'])
  if (prompt === '') return anthropicError('invalid_request_error', 'messages: at least one message is required')

  const system = textOf(body['system'])
  const asked = { model, maxTokens, system, prompt, call: state.meter.calls + 1 }
  const scripted = typeof state.reply === 'function' ? state.reply(asked) : state.reply
  const script: AnthropicAnswer = typeof scripted === 'string' ? { text: scripted } : (scripted ?? {})
  if (script.error !== undefined) {
    const { type, message, status } = script.error
    return { ...anthropicError(type, message, status), headers: script.headers }
  }
  const said = script.text ?? diagnose(prompt)
  const usage = {
    input_tokens: tokens(system) + tokens(prompt),
    output_tokens: Math.min(tokens(said), maxTokens),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    ...script.usage,
  }
  state.meter.calls += 1
  state.meter.inputTokens += count(usage.input_tokens)
  state.meter.outputTokens += count(usage.output_tokens)
  return {
    status: 200,
    headers: script.headers,
    body: {
      id: `msg_${String(state.meter.calls).padStart(24, '0')}`,
      type: 'message',
      role: 'assistant',
      model: script.model ?? model,
      content: script.content ?? (said === '' ? [] : [{ type: 'text', text: said, citations: null }]),
      stop_reason: script.stopReason ?? 'end_turn',
      stop_sequence: null,
      usage,
      ...script.message,
    },
  }
}
