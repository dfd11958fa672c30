import type { AlertView } from '../../contract/alerts.ts'
import { formatClock } from '../components/format.ts'
import { notify } from '../components/toasts.ts'
import { explain } from './errors.ts'
import { daemonNowMs } from './ticker.ts'
import type { CockpitClient } from './types.ts'

const snoozeMs = 3_600_000

type Named = Pick<AlertView, 'id' | 'title'>

/** Runs one call on an alert; a failure is said in the corner. Resolves to whether it worked. */
async function tell(alert: Named, what: string, call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    notify({ title: `The alert was not ${what}`, text: `${alert.title}. ${explain(error).message}`, failed: true })
    return false
  }
}

/** Takes it off Now for an hour; can be taken back from the corner. */
export async function snoozeAlert(client: CockpitClient, alert: Named): Promise<void> {
  const done = await tell(alert, 'snoozed', client.alerts.snooze({ id: alert.id, forMs: snoozeMs }))
  if (!done) return
  notify({
    title: `Snoozed until ${formatClock(daemonNowMs() + snoozeMs)}`,
    text: alert.title,
    action: { label: 'Undo', run: () => void resumeAlert(client, alert) },
  })
}

/** The operator has seen it: it leaves Now until it gets worse; can be taken back from the corner. */
export async function acknowledgeAlert(client: CockpitClient, alert: Named): Promise<void> {
  const done = await tell(alert, 'acknowledged', client.alerts.acknowledge({ id: alert.id }))
  if (!done) return
  notify({
    title: 'Acknowledged',
    text: alert.title,
    action: { label: 'Undo', run: () => void resumeAlert(client, alert) },
  })
}

/** Takes a snooze or an acknowledgement back. */
export async function resumeAlert(client: CockpitClient, alert: Named): Promise<void> {
  await tell(alert, 'brought back', client.alerts.resume({ id: alert.id }))
}
