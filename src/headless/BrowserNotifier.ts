import type { NotificationMessage } from '../contract/state.ts'
import type { NativeNotifier } from '../daemon/platform/notifier.ts'

/** Messages a slow browser may be behind before the oldest are dropped. */
const backlog = 100

/**
 * Native notifications of a headless daemon: browsers that have the cockpit open, and were allowed to, show them.
 * A browser subscribes only after permission was given, so a subscriber is a surface.
 */
export class BrowserNotifier implements NativeNotifier {
  readonly #browsers = new Set<(message: NotificationMessage) => void>()

  show(message: NotificationMessage): Promise<{ shown: true } | { shown: false; reason: string }> {
    if (this.#browsers.size === 0) return Promise.resolve({ shown: false, reason: 'no_surface' })
    for (const push of this.#browsers) push(message)
    return Promise.resolve({ shown: true })
  }

  state(): 'ready' | 'no_surface' {
    return this.#browsers.size > 0 ? 'ready' : 'no_surface'
  }

  /** One browser's messages from now on, until it leaves or `signal` ends it. */
  async *subscribe(signal?: AbortSignal): AsyncGenerator<NotificationMessage, void, void> {
    const waiting: NotificationMessage[] = []
    let wake = Promise.withResolvers<void>()
    const push = (message: NotificationMessage): void => {
      waiting.push(message)
      if (waiting.length > backlog) waiting.shift()
      wake.resolve()
    }
    const stop = (): void => wake.resolve()
    this.#browsers.add(push)
    signal?.addEventListener('abort', stop)
    try {
      while (!signal?.aborted) {
        const message = waiting.shift()
        if (message) {
          yield message
          continue
        }
        await wake.promise
        wake = Promise.withResolvers<void>()
      }
    } finally {
      this.#browsers.delete(push)
      signal?.removeEventListener('abort', stop)
    }
  }
}
