import { describe, expect, it } from 'vitest'
import type { RouteTally, Tally } from '../../../contract/spend.ts'
import { routes } from '../../../domain/ledger.ts'
import { clampedText, costText, escalation, modelOrder, routeLines, signalText, suggestionText } from './breakdown.ts'

const zero: Tally = {
  calls: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheCreationTokens: 0,
  costNanoUsd: 0,
  unpriced: 0,
  escalations: 0,
  escalationsByRule: 0,
  clamped: 0,
  avoided: 0,
  savedNanoUsd: 0,
}
const usd = 1_000_000_000

function route(name: RouteTally['route'], change: Partial<RouteTally> = {}): RouteTally {
  return { ...zero, route: name, reasons: {}, clampedSignals: {}, ...change }
}

describe('escalations', () => {
  it.each([
    [0, 12, '0.0%', 'attention', 'low'],
    [4, 100, '4.0%', 'attention', 'low'],
    [5, 100, '5.0%', 'well', ''],
    [15, 100, '15.0%', 'well', ''],
    [16, 100, '16.0%', 'attention', 'high'],
    [30, 100, '30.0%', 'attention', 'high'],
    [31, 100, '31.0%', 'trouble', 'too high'],
  ])('%i of %i is %s, %s', (escalations, calls, text, tone, word) => {
    expect(escalation({ ...zero, calls, escalations })).toEqual({ text, tone, word })
  })
  it('has no share without calls, and none of its own by rule', () => {
    expect(escalation(zero)).toEqual({ text: '—', tone: 'unknown', word: '' })
    expect(escalation({ ...zero, route: 'tool_loop_iteration', calls: 9, escalationsByRule: 9 }).text).toBe('by rule')
    expect(escalation({ ...zero, route: 'tool_loop_iteration' }).text).toBe('—')
  })
  it('does not call it low where the budget held them back', () => {
    expect(escalation({ ...zero, calls: 20, clamped: 4 })).toEqual({ text: '0.0%', tone: 'well', word: '' })
  })
  it('leaves avoided calls out of the share', () => {
    expect(escalation({ ...zero, calls: 110, avoided: 100, escalations: 1 }).text).toBe('10.0%')
  })
})

describe('lines by route', () => {
  const byRoute = routes.map((name) =>
    route(name, name === 'slack_dm' ? { calls: 12, avoided: 10, costNanoUsd: 2 * usd } : {}),
  )
  const lines = routeLines(byRoute, { ...zero, calls: 12, avoided: 10, savedNanoUsd: 28.4 * usd })

  it('keeps all nine in their order and puts what was avoided at the end', () => {
    expect(lines.map((line) => line.key)).toEqual([...routes, 'avoided'])
    expect(lines[0]).toMatchObject({ modelCalls: 2, barPct: 100 })
    expect(lines.at(-1)).toMatchObject({ modelCalls: 10, barPct: 0 })
  })
  it('prints what is unpriced as unpriced, never as zero', () => {
    const [dm, mail] = lines
    if (!dm || !mail) throw new Error('no lines')
    const last = lines.at(-1)
    expect([
      costText(dm),
      costText({ ...dm, unpriced: 1 }),
      costText({ ...dm, costNanoUsd: 0, unpriced: 2 }),
      costText(mail),
      last && costText(last),
    ]).toEqual(['$2.00', '$2.00 +1 unpriced', 'unpriced', 'no calls in window', '$0.00, saved ~$28.40'])
  })
})

it('orders models from free to dear', () => {
  const rows = ['gpt-4.1', 'claude-opus-4-7', 'short_circuit', 'claude-haiku-4-5', 'claude-sonnet-5'].map((model) => ({
    model,
    calls: 1,
  }))
  expect(modelOrder(rows).map((row) => row.model)).toEqual([
    'short_circuit',
    'claude-haiku-4-5',
    'claude-sonnet-5',
    'claude-opus-4-7',
    'gpt-4.1',
  ])
})

it('says signals and suggestions in words', () => {
  expect([clampedText({ clamped: 0 }), clampedText({ clamped: 83 })]).toEqual(['', '83 clamped'])
  expect(signalText({ a: 1, b: 4 })).toBe('b 4, a 1')
  expect(suggestionText({ kind: 'tighten', route: 'slack_dm', confidence: 0.5, calls: 20, count: 8 })).toBe(
    'slack_dm: 8 of 20 calls were escalated in 24 h. Narrower signals would save money.',
  )
  expect(suggestionText({ kind: 'loosen', route: 'slack_dm', confidence: 1, calls: 20, count: 9 })).toContain('9 times')
})
