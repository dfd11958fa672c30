import { describe, expect, test } from 'vitest'
import type { Rung } from './ledger.ts'
import {
  builtInDecision,
  builtInLowConfidence,
  decideModel,
  postCallEscalation,
  type RouterRules,
  reviewTurns,
  stripPrefix,
} from './router.ts'

const rules: RouterRules = {
  cheap: 'cheap-model',
  strong: 'strong-model',
  forceStrong: false,
  prefix: '/opus',
  decision: builtInDecision,
  lowConfidence: builtInLowConfidence,
  postCall: true,
}
const forced = { ...rules, forceStrong: true }

function decide(text: string, change: { rules?: RouterRules; rung?: Rung | 'unknown'; iteration?: number } = {}) {
  return decideModel({ rules, rung: 'normal', iteration: 1, text, ...change })
}
const strong = (reason: string) => ({ model: 'strong-model', reason, escalated: true, clampedSignal: null })
const cheap = (reason: string, clampedSignal: string | null = null) => ({
  model: 'cheap-model',
  reason,
  escalated: false,
  clampedSignal,
})

describe('before the call', () => {
  test('what asks for nothing stays cheap (cost 36, reasoning 3)', () => {
    expect(decide("what's my burn")).toEqual(cheap('default_haiku'))
    expect(decide('any alerts')).toEqual(cheap('default_haiku'))
    expect(decide('')).toEqual(cheap('default_haiku'))
  })

  test('a decision is the strong one’s, clamped it is nobody’s (cost 38)', () => {
    expect(decide('should i ship this?')).toEqual(strong('decision_language'))
    expect(decide('should i ship this?', { rung: 'warn_75' })).toEqual(cheap('cost_clamp:warn_75', 'decision_language'))
  })

  test('reasoning 4', () => {
    expect(decide('should we ship?')).toEqual(strong('decision_language'))
    expect(decide('do I need to restart')).toEqual(strong('decision_language'))
    expect(decide('what is the status of the deploy')).toEqual(cheap('default_haiku'))
    expect(decide("can't you see")).toEqual(cheap('default_haiku'))
  })

  test('reasoning 6: the clamp outranks the prefix, which is removed all the same', () => {
    expect(decide('/opus should I…', { rung: 'warn_75' })).toEqual(cheap('cost_clamp:warn_75', 'opus_prefix'))
    expect(stripPrefix('/opus should I…', rules.prefix)).toBe('should I…')
  })

  test('reasoning 7 and cost 40: the force switch, and its clamp', () => {
    expect(decide('hey', { rules: forced })).toEqual(strong('force_opus_env'))
    expect(decide('hey', { rules: forced, rung: 'downshift_90' })).toEqual(
      cheap('cost_clamp:downshift_90', 'force_opus_env'),
    )
  })

  test('cost 39: a tool loop comes before the prefix, and after the force switch', () => {
    expect(decide('/opus x', { iteration: 2 })).toEqual(strong('tool_loop_iteration'))
    expect(decide('/opus x', { iteration: 2, rules: forced })).toEqual(strong('force_opus_env'))
    expect(decide('/opus x')).toEqual(strong('opus_prefix'))
    expect(decide('x', { iteration: 2, rung: 'warn_75' })).toEqual(cheap('cost_clamp:warn_75', 'tool_loop_iteration'))
  })

  test('a hard stop refuses whatever asks', () => {
    const halted = { model: null, reason: 'cost_ladder_halted', escalated: false, clampedSignal: null }
    expect(decide('/opus should we', { rules: forced, rung: 'hard_stop_100', iteration: 2 })).toEqual(halted)
  })

  test('an unknown rung keeps to the cheap model', () => {
    expect(decide('should we', { rung: 'unknown' })).toEqual(cheap('cost_clamp:unknown', 'decision_language'))
    expect(decide('hello', { rung: 'unknown' })).toEqual(cheap('cost_clamp:unknown'))
  })

  test('an operator’s own patterns take the place of the shipped ones', () => {
    const own = { ...rules, decision: (text: string) => text.includes('deploy') }
    expect(decide('deploy', { rules: own })).toEqual(strong('decision_language'))
    expect(decide('should we', { rules: own })).toEqual(cheap('default_haiku'))
  })
})

