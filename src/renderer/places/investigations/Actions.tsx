import Download from 'lucide-react/icons/download'
import type { IncidentDetail, IncidentSummary } from '../../../contract/incidents.ts'
import { formatMoney } from '../../../domain/money.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useWork } from '../../client/hooks.ts'
import { acknowledge, resume, snooze } from '../../client/incidentActions.ts'
import { useNow } from '../../client/ticker.ts'
import { uiStore } from '../../client/ui.ts'
import { Button } from '../../components/Button.tsx'
import { saveFile } from '../../components/saveFile.ts'
import { formatClock } from '../../components/format.ts'
import { InlineProblem } from '../../components/States.tsx'
import { isSnoozed } from '../../components/status.ts'
import styles from './Investigations.module.css'

/** The most audit rows one export takes along. */
const recordsExported = 500

/** What the operator can do about an incident. Only re-investigating costs money, and its button says how much. */
export function Actions({ detail, incident }: { detail: IncidentDetail; incident: IncidentSummary }) {
  const { client, online } = useCockpit()
  const nowMs = useNow(1_000)
  const again = useWork(() => client.incidents.reinvestigate({ id: incident.id }))
  const exported = useWork(async () => {
    const [fresh, audit] = await Promise.all([
      client.incidents.get({ id: incident.id }),
      client.system.audit({ incidentId: incident.id, limit: recordsExported }),
    ])
    saveFile(`${incident.id}.json`, JSON.stringify({ ...fresh, audit }, null, 2))
  })
  const unavailable = online ? null : offlineReason
  const open = incident.state !== 'resolved'
  const aside = incident.handledAtMs !== null || isSnoozed(incident, nowMs)
  const price = detail.reinvestigateNanoUsd
  return (
    <>
      {open && aside ? (
        <p className={styles['aside']}>
          <span>
            {incident.handledAtMs !== null
              ? `Marked handled${detail.handledReason ? `: ${detail.handledReason}` : ''}`
              : `Snoozed until ${formatClock(incident.snoozedUntilMs ?? 0)}`}
          </span>
          <Button unavailable={unavailable} onClick={() => void resume(client, incident)}>
            Undo
          </Button>
        </p>
      ) : null}
      <div className={styles['actions']}>
        {open && !aside ? (
          <>
            {incident.acknowledgedAtMs === null ? (
              <Button unavailable={unavailable} onClick={() => void acknowledge(client, incident)}>
                Acknowledge
              </Button>
            ) : null}
            <Button unavailable={unavailable} onClick={() => void snooze(client, incident)}>
              Snooze 1 h
            </Button>
            <Button unavailable={unavailable} onClick={() => uiStore.setState({ handling: incident })}>
              Mark handled
            </Button>
          </>
        ) : null}
        <Button
          busy={again.state.kind === 'running'}
          unavailable={unavailable ?? (incident.investigating ? 'An investigation is under way' : null)}
          onClick={() => void again.run()}
        >
          Re-investigate, {price === null ? 'price unknown' : `about ${formatMoney(price)}`}
        </Button>
        <Button
          look="quiet"
          busy={exported.state.kind === 'running'}
          unavailable={unavailable}
          onClick={() => void exported.run()}
        >
          <Download size={13} aria-hidden="true" />
          Export JSON
        </Button>
      </div>
      {again.state.kind === 'failed' ? <InlineProblem problem={again.state.problem} /> : null}
      {exported.state.kind === 'failed' ? <InlineProblem problem={exported.state.problem} /> : null}
    </>
  )
}
