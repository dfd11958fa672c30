import { expect, test } from 'vitest'
import { plainQuotes, plainText } from './plainText.ts'

test.each([
  ['I’m', "I'm"],
  ['I‘m I´m I`m I＇m', "I'm I'm I'm I'm"],
  ['“go” „go‟', '"go" "go"'],
  ['ｓｈｏｕｌｄ\u00A0ｗｅ', 'should we'],
  ['ﬁx it', 'fix it'],
  ['café', 'café'],
])('%j reads %j', (text, plain) => {
  expect(plainText(text)).toBe(plain)
})

test('quotes alone leave everything else as it is', () => {
  expect(plainQuotes('“ｓ’')).toBe('"ｓ\'')
})
