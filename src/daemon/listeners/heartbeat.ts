import type { Listener } from './listener.ts'

interface Parts {
  readonly scheduler: {
    start(): void
    stop(graceMs: number): Promise<void>
    rows(): readonly { readonly name: string; readonly stuck: boolean }[]
  }
  /** What people call a task; null for a probe's check, which has a listener of its own. */
  readonly taskLabel: (name: string) => string | null
  readonly stopGraceMs: number
}

/** Owns the scheduler: while it is down nothing repeats. */
export function heartbeat({ scheduler, taskLabel, stopGraceMs }: Parts): Listener {
  const stuck = (): string[] =>
    scheduler
      .rows()
      .filter((task) => task.stuck)
      .flatMap((task) => taskLabel(task.name) ?? [])
  return {
    name: 'heartbeat',
    critical: true,
    tier: 'intake',
    tasks: ['listeners.check'],
    start: () => scheduler.start(),
    stop: () => scheduler.stop(stopGraceMs),
    stopTimeoutMs: stopGraceMs,
    trouble() {
      const names = stuck()
      return names.length === 0 ? null : `does not end: ${names.join(', ')}`
    },
    note: () => 'runs the schedules',
  }
}
