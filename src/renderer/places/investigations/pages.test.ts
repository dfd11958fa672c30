import { describe, expect, it } from 'vitest'
import type { AlertView } from '../../../contract/alerts.ts'
import type { IncidentSummary } from '../../../contract/incidents.ts'
import { alertRow, incidentRow, matchesFilter, mergeByTime, overlay, refreshed, type Row } from './pages.ts'

const now = 1_900_000_000_000

function incident(id: string, openedAtMs: number, change: Partial<IncidentSummary> = {}): Row {
  return incidentRow({ id, openedAtMs, state: 'open', seenCount: 1, ...change } as IncidentSummary)
}

function alert(id: string, firstSeenAtMs: number, change: Partial<AlertView> = {}): Row {
  return alertRow({ id, firstSeenAtMs, voice: 'alert', resolvedAtMs: null, ...change } as AlertView)
}

const ids = (list: readonly Row[]) => list.map((one) => one.id)

describe('overlay', () => {
  it('shows what the mirror knows better, and what opened since, in front', () => {
    const shown = overlay(
      [incident('b', 20), incident('a', 10)],
      [incident('c', 30), incident('a', 10, { seenCount: 9 })],
      () => true,
    )
    expect(ids(shown)).toEqual(['c', 'b', 'a'])
    expect(shown[2]).toMatchObject({ incident: { seenCount: 9 } })
  })

  it('leaves what belongs to a later page for that page', () => {
    expect(ids(overlay([incident('b', 20)], [incident('ancient', 1)], () => true))).toEqual(['b'])
    expect(ids(overlay([], [incident('only', 1)], () => true))).toEqual(['only'])
  })

  it('drops what no longer matches', () => {
    expect(ids(overlay([incident('a', 10)], [], (row) => row.kind === 'alert'))).toEqual([])
  })
})

it('filters by age and state, whatever it is', () => {
  const old = incident('old', now - 2 * 86_400_000, { state: 'resolved' })
  expect(matchesFilter(old, '24h', 'any', now)).toBe(false)
  expect(matchesFilter(old, '7d', 'any', now)).toBe(true)
  expect(matchesFilter(old, 'all', 'active', now)).toBe(false)
  expect(matchesFilter(old, 'all', 'resolved', now)).toBe(true)
  expect(matchesFilter(alert('a', now), '24h', 'active', now)).toBe(true)
  expect(matchesFilter(alert('a', now, { resolvedAtMs: now }), '24h', 'active', now)).toBe(false)
  expect(matchesFilter(alert('a', now, { voice: 'incident' }), 'all', 'any', now)).toBe(false)
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

describe('two lists as one', () => {
  const incidents = [incident('i50', 50), incident('i30', 30)]
  const alerts = [alert('a40', 40), alert('a20', 20), alert('a10', 10)]

  it('shows nothing below what either was read to, and says which to read on', () => {
    const merged = mergeByTime({
      incidents: { items: incidents, readToMs: 30 },
      alerts: { items: alerts, readToMs: 10 },
    })
    expect(ids(merged.items)).toEqual(['i50', 'a40', 'i30'])
    expect(merged.next).toBe('incidents')
  })

  it('follows the other one once the first was read to its end', () => {
    const merged = mergeByTime({
      incidents: { items: incidents, readToMs: null },
      alerts: { items: alerts, readToMs: 10 },
    })
    expect(ids(merged.items)).toEqual(['i50', 'a40', 'i30', 'a20', 'a10'])
    expect(merged.next).toBe('alerts')
  })

  it('ends with both', () => {
    expect(mergeByTime({ alerts: { items: alerts, readToMs: null } }).next).toBeNull()
    expect(mergeByTime({ incidents: { items: [], readToMs: null } })).toEqual({ items: [], next: null })
  })
})
