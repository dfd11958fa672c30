import { expect, test } from 'vitest'
import { anObservation, aProbe, startMs } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'

test('a definition comes back as it was stored', async () => {
  const { store } = await openTestStore()
  const fly = aProbe({ enabled: false, config: { hosts: ['a', 'b'], token: 'env:FLY_API_TOKEN' } })
  store.probes.insert(fly)
  expect(store.probes.get('fly')).toEqual(fly)
  expect(store.probes.get('vercel')).toBeNull()
})

test('the list is in the order of creation, and an update keeps the place', async () => {
  const { store } = await openTestStore()
  for (const id of ['c', 'a', 'b']) store.probes.insert(aProbe({ id }))
  store.probes.update(aProbe({ id: 'c', title: 'Changed', updatedAtMs: startMs + 1 }))
  expect(store.probes.list().map(({ id, title }) => [id, title])).toEqual([
    ['c', 'Changed'],
    ['a', 'Fly'],
    ['b', 'Fly'],
  ])
})

test('a taken id and a missing one are told apart', async () => {
  const { store } = await openTestStore()
  store.probes.insert(aProbe())
  expect(() => store.probes.insert(aProbe())).toThrow(expect.objectContaining({ code: 'probe_id_taken' }))
  expect(() => store.probes.update(aProbe({ id: 'x' }))).toThrow(expect.objectContaining({ code: 'not_found' }))
  expect(() => store.probes.remove('x', startMs)).toThrow(expect.objectContaining({ code: 'not_found' }))
})

test('a removed probe is gone from the list; created again it takes up its number and its history', async () => {
  const { store } = await openTestStore()
  store.probes.insert(aProbe())
  store.probes.insert(aProbe({ id: 'other' }))
  const before = store.probes.numbers().find(({ id }) => id === 'fly')
  store.observations.record(anObservation())
  store.flush()
  store.probes.remove('fly', startMs)
  expect(store.probes.list().map(({ id }) => id)).toEqual(['other'])
  expect(store.probes.get('fly')).toBeNull()
  expect(store.observations.latest().size).toBe(0)
  expect(() => store.probes.remove('fly', startMs)).toThrow(expect.objectContaining({ code: 'not_found' }))

  const again = aProbe({ kind: 'http', title: 'Back', createdAtMs: startMs + 5, updatedAtMs: startMs + 5 })
  store.probes.insert(again)
  expect(store.probes.get('fly')).toEqual(again)
  expect(store.probes.numbers().find(({ id }) => id === 'fly')?.no).toBe(before?.no)
  expect(store.observations.recent('fly', 0, 10)).toHaveLength(1)
  expect(store.observations.latest().get('fly')).toEqual(anObservation())
})
