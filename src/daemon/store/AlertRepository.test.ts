import { beforeEach, describe, expect, test } from 'vitest'
import { anAlertInvestigation, anOccurrence } from '../../../test/fakes/alerts.ts'
import { startMs } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { AlertOccurrence } from '../../domain/alert.ts'
import type { AlertRepository } from './AlertRepository.ts'
import type { Store } from './Store.ts'

let store: Store
let alerts: AlertRepository

beforeEach(async () => {
  ;({ store } = await openTestStore())
  alerts = store.alerts
})

const ids = (items: readonly AlertOccurrence[]) => items.map(({ occurrenceId }) => occurrenceId)
/** The no-th occurrence, of an alert of its own unless told otherwise, begun so many seconds after the start. */
function put(no: number, changes: Partial<AlertOccurrence> = {}): AlertOccurrence {
  const one = anOccurrence({
    occurrenceId: `alt_${no}`,
    id: `task_failing:${no}`,
    firstSeenAtMs: startMs + no * 1_000,
    ...changes,
  })
  alerts.save(one)
  return one
}
const over = (no: number, changes: Partial<AlertOccurrence> = {}) =>
  put(no, { resolvedAtMs: startMs + no * 1_000 + 500, ...changes })

describe('an occurrence', () => {
  test('every field survives, empty and filled', () => {
    const empty = anOccurrence()
    alerts.save(empty)
    expect(alerts.get('alt_1')).toEqual(empty)
    const filled = anOccurrence({
      severity: 'critical',
      maxSeverity: 'critical',
      level: 3,
      voice: 'notice',
      lastSeenAtMs: startMs + 1,
      resolvedAtMs: startMs + 2,
      staleSinceMs: startMs + 3,
      toldAtMs: startMs + 4,
      toldSeverity: 'warning',
      toldLevel: 2,
      messageIds: ['msg_1', 'msg_2'],
      hold: { by: 'cooldown', untilMs: startMs + 5 },
      acknowledgedAtMs: startMs + 6,
      snoozedUntilMs: startMs + 7,
    })
    alerts.save(filled)
    expect(alerts.get('alt_1')).toEqual(filled)
    expect(alerts.get('alt_2')).toBeNull()
  })

  test('of an alert that is active already is refused, one after its end is not', () => {
    put(1, { id: 'same' })
    expect(() => put(2, { id: 'same' })).toThrow(expect.objectContaining({ code: 'conflict' }))
    expect(ids(alerts.active())).toEqual(['alt_1'])
    over(1, { id: 'same' })
    put(2, { id: 'same' })
    expect(ids(alerts.active())).toEqual(['alt_2'])
  })
})

describe('lists', () => {
  beforeEach(() => {
    put(3)
    over(1)
    put(2)
    over(4)
  })

  test('the active ones, oldest first', () => {
    expect(ids(alerts.active())).toEqual(['alt_2', 'alt_3'])
  })

  const list = (query: Partial<Parameters<AlertRepository['list']>[0]> = {}) => {
    const { items, nextCursor } = alerts.list({ state: 'any', sinceMs: null, cursor: null, limit: 10, ...query })
    return { ids: ids(items), nextCursor }
  }

  test('newest first, by state', () => {
    expect(list().ids).toEqual(['alt_4', 'alt_3', 'alt_2', 'alt_1'])
    expect(list({ state: 'active' }).ids).toEqual(['alt_3', 'alt_2'])
    expect(list({ state: 'resolved' }).ids).toEqual(['alt_4', 'alt_1'])
  })

  test('what was over before a time is left out, what still is true is not, however old', () => {
    expect(list({ sinceMs: startMs + 4_500 }).ids).toEqual(['alt_4', 'alt_3', 'alt_2'])
    expect(list({ sinceMs: startMs + 4_501 }).ids).toEqual(['alt_3', 'alt_2'])
    expect(list({ sinceMs: startMs + 4_501, state: 'resolved' }).ids).toEqual([])
  })

  test('page by page, those of one moment among them, until there is none', () => {
    put(5, { firstSeenAtMs: startMs + 3_000 })
    const pages: string[][] = []
    let cursor: string | null = null
    do {
      const page = list({ limit: 2, cursor })
      pages.push(page.ids)
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(pages).toEqual([['alt_4', 'alt_5'], ['alt_3', 'alt_2'], ['alt_1']])
    expect(list({ limit: 5 })).toMatchObject({ nextCursor: null })
  })

  test('a page after what is not there is empty', () => {
    expect(list({ cursor: 'alt_9' })).toEqual({ ids: [], nextCursor: null })
  })

  test('earlier occurrences of one alert, newest first', () => {
    for (const no of [5, 6, 7]) over(no, { id: 'same' })
    put(8, { id: 'same' })
    expect(ids(alerts.before('same', startMs + 8_000, 2))).toEqual(['alt_7', 'alt_6'])
    expect(ids(alerts.before('same', startMs + 5_000, 9))).toEqual([])
    expect(ids(alerts.before('other', startMs + 9_000, 9))).toEqual([])
  })
})

describe('pruning', () => {
  test('forgets what is over and old, and nothing that is active or was looked into', () => {
    over(1)
    put(2)
    over(3)
    store.alertInvestigations.save(anAlertInvestigation({ occurrenceId: 'alt_3' }))
    over(4)
    expect(alerts.prune(startMs + 4_000)).toBe(1)
    expect(['alt_1', 'alt_2', 'alt_3', 'alt_4'].map((id) => alerts.get(id) !== null)).toEqual([false, true, true, true])
    expect(alerts.prune(startMs + 4_000)).toBe(0)
  })

  test('takes at most a thousand at a time', () => {
    store.transaction(() => {
      for (let no = 1; no <= 1_100; no++) over(no)
    })
    const later = startMs + 10_000_000
    expect([alerts.prune(later), alerts.prune(later), alerts.prune(later)]).toEqual([1_000, 100, 0])
  })
})
