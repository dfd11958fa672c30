import { alertNotifier } from './alertNotifier.ts'
import { alertWake } from './alertWake.ts'
import { costTelemetry } from './costTelemetry.ts'
import { heartbeat } from './heartbeat.ts'
import { heartbeatProbes } from './heartbeatProbes.ts'
import { type Listener, ownsTask } from './listener.ts'
import { probeWake } from './probeWake.ts'
import { reasoningEngine } from './reasoningEngine.ts'
import { slackClient } from './slackClient.ts'
import { snapshot } from './snapshot.ts'

/** What listeners are made of; each takes what it needs. */
type ListenerParts = Parameters<typeof heartbeat>[0] &
  Parameters<typeof heartbeatProbes>[0] &
  Parameters<typeof reasoningEngine>[0] &
  Parameters<typeof slackClient>[0] &
  Parameters<typeof alertNotifier>[0] &
  Parameters<typeof snapshot>[0] &
  Parameters<typeof probeWake>[0] &
  Parameters<typeof alertWake>[0] & {
    /** What people call a task; null for a probe's check, of which its listener tells. */
    readonly taskLabel: (name: string) => string | null
    /** The host's own server, or the local API of the desktop. */
    readonly web: Listener
  }

/**
 * Every listener, in the order in which they are started (daemon specification, 4). One whose task does not end is in
 * trouble; the heartbeat is for the tasks of nobody else.
 */
export function listeners(parts: ListenerParts): Listener[] {
  const others = [
    parts.web,
    heartbeatProbes(parts),
    reasoningEngine(parts),
    slackClient(parts),
    alertNotifier(parts),
    snapshot(parts),
    costTelemetry,
    probeWake(parts),
    alertWake(parts),
  ]
  const ownedByOthers = (task: string): boolean => others.some((listener) => ownsTask(listener, task))
  return [
    withStuckTasks(heartbeat(parts), (task) => !ownedByOthers(task), parts),
    ...others.map((listener) => withStuckTasks(listener, (task) => ownsTask(listener, task), parts)),
  ]
}

/** The same listener, down as well while a task that `owns` says is its own does not end. */
function withStuckTasks(
  listener: Listener,
  owns: (task: string) => boolean,
  { scheduler, taskLabel }: Pick<ListenerParts, 'scheduler' | 'taskLabel'>,
): Listener {
  return {
    ...listener,
    trouble() {
      const trouble = listener.trouble?.() ?? null
      if (trouble !== null) return trouble
      const names = scheduler.rows().flatMap(({ name, stuck }) => (stuck && owns(name) ? (taskLabel(name) ?? []) : []))
      return names.length === 0 ? null : `does not end: ${names.join(', ')}`
    },
  }
}
