import { beforeEach, describe, expect, it } from 'vitest'
import { refuseWrites, type ServiceWorld, serviceWorld } from '../../../test/fakes/serviceWorld.ts'
import type { ViewRecord } from '../../contract/views.ts'
import { ViewService } from './ViewService.ts'

let world: ServiceWorld
let views: ViewService

beforeEach(async () => {
  world = await serviceWorld()
  views = new ViewService(world)
})

function aVisit(changes: Partial<ViewRecord> = {}): ViewRecord {
  const enteredAtMs = world.clock.nowMs()
  return { view: 'now', enteredAtMs, leftAtMs: enteredAtMs + 1_000, via: 'nav', windowId: 'w1', ...changes }
}

describe('a visit', () => {
  it('is kept as it was', () => {
    const visit = aVisit()
    views.record(visit)
    expect(views.list({ limit: 10 })).toEqual([visit])
  })

  it('cannot end before it began', () => {
    const enteredAtMs = world.clock.nowMs()
    expect(() => views.record(aVisit({ leftAtMs: enteredAtMs - 1 }))).toThrow(
      expect.objectContaining({ code: 'bad_input', data: { view: 'now' } }),
    )
    expect(views.list({ limit: 10 })).toEqual([])
    views.record(aVisit({ leftAtMs: enteredAtMs }))
    expect(views.list({ limit: 10 })).toHaveLength(1)
  })

  it('is listed newest first, from a time on backwards', () => {
    const nowMs = world.clock.nowMs()
    for (const [index, view] of ['a', 'b', 'c'].entries()) {
      views.record(aVisit({ view, enteredAtMs: nowMs + index, leftAtMs: nowMs + 10 }))
    }
    const names = (query: Parameters<ViewService['list']>[0]) => views.list(query).map(({ view }) => view)
    expect(names({ limit: 2 })).toEqual(['c', 'b'])
    expect(names({ before: nowMs + 1, limit: 9 })).toEqual(['a'])
  })
})

describe('which places earn their keep', () => {
  it('is said by visits and time spent, the longest looked at first', () => {
    const nowMs = world.clock.nowMs()
    views.record(aVisit({ view: 'spend', enteredAtMs: nowMs, leftAtMs: nowMs + 500 }))
    views.record(aVisit({ view: 'now', enteredAtMs: nowMs + 1, leftAtMs: nowMs + 2_001 }))
    views.record(aVisit({ view: 'spend', enteredAtMs: nowMs + 5, leftAtMs: nowMs + 505 }))
    expect(views.usage()).toEqual({
      sinceMs: nowMs,
      records: 3,
      places: [
        { view: 'now', visits: 1, dwellMs: 2_000, lastAtMs: nowMs + 1 },
        { view: 'spend', visits: 2, dwellMs: 1_000, lastAtMs: nowMs + 5 },
      ],
    })
  })

  it('is nothing before the first visit', () => {
    expect(views.usage()).toEqual({ sinceMs: null, records: 0, places: [] })
  })
})

describe('daemon 26: a program that shows a place', () => {
  it('is a visit of a moment', () => {
    const nowMs = world.clock.nowMs()
    expect(views.panelView('heartbeat', 'session')).toEqual({ ok: true })
    expect(views.list({ limit: 1 })).toEqual([
      { view: 'heartbeat', enteredAtMs: nowMs, leftAtMs: nowMs, via: 'link', windowId: 'session' },
    ])
  })

  it('never fails for a store that refuses, and is told so', () => {
    refuseWrites(world)
    expect(views.panelView('heartbeat', 'session')).toEqual({ ok: true, warning: 'write_failed' })
    expect(views.list({ limit: 1 })).toEqual([])
  })
})

describe('erasing', () => {
  it('forgets every visit and leaves one record of it, without what was visited', () => {
    for (let no = 0; no < 3; no++) views.record(aVisit())
    expect(views.erase()).toEqual({ erased: 3 })
    expect(views.usage()).toEqual({ sinceMs: null, records: 0, places: [] })
    expect(world.store.audit.list({ seam: 'views.erased', limit: 0 })).toMatchObject([
      { source: 'operator', details: { erased: 3 } },
    ])
    expect(views.erase()).toEqual({ erased: 0 })
  })

  it('forgets nothing that it cannot record', () => {
    views.record(aVisit())
    const allow = refuseWrites(world)
    expect(() => views.erase()).toThrow(expect.objectContaining({ code: 'store_full' }))
    allow()
    expect(views.usage().records).toBe(1)
  })
})
