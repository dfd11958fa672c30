import { beforeEach, describe, expect, it } from 'vitest'
import { aMessage } from '../../../test/fakes/records.ts'
import { countOf, refuseWrites, type ServiceWorld, serviceWorld } from '../../../test/fakes/serviceWorld.ts'
import type { OutboxRow } from '../../domain/incident.ts'
import { InboxService } from './InboxService.ts'

let world: ServiceWorld
let inbox: InboxService
let reachedElsewhere: boolean

beforeEach(async () => {
  world = await serviceWorld()
  reachedElsewhere = false
  inbox = new InboxService({ ...world, reachedElsewhere: () => reachedElsewhere })
})

/** A notification that could not be shown. */
function unseen(changes: Partial<OutboxRow> = {}): OutboxRow {
  const message = aMessage({ channel: 'native', kind: 'system_alert', state: 'failed', failure: 'denied' })
  return { ...message, payload: { ...message.payload, tag: 'alert:alt_1', route: '/now' }, ...changes }
}

function put(title: string, subject: string | null = null) {
  const item = inbox.item('info', { severity: 'info', title, text: 'text', route: '/now', subject })
  world.store.inbox.add(item)
  return item
}

const titles = () => inbox.view().items.map(({ title }) => title)

describe('an item', () => {
  it('has an id, its time, and is not read', () => {
    const item = put('12 calls were denied')
    expect(item).toEqual({
      id: expect.stringMatching(/^inb_[0-9A-Z]{26}$/),
      atMs: world.clock.nowMs(),
      kind: 'info',
      readAtMs: null,
      severity: 'info',
      title: '12 calls were denied',
      text: 'text',
      route: '/now',
      subject: null,
    })
    expect(inbox.view()).toMatchObject({ unread: 1, items: [{ id: item.id, title: item.title }] })
  })
})

describe('a notification that could not be shown', () => {
  it('is kept where nothing else reaches the operator, and told', () => {
    const told = countOf(world, 'inbox.changed')
    inbox.missed(unseen())
    expect(inbox.view().items).toMatchObject([
      {
        kind: 'missed',
        title: 'Fly is unhealthy',
        text: '1 of 2 machines is stopped',
        severity: 'critical',
        route: '/now',
      },
    ])
    expect(told()).toBe(1)
  })

  it.each<[string, Partial<OutboxRow>]>([
    ['that was shown', { state: 'sent', failure: null }],
    ['that waits', { state: 'pending' }],
    ['that another one replaced', { state: 'superseded' }],
    ['for Slack', { channel: 'slack' }],
    ['that was a test', { kind: 'test' }],
    ['that the operator switched off', { failure: 'switched_off' }],
  ])('leaves out one %s', (_, change) => {
    inbox.missed(unseen(change))
    expect(inbox.view()).toEqual({ unread: 0, items: [] })
  })

  it('is not kept where Slack reaches the operator', () => {
    reachedElsewhere = true
    inbox.missed(unseen())
    expect(inbox.view().items).toEqual([])
  })

  it('takes the place of an earlier one about the same, unless that was read', () => {
    const about = (title: string) => {
      const row = unseen()
      return { ...row, payload: { ...row.payload, title } }
    }
    inbox.missed(about('first'))
    inbox.missed(about('second'))
    expect(titles()).toEqual(['second'])
    inbox.markRead(null)
    inbox.missed(about('third'))
    expect(titles()).toEqual(['third', 'second'])
  })

  it('is kept by a store that refuses once it takes records again, and only then told', () => {
    const told = countOf(world, 'inbox.changed')
    const allow = refuseWrites(world)
    inbox.missed(unseen())
    expect([titles(), told()]).toEqual([[], 0])
    allow()
    world.late.look()
    expect([titles(), told()]).toEqual([['Fly is unhealthy'], 1])
  })
})

describe('reading', () => {
  it('is newest first, in pages', async () => {
    for (const title of ['a', 'b', 'c']) {
      put(title)
      await world.clock.advance(1_000)
    }
    expect(titles()).toEqual(['c', 'b', 'a'])
    const { items } = inbox.view(undefined, 2)
    expect(items.map(({ title }) => title)).toEqual(['c', 'b'])
    expect(inbox.view(items.at(-1)?.atMs, 2).items.map(({ title }) => title)).toEqual(['a'])
  })

  it('shows fifty, and counts all that are not read', () => {
    for (let no = 0; no < 60; no++) put(`no ${no}`)
    const { unread, items } = inbox.view()
    expect([unread, items.length]).toEqual([60, 50])
  })

  it('marks some or all as read, once, and tells of it', async () => {
    const [a] = [put('a'), put('b'), put('c')]
    const told = countOf(world, 'inbox.changed')
    const firstMs = world.clock.nowMs()
    inbox.markRead([a.id, 'inb_nobody'])
    expect(inbox.view().unread).toBe(2)
    await world.clock.advance(1_000)
    inbox.markRead(null)
    expect(inbox.view().unread).toBe(0)
    expect(inbox.view().items.map(({ readAtMs }) => readAtMs)).toEqual([firstMs + 1_000, firstMs + 1_000, firstMs])
    expect(told()).toBe(2)
  })

  it('is refused while the store refuses: nothing is said to be read that is not', () => {
    put('a')
    const told = countOf(world, 'inbox.changed')
    refuseWrites(world)
    expect(() => inbox.markRead(null)).toThrow(expect.objectContaining({ code: 'store_full' }))
    expect([inbox.view().unread, told()]).toEqual([1, 0])
  })
})
