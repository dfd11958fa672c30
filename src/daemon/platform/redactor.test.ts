import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from './redactor.ts'

const secretText = fc
  .string({ minLength: 6, maxLength: 60, unit: 'grapheme' })
  .filter((value) => value.trim().length >= 6)
const prose = fc.string({ maxLength: 40 })

describe('learned values', () => {
  it('never survive, alone, side by side, or encoded', () => {
    fc.assert(
      fc.property(fc.array(secretText, { minLength: 1, maxLength: 4 }), prose, prose, (secrets, before, after) => {
        const redactor = createRedactor()
        for (const secret of secrets) redactor.learn(secret)
        const trimmed = secrets.map((secret) => secret.trim())
        const encoded = trimmed.flatMap((secret) => [
          encodeURIComponent(secret),
          Buffer.from(secret).toString('base64'),
          Buffer.from(secret).toString('base64url'),
          JSON.stringify(secret).slice(1, -1),
        ])
        const out = redactor.text(before + [...trimmed, ...encoded].join('') + after + trimmed.join(' '))
        for (const form of [...trimmed, ...encoded]) expect(out).not.toContain(form)
      }),
      { numRuns: 500 },
    )
  })

  it('leave nothing of themselves when they overlap', () => {
    const redactor = createRedactor()
    redactor.learn('abcdefgh')
    redactor.learn('efghijkl')
    expect(redactor.text('x abcdefghijkl y')).toBe('x <REDACTED> y')
    expect(redactor.text('x abcdefgh efghijkl y')).toBe('x <REDACTED> <REDACTED> y')
  })

  it('are trimmed, and ignored below 6 characters', () => {
    const redactor = createRedactor()
    redactor.learn('  hunter42\n')
    redactor.learn('short')
    redactor.learn('')
    expect(redactor.text('hunter42 is short')).toBe('<REDACTED> is short')
    expect(redactor.text('')).toBe('')
  })

  it('are found in an address whichever way it spells them', () => {
    const redactor = createRedactor()
    redactor.learn('p@ss word/1')
    for (const spelled of ['p%40ss%20word%2F1', 'p%40ss%20word%2f1', 'p%40ss+word%2F1'])
      expect(redactor.text(`https://x.test/?q=${spelled}`)).toBe('https://x.test/?q=<REDACTED>')
  })
})

