import { expect, test } from 'vitest'
import { parseJsonPath, readJsonPath } from './jsonPath.ts'

test.each([
  ['$', []],
  ['status', ['status']],
  ['$.status', ['status']],
  ['a.b.c', ['a', 'b', 'c']],
  ['checks[0].state', ['checks', 0, 'state']],
  ['[2][10]', [2, 10]],
  ['$[0].a', [0, 'a']],
  [' data ', ['data']],
  ['with space.ünïcode-ok', ['with space', 'ünïcode-ok']],
])('%s is a path', (text, steps) => {
  expect(parseJsonPath(text)).toEqual(steps)
})

test.each(['', ' ', '.', 'a.', '.a', 'a..b', 'a[', 'a[x]', 'a[-1]', 'a[]', 'a.[0]', 'a]b', '[0]b'])(
  '%j is none',
  (text) => {
    expect(parseJsonPath(text)).toBeNull()
  },
)

test('only own members of objects and elements of lists are found', () => {
  const value = { list: [{ a: 1 }, 'text'], nothing: null, '0': 'zero' }
  const at = (text: string): unknown => readJsonPath(value, parseJsonPath(text) ?? [])
  expect(at('$')).toBe(value)
  expect(at('list[0].a')).toBe(1)
  expect(at('list[1]')).toBe('text')
  expect(at('nothing')).toBeNull()
  for (const path of ['list[2]', 'list.a', 'nothing.a', 'list[1].a', 'toString', '__proto__', '[0]', 'list.push']) {
    expect(at(path)).toBeUndefined()
  }
})
