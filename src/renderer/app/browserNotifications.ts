import { useEffect, useSyncExternalStore } from 'react'
import type { NotificationMessage } from '../../contract/state.ts'
import { useCockpit } from '../client/CockpitContext.ts'
import { navigate } from './router.ts'

export type NotificationPermissionState = NotificationPermission | 'unsupported'

const listeners = new Set<() => void>()

function current(): NotificationPermissionState {
  return 'Notification' in window ? Notification.permission : 'unsupported'
}

/** What this browser lets the cockpit do. Follows changes made in the browser's own settings. */
export function useNotificationPermission(): NotificationPermissionState {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, current)
}

/** Asks the operator, once; only ever from a press of a button. */
export async function askNotificationPermission(): Promise<void> {
  await Notification.requestPermission()
  for (const listener of listeners) listener()
}

/**
 * While a headless cockpit is open and the permission was given, this browser is the surface for native
 * notifications: it subscribes to nothing before that, because a subscriber counts as one.
 */
export function useBrowserNotifications(): void {
  const { client, host, online } = useCockpit()
  const permission = useNotificationPermission()

  useEffect(() => {
    const status = navigator.permissions?.query({ name: 'notifications' })
    let stop = () => {}
    status?.then(
      (result) => {
        const changed = () => {
          for (const listener of listeners) listener()
        }
        result.addEventListener('change', changed)
        stop = () => result.removeEventListener('change', changed)
      },
      () => {},
    )
    return () => stop()
  }, [])

  useEffect(() => {
    if (host !== 'headless' || !online || permission !== 'granted') return
    const controller = new AbortController()
    const follow = async () => {
      for await (const message of await client.state.notifications(undefined, { signal: controller.signal }))
        show(message)
    }
    // The end of the line is told by the connection banner; a new line subscribes again.
    follow().catch(() => {})
    return () => controller.abort()
  }, [client, host, online, permission])
}

/** What this page has shown, by tag: a summary closes what it speaks for. */
const shownByTag = new Map<string, Notification>()

function show(message: NotificationMessage): void {
  for (const tag of message.replaces ?? []) {
    shownByTag.get(tag)?.close()
    shownByTag.delete(tag)
  }
  const shown = new Notification(message.title, {
    body: message.text,
    silent: message.silent,
    ...(message.tag === null ? {} : { tag: message.tag }),
  })
  if (message.tag !== null) shownByTag.set(message.tag, shown)
  shown.addEventListener('click', () => {
    window.focus()
    if (message.route) navigate(message.route, { via: 'notification' })
    shown.close()
  })
}
