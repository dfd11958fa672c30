import { expect, it } from 'vitest'
import type { InboxItem } from '../../../contract/alerts.ts'
import { shownItems } from './inboxItems.ts'

const items = Array.from({ length: 9 }, (_, at) => ({ id: String(at), readAtMs: at < 7 ? null : 1 }) as InboxItem)
const ids = (list: readonly InboxItem[]) => list.map((item) => item.id).join('')

it('shows a few unread ones, then everything that is known', () => {
  const first = shownItems(items, 7, false)
  expect([ids(first.shown), first.hidden]).toEqual(['01234', true])
  expect(shownItems(items, 7, true)).toEqual({ shown: items, hidden: false })
})

it('has nothing more to show where all is in sight', () => {
  expect(shownItems(items.slice(0, 3), 3, false).hidden).toBe(false)
  expect(shownItems(items.slice(0, 3), 4, false).hidden).toBe(true)
})
