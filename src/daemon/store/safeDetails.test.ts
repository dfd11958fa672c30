import { describe, expect, test } from 'vitest'
import { detailsLimit, toJsonDetails, toLimitedText } from './safeDetails.ts'

describe('what JSON cannot hold', () => {
  test('is replaced where it stands and named; its neighbours stay', () => {
    const loop: Record<string, unknown> = { inside: 1 }
    loop['self'] = loop
    const details = {
      first: 'kept',
      big: 12n,
      missing: undefined,
      call: () => 1,
      symbol: Symbol('s'),
      nan: Number.NaN,
      list: [1, undefined, { deep: 2n }],
      loop,
      last: { kept: true },
    }
    expect(toJsonDetails(details)).toEqual({
      first: 'kept',
      big: '12',
      missing: null,
      call: null,
      symbol: null,
      nan: null,
      list: [1, null, { deep: '2' }],
      loop: { inside: 1, self: null },
      last: { kept: true },
      _unserialisable: ['big', 'missing', 'call', 'symbol', 'nan', 'list[1]', 'list[2].deep', 'loop.self'],
    })
  })

  test('the same object twice is no cycle', () => {
    const shared = { a: 1 }
    expect(toJsonDetails({ one: shared, two: [shared] })).toEqual({ one: { a: 1 }, two: [{ a: 1 }] })
  })

  test('a getter or a toJSON that throws costs its own value alone', () => {
    const bad = {
      get broken(): string {
        throw new Error('no')
      },
    }
    const odd = {
      toJSON() {
        throw new Error('no')
      },
    }
    expect(toJsonDetails({ bad, odd, good: 1 })).toEqual({
      bad: null,
      odd: null,
      good: 1,
      _unserialisable: ['bad', 'odd'],
    })
  })

  test('a thousand levels do not break it', () => {
    let deep: unknown = 'bottom'
    for (let level = 0; level < 1_000; level++) deep = { deep }
    const text = JSON.stringify(toJsonDetails({ deep, beside: 1 }))
    expect(text).toContain('"beside":1')
    expect(text).not.toContain('bottom')
  })

  test('dates and errors keep what people look for', () => {
    const details = { at: new Date(0), error: new TypeError('broken') }
    expect(toJsonDetails(details)).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      error: { name: 'TypeError', message: 'broken' },
    })
  })

  test('a field named __proto__ stays a field', () => {
    const details = toJsonDetails(JSON.parse('{"__proto__":{"polluted":true},"a":1}'))
    expect(JSON.stringify(details)).toBe('{"__proto__":{"polluted":true},"a":1}')
    expect('polluted' in details).toBe(false)
  })
})

describe('length', () => {
  const bytes = (text: string) => Buffer.byteLength(text)

  test('up to 64 kB nothing is cut', () => {
    const text = 'x'.repeat(detailsLimit - '{"text":""}'.length)
    expect(toLimitedText({ text })).toBe(JSON.stringify({ text }))
  })

  test.each([
    ['plain text', 'x'.repeat(200_000)],
    ['text of many bytes', '漢'.repeat(100_000)],
    ['text that JSON spells long', '\u0001'.repeat(100_000)],
    ['half surrogates', '\ud800'.repeat(50_000)],
  ])('%s is cut to fit, and marked', (_name, text) => {
    const limited = toLimitedText({ before: 1, text, after: 'kept' })
    expect(bytes(limited)).toBeLessThanOrEqual(detailsLimit)
    const details = JSON.parse(limited)
    expect(details).toMatchObject({
      before: 1,
      _truncated: { bytes: bytes(JSON.stringify({ before: 1, text, after: 'kept' })), keys: ['text', 'after'] },
    })
    expect(text.startsWith(details.text)).toBe(true)
    expect(details.text.length).toBeGreaterThan(5_000)
  })

  test('a list too long is left out and named', () => {
    const limited = JSON.parse(toLimitedText({ id: 'a', list: Array.from({ length: 50_000 }, (_, index) => index) }))
    expect(limited).toMatchObject({ id: 'a', _truncated: { keys: ['list'] } })
    expect(limited).not.toHaveProperty('list')
  })

  test('a hundred thousand fields fit too', () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`${'k'.repeat(90)}${index}`, index]))
    expect(bytes(toLimitedText(many))).toBeLessThanOrEqual(detailsLimit)
  })
})