describe('decision language', () => {
  test.each([
    'Should WE ship?',
    'so what should we do',
    'can i delete it',
    'will we make it',
    'would I notice',
    'would you recommend Fly',
    'which would you go with?',
    'what would you do',
    'do you think it is fine',
    'do you recommend it',
    'should you be paged',
    'help me decide',
    'I need a decision',
    'approve it',
    'pending approval',
    'reject the offer',
    'go/no-go?',
    'ship or not',
    'is it worth it',
    'is it safe',
    'the plan for Monday',
    'an approach I can take to this',
    'our strategy, in short, to win',
    'should we wait', // a no-break space
    'ｓｈｏｕｌｄ we', // full width
  ])('%j decides', (text) => {
    expect(builtInDecision(text)).toBe(true)
  })

  test.each([
    'can you check the logs?',
    'could you restart it',
    'will you be there',
    'do you see the alert',
    'would you check the logs',
    "can't you see",
    'can you see why it fails',
    'candid we are',
    'undecided voters',
    'the plan\nfor Monday',
    'to plan',
    'planetary forces',
    'isit safer',
    'can it wait',
  ])('%j does not', (text) => {
    expect(builtInDecision(text)).toBe(false)
  })

  test('a long text of plans without an end is read once', () => {
    expect(builtInDecision('plan '.repeat(200_000))).toBe(false)
  })
})

describe('the prefix', () => {
  test.each([
    ['/opus x', 'x', true],
    ['  \n/OPUS x', 'x', true],
    ['/opus  x', ' x', true],
    ['/opus\tx', '\tx', true],
    ['/opus', '', true],
    ['/opus: x', ': x', true],
    ['/opusx', '/opusx', false],
    ['/opus_2 x', '/opus_2 x', false],
    ['/opusé', '/opusé', false],
    ['please /opus x', 'please /opus x', false],
    ['  hello', '  hello', false],
  ])('%j becomes %j', (text, left, found) => {
    expect(stripPrefix(text, '/opus')).toBe(left)
    expect(decide(text).reason === 'opus_prefix').toBe(found)
  })

  test('what is no text passes through', () => {
    const message = { text: '/opus' }
    expect(stripPrefix(message, '/opus')).toBe(message)
    expect(stripPrefix(null, '/opus')).toBeNull()
    expect(stripPrefix(42, '/opus')).toBe(42)
  })

  test('blank stands for /opus', () => {
    expect(stripPrefix('/opus x', ' ')).toBe('x')
    expect(decide('x', { rules: { ...rules, prefix: '' } })).toEqual(cheap('default_haiku'))
  })

  test('it is a word, not a pattern, and one that ends in a sign needs no end of its own', () => {
    expect(stripPrefix('a.c x', 'a.c')).toBe('x')
    expect(stripPrefix('abc x', 'a.c')).toBe('abc x')
    expect(stripPrefix('!!now', '!!')).toBe('now')
    expect(stripPrefix('(strong) x', '(strong)')).toBe('x')
    expect(stripPrefix('re-think x', 're-think')).toBe('x')
  })
})

