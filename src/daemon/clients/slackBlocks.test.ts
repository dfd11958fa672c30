import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slackBlocks, slackText } from './slackBlocks.ts'

const texts = (text: string): string[] => slackBlocks(text).map((block) => block.text.text)

test('one plain-text section for a short text, none for no text', () => {
  expect(slackBlocks('🚨 Probe alert · fly\nT')).toEqual([
    { type: 'section', text: { type: 'plain_text', text: '🚨 Probe alert · fly\nT', emoji: true } },
  ])
  expect(slackBlocks('')).toEqual([])
})

test('sections hold at most 3,000 characters and together are the text, without divided characters', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '🚨', 'ü'), maxLength: 4_000 }), { maxLength: 4 }),
      (parts) => {
        const text = parts.join('')
        const pieces = texts(text)
        expect(pieces.join('')).toBe(text)
        for (const piece of pieces) {
          expect(piece.length).toBeGreaterThan(0)
          expect(piece.length).toBeLessThanOrEqual(3_000)
          expect(piece.isWellFormed()).toBe(true)
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('a piece ends after a line, else after a word, else where it must', () => {
  expect(texts(`${'a'.repeat(2_000)}\n${'b'.repeat(2_000)}`)).toEqual([`${'a'.repeat(2_000)}\n`, 'b'.repeat(2_000)])
  expect(texts(`${'a'.repeat(2_500)} ${'b'.repeat(2_000)}`)).toEqual([`${'a'.repeat(2_500)} `, 'b'.repeat(2_000)])
  expect(texts(`a\n${'b'.repeat(3_500)}`).map((piece) => piece.length)).toEqual([3_000, 502])
  expect(texts(`${'a'.repeat(2_999)}🚨b`).map((piece) => piece.length)).toEqual([2_999, 3])
})

test('40,000 characters are shown, more are cut with a mark', () => {
  const longest = 'x'.repeat(40_000)
  expect(texts(longest).join('')).toBe(longest)
  const shown = texts(`${'x'.repeat(39_971)}🚨${'x'.repeat(100)}`).join('')
  expect(shown.length).toBeLessThanOrEqual(40_000)
  expect(shown).toMatch(/^x+\n… \(cut, too long for Slack\)$/)
  expect(slackBlocks('y'.repeat(100_000)).length).toBeLessThanOrEqual(50)
})

test('text that Slack would parse is escaped in the text field and left alone in blocks', () => {
  const hostile = '<!channel> <@U123> <https://evil.example|click> a & b'
  expect(slackText(hostile)).toBe('&lt;!channel&gt; &lt;@U123&gt; &lt;https://evil.example|click&gt; a &amp; b')
  expect(texts(hostile)).toEqual([hostile])
  expect(slackText('🚨 Probe alert · fly\nT')).toBe('🚨 Probe alert · fly\nT')
})

test('escaping never exceeds the limit and never divides an entity', () => {
  const shown = slackText('&'.repeat(39_000))
  expect(shown.length).toBeLessThanOrEqual(40_000)
  expect(shown).toMatch(/^(&amp;)+\n… \(cut, too long for Slack\)$/)
  expect(slackText('🚨'.repeat(30_000)).isWellFormed()).toBe(true)
})
