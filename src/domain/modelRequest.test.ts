import { expect, test } from 'vitest'
import { messagesBody, promptBytes, providerFramingTokens, type Tool } from './modelRequest.ts'

const tool = (name: string): Tool => ({ name, description: `Reads ${name}.`, input_schema: { type: 'object' } })
const mark = { cache_control: { type: 'ephemeral' } } as const
const messages = [{ role: 'user', content: 'any alerts' }] as const
const ask = { model: 'm', maxTokens: 2_048, system: 'You are Kora.', messages }

test('cost 66 and reasoning 27: marks on the system block and on the last of three tools', () => {
  expect(messagesBody({ ...ask, tools: [tool('a'), tool('b'), tool('c')] })).toEqual({
    model: 'm',
    max_tokens: 2_048,
    system: [{ type: 'text', text: 'You are Kora.', ...mark }],
    messages: [{ role: 'user', content: 'any alerts' }],
    tools: [tool('a'), tool('b'), { ...tool('c'), ...mark }],
  })
})

test('cost 66: without tools there is no key for them', () => {
  expect(messagesBody({ ...ask, tools: [] })).not.toHaveProperty('tools')
  expect(messagesBody(ask)).not.toHaveProperty('tools')
})

test('a system that is a list already stays as it is; an empty one is not sent', () => {
  const system = [
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b', ...mark },
  ] as const
  expect(messagesBody({ ...ask, system }).system).toBe(system)
  expect(messagesBody({ ...ask, system: '' })).not.toHaveProperty('system')
})

test('cost 66 and reasoning 27: the registry stays as it was, and every call has the same bytes before its turns', () => {
  const tools = Object.freeze([tool('a'), tool('b')].map((each) => Object.freeze(each)))
  const before = JSON.stringify(tools)
  const first = messagesBody({ ...ask, tools })
  const second = messagesBody({ ...ask, tools, messages: [...messages, { role: 'assistant', content: 'Two.' }] })
  expect(JSON.stringify([second.system, second.tools])).toBe(JSON.stringify([first.system, first.tools]))
  expect(JSON.stringify(messagesBody({ ...ask, tools }))).toBe(JSON.stringify(first))
  expect(JSON.stringify(tools)).toBe(before)
})

test('the bound counts every byte of system, turns and tools, and what the provider adds', () => {
  const text = 'Ünïcödé 🚨 "quoted"\n'
  const prompt = { system: text, messages: [{ role: 'user', content: [{ type: 'text', text }] }], tools: [tool(text)] }
  const bytes = new TextEncoder().encode(text).length
  expect(promptBytes({ ...prompt, messages: [{ role: 'user', content: text }] })).toBeGreaterThan(
    4 * bytes + providerFramingTokens,
  )
  const without = promptBytes({ system: 'x', messages: [] })
  expect(promptBytes({ system: 'x'.repeat(1_001), messages: [] }) - without).toBe(1_000)
  expect(promptBytes({ system: 'x🚨', messages: [] }) - without).toBe(4)
  expect(without).toBeGreaterThan(providerFramingTokens)
})

test('model and answer length are not part of the prompt', () => {
  const body = messagesBody(ask)
  expect(promptBytes({ ...body, model: 'longer', max_tokens: 1 } as typeof body)).toBe(promptBytes(body))
})
