import { expect, test } from 'vitest'
import { parsePatternList } from './patternList.ts'

test.each([
  ['should i, ship it ,,', ['should i', 'ship it']],
  ['["a{1,3}", " deploy ", ""]', ['a{1,3}', 'deploy']],
  ['  [ "one" ] ', ['one']],
  ['[]', []],
  ['', []],
  [' , ', []],
  ['[Ss]hip it,go', ['[Ss]hip it', 'go']],
  ['["a", 1]', ['["a"', '1]']],
])('a list from the environment: %j', (text, patterns) => {
  expect(parsePatternList(text)).toEqual(patterns)
})
