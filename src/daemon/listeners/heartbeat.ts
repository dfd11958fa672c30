import type { Listener } from './listener.ts'

interface Parts {
  readonly scheduler: { start(): void; stop(graceMs: number): Promise<void> }
  readonly intakeGraceMs: number
}

/** Owns the scheduler: while it is down nothing repeats. */
export function heartbeat({ scheduler, intakeGraceMs }: Parts): Listener {
  return {
    name: 'heartbeat',
    critical: true,
    tier: 'intake',
    tasks: ['listeners.check'],
    start: () => scheduler.start(),
    stop: () => scheduler.stop(intakeGraceMs),
    stopTimeoutMs: intakeGraceMs,
    note: () => 'runs the schedules',
  }
}
