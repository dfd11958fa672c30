import type { Listener } from './listener.ts'

interface Parts {
  readonly alertInvestigations: { start(): void; stop(): Promise<void> }
}

/** Has an alert looked into once it was told. */
export function alertWake({ alertInvestigations }: Parts): Listener {
  return {
    name: 'alert_wake',
    critical: false,
    tasks: ['alert_wake.tail'],
    start: () => alertInvestigations.start(),
    stop: () => alertInvestigations.stop(),
  }
}
