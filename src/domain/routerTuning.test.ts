import { expect, test } from 'vitest'
import type { LedgerCell } from './ledger.ts'
import { defaultTuningRules, suggestions } from './routerTuning.ts'

function cell(calls: number, changes: Partial<LedgerCell> = {}): LedgerCell {
  return {
    route: 'slack_dm',
    model: 'm',
    escalated: false,
    reason: '',
    clampedSignal: '',
    calls,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheCreationTokens: 0,
    costNanoUsd: 0,
    poolNanoUsd: 0,
    unpriced: 0,
    savedNanoUsd: 0,
    ...changes,
  }
}
const escalated = (calls: number, reason = 'decision_language', changes: Partial<LedgerCell> = {}): LedgerCell =>
  cell(calls, { escalated: true, reason, ...changes })
const suggest = (...cells: LedgerCell[]) => suggestions({ cells, rules: defaultTuningRules })

test('cost 67: tighten at 20 calls with 8 escalated, not at 19 with all of them', () => {
  expect(suggest(cell(12), escalated(8))).toEqual([
    { kind: 'tighten', route: 'slack_dm', confidence: 0.5, calls: 20, count: 8 },
  ])
  expect(suggest(escalated(19))).toEqual([])
  expect(suggest(cell(13), escalated(7))).toEqual([])
  expect(suggest(escalated(400))[0]?.confidence).toBe(1)
})

test('cost 67: loosen at 3 overrides with a third of confidence, at 9 with all of it', () => {
  const loosen = (count: number) => ({ kind: 'loosen', route: 'slack_dm', calls: count, count })
  expect(suggest(escalated(2, 'opus_prefix'))).toEqual([])
  expect(suggest(escalated(2, 'opus_prefix'), escalated(1, 'force_opus_env'))).toEqual([
    { ...loosen(3), confidence: expect.closeTo(0.3333, 4) },
  ])
  expect(suggest(escalated(9, 'force_opus_env'))).toEqual([{ ...loosen(9), confidence: 1 }])
})

test('what happens by rule, and replies without a call, say nothing', () => {
  expect(
    suggest(
      escalated(100, 'tool_loop_iteration', { route: 'tool_loop_iteration' }),
      escalated(100, 'force_opus_env', { route: 'tool_loop_iteration' }),
      escalated(100, 'tool_loop_iteration'),
      cell(1_000, { model: 'short_circuit' }),
    ),
  ).toEqual([])
  // They do not dilute what was earned either.
  expect(suggest(cell(12), escalated(8), cell(1_000, { model: 'short_circuit' }))).toHaveLength(1)
})

test('each route by itself, surest first, then the higher share or count', () => {
  const found = suggest(
    cell(12),
    escalated(8),
    cell(5, { route: 'email_inbound' }),
    escalated(15, 'decision_language', { route: 'email_inbound' }),
    escalated(6, 'opus_prefix', { route: 'mcp_tool' }),
    cell(30, { route: 'scheduled_task' }),
    escalated(20, 'low_confidence_marker', { route: 'scheduled_task' }),
  )
  expect(found.map(({ kind, route }) => `${kind} ${route}`)).toEqual([
    'tighten scheduled_task',
    'loosen mcp_tool',
    'tighten email_inbound',
    'tighten slack_dm',
  ])
})

test('thresholds of one’s own move the confidence with them', () => {
  const rules = { minCalls: 2, tightenAt: 1, loosenAt: 1 }
  expect(suggestions({ cells: [escalated(2, 'opus_prefix')], rules })).toEqual([
    { kind: 'loosen', route: 'slack_dm', confidence: 2 / 3, calls: 2, count: 2 },
    { kind: 'tighten', route: 'slack_dm', confidence: 0.5, calls: 2, count: 2 },
  ])
})
