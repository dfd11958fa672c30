import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { matchesKeys } from '../../app/keys.ts'
import { routePath } from '../../app/route.ts'
import { isMac } from '../../app/shortcuts.ts'
import type { AlertView } from '../../../contract/alerts.ts'
import type { IncidentSummary } from '../../../contract/incidents.ts'
import { acknowledgeAlert, snoozeAlert } from '../../client/alertActions.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { acknowledge, checkNow, snooze } from '../../client/incidentActions.ts'
import { useMirror } from '../../client/mirror.ts'
import { needsOf } from '../../client/needs.ts'
import { useNow } from '../../client/ticker.ts'
import { uiStore } from '../../client/ui.ts'
import { staleWords, toldWords } from '../../components/alertWords.ts'
import { Button, ButtonLink, Spinner } from '../../components/Button.tsx'
import { Age, Money } from '../../components/Figures.tsx'
import { Status } from '../../components/Glyph.tsx'
import layout from '../../components/Layout.module.css'
import { ActionMenu } from '../../components/Menu.tsx'
import { severityTone } from '../../components/status.ts'
import styles from './Now.module.css'
import { incidentToldWords } from './toldWords.ts'

/** More of them push the services out of sight; the rest is one press away. */
const shownAtOnce = 5

/** What the operator must act on, worst first. Appears here and nowhere else first. */
export function NeedsYou() {
  const incidents = useMirror((mirror) => mirror.incidents)
  const alerts = useMirror((mirror) => mirror.alerts)
  const nowMs = useNow(1_000)
  const [all, setAll] = useState(false)
  const needs = needsOf({ incidents, alerts }, nowMs)
  if (needs.length === 0) return null
  const shown = all ? needs : needs.slice(0, shownAtOnce)
  const hidden = needs.length - shown.length
  return (
    <section className={layout['section']} aria-label="Needs you">
      <ul className={styles['needsList']}>
        {shown.map((need, index) =>
          need.kind === 'incident' ? (
            <IncidentRow key={need.id} incident={need.incident} first={index === 0} />
          ) : (
            <AlertRow key={need.id} alert={need.alert} first={index === 0} />
          ),
        )}
      </ul>
      {hidden > 0 ? (
        <Button look="quiet" className={styles['more']} onClick={() => setAll(true)}>
          Show {hidden} more
        </Button>
      ) : null}
    </section>
  )
}

type Keys = readonly (readonly [keys: string, run: () => void])[]

interface RowProps {
  id: string
  severity: IncidentSummary['severity']
  first: boolean
  /** Whom or what it is about. */
  who: string
  title: string
  /** Age, where it was told, what it cost. */
  meta: ReactNode
  /** What single keys do while the row has the focus. */
  keys: Keys
  /** Buttons beside Open. */
  actions: ReactNode
}

function Row({ id, severity, first, who, title, meta, keys, actions }: RowProps) {
  const { online } = useCockpit()
  const press = (event: KeyboardEvent) => {
    if (!online || event.defaultPrevented || event.target instanceof HTMLInputElement) return
    for (const [combination, run] of keys) {
      if (!matchesKeys(combination, event, isMac)) continue
      event.preventDefault()
      run()
    }
  }
  return (
    <li className={styles['needs']} data-severity={severity} onKeyDown={press}>
      <div className={styles['needsWords']}>
        <span className={styles['who']}>
          <Status tone={severityTone(severity)}>{who}</Status>
        </span>
        <span>{title}</span>
        <span className={styles['meta']}>{meta}</span>
      </div>
      <span className={styles['needsActions']}>
        <ButtonLink
          look={first ? 'primary' : 'plain'}
          href={`#${routePath('investigations', id)}`}
          aria-label={`Open ${who === 'Kora' ? title : who}`}
          data-nav-item={id}
        >
          Open
        </ButtonLink>
        {actions}
      </span>
    </li>
  )
}

function IncidentRow({ incident, first }: { incident: IncidentSummary; first: boolean }) {
  const { client, online } = useCockpit()
  const unavailable = online ? null : offlineReason
  const service = useMirror((mirror) => mirror.services[incident.probeId])
  const maintenance = useMirror((mirror) => mirror.maintenance)
  const operational = useMirror((mirror) => mirror.operational)
  const nowMs = useNow()
  const handle = () => uiStore.setState({ handling: incident })
  return (
    <Row
      id={incident.id}
      severity={incident.severity}
      first={first}
      who={incident.probeTitle}
      title={incident.title}
      meta={
        <>
          <Age atMs={incident.openedAtMs} /> · {incidentToldWords(incident, { maintenance, operational }, nowMs)}
          {incident.investigating ? <Investigating /> : null}
          {incident.acknowledgedAtMs === null ? null : ' · acknowledged'}
          <Cost nanoUsd={incident.costNanoUsd} />
        </>
      }
      keys={[
        ['s', () => void snooze(client, incident)],
        ['h', handle],
        ['r', () => service && void checkNow(client, service)],
      ]}
      actions={
        <>
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
        </>
      }
    />
  )
}

/** What Kora says about itself. */
function AlertRow({ alert, first }: { alert: AlertView; first: boolean }) {
  const { client, online } = useCockpit()
  const unavailable = online ? null : offlineReason
  const nowMs = useNow()
  const stale = staleWords(alert, nowMs)
  const state = alert.investigation?.state
  return (
    <Row
      id={alert.id}
      severity={alert.severity}
      first={first}
      who="Kora"
      title={alert.title}
      meta={
        <>
          <Age atMs={alert.firstSeenAtMs} /> ·{' '}
          <span className={alert.notDelivered ? styles['undelivered'] : undefined}>{toldWords(alert, nowMs)}</span>
          {state === 'running' || state === 'pending' ? <Investigating /> : null}
          <Cost nanoUsd={alert.investigation?.costNanoUsd ?? null} />
          {stale ? ` · ${stale}` : null}
        </>
      }
      keys={[
        ['s', () => void snoozeAlert(client, alert)],
        ['h', () => void acknowledgeAlert(client, alert)],
      ]}
      actions={
        <>
          <Button
            unavailable={unavailable}
            aria-label={`Acknowledge, ${alert.title}`}
            onClick={() => void acknowledgeAlert(client, alert)}
          >
            Acknowledge
          </Button>
          <Button
            unavailable={unavailable}
            aria-label={`Snooze 1 h, ${alert.title}`}
            onClick={() => void snoozeAlert(client, alert)}
          >
            Snooze 1 h
          </Button>
        </>
      }
    />
  )
}

function Investigating() {
  return (
    <>
      {' '}
      · investigating <Spinner />
    </>
  )
}

function Cost({ nanoUsd }: { nanoUsd: number | null }) {
  if (!nanoUsd) return null
  return (
    <>
      {' '}
      · <Money nanoUsd={nanoUsd} />
    </>
  )
}
