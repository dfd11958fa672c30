import { expect, it } from 'vitest'
import { rungs } from './ledger.ts'
import { taskDecision } from './taskTier.ts'

const opus = 'claude-opus-4-7'
const sonnet = 'claude-sonnet-4-6'
const haiku = 'claude-haiku-4-5-20251001'
const eligible = 'downshift_eligible'

it.each([
  [opus, 'sonnet'],
  [sonnet, 'haiku'],
  [haiku, 'haiku'],
])('cost 30: at warn_75 an eligible task for %s runs on %s', (model, tier) => {
  expect(taskDecision('warn_75', eligible, model)).toMatchObject({ defer: false, effectiveTier: tier })
})

it.each(['frontier_only', null, 'x', undefined, 7])('cost 31: at warn_75 criticality %s waits', (criticality) => {
  expect(taskDecision('warn_75', criticality, opus)).toMatchObject({ defer: true, effectiveTier: null })
})

it('cost 32: the cheapest tier at downshift_90, waiting at hard_stop_100, as configured while normal', () => {
  expect(taskDecision('downshift_90', eligible, opus)).toMatchObject({ defer: false, effectiveTier: 'haiku' })
  expect(taskDecision('downshift_90', null, opus)).toMatchObject({ defer: true })
  expect(taskDecision('hard_stop_100', eligible, opus)).toMatchObject({ defer: true, effectiveTier: null })
  expect(taskDecision('normal', null, opus)).toMatchObject({ defer: false, effectiveTier: 'opus' })
})

it('never steps a model down whose tier it cannot read', () => {
  for (const rung of ['normal', 'warn_75', 'downshift_90'] as const) {
    expect(taskDecision(rung, eligible, 'gpt-4o')).toMatchObject({ defer: false, effectiveTier: 'as_configured' })
  }
  expect(taskDecision('hard_stop_100', eligible, 'gpt-4o')).toMatchObject({ defer: true })
  expect(taskDecision('warn_75', 'frontier_only', 'gpt-4o')).toMatchObject({ defer: true })
})

it('defers exactly when there is no tier, and always says why', () => {
  for (const rung of rungs) {
    for (const criticality of [eligible, 'frontier_only', null]) {
      for (const model of [opus, sonnet, haiku, 'mystery-1']) {
        const { defer, effectiveTier, reason } = taskDecision(rung, criticality, model)
        expect(effectiveTier === null).toBe(defer)
        expect(reason).toMatch(/\S/)
      }
    }
  }
})
