import { describe, expect, it } from 'vitest'
import type { IncidentSummary } from '../../../contract/incidents.ts'
import { matchesFilter, overlay, refreshed } from './pages.ts'

const now = 1_900_000_000_000

function incident(id: string, openedAtMs: number, change: Partial<IncidentSummary> = {}): IncidentSummary {
  return { id, openedAtMs, state: 'open', seenCount: 1, ...change } as IncidentSummary
}

const ids = (list: readonly IncidentSummary[]) => list.map((one) => one.id)

describe('overlay', () => {
  it('shows what the mirror knows better, and what opened since, in front', () => {
    const shown = overlay(
      [incident('b', 20), incident('a', 10)],
      [incident('c', 30), incident('a', 10, { seenCount: 9 })],
      () => true,
    )
    expect(ids(shown)).toEqual(['c', 'b', 'a'])
    expect(shown[2]?.seenCount).toBe(9)
  })

  it('leaves what belongs to a later page for that page', () => {
    expect(ids(overlay([incident('b', 20)], [incident('ancient', 1)], () => true))).toEqual(['b'])
    expect(ids(overlay([], [incident('only', 1)], () => true))).toEqual(['only'])
  })

  it('drops what no longer matches', () => {
    expect(ids(overlay([incident('a', 10)], [], (one) => one.state === 'resolved'))).toEqual([])
  })
})

it('filters by age and state', () => {
  const old = incident('old', now - 2 * 86_400_000, { state: 'resolved' })
  expect(matchesFilter(old, '24h', 'any', now)).toBe(false)
  expect(matchesFilter(old, '7d', 'any', now)).toBe(true)
  expect(matchesFilter(old, 'all', 'active', now)).toBe(false)
  expect(matchesFilter(old, 'all', 'resolved', now)).toBe(true)
})

it('keeps further pages behind a fresh first one', () => {
  const before = [incident('c', 30), incident('b', 20), incident('a', 10)]
  expect(ids(refreshed(before, [incident('d', 40), incident('c', 30), incident('b', 20)]))).toEqual([
    'd',
    'c',
    'b',
    'a',
  ])
  // What the first page should hold and does not is gone.
  expect(ids(refreshed(before, [incident('d', 40), incident('b', 20)]))).toEqual(['d', 'b', 'a'])
})
