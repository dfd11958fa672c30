import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../../../../test/fakes/settingsView.ts'
import { patternLines, routingProblems } from './routingForm.ts'

const saved = defaultSettings.routing
const problems = (changes: Partial<typeof saved>, invalid: readonly string[] = []) =>
  routingProblems({ routing: { ...saved, ...changes } }, new Set(invalid))

it('reads one pattern a line; a comma belongs to its pattern', () => {
  expect(patternLines(' a{1,2} \n\n\tb\r\n  ')).toEqual(['a{1,2}', 'b'])
  expect(patternLines('\n \n')).toEqual([])
})

describe('routingProblems', () => {
  it('finds nothing in the rules as shipped, nor in patterns that are some', () => {
    expect(problems({})).toEqual({})
    expect(problems({ decisionPatterns: [String.raw`\bship\b`] }, ['('])).toEqual({})
  })

  it('names the patterns that are none, each beside its own list', () => {
    expect(
      problems({ decisionPatterns: ['ok', '('], lowConfidencePatterns: ['[', '(?<!a)b'] }, ['(', '[', '(?<!a)b']),
    ).toEqual({
      'routing.decisionPatterns': '“(” is not a pattern.',
      'routing.lowConfidencePatterns': 'These are not patterns: “[”, “(?<!a)b”.',
    })
  })

  it('holds the limits of the settings', () => {
    const many = Array.from({ length: 51 }, (_, index) => `p${index}`)
    expect(problems({ decisionPatterns: many })).toEqual({
      'routing.decisionPatterns': 'At most 50 patterns; these are 51.',
    })
    expect(problems({ decisionPatterns: ['x'.repeat(301)] })['routing.decisionPatterns']).toBe(
      `At most 300 characters a pattern; one that begins with “${'x'.repeat(30)}” has more.`,
    )
    expect(problems({ prefix: ' ', strongModel: '' })).toEqual({
      'routing.prefix': '1 to 40 characters.',
      'routing.strongModel': 'The id of a model is needed.',
    })
    expect(problems({ prefix: 'x'.repeat(41) })).toHaveProperty(['routing.prefix'])
  })
})