describe('after the call', () => {
  const judged = {
    rules,
    rung: 'normal' as Rung | 'unknown',
    iteration: 1,
    decision: { model: 'cheap-model' as string | null, escalated: false },
    stopReason: 'end_turn' as string | null,
    inputText: 'any alerts',
    replyText: 'Two alerts are open.',
    affordable: true,
  }
  const verdict = (change: Partial<typeof judged>) => postCallEscalation({ ...judged, ...change })
  const escalates = (reason: string) => ({ escalate: reason, clampedSignal: null, verdict: reason })
  const stands = { escalate: null, clampedSignal: null, verdict: 'haiku_confident' }
  const notJudged = { escalate: null, clampedSignal: null, verdict: 'not_considered' }
  const doubtful = "I don't know, maybe."

  test('cost 42, 46 and reasoning 8: an answer that doubts itself', () => {
    expect(verdict({ replyText: "I'm not sure about that." })).toEqual(escalates('low_confidence_marker'))
    expect(verdict({ replyText: 'I’m not sure about that.' })).toEqual(escalates('low_confidence_marker'))
    expect(verdict({ replyText: doubtful })).toEqual(escalates('low_confidence_marker'))
  })

  test('cost 43 and 44: a short answer to a long question', () => {
    const short = (input: number, reply: number) =>
      verdict({ inputText: 'q'.repeat(input), replyText: ` ${'r'.repeat(reply)}\n` })
    expect(short(201, 49)).toEqual(escalates('short_response_for_long_input'))
    expect(short(201, 50)).toEqual(stands)
    expect(short(200, 3)).toEqual(stands)
    expect(verdict({ inputText: '🚨'.repeat(200), replyText: 'ok' })).toEqual(stands)
    expect(verdict({ inputText: 'q'.repeat(201), replyText: "I can't tell" }).verdict).toBe('low_confidence_marker')
  })

  test('reasoning 10: a rung, or a budget, that does not allow it leaves the answer and names what lost', () => {
    const lost = { escalate: null, clampedSignal: 'low_confidence_marker', verdict: 'low_confidence_marker' }
    for (const rung of ['warn_75', 'downshift_90', 'hard_stop_100', 'unknown'] as const) {
      expect(verdict({ replyText: doubtful, rung })).toEqual(lost)
    }
    expect(verdict({ replyText: doubtful, affordable: false })).toEqual(lost)
    expect(verdict({ rung: 'warn_75' })).toEqual(stands)
  })

  test('reasoning 12: only a finished first answer of the cheap model is judged', () => {
    expect(verdict({ replyText: "I'm not sure", stopReason: 'tool_use' })).toEqual(notJudged)
    expect(decide('', { iteration: 2 })).toEqual(strong('tool_loop_iteration'))
    expect(verdict({ replyText: doubtful, stopReason: null })).toEqual(notJudged)
    expect(verdict({ replyText: doubtful, stopReason: 'max_tokens' })).toEqual(notJudged)
    expect(verdict({ replyText: doubtful, iteration: 2 })).toEqual(notJudged)
    expect(verdict({ replyText: doubtful, decision: { model: 'strong-model', escalated: true } })).toEqual(notJudged)
    expect(verdict({ replyText: doubtful, decision: { model: null, escalated: false } })).toEqual(notJudged)
    expect(verdict({ replyText: doubtful, rules: { ...rules, postCall: false } })).toEqual(notJudged)
    expect(verdict({ replyText: ' \n', inputText: 'q'.repeat(300) })).toEqual(notJudged)
  })

  test.each([
    'Im not certain',
    'I am sorry, I dont have enough data',
    "I don't understand",
    'I might be wrong here',
    'This is just a guess',
    'this is a guess.',
    'This is speculative',
    'I cant verify it',
    "I can't confirm",
    'It is unclear whether it restarted',
    'unclear how',
  ])('%j doubts', (reply) => {
    expect(builtInLowConfidence(reply)).toBe(true)
  })

  test.each(['I claim not sure things', 'unclear however', 'I know', 'You are not sure', 'I can tell'])(
    '%j does not',
    (reply) => {
      expect(builtInLowConfidence(reply)).toBe(false)
    },
  )

  test('the second look sees the answer and one request', () => {
    const turns = reviewTurns('Maybe.\n')
    expect(turns.map(({ role }) => role)).toEqual(['assistant', 'user'])
    expect(turns[0]?.content).toBe('Maybe.')
    expect(turns[1]?.content).toMatch(/review/i)
  })
})
