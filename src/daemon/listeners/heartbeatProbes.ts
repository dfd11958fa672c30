import type { Listener, On } from './listener.ts'

interface Parts {
  readonly on: On<{ 'observation.recorded': { readonly probeId: string } }>
  readonly probes: {
    start(): void
    stop(): Promise<void>
    definitions(): readonly { readonly enabled: boolean }[]
  }
  readonly intakeGraceMs: number
  readonly scheduler: { rows(): readonly { readonly name: string; readonly stuck: boolean }[] }
}

/** Looks at every service on its schedule. */
export function heartbeatProbes({ on, probes, scheduler, intakeGraceMs }: Parts): Listener {
  const enabled = (): number => probes.definitions().filter((definition) => definition.enabled).length
  let unsubscribe = (): void => undefined
  return {
    name: 'heartbeat_probes',
    critical: false,
    tier: 'intake',
    tasks: ['probe:'],
    start(pulse) {
      unsubscribe = on('observation.recorded', () => pulse.event())
      probes.start()
    },
    async stop() {
      unsubscribe()
      await probes.stop()
    },
    stopTimeoutMs: intakeGraceMs,
    off: () => (enabled() === 0 ? 'no service is watched yet' : null),
    trouble() {
      const stuck = scheduler.rows().filter((task) => task.stuck && task.name.startsWith('probe:')).length
      return stuck === 0 ? null : `${stuck} checks do not end`
    },
    note: () => `${enabled()} services`,
  }
}