describe('token shapes', () => {
  it.each([
    ['xoxb-1234567890-abcdefgh', '<REDACTED>'],
    ['XOXP-1-2-3-abcdef', '<REDACTED>'],
    ['xapp-1-A0123-456-abcdef', '<REDACTED>'],
    ['sk-ant-api03-Zm9v_YmFy', '<REDACTED>'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer <REDACTED>'],
    ['bearer Bearer12', 'bearer <REDACTED>'],
    ['AKIAABCDEFGHIJKLMNOP', '<REDACTED>'],
    ['eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl', '<REDACTED>'],
    ['dp.st.prd.AbCdEf0123456789', '<REDACTED>'],
    ['dp.pt.AbCdEf0123456789', '<REDACTED>'],
    ['FlyV1 fm2_lJPECAAAAAAAAA,fm2_lJPETgBBBB', 'FlyV1 <REDACTED>'],
    ['fm2_lJPECAAAAAAAAA==', '<REDACTED>'],
    ['sntrys_eyJpYXQiOjE2_abc', '<REDACTED>'],
    ['sntryu_0123456789abcdef', '<REDACTED>'],
    ['ghp_0123456789abcdefABCDEF', '<REDACTED>'],
    ['https://x.test/a?api_key=12&b=2', 'https://x.test/a?api_key=<REDACTED>&b=2'],
    ['https://x.test/a?b=2&access_token=abc#c', 'https://x.test/a?b=2&access_token=<REDACTED>#c'],
    ['postgres://kora:pa55@db.test/kora', 'postgres://kora:<REDACTED>@db.test/kora'],
  ])('%s', (text, expected) => {
    const redactor = createRedactor()
    expect(redactor.text(text)).toBe(expected)
    expect(redactor.text(`it said "${text}", twice: ${text}`)).toBe(`it said "${expected}", twice: ${expected}`)
  })

  it.each([
    'operator@example.com wrote to on-call@example.com',
    'HTTP 503 from https://api.example.com:8443/v1/status?page=2',
    'the bearer of bad news',
    'task-ant-hill, disk-anterior, sk-8',
    'inc_01J8ZQ3V5K3V5K3V5K3V5K3V5K after 3 checks',
    'input_tokens=120 and 4 tokens more',
    'at 12:30 see https://example.com/a:b@c',
  ])('leaves alone: %s', (text) => {
    expect(createRedactor().text(text)).toBe(text)
  })
})

describe('data', () => {
  it('replaces text under keys that announce a secret, as whole words, and keeps references', () => {
    const redactor = createRedactor()
    const source = {
      token: 'a',
      slackBotToken: 'b',
      'X-Api-Key': 'c',
      apikey: 'd',
      PASSWORD: 'e',
      'set-cookie': ['f', 'g'],
      headers: { authorization: 'Basic aDpi', accept: 'application/json' },
      apiKeyRef: 'vault:anthropic',
      secret: 'env:KORA_FLY_API_TOKEN',
      tokens: 'tokens',
      tokenized: 'yes',
      secretary: 'someone',
      inputTokens: 12,
      passwordSet: true,
      bearer: null,
      cookie: '',
    }
    const before = structuredClone(source)
    expect(redactor.data(source)).toEqual({
      ...source,
      token: '<REDACTED>',
      slackBotToken: '<REDACTED>',
      'X-Api-Key': '<REDACTED>',
      apikey: '<REDACTED>',
      PASSWORD: '<REDACTED>',
      'set-cookie': ['<REDACTED>', '<REDACTED>'],
      headers: { authorization: '<REDACTED>', accept: 'application/json' },
    })
    expect(source).toEqual(before)
  })

  it('survives cycles, errors, dates, bytes and odd keys', () => {
    const redactor = createRedactor()
    redactor.learn('hunter42')
    const cause = new TypeError('bad hunter42')
    const error = Object.assign(new Error('failed', { cause }), { code: 'E1' })
    const looped: Record<string, unknown> = { at: new Date(5), bytes: new Uint8Array(3), error, 'x hunter42': 1n }
    looped['self'] = looped
    looped['list'] = [looped, undefined]
    Object.defineProperty(looped, '__proto__', { value: 'hunter42', enumerable: true })
    const out = redactor.data(looped)
    expect(out['self']).toBe(out)
    expect(out['list']).toEqual([out, undefined])
    expect(out['at']).toEqual(new Date(5))
    expect(out['bytes']).toBe('<3 bytes>')
    expect(out['x <REDACTED>']).toBe(1n)
    expect(out['error']).toMatchObject({
      name: 'Error',
      message: 'failed',
      code: 'E1',
      cause: { name: 'TypeError', message: 'bad <REDACTED>' },
    })
    expect(Object.getPrototypeOf(out)).toBe(Object.prototype)
    expect(Object.getOwnPropertyDescriptor(out, '__proto__')?.value).toBe('<REDACTED>')
  })

  it('holds no learned secret anywhere and changes nothing else', () => {
    const noise = fc.jsonValue()
    fc.assert(
      fc.property(noise, fc.stringMatching(/^[a-z0-9]{12,30}$/), (value, secret) => {
        const redactor = createRedactor()
        redactor.learn(`zz${secret}`)
        const out = redactor.data({ value, nested: [{ deep: `say zz${secret} now`, [`zz${secret}`]: 1 }] })
        expect(JSON.stringify(out)).not.toContain(`zz${secret}`)
        expect(out.nested).toEqual([{ deep: 'say <REDACTED> now', '<REDACTED>': 1 }])
      }),
    )
  })
})
