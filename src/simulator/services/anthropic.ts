import { randomBytes } from 'node:crypto'
import { diagnose } from '../diagnosis.ts'
import { anthropicError } from '../faults.ts'
import { bearer, record, type Reply, type ServiceRequest } from '../http.ts'
import { costReport, type CostReportState } from './anthropicCostReport.ts'
import { meterCall, nothingServed, type Meter } from './anthropicMeter.ts'
import { messageStream, type StreamPoint } from './anthropicStream.ts'

export interface AnthropicUsage {
  input_tokens: unknown
  output_tokens: unknown
  cache_creation_input_tokens: unknown
  cache_read_input_tokens: unknown
  /** Of the cache writes, how many live five minutes and how many an hour. */
  cache_creation: { ephemeral_5m_input_tokens: unknown; ephemeral_1h_input_tokens: unknown }
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
  /** An error instead of an answer, such as `overloaded_error`; with `errorAfter`, the one the stream breaks off with. */
  readonly error?: { readonly type: string; readonly message: string; readonly status?: number }
  readonly headers?: Record<string, string>
  /** Fields that replace those of the message; undefined removes one. */
  readonly message?: Record<string, unknown>
  /** A streamed answer stops here and the line is held until the client goes away. */
  readonly holdAfter?: StreamPoint
  /** A streamed answer stops here: the connection ends. */
  readonly cutAfter?: StreamPoint
  /** A streamed answer ends here with an error event, `overloaded_error` unless `error` names another. */
  readonly errorAfter?: StreamPoint
}

interface RateLimitAxis {
  readonly limit: unknown
  readonly remaining: unknown
  /** ISO 8601. */
  readonly reset: unknown
}

export interface AnthropicState {
  apiKey: string | null
  /** Null composes a diagnosis out of the prompt. */
  reply: null | string | AnthropicAnswer | ((request: AnthropicRequest) => string | AnthropicAnswer)
  /** Sent as headers with each answer of the Messages API; an axis left out sends none. */
  rateLimit: { requests?: RateLimitAxis; tokens?: RateLimitAxis } | null
  meter: Meter
  /** Request ids are unique across starts: whoever keeps them takes a repeated one for the same request. */
  ids: { readonly start: string; requests: number; answers: number }
}

/** An account that accepts every key and was asked nothing yet. */
export function newAnthropic(): AnthropicState {
  return {
    apiKey: null,
    reply: null,
    rateLimit: null,
    meter: { ...nothingServed(), byModel: {} },
    ids: { start: randomBytes(7).toString('hex'), requests: 0, answers: 0 },
  }
}

/** About four characters a token. */
const tokens = (text: string): number => Math.ceil(text.length / 4)

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((block) => record(block)['text'])
    .filter((part) => typeof part === 'string')
    .join('\n')
}

const numbered = (kind: string, { start }: AnthropicState['ids'], count: number): string =>
  `${kind}_${start}${String(count).padStart(10, '0')}`

function rateLimitHeaders(rateLimit: AnthropicState['rateLimit']): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [axis, values] of Object.entries(rateLimit ?? {})) {
    for (const [name, value] of Object.entries(values)) headers[`anthropic-ratelimit-${axis}-${name}`] = String(value)
  }
  return headers
}

/** Messages API, streamed or at once, and the organisation's cost report. */
export function anthropic(request: ServiceRequest, state: AnthropicState, costs: CostReportState): Reply {
  state.ids.requests += 1
  const requestId = { 'request-id': numbered('req', state.ids, state.ids.requests) }
  if (request.method === 'GET' && request.path === '/v1/organizations/cost_report') {
    return { ...costReport(request, costs), headers: requestId }
  }
  const reply = answer(request, state)
  return { ...reply, headers: { ...requestId, ...rateLimitHeaders(state.rateLimit), ...reply.headers } }
}

/** Credentials in `x-api-key` or as a bearer token. */
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
  const asked = { model, maxTokens, system, prompt, call: state.ids.answers + 1 }
  const scripted = typeof state.reply === 'function' ? state.reply(asked) : state.reply
  const script: AnthropicAnswer = typeof scripted === 'string' ? { text: scripted } : (scripted ?? {})
  if (script.error !== undefined && script.errorAfter === undefined) {
    const { type, message, status } = script.error
    return { ...anthropicError(type, message, status), headers: script.headers }
  }
  state.ids.answers += 1
  return told(script, asked, body['stream'] === true, state)
}

function told(script: AnthropicAnswer, asked: AnthropicRequest, streamed: boolean, state: AnthropicState): Reply {
  const said = script.text ?? diagnose(asked.prompt)
  const content = script.content ?? (said === '' ? [] : [{ type: 'text', text: said, citations: null }])
  const callsTools = Array.isArray(content) && content.some((block) => record(block)['type'] === 'tool_use')
  const usage = {
    input_tokens: tokens(asked.system) + tokens(asked.prompt),
    output_tokens: Math.min(tokens(said), asked.maxTokens),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    ...script.usage,
  }
  const message: Record<string, unknown> = {
    id: numbered('msg', state.ids, state.ids.answers),
    type: 'message',
    role: 'assistant',
    model: script.model ?? asked.model,
    content,
    stop_reason: script.stopReason ?? (callsTools ? 'tool_use' : 'end_turn'),
    stop_sequence: null,
    usage,
    ...script.message,
  }
  // What is served is billed, even where a script keeps quiet about it.
  const count = meterCall(state.meter, String(message['model']))
  const meter = (statedUsage: unknown): void => count(statedUsage ?? usage)
  if (!streamed) {
    meter(message['usage'])
    return { status: 200, headers: script.headers, body: message }
  }
  const { holdAfter, cutAfter, errorAfter, error } = script
  const stream = messageStream({
    message,
    stopAt: holdAfter ?? cutAfter ?? errorAfter ?? null,
    stopBy: holdAfter !== undefined ? 'hold' : cutAfter !== undefined ? 'cut' : 'error',
    error: { type: error?.type ?? 'overloaded_error', message: error?.message ?? 'Overloaded' },
    meter,
  })
  return { status: 200, headers: script.headers, stream }
}
