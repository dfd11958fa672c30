import type { Listener, On } from './listener.ts'

interface Parts {
  readonly on: On<{ 'snapshot.computed': Record<string, never> }>
  readonly snapshots: { start(): void; stop(): Promise<void> }
}

/** Keeps the daemon's state in one object that costs nothing to read. */
export function snapshot({ on, snapshots }: Parts): Listener {
  let unsubscribe = (): void => undefined
  return {
    name: 'snapshot',
    critical: false,
    tasks: ['snapshot.compute'],
    start(pulse) {
      unsubscribe = on('snapshot.computed', () => pulse.event())
      snapshots.start()
    },
    async stop() {
      unsubscribe()
      await snapshots.stop()
    },
  }
}
