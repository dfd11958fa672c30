import { expect, it } from 'vitest'
import { csvLine } from './csv.ts'

it('quotes what would break the line and leaves unknown cells empty', () => {
  expect(csvLine(['a', 1, null, true, 'x,y', 'say "hi"', 'two\nlines'])).toBe(
    'a,1,,true,"x,y","say ""hi""","two\nlines"',
  )
})

it('lets no text become a formula, and no number a text', () => {
  expect(csvLine(['=1+1', '@x', '-2', -2])).toBe("'=1+1,'@x,'-2,-2")
  expect(csvLine(['\n=1', '＝1+1', 'a=1'])).toBe(`"'\n=1",'＝1+1,a=1`)
})
