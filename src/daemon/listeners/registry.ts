import { alertNotifier } from './alertNotifier.ts'
import { alertWake } from './alertWake.ts'
import { costTelemetry } from './costTelemetry.ts'
import { heartbeat } from './heartbeat.ts'
import { heartbeatProbes } from './heartbeatProbes.ts'
import type { Listener } from './listener.ts'
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
    /** The host's own server, or the local API of the desktop. */
    readonly web: Listener
  }

/** Every listener, in the order in which they are started (daemon specification, 4). */
export function listeners(parts: ListenerParts): Listener[] {
  return [
    heartbeat(parts),
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
}
