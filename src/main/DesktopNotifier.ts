import { Notification } from 'electron'
import type { NotificationMessage } from '../contract/state.ts'
import type { Clock } from '../daemon/platform/clock.ts'
import type { NativeNotifier } from '../daemon/platform/notifier.ts'
import { parseRoute } from './route.ts'

/** A system that says neither "shown" nor "failed" for this long has taken the notification. */
const silenceMs = 3_000
const shownKept = 50

type Outcome = Awaited<ReturnType<NativeNotifier['show']>>

/** Notifications of the operating system. A click brings the cockpit to the front, at the notification's place. */
export class DesktopNotifier implements NativeNotifier {
  readonly #clock: Clock
  readonly #open: (route: string | null) => void
  /** By tag, oldest first. A notification that is collected loses its click. */
  readonly #shown = new Map<string, Notification>()
  #denied = false

  constructor(options: { clock: Clock; open: (route: string | null) => void }) {
    this.#clock = options.clock
    this.#open = options.open
  }

  async show(message: NotificationMessage): Promise<Outcome> {
    if (!Notification.isSupported()) return { shown: false, reason: 'unsupported' }
    const { id, tag, title, text: body, silent } = message
    const notification = new Notification({ title, body, silent })
    notification.on('click', () => this.#open(parseRoute(message.route)))
    for (const replaced of message.replaces ?? []) this.#close(replaced)
    this.#keep(tag ?? id, notification)
    const outcome = await this.#outcomeOf(notification)
    this.#denied = !outcome.shown
    return outcome
  }

  state(): 'ready' | 'denied' | 'unsupported' {
    if (!Notification.isSupported()) return 'unsupported'
    return this.#denied ? 'denied' : 'ready'
  }

  #outcomeOf(notification: Notification): Promise<Outcome> {
    return new Promise((resolve) => {
      const cancel = this.#clock.setTimer(silenceMs, () => resolve({ shown: true }))
      notification.once('show', () => {
        cancel()
        resolve({ shown: true })
      })
      notification.once('failed', () => {
        cancel()
        resolve({ shown: false, reason: 'denied' })
      })
      notification.show()
    })
  }

  /** The same tag replaces what it stood for before. */
  #keep(tag: string, notification: Notification): void {
    this.#close(tag)
    this.#shown.set(tag, notification)
    const [oldest] = this.#shown.keys()
    if (this.#shown.size > shownKept && oldest !== undefined) this.#shown.delete(oldest)
  }

  #close(tag: string): void {
    this.#shown.get(tag)?.close()
    this.#shown.delete(tag)
  }
}
