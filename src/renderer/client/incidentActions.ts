import type { IncidentSummary } from '../../contract/incidents.ts'
import { formatClock } from '../components/format.ts'
import { notify } from '../components/toasts.ts'
import { explain } from './errors.ts'
import { daemonNowMs } from './ticker.ts'
import type { CockpitClient } from './types.ts'

const snoozeMs = 3_600_000

type Named = Pick<IncidentSummary, 'id' | 'probeTitle'>

/** Runs one call on an incident; a failure is said in the corner. Resolves to whether it worked. */
async function tell(incident: Named, what: string, call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    const problem = explain(error)
    notify({ title: `${incident.probeTitle} was not ${what}`, text: problem.message, failed: true })
    return false
  }
}

/** Takes it off Now for an hour; can be taken back from the corner. */
export async function snooze(client: CockpitClient, incident: Named): Promise<void> {
  const done = await tell(incident, 'snoozed', client.incidents.snooze({ id: incident.id, forMs: snoozeMs }))
  if (!done) return
  notify({
    title: `${incident.probeTitle} is snoozed until ${formatClock(daemonNowMs() + snoozeMs)}`,
    action: { label: 'Undo', run: () => void resume(client, incident) },
  })
}

/** Ends a snooze, or takes "handled" back. */
export async function resume(client: CockpitClient, incident: Named): Promise<void> {
  await tell(incident, 'brought back', client.incidents.resume({ id: incident.id }))
}

/** The operator has seen it: no more reminders. It stays in Now. */
export async function acknowledge(client: CockpitClient, incident: Named): Promise<void> {
  const done = await tell(incident, 'acknowledged', client.incidents.acknowledge({ id: incident.id }))
  if (done) notify({ title: `${incident.probeTitle} is acknowledged`, text: 'No more reminders. It stays in Now.' })
}

/** The operator took care of it, and says how. Resolves to whether it worked. */
export async function markHandled(client: CockpitClient, incident: Named, reason: string): Promise<boolean> {
  const done = await tell(incident, 'marked handled', client.incidents.markHandled({ id: incident.id, reason }))
  if (done) {
    notify({
      title: `${incident.probeTitle} is marked handled`,
      action: { label: 'Undo', run: () => void resume(client, incident) },
    })
  }
  return done
}

/** Checks one service now. Its row shows the result; only a call that never ran is said in the corner. */
export async function checkNow(client: CockpitClient, service: { id: string; title: string }): Promise<void> {
  try {
    await client.probes.check({ id: service.id })
  } catch (error) {
    notify({ title: `${service.title} was not checked`, text: explain(error).message, failed: true })
  }
}
