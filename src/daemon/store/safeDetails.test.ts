import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../platform/redactor.ts'
import { detailsLimit, plainText, toJsonDetails, toLimitedText } from './safeDetails.ts'

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
      bad: { broken: null },
      odd: null,
      good: 1,
      _unserialisable: ['bad.broken', 'odd'],
    })
    expect(toJsonDetails(bad)).toEqual({ broken: null, _unserialisable: ['broken'] })
    expect([plainText(bad), plainText({ bad })]).toEqual([null, null])
  })

  test('what an object keeps to itself is named, not shown as empty', () => {
    class Empty {}
    const details = {
      map: new Map([[1, 2]]),
      set: new Set([1]),
      pattern: /x/,
      promise: Promise.resolve(1),
      boxed: new Number(4),
      made: new Empty(),
      none: Object.create(null) as unknown,
      plain: {},
      list: [],
    }
    expect(toJsonDetails(details)).toEqual({
      map: null,
      set: null,
      pattern: null,
      promise: null,
      boxed: null,
      made: null,
      none: {},
      plain: {},
      list: [],
      _unserialisable: ['map', 'set', 'pattern', 'promise', 'boxed', 'made'],
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

  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`${'漢'.repeat(90)}${index}`, 1n]))

  test.each([
    ['behind a long text', { text: 'x'.repeat(200_000), id: 1n }, ['id']],
    ['before one', { id: 1n, text: '漢'.repeat(90_000) }, ['id']],
    ['ten thousand times', many, Array.from({ length: 20 }, () => '漢'.repeat(60))],
  ])('audit 26: what JSON cannot hold is named %s', (_name, details, lost) => {
    const limited = toLimitedText(toJsonDetails(details))
    expect(bytes(limited)).toBeLessThanOrEqual(detailsLimit)
    expect(JSON.parse(limited)).toMatchObject({ _unserialisable: lost, _truncated: {} })
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

describe('details that need no copy', () => {
  const redactor = createRedactor()
  redactor.learn('hunter2-but-longer')
  /** Words that look like credentials, keys that announce some, and all kinds of harmless text. */
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      'xoxb-1234567-abc',
      'sk-ant-abcdef',
      'Bearer abcdefgh',
      'AKIA0123456789ABCDEF',
      'eyJabcdef.ghijklm.x',
      'dp.st.abcdefg',
      'FlyV1 abcdefgh',
      'fm2_abcdefgh',
      'sntrys_abcdefg',
      'ghp_abcdefgh',
      'sb_secret_abcdef',
      'https://a:hunter2@b',
      '?api_key=abc',
      'hunter2-but-longer',
      'a\nhunter2-but-longer\t',
      'token',
      'plain words',
    ),
  )
  const key = fc.oneof(word, fc.constantFrom('apiKey', 'API__KEY', 'slackBotToken', 'cookie', 'title', '__proto__'))
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      word,
      fc.double(),
      fc.boolean(),
      fc.constantFrom(null, undefined, 1n, new Date(0)),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  })).value

  test('are stored exactly as the copy would be; whatever would differ is copied', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 5 }), (made) => {
        const details = { ...made }
        const plain = plainText(details)
        if (plain === null || redactor.suspects(plain)) return
        expect(plain).toBe(toLimitedText(redactor.data(toJsonDetails(details))))
      }),
      { numRuns: 5_000 },
    )
  })

  test('most are: the usual details of every day', () => {
    const details = {
      probe: 'fly',
      category: 'service_unhealthy',
      why: 'HTTP 503',
      latency_ms: 12,
      list: [1, { a: null }],
    }
    const plain = plainText(details)
    expect(plain).toBe(JSON.stringify(details))
    expect(redactor.suspects(plain ?? '')).toBe(false)
  })
})
