import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanText, maskedIp } from './clean.ts'

describe('an address of a machine', () => {
  it.each([
    ['54.203.99.142', '54.203.x.x'],
    [' 10.0.0.1 ', '10.0.x.x'],
    ['2600:1f14::1', '—'],
    ['::ffff:54.203.99.142', '—'],
    ['54.203.99', '—'],
    ['54.203.99.142:443', '—'],
    ['-', '—'],
    ['', '—'],
    [12, '—'],
    [null, '—'],
  ])('audit 18: %j is published as %j', (address, masked) => {
    expect(maskedIp(address)).toBe(masked)
  })
})

describe('a text for a published body', () => {
  it.each([
    ['Fly is unhealthy at 14:00:05, 3 of 4', 'Fly is unhealthy at 14:00:05, 3 of 4'],
    ['connect ECONNREFUSED 10.1.2.3:443', 'connect ECONNREFUSED 10.1.x.x:443'],
    ['1.2.3.4.5 and 192.168.100.200', '1.2.x.x.5 and 192.168.x.x'],
    ['from fe80::1%eth0 and [2001:db8:0:0:0:0:0:1]:80', 'from — and [—]:80'],
    ['peer:fe80::1, ::', 'peer:—, —'],
    ['ask jane.doe+x@mail.example.com, please', 'ask <address>, please'],
    ['<josé@example.org>', '<<address>>'],
    ['email:<ab12@mx.example.net>', 'email:<<address>>'],
    ['key sk-ant-api03-abcdefgh and xoxb-123456-abc', 'key <REDACTED> and <REDACTED>'],
    ['Authorization: Bearer abcdef123456', 'Authorization: Bearer <REDACTED>'],
    ['two\nlines\tand \u0000\u001b[31mred\u009f', 'two\nlines\tand   [31mred '],
    ['half \ud83d of one', 'half � of one'],
    ['probe:fly:service_unhealthy', 'probe:fly:service_unhealthy'],
  ])('%j is %j', (text, clean) => {
    expect(cleanText(text, 200)).toBe(clean)
  })

  it('is cut after it was cleaned, with an ellipsis', () => {
    expect(cleanText('x'.repeat(300), 10)).toBe(`${'x'.repeat(9)}…`)
    expect(cleanText(`jane@example.com ${'x'.repeat(300)}`, 14)).toBe('<address> xxx…')
  })

  it('costs no more for a long text', () => {
    for (const unit of ['a', 'a@', '1.', ':', 'ab ', '@a.', '::1 ', '?token=']) {
      const began = performance.now()
      cleanText(unit.repeat(500_000), 600)
      expect(performance.now() - began).toBeLessThan(200)
    }
  })

  const hostile = fc.oneof(
    fc.constantFrom('jane@example.com', '10.20.30.40', 'fe80::1', ' xoxb-123456-abcdef', ' sk-ant-abcdefgh', ' ', 'x'),
    fc.string({ unit: 'binary', maxLength: 6 }),
  )

  it('holds no address, no token shape, no half character and never more than its limit', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 40 }), fc.integer({ min: 1, max: 60 }), (parts, most) => {
        const clean = cleanText(parts.join(''), most)
        expect(clean.length).toBeLessThanOrEqual(most)
        expect(clean.isWellFormed()).toBe(true)
        expect(clean).not.toMatch(/[\w.+-]+@[\w-]+\.\w+/)
        expect(clean).not.toMatch(/\d{1,3}(\.\d{1,3}){3}/)
        expect(clean).not.toMatch(/xox[bp]-\w{6,}|sk-ant-\w{6,}/)
        // oxlint-disable-next-line no-control-regex
        expect(clean).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]/)
      }),
      { numRuns: 2_000 },
    )
  })
})
