import { describe, expect, it } from 'vitest'
import { enter, putAwayMs, track, type Tracking, type TrackingEvent, type Visit, windowIdOf } from './viewTracker.ts'

const start = 1_900_000_000_000

/** What ends over some events, each at its second. */
function visits(...events: readonly (readonly [atS: number, event: TrackingEvent])[]): readonly Visit[] {
  let state: Tracking = enter('now', 'link', start)
  return events.flatMap(([atS, event]) => {
    const step = track(state, event, start + atS * 1_000)
    state = step.state
    return step.ended ? [step.ended] : []
  })
}
const moved = (view: string, via: Visit['via'] = 'nav'): TrackingEvent => ({ kind: 'moved', view, via })
const hidden: TrackingEvent = { kind: 'hidden' }
const shown: TrackingEvent = { kind: 'shown' }
const looked: TrackingEvent = { kind: 'looked' }
const closed: TrackingEvent = { kind: 'closed' }
const ended = (view: string, fromS: number, toS: number, via: Visit['via']): Visit => ({
  view,
  enteredAtMs: start + fromS * 1_000,
  leftAtMs: start + toS * 1_000,
  via,
})

it('ends a visit when the place is left, with how it was reached', () => {
  expect(visits([10, moved('spend', 'key')], [25, moved('system', 'palette')])).toEqual([
    ended('now', 0, 10, 'link'),
    ended('spend', 10, 25, 'key'),
  ])
})

it('takes no move within a place for a visit', () => {
  expect(visits([5, moved('now', 'link')], [9, moved('now', 'key')])).toEqual([])
})

describe('a window out of sight', () => {
  it('ends nothing when it comes back', () => {
    expect(visits([5, hidden], [60, looked], [70, shown], [90, moved('spend')])).toEqual([ended('now', 0, 90, 'link')])
  })

  it('ended the visit when it was hidden, if it was put away for good', () => {
    const away = putAwayMs / 1_000
    expect(visits([5, hidden], [5 + away - 1, looked], [5 + away, looked], [9 + away, looked])).toEqual([
      ended('now', 0, 5, 'link'),
    ])
  })

  it('begins a visit of its own when it comes back after that', () => {
    const away = putAwayMs / 1_000
    expect(visits([5, hidden], [5 + away, looked], [8_000, shown], [8_010, moved('spend')])).toEqual([
      ended('now', 0, 5, 'link'),
      ended('now', 8_000, 8_010, 'link'),
    ])
  })

  it('is left where it was hidden when a notification leads elsewhere', () => {
    expect(visits([5, hidden], [60, moved('investigations', 'notification')])).toEqual([ended('now', 0, 5, 'link')])
  })
})

it('ends the last visit with the page, once', () => {
  expect(visits([7, closed], [8, closed])).toEqual([ended('now', 0, 7, 'link')])
  expect(visits([7, hidden], [9, closed])).toEqual([ended('now', 0, 7, 'link')])
  // Kept by the browser and shown again.
  expect(visits([7, closed], [20, shown], [30, moved('spend')])).toEqual([
    ended('now', 0, 7, 'link'),
    ended('now', 20, 30, 'link'),
  ])
})

it('does not end before it began, whatever the clock does', () => {
  expect(track(enter('now', 'nav', start), moved('spend'), start - 5_000).ended).toMatchObject({ leftAtMs: start })
})

describe('the id of a tab', () => {
  it('is kept over reloads', () => {
    const kept = new Map<string, string>()
    const storage = () => ({
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    })
    expect([windowIdOf(storage, () => 'first'), windowIdOf(storage, () => 'second')]).toEqual(['first', 'first'])
  })

  it('is made anew where the browser keeps nothing', () => {
    const blocked = () => {
      throw new Error('blocked')
    }
    expect(windowIdOf(blocked, () => 'made')).toBe('made')
  })
})
