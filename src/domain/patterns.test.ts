import { expect, test } from 'vitest'
import { parsePatternList } from './patternList.ts'
import { patternMatcher } from './patterns.ts'

test('any pattern of a list may be found anywhere, in any case', () => {
  const { matcher, invalid } = patternMatcher(['roll ?back', '^page me'])
  expect(invalid).toEqual([])
  expect(['please ROLLBACK it', 'Page me', 'do page me', 'nothing'].map(matcher)).toEqual([true, true, false, false])
})

test('what RE2 does not know is named and left out; the others still work (cost 6)', () => {
  const refused = ['[a-', '(?=x)y', '(a)\\1', 'a{1001}', ' ']
  const { matcher, invalid } = patternMatcher([...refused.slice(0, 3), 'deploy', ...refused.slice(3)])
  expect(invalid).toEqual(refused)
  expect(matcher('deploy now')).toBe(true)
  expect(matcher(' y ')).toBe(false)
})

test('a list without a valid pattern, or an empty one, matches nothing', () => {
  expect(patternMatcher(['(']).matcher('(should we)')).toBe(false)
  expect(patternMatcher([]).matcher('should we')).toBe(false)
})

test('only the first 500 characters are looked at', () => {
  const { matcher } = patternMatcher(['end$', 'x{500}'])
  expect(matcher(`${'-'.repeat(497)}end`)).toBe(true)
  expect(matcher(`${'-'.repeat(498)}end`)).toBe(false)
  expect(matcher('x'.repeat(1_000_000))).toBe(true)
  // One character that the plain form writes with eighteen: the bound holds afterwards as well.
  expect(patternMatcher(['end']).matcher(`${'\uFDFA'.repeat(40)}end`)).toBe(false)
})

test('a pattern that would take native expressions for ever ends', () => {
  const { matcher, invalid } = patternMatcher(['(a+)+$', '(a|a)*b', '(.*)*x{10}'])
  expect(invalid).toEqual([])
  expect(matcher(`${'a'.repeat(499)}!`)).toBe(false)
})

test('typographic quotes and compatible characters meet their plain form, in the text and in the pattern', () => {
  expect(patternMatcher(["can't say"]).matcher('I can’t say')).toBe(true)
  expect(patternMatcher(['can’t say']).matcher("I can't say")).toBe(true)
  expect(patternMatcher(['ship it']).matcher('ｓｈｉｐ\u00A0it')).toBe(true)
  expect(patternMatcher(['"go"']).matcher('they said “go”')).toBe(true)
})

test('a JSON list with a mistake names its first part as no pattern', () => {
  expect(patternMatcher(parsePatternList('["a{1,3}", "b"')).invalid).toContain('["a{1')
})
