import type { Listener } from './listener.ts'

/** Exports the counters of model calls for other programs. */
export const costTelemetry: Listener = {
  name: 'cost_telemetry',
  critical: false,
  tasks: ['cost_telemetry.persist'],
}
