import { beforeEach, describe, expect, test } from 'vitest'
import { anIncident, aWatch, startMs } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { IncidentRepository } from './IncidentRepository.ts'

let incidents: IncidentRepository

beforeEach(async () => {
  incidents = (await openTestStore()).store.incidents
})

const ids = (items: { id: string }[]) => items.map(({ id }) => id)
const resolved = (id: string, openedAtMs: number, resolvedAtMs: number) =>
  anIncident({ id, openedAtMs, resolvedAtMs, state: 'resolved' })

test('every field survives, empty and filled', () => {
  const empty = anIncident({ error: null, details: {} })
  incidents.save(empty)
  expect(incidents.get('inc_1')).toEqual(empty)
  const filled = anIncident({
    state: 'notified',
    flapping: true,
    resolvedAtMs: 1,
    acknowledgedAtMs: 2,
    snoozedUntilMs: 3,
    handledAtMs: 4,
    handledReason: 'known',
    groupLeaderId: 'inc_0',
    remindersSent: 2,
    nextReminderAtMs: 5,
    heldWakeId: 'evt_9',
    heldUntilMs: 6,
  })
  incidents.save(filled)
  expect(incidents.get('inc_1')).toEqual(filled)
  expect(incidents.get('inc_2')).toBeNull()
})

describe('lists', () => {
  beforeEach(() => {
    incidents.save(resolved('inc_a', startMs - 9_000, startMs - 8_000))
    incidents.save(resolved('inc_b', startMs - 5_000, startMs - 1_000))
    incidents.save(anIncident({ id: 'inc_c', openedAtMs: startMs - 7_000 }))
    incidents.save(anIncident({ id: 'inc_d', openedAtMs: startMs, state: 'investigating' }))
    incidents.save(anIncident({ id: 'inc_e', openedAtMs: startMs, probeId: 'vercel' }))
  })

  test('open ones, newest first', () => {
    expect(ids(incidents.listOpen())).toEqual(['inc_e', 'inc_d', 'inc_c'])
  })

  test('newest first, by state', () => {
    const list = (state: 'any' | 'active' | 'resolved') => ids(incidents.list({ sinceMs: null, state, limit: 9 }).items)
    expect(list('any')).toEqual(['inc_e', 'inc_d', 'inc_b', 'inc_c', 'inc_a'])
    expect(list('active')).toEqual(['inc_e', 'inc_d', 'inc_c'])
    expect(list('resolved')).toEqual(['inc_b', 'inc_a'])
  })

  test('a window holds what was open at some moment of it, and the counts agree', () => {
    const sinceMs = startMs - 1_000
    expect(ids(incidents.list({ sinceMs, state: 'any', limit: 9 }).items)).toEqual(['inc_e', 'inc_d', 'inc_b', 'inc_c'])
    expect(incidents.counts(sinceMs)).toEqual({ active: 3, resolved: 1 })
    expect(incidents.counts(sinceMs + 1)).toEqual({ active: 3, resolved: 0 })
    expect(incidents.counts(null)).toEqual({ active: 3, resolved: 2 })
  })

  test('pages do not repeat or lose an incident, even when two opened at once', () => {
    const pages: string[][] = []
    let cursor: string | undefined
    do {
      const page = incidents.list({ sinceMs: null, state: 'any', limit: 2, ...(cursor ? { cursor } : {}) })
      pages.push(ids(page.items))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(pages).toEqual([['inc_e', 'inc_d'], ['inc_b', 'inc_c'], ['inc_a']])
  })

  test('a cursor that is no incident is bad_input', () => {
    expect(() => incidents.list({ sinceMs: null, state: 'any', limit: 2, cursor: 'inc_x' })).toThrow(
      expect.objectContaining({ code: 'bad_input' }),
    )
  })

  test('earlier ones of the same trouble, and the newest', () => {
    expect(ids(incidents.before('fly', 'service_unhealthy', startMs, 2))).toEqual(['inc_b', 'inc_c'])
    expect(incidents.newest('fly', 'service_unhealthy')?.id).toBe('inc_d')
    expect(incidents.newest('fly', 'certificate_expiring')).toBeNull()
  })
})

test('watches are kept per probe and category', () => {
  const watch = aWatch()
  incidents.saveWatch(watch)
  incidents.saveWatch(aWatch({ category: 'certificate_expiring', flipsAtMs: [] }))
  const open = aWatch({
    phase: 'open',
    consecutiveUnreachable: 3,
    incidentId: 'inc_1',
    lastDispatchedAtMs: startMs,
    lastDispatchedSeverity: 'warning',
    recheckAtMs: null,
    flipsAtMs: [],
  })
  incidents.saveWatch(open)
  expect(incidents.watch('fly', 'service_unhealthy')).toEqual(open)
  expect(incidents.watch('vercel', 'service_unhealthy')).toBeNull()
  expect(incidents.watches()).toEqual([aWatch({ category: 'certificate_expiring', flipsAtMs: [] }), open])
})
