import type { Listener, On } from './listener.ts'

interface Parts {
  readonly on: On<{ 'investigation.requested': Record<string, never> }>
  readonly notifications: { start(): string[]; stop(): Promise<void> }
  readonly investigations: { start(): string[]; stop(): Promise<void> }
  /** What an earlier process left untold is looked at again before it is told (ruling 18). */
  readonly lookAgain: (probeIds: string[]) => void
  /** When anybody was last woken; null when nobody was. */
  readonly lastWakeAtMs: () => number | null
}

/** Has a wake looked into and told. */
export function probeWake({ on, notifications, investigations, lookAgain, lastWakeAtMs }: Parts): Listener {
  let unsubscribe = (): void => undefined
  return {
    name: 'probe_wake',
    critical: false,
    tasks: ['wakes.sweep'],
    start(pulse) {
      const lastMs = lastWakeAtMs()
      if (lastMs !== null) pulse.event(lastMs)
      unsubscribe = on('investigation.requested', () => pulse.event())
      lookAgain([...notifications.start(), ...investigations.start()])
    },
    async stop() {
      unsubscribe()
      // What an investigation ends with is a message: it is queued first.
      await investigations.stop()
      await notifications.stop()
    },
  }
}
