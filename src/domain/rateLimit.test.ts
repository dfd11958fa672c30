import { expect, test } from 'vitest'
import { parsePulse } from './rateLimit.ts'

const nowMs = Date.UTC(2026, 4, 11, 14)
const headers: Record<string, string> = {
  'anthropic-ratelimit-requests-limit': '50',
  'anthropic-ratelimit-requests-remaining': '49',
  'anthropic-ratelimit-requests-reset': '2026-05-11T14:00:01Z',
  'anthropic-ratelimit-tokens-limit': '40000',
  'anthropic-ratelimit-tokens-remaining': '0',
  'anthropic-ratelimit-tokens-reset': '2026-05-11T16:00:30.5+02:00',
}
const parse = (changes: Record<string, string | null>) =>
  parsePulse((name) => ({ ...headers, ...changes })[name] ?? null, nowMs)

test('six valid headers are a pulse', () => {
  expect(parse({})).toEqual({
    capturedAtMs: nowMs,
    requests: { limit: 50, remaining: 49, resetAtMs: nowMs + 1_000 },
    tokens: { limit: 40_000, remaining: 0, resetAtMs: nowMs + 30_500 },
  })
})

test('cost 66: with one axis missing there is none', () => {
  const tokens = Object.keys(headers).filter((name) => name.includes('tokens'))
  expect(parse(Object.fromEntries(tokens.map((name) => [name, null])))).toBeNull()
})

test.each(Object.keys(headers))('nor without %s', (name) => {
  expect(parse({ [name]: null })).toBeNull()
})

test.each([
  ['anthropic-ratelimit-requests-limit', ''],
  ['anthropic-ratelimit-requests-limit', '-1'],
  ['anthropic-ratelimit-requests-remaining', '4.5'],
  ['anthropic-ratelimit-tokens-limit', '1e3'],
  ['anthropic-ratelimit-tokens-remaining', 'many'],
  ['anthropic-ratelimit-tokens-limit', '9'.repeat(20)],
  ['anthropic-ratelimit-requests-reset', '2026-05-11'],
  ['anthropic-ratelimit-requests-reset', '2026-05-11T14:00:01'],
  ['anthropic-ratelimit-tokens-reset', '2026-13-11T14:00:01Z'],
  ['anthropic-ratelimit-tokens-reset', 'soon'],
])('nor with %s: %j', (name, value) => {
  expect(parse({ [name]: value })).toBeNull()
})
