import { expect, test } from 'vitest'
import { anIncident, aWake, startMs } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'

test('wakes come back whole, oldest first, and can be made to speak for others', async () => {
  const { store } = await openTestStore()
  const { wakes } = store
  store.incidents.save(anIncident())
  const second = aWake({ eventId: 'evt_2', reason: 'severity_rose', latencyMs: null, error: null })
  wakes.insert(second, startMs + 10)
  wakes.insert(aWake(), startMs)
  expect(wakes.get('evt_2')).toEqual({ wake: second, emittedAtMs: startMs + 10 })
  expect(wakes.get('evt_3')).toBeNull()
  wakes.group('evt_1', ['inc_1', 'inc_2'])
  expect(wakes.byIncident('inc_1')).toEqual([
    { wake: aWake({ groupedIncidentIds: ['inc_1', 'inc_2'] }), emittedAtMs: startMs },
    { wake: second, emittedAtMs: startMs + 10 },
  ])
})

test('the same event twice is a conflict', async () => {
  const { store } = await openTestStore()
  store.incidents.save(anIncident())
  store.wakes.insert(aWake(), startMs)
  expect(() => store.wakes.insert(aWake(), startMs)).toThrow(expect.objectContaining({ code: 'conflict' }))
  expect(store.wakes.byIncident('inc_1')).toHaveLength(1)
})

test('a wake without its incident is never committed; within one step the order does not matter', async () => {
  const { store } = await openTestStore()
  expect(() => store.wakes.insert(aWake(), startMs)).toThrow(expect.objectContaining({ code: 'bad_input' }))
  store.transaction(() => {
    store.wakes.insert(aWake(), startMs)
    store.incidents.save(anIncident())
  })
  expect(store.wakes.byIncident('inc_1')).toHaveLength(1)
})
