import { beforeEach, describe, expect, test } from 'vitest'
import { startMs } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { ViewRecord } from '../../contract/views.ts'
import type { ViewRepository } from './ViewRepository.ts'

let views: ViewRepository

beforeEach(async () => {
  const { store } = await openTestStore()
  views = store.views
})

function put(view: string, atMs: number, dwellMs: number, changes: Partial<ViewRecord> = {}): ViewRecord {
  const enteredAtMs = startMs + atMs
  const record: ViewRecord = {
    view,
    enteredAtMs,
    leftAtMs: enteredAtMs + dwellMs,
    via: 'nav',
    windowId: 'w1',
    ...changes,
  }
  views.add(record)
  return record
}
const all = (beforeMs = Number.MAX_SAFE_INTEGER, limit = 10) => views.list(beforeMs, limit)

describe('visits', () => {
  test('every field survives', () => {
    const record = put('spend', 0, 5, { via: 'palette', windowId: 'w2' })
    expect(all()).toEqual([record])
  })

  test('that end before they began are refused', () => {
    expect(() => put('now', 10, -1)).toThrow(expect.objectContaining({ code: 'bad_input' }))
    expect(all()).toEqual([])
  })

  test('are listed newest first, of one moment the one added last, up to a time', () => {
    for (const [view, atMs] of [
      ['b', 2],
      ['a', 1],
      ['c', 2],
    ] as const)
      put(view, atMs, 1)
    expect(all().map(({ view }) => view)).toEqual(['c', 'b', 'a'])
    expect(all(startMs + 2).map(({ view }) => view)).toEqual(['a'])
    expect(all(undefined, 1)).toHaveLength(1)
  })
})

describe('usage', () => {
  test('adds visits and time up by place, the longest first, those alike by name', () => {
    expect(views.usage()).toEqual({ sinceMs: null, records: 0, places: [] })
    put('now', 5, 10)
    put('spend', 1, 30)
    put('now', 9, 10)
    put('history', 2, 20)
    expect(views.usage()).toEqual({
      sinceMs: startMs + 1,
      records: 4,
      places: [
        { view: 'spend', visits: 1, dwellMs: 30, lastAtMs: startMs + 1 },
        { view: 'history', visits: 1, dwellMs: 20, lastAtMs: startMs + 2 },
        { view: 'now', visits: 2, dwellMs: 20, lastAtMs: startMs + 9 },
      ],
    })
  })
})

describe('forgetting', () => {
  beforeEach(() => {
    for (const atMs of [1, 2, 3]) put('now', atMs, 1)
  })

  test('what is old', () => {
    expect(views.prune(startMs + 3)).toBe(2)
    expect(all()).toHaveLength(1)
  })

  test('everything', () => {
    expect([views.erase(), views.erase()]).toEqual([3, 0])
    expect(views.usage().records).toBe(0)
  })
})
