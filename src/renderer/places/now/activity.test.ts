import { expect, it } from 'vitest'
import type { ActivityItem } from '../../../contract/state.ts'
import { activityGlyph, activitySummary, sinceLooked } from './activity.ts'

function item(kind: ActivityItem['kind'], atMs: number, severity: ActivityItem['severity'] = null): ActivityItem {
  return { key: `${kind}${atMs}`, atMs, kind, severity, text: kind, costNanoUsd: null, route: null }
}

const items = [item('investigated', 30), item('opened', 20, 'critical'), item('opened', 15), item('resolved', 10)]

it('keeps what came after the last look', () => {
  expect(sinceLooked(items, 15).map((one) => one.atMs)).toEqual([30, 20])
  expect(sinceLooked(items, null)).toHaveLength(4)
})

it('counts only what happened', () => {
  expect(activitySummary(items)).toBe('2 incidents · 1 investigation · 1 recovery')
  expect(activitySummary([item('operator', 1)])).toBe('')
})

it('marks an opening by its severity', () => {
  expect([item('opened', 1, 'critical'), item('opened', 1, 'info'), item('opened', 1)].map(activityGlyph)).toEqual([
    'trouble',
    'unknown',
    'attention',
  ])
})

it('marks a step of the budget by what it means', () => {
  expect([item('budget', 1, 'critical'), item('budget', 1, 'warning'), item('budget', 1)].map(activityGlyph)).toEqual([
    'trouble',
    'attention',
    'system',
  ])
})
