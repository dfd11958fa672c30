import { type KeyboardEvent, useState } from 'react'
import { matchesKeys } from '../../app/keys.ts'
import { routePath } from '../../app/route.ts'
import { isMac } from '../../app/shortcuts.ts'
import type { IncidentSummary } from '../../../contract/incidents.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { acknowledge, checkNow, snooze } from '../../client/incidentActions.ts'
import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { uiStore } from '../../client/ui.ts'
import { Button, ButtonLink, Spinner } from '../../components/Button.tsx'
import { Age, Money } from '../../components/Figures.tsx'
import { formatClockSeconds } from '../../components/format.ts'
import { Status } from '../../components/Glyph.tsx'
import layout from '../../components/Layout.module.css'
import { ActionMenu } from '../../components/Menu.tsx'
import { needsOperator, severityTone } from '../../components/status.ts'
import styles from './Now.module.css'

/** More of them push the services out of sight; the rest is one press away. */
const shownAtOnce = 5

/** What the operator must act on. Appears here and nowhere else first. */
export function NeedsYou() {
  const incidents = useMirror((mirror) => mirror.incidents)
  const nowMs = useNow(1_000)
  const [all, setAll] = useState(false)
  const needing = incidents.filter((incident) => needsOperator(incident, nowMs))
  if (needing.length === 0) return null
  const shown = all ? needing : needing.slice(0, shownAtOnce)
  const hidden = needing.length - shown.length
  return (
    <section className={layout['section']} aria-label="Needs you">
      <ul className={styles['needsList']}>
        {shown.map((incident, index) => (
          <NeedsRow key={incident.id} incident={incident} first={index === 0} />
        ))}
      </ul>
      {hidden > 0 ? (
        <Button look="quiet" className={styles['more']} onClick={() => setAll(true)}>
          Show {hidden} more
        </Button>
      ) : null}
    </section>
  )
}

function NeedsRow({ incident, first }: { incident: IncidentSummary; first: boolean }) {
  const { client, online } = useCockpit()
  const unavailable = online ? null : offlineReason
  const service = useMirror((mirror) => mirror.services[incident.probeId])
  const handle = () => uiStore.setState({ handling: incident })
  const press = (event: KeyboardEvent) => {
    if (!online || event.defaultPrevented || event.target instanceof HTMLInputElement) return
    const act = (keys: string, run: () => void) => {
      if (!matchesKeys(keys, event, isMac)) return
      event.preventDefault()
      run()
    }
    act('s', () => void snooze(client, incident))
    act('h', handle)
    act('r', () => service && void checkNow(client, service))
  }
  return (
    <li className={styles['needs']} data-severity={incident.severity} onKeyDown={press}>
      <div className={styles['needsWords']}>
        <span className={styles['who']}>
          <Status tone={severityTone(incident.severity)}>{incident.probeTitle}</Status>
        </span>
        <span>{incident.title}</span>
        <span className={styles['meta']}>
          <Age atMs={incident.openedAtMs} /> · {toldText(incident)}
          {incident.investigating ? (
            <>
              {' '}
              · investigating <Spinner />
            </>
          ) : null}
          {incident.acknowledgedAtMs === null ? null : ' · acknowledged'}
          {incident.costNanoUsd ? (
            <>
              {' '}
              · <Money nanoUsd={incident.costNanoUsd} />
            </>
          ) : null}
        </span>
      </div>
      <span className={styles['needsActions']}>
        <ButtonLink
          look={first ? 'primary' : 'plain'}
          href={`#${routePath('investigations', incident.id)}`}
          aria-label={`Open ${incident.probeTitle}`}
          data-nav-item={incident.id}
        >
          Open
        </ButtonLink>
        <Button
          unavailable={unavailable}
          aria-label={`Snooze 1 h, ${incident.probeTitle}`}
          onClick={() => void snooze(client, incident)}
        >
          Snooze 1 h
        </Button>
        <ActionMenu
          label={`More for ${incident.probeTitle}`}
          actions={[
            { label: 'Mark handled…', unavailable, run: handle },
            ...(incident.acknowledgedAtMs === null
              ? [{ label: 'Acknowledge', unavailable, run: () => void acknowledge(client, incident) }]
              : []),
            ...(service ? [{ label: 'Check now', unavailable, run: () => void checkNow(client, service) }] : []),
          ]}
        />
      </span>
    </li>
  )
}

function toldText(incident: IncidentSummary): string {
  if (incident.toldAtMs === null) return 'you were not told yet'
  const where = incident.toldVia === 'slack' ? 'on Slack' : 'by notification'
  return `told you ${formatClockSeconds(incident.toldAtMs)} ${where}`
}
