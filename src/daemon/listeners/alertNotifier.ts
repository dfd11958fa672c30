import type { Listener } from './listener.ts'

interface Parts {
  readonly alerts: { start(): void; stop(): void }
}

/** Turns what is true of the daemon into alerts, and alerts into messages. */
export function alertNotifier({ alerts }: Parts): Listener {
  return {
    name: 'alert_notifier',
    critical: false,
    tasks: ['alerts.notify', 'alerts.digest_flush'],
    start: () => alerts.start(),
    stop: () => alerts.stop(),
  }
}
