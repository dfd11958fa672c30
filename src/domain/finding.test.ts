import { describe, expect, it } from 'vitest'
import { firstSentence, splitFinding } from './finding.ts'

describe('splitFinding', () => {
  it.each([
    ['one line', 'The region is down.', { finding: 'The region is down.', nextStep: null }],
    ['two lines', 'The region is down.\nWait.', { finding: 'The region is down.', nextStep: 'Wait.' }],
    ['blank lines between', '  A.\n\n B.\n\nNext step: C.\n\n', { finding: 'A.\nB.', nextStep: 'C.' }],
    ['label in capitals', 'A.\nNEXT STEP - wait', { finding: 'A.', nextStep: 'wait' }],
    ['label with a dash', 'A.\nNext step — wait', { finding: 'A.', nextStep: 'wait' }],
    ['label with a short dash', 'A.\nnext step – wait', { finding: 'A.', nextStep: 'wait' }],
    ['no label', 'A.\nThe next step: wait', { finding: 'A.', nextStep: 'The next step: wait' }],
    ['a label and nothing behind it', 'A.\nNext step:', { finding: 'A.', nextStep: null }],
    ['Windows line ends', 'A.\r\nB.', { finding: 'A.', nextStep: 'B.' }],
    ['nothing', '  \n ', { finding: '', nextStep: null }],
  ])('%s', (_name, text, parts) => {
    expect(splitFinding(text)).toEqual(parts)
  })
})

describe('firstSentence', () => {
  it.each([
    ['The region is down. Nothing else is.', 'The region is down.'],
    ['Is it down? Yes.', 'Is it down?'],
    ['HTTP 503 from v1.2 of the API. It began at noon.', 'HTTP 503 from v1.2 of the API.'],
    ['no full stop', 'no full stop'],
    ['no full stop\nin the first line.', 'no full stop'],
    ['\n  Down.  ', 'Down.'],
    ['', ''],
  ])('of %j is %j', (finding, sentence) => {
    expect(firstSentence(finding)).toBe(sentence)
  })

  it('ends after 160 characters', () => {
    expect(firstSentence(`${'a'.repeat(160)}`)).toBe('a'.repeat(160))
    expect(firstSentence(`${'a'.repeat(161)}. b`)).toBe(`${'a'.repeat(159)}…`)
  })
})
