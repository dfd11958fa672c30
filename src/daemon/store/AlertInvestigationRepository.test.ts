import { beforeEach, describe, expect, test } from 'vitest'
import { anAlertInvestigation, anOccurrence } from '../../../test/fakes/alerts.ts'
import { startMs } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { AlertInvestigation, AlertInvestigationRepository } from './AlertInvestigationRepository.ts'

let investigations: AlertInvestigationRepository

beforeEach(async () => {
  const { store } = await openTestStore()
  for (let no = 1; no <= 6; no++) {
    store.alerts.save(anOccurrence({ occurrenceId: `alt_${no}`, id: `task_failing:${no}` }))
  }
  investigations = store.alertInvestigations
})

function put(no: number, changes: Partial<AlertInvestigation> = {}): AlertInvestigation {
  const requestedAtMs = startMs + no * 1_000
  const one = anAlertInvestigation({ id: `inv_${no}`, occurrenceId: `alt_${no}`, requestedAtMs, ...changes })
  investigations.save(one)
  return one
}

describe('an investigation', () => {
  test('every field survives, empty and filled', () => {
    expect(investigations.get('inv_1')).toBeNull()
    const empty = put(1)
    expect(investigations.get('inv_1')).toEqual(empty)
    const filled = put(1, {
      severity: 'critical',
      state: 'finished',
      startedAtMs: startMs + 1,
      finishedAtMs: startMs + 2,
      failure: 'sdk_5xx',
      text: 'It is the disk.\nFree some space.',
      model: 'claude-haiku-4-5',
      inputTokens: 1,
      outputTokens: 2,
      cacheReadTokens: 3,
      cacheCreationTokens: 4,
      costNanoUsd: 4_500_000,
      durationMs: 5,
      tries: 2,
    })
    expect(investigations.get('inv_1')).toEqual(filled)
    expect(investigations.ofOccurrence('alt_1')).toEqual(filled)
    expect(investigations.ofOccurrence('alt_2')).toBeNull()
  })

  test('alerts 30: is the only one of its occurrence', () => {
    put(1)
    expect(() => put(2, { occurrenceId: 'alt_1' })).toThrow(expect.objectContaining({ code: 'conflict' }))
    expect(investigations.ofOccurrence('alt_1')?.id).toBe('inv_1')
  })

  test('of no occurrence is refused', () => {
    expect(() => put(9)).toThrow(expect.objectContaining({ code: 'bad_input' }))
    expect(investigations.unfinished()).toEqual([])
  })
})

describe('what is left to do', () => {
  test('is what waits or runs, in the order in which it was asked for', () => {
    put(3, { state: 'running' })
    put(1)
    put(2, { state: 'finished' })
    put(4, { state: 'failed' })
    put(5, { state: 'skipped' })
    put(6, { requestedAtMs: startMs + 1_000 })
    expect(investigations.unfinished().map(({ id }) => id)).toEqual(['inv_1', 'inv_6', 'inv_3'])
  })
})

describe('what was asked already', () => {
  beforeEach(() => {
    put(1)
    put(2, { state: 'finished', severity: 'critical' })
    put(3, { state: 'skipped' })
    put(4, { state: 'failed', category: 'listener_down' })
  })

  test('is known by category and severity; what was skipped was not asked', () => {
    const last = (category: AlertInvestigation['category'], severity: AlertInvestigation['severity'], sinceMs = 0) =>
      investigations.lastRequestedAtMs(category, severity, sinceMs)
    expect(last('task_failing', 'warning')).toBe(startMs + 1_000)
    expect(last('task_failing', 'critical')).toBe(startMs + 2_000)
    expect(last('listener_down', 'warning')).toBe(startMs + 4_000)
    expect(last('listener_down', 'critical')).toBeNull()
    expect(last('task_failing', 'warning', startMs + 1_000)).toBe(startMs + 1_000)
    expect(last('task_failing', 'warning', startMs + 1_001)).toBeNull()
  })

  test('is counted since a time', () => {
    expect([0, startMs + 1_001, startMs + 4_000, startMs + 4_001].map((ms) => investigations.countSince(ms))).toEqual([
      3, 2, 1, 0,
    ])
  })
})
