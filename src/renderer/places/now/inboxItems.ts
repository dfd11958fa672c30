import type { InboxItem } from '../../../contract/alerts.ts'

/** More than these unread ones at once push the services out of sight. */
const unreadAtOnce = 5

/**
 * What the inbox shows of what is known of it, newest first: a few unread ones, or everything once the earlier ones
 * were asked for. `hidden` says that there is more to show at a press.
 * @param unread how many there are in all, also beyond what is known
 */
export function shownItems(
  items: readonly InboxItem[],
  unread: number,
  earlier: boolean,
): { shown: readonly InboxItem[]; hidden: boolean } {
  if (earlier) return { shown: items, hidden: false }
  const shown = items.filter((item) => item.readAtMs === null).slice(0, unreadAtOnce)
  return { shown, hidden: items.length > shown.length || unread > shown.length }
}
