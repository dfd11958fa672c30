import { beforeEach, expect, test } from 'vitest'
import { anIncident, anInvestigation, startMs } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { InvestigationRepository } from './InvestigationRepository.ts'

let investigations: InvestigationRepository

beforeEach(async () => {
  const { store } = await openTestStore()
  store.incidents.save(anIncident())
  investigations = store.investigations
})

const finished = anInvestigation({
  id: 'inv_2',
  state: 'finished',
  requestedAtMs: startMs + 100,
  startedAtMs: startMs + 110,
  finishedAtMs: startMs + 4_110,
  text: 'The machine ran out of memory.\nRestart it.',
  model: 'claude-haiku-4-5-20251001',
  inputTokens: 2_000,
  outputTokens: 500,
  cacheReadTokens: 0,
  cacheCreationTokens: 0,
  costNanoUsd: 4_500_000,
  durationMs: 4_000,
  tries: 1,
})

test('every field survives, and saving again replaces', () => {
  investigations.save(anInvestigation())
  expect(investigations.get('inv_1')).toEqual(anInvestigation())
  const failed = anInvestigation({ state: 'failed', failure: 'sdk_timeout', tries: 2 })
  investigations.save(failed)
  investigations.save(finished)
  expect(investigations.get('inv_1')).toEqual(failed)
  expect(investigations.byIncident('inc_1')).toEqual([finished, failed])
  expect(investigations.get('inv_3')).toBeNull()
})

test('unfinished ones are listed oldest first', () => {
  investigations.save(anInvestigation({ id: 'inv_3', requestedAtMs: startMs + 3, state: 'running' }))
  investigations.save(anInvestigation({ id: 'inv_1', requestedAtMs: startMs + 1 }))
  investigations.save(finished)
  investigations.save(anInvestigation({ id: 'inv_4', requestedAtMs: startMs, state: 'failed', failure: 'sdk_auth' }))
  expect(investigations.unfinished().map(({ id }) => id)).toEqual(['inv_1', 'inv_3'])
})

test('the cost of a window counts what has no price, and not what never called a model', () => {
  investigations.save(finished)
  investigations.save(anInvestigation({ id: 'inv_5', state: 'failed', failure: 'model_not_configured' }))
  investigations.save({ ...finished, id: 'inv_6', requestedAtMs: startMs + 200, costNanoUsd: null })
  expect(investigations.costSince(null)).toEqual({ nanoUsd: 4_500_000, unpriced: 1 })
  expect(investigations.costSince(startMs + 100)).toEqual({ nanoUsd: 4_500_000, unpriced: 1 })
  expect(investigations.costSince(startMs + 101)).toEqual({ nanoUsd: 0, unpriced: 1 })
  expect(investigations.costSince(startMs + 201)).toEqual({ nanoUsd: 0, unpriced: 0 })
})
