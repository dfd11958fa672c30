import { beforeEach, describe, expect, test } from 'vitest'
import { startMs } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { InboxRepository, StoredInboxItem } from './InboxRepository.ts'

let inbox: InboxRepository

beforeEach(async () => {
  const { store } = await openTestStore()
  inbox = store.inbox
})

function put(no: number, changes: Partial<StoredInboxItem> = {}): StoredInboxItem {
  const item: StoredInboxItem = {
    id: `inb_${no}`,
    atMs: startMs + no * 1_000,
    kind: 'info',
    severity: null,
    title: `no ${no}`,
    text: 'text',
    route: null,
    subject: null,
    readAtMs: null,
    ...changes,
  }
  inbox.add(item)
  return item
}
const ids = (beforeMs = Number.MAX_SAFE_INTEGER, limit = 10) => inbox.list(beforeMs, limit).map(({ id }) => id)

describe('items', () => {
  test('every field survives, and the subject stays here', () => {
    const filled = put(1, { kind: 'missed', severity: 'critical', route: '/now', subject: 'alert:alt_1', readAtMs: 5 })
    const { subject: _subject, ...shown } = filled
    expect(inbox.list(Number.MAX_SAFE_INTEGER, 1)).toEqual([shown])
    const { subject: _none, ...empty } = put(2)
    expect(inbox.list(Number.MAX_SAFE_INTEGER, 1)).toEqual([empty])
  })

  test('are listed newest first, those of one moment by id, up to a time', () => {
    for (const no of [2, 1, 3]) put(no)
    put(4, { atMs: startMs + 2_000 })
    expect(ids()).toEqual(['inb_3', 'inb_4', 'inb_2', 'inb_1'])
    expect(ids(startMs + 2_000)).toEqual(['inb_1'])
    expect(ids(undefined, 2)).toEqual(['inb_3', 'inb_4'])
  })

  test('of one subject the newest takes the place of those not read yet', () => {
    put(1, { subject: 'digest' })
    put(2, { subject: 'other' })
    put(3, { subject: 'digest' })
    expect(ids()).toEqual(['inb_3', 'inb_2'])
    inbox.markRead(['inb_3'], startMs)
    put(4, { subject: 'digest' })
    expect(ids()).toEqual(['inb_4', 'inb_3', 'inb_2'])
  })

  test('without a subject stand beside each other', () => {
    put(1)
    put(2)
    expect(ids()).toEqual(['inb_2', 'inb_1'])
  })

  test('a taken id is refused, and what it would have replaced stays', () => {
    put(1, { subject: 'digest' })
    put(2)
    expect(() => put(2, { subject: 'digest' })).toThrow(expect.objectContaining({ code: 'conflict' }))
    expect(ids()).toEqual(['inb_2', 'inb_1'])
  })
})

describe('reading', () => {
  const readAt = () => inbox.list(Number.MAX_SAFE_INTEGER, 10).map(({ readAtMs }) => readAtMs)

  beforeEach(() => {
    for (const no of [1, 2, 3]) put(no)
  })

  test('marks the named ones, the first time alone', () => {
    inbox.markRead(['inb_2', 'inb_9'], startMs + 1)
    inbox.markRead(['inb_2'], startMs + 2)
    expect(readAt()).toEqual([null, startMs + 1, null])
    expect(inbox.unread()).toBe(2)
    inbox.markRead([], startMs + 3)
    expect(inbox.unread()).toBe(2)
  })

  test('marks all that are left', () => {
    inbox.markRead(['inb_3'], startMs + 1)
    inbox.markRead(null, startMs + 2)
    expect(readAt()).toEqual([startMs + 1, startMs + 2, startMs + 2])
    expect(inbox.unread()).toBe(0)
  })
})

describe('pruning', () => {
  test('forgets what is old, read or not', () => {
    for (const no of [1, 2, 3]) put(no, { readAtMs: no === 1 ? startMs : null })
    expect(inbox.prune(startMs + 3_000)).toBe(2)
    expect(ids()).toEqual(['inb_3'])
    expect(inbox.prune(startMs + 3_000)).toBe(0)
  })
})
