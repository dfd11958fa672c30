import type { RefObject } from 'react'
import { routePath } from '../../app/route.ts'
import { useOpenedFocus } from '../../app/useOpenedFocus.ts'
import type { AlertDetail, AlertView } from '../../../contract/alerts.ts'
import { acknowledgeAlert, resumeAlert, snoozeAlert } from '../../client/alertActions.ts'
import { offlineReason, useClient, useCockpit } from '../../client/CockpitContext.ts'
import { useFetched } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { daemonNowMs, useNow } from '../../client/ticker.ts'
import { alertTone, categoryWords, isAside, staleWords, toldWords } from '../../components/alertWords.ts'
import { Button, ButtonLink, Spinner } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { CopyableAge, Money } from '../../components/Figures.tsx'
import { formatDuration, sentenceCase } from '../../components/format.ts'
import { Status } from '../../components/Glyph.tsx'
import { KeyValues } from '../../components/Layout.tsx'
import { ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { asideWords, causeLabel, lookedWords } from './alertPage.ts'
import styles from './Investigations.module.css'
import { Records } from './Records.tsx'
import { earlierWords, findingParts } from './words.ts'

/**
 * One occurrence of an alert in full.
 * @param known its row in the list; null when a link led here and the list does not hold it
 */
export function AlertInspector({ id, known }: { id: string; known: AlertView | null }) {
  const client = useClient()
  const live = useMirror((mirror) => mirror.alerts.find((alert) => alert.id === id))
  const { state, reload } = useFetched(() => client.alerts.get({ id }), id, live ?? known?.resolvedAtMs ?? null)
  const alert = live ?? (state.kind === 'ready' ? state.data.alert : known)

  if (state.kind === 'failed') {
    const gone = state.problem.code === 'not_found' || state.problem.code === 'NOT_FOUND'
    return (
      <ErrorState
        title={gone ? `There is no alert ${id}` : 'This alert could not be read'}
        problem={state.problem}
        onRetry={gone ? undefined : reload}
      />
    )
  }
  return (
    <>
      {alert ? <Head alert={alert} /> : null}
      {state.kind === 'ready' ? (
        <Body detail={state.data} alert={alert ?? state.data.alert} />
      ) : (
        <Skeleton lines={6} label="Loading the alert" />
      )}
      {state.kind === 'ready' && state.problem ? <InlineProblem problem={state.problem} /> : null}
    </>
  )
}

function Head({ alert }: { alert: AlertView }) {
  const nowMs = useNow()
  return (
    <div className={styles['head']}>
      <strong>
        <Status tone={alertTone(alert, nowMs)}>Kora</Status>
      </strong>
      <span className="dim num">
        {alert.severity} · {categoryWords[alert.category]} ·{' '}
        {alert.resolvedAtMs === null ? (
          <>
            active <CopyableAge atMs={alert.firstSeenAtMs} />
          </>
        ) : (
          `resolved after ${formatDuration(alert.resolvedAtMs - alert.firstSeenAtMs)}`
        )}
      </span>
      <span className={styles['id']}>
        <span className="mono faint">{alert.id}</span>
        <CopyButton text={alert.id} what="the id" />
      </span>
    </div>
  )
}

function Body({ detail, alert }: { detail: AlertDetail; alert: AlertView }) {
  const heading = useOpenedFocus()
  const nowMs = useNow()
  const stale = staleWords(alert, nowMs)
  const { model } = detail
  const underWay = alert.investigation?.state === 'running' || alert.investigation?.state === 'pending'
  const cost = alert.investigation?.costNanoUsd ?? null
  return (
    <>
      <Said detail={detail} alert={alert} headingRef={heading} />
      <Actions alert={alert} named={detail.nextStep !== null} />
      <KeyValues
        facts={[
          { name: 'Message', value: sentenceCase(toldWords(alert, nowMs)) },
          ...(stale ? [{ name: 'Source', value: <Status tone="unknown">{sentenceCase(stale)}</Status> }] : []),
          { name: 'Rule', value: <span className="mono">{alert.alertId}</span> },
          { name: 'Looked into', value: lookedWords(alert, detail.durationMs) },
          { name: 'Model', value: model ?? (underWay ? '–' : 'no model was called') },
          { name: 'Cost', value: <Money nanoUsd={model === null && !underWay ? 0 : cost} /> },
        ]}
      />
      <Records timeline={detail.timeline} />
      <Earlier before={detail.before} />
    </>
  )
}

/** What is wrong, what was found out about it, and what to do next. Text from outside stays text. */
function Said({
  detail,
  alert,
  headingRef,
}: {
  detail: AlertDetail
  alert: AlertView
  headingRef: RefObject<HTMLHeadingElement | null>
}) {
  const running = alert.investigation?.state === 'running' || alert.investigation?.state === 'pending'
  const parts = detail.finding === null ? null : findingParts(detail.finding)
  return (
    <>
      <h2 ref={headingRef} tabIndex={-1} className={styles['finding']} data-inspector-heading="">
        {alert.title}
      </h2>
      <p className={styles['text']}>{alert.detail}</p>
      {running ? (
        <p className={styles['working']} role="status">
          <Spinner />{' '}
          {alert.investigation?.state === 'running' ? 'Kora is looking into it' : 'It waits to be looked into'}
        </p>
      ) : null}
      {parts ? (
        <section className={styles['found']} aria-label="Finding">
          <h3>{parts.heading}</h3>
          <p className={styles['text']}>{parts.rest}</p>
        </section>
      ) : null}
      {detail.nextStep === null ? null : (
        <div className={styles['next']}>
          <div className={styles['nextText']}>
            <div className="small dim">Next step</div>
            {detail.nextStep}
          </div>
          <CopyButton text={detail.nextStep} what="the next step" word="Copy" />
          <ButtonLink look="primary" href={`#${alert.route}`}>
            {causeLabel(alert.route)}
          </ButtonLink>
        </div>
      )}
    </>
  )
}

/** What the operator can do about it. None of it costs anything. */
function Actions({ alert, named }: { alert: AlertView; named: boolean }) {
  const { client, online } = useCockpit()
  const nowMs = useNow(1_000)
  const unavailable = online ? null : offlineReason
  const aside = isAside(alert, nowMs)
  const own = alert.resolvedAtMs === null && alert.voice !== 'incident'
  return (
    <>
      {own && aside ? (
        <p className={`${styles['aside']} ${styles['asideBelow']}`}>
          <span>{asideWords(alert, nowMs)}</span>
          <Button unavailable={unavailable} onClick={() => void resumeAlert(client, alert)}>
            Undo
          </Button>
        </p>
      ) : null}
      <div className={styles['actions']}>
        {own && !aside ? (
          <>
            <Button unavailable={unavailable} onClick={() => void acknowledgeAlert(client, alert)}>
              Acknowledge
            </Button>
            <Button unavailable={unavailable} onClick={() => void snoozeAlert(client, alert)}>
              Snooze 1 h
            </Button>
          </>
        ) : null}
        {named ? null : <ButtonLink href={`#${alert.route}`}>{causeLabel(alert.route)}</ButtonLink>}
      </div>
    </>
  )
}

function Earlier({ before }: Pick<AlertDetail, 'before'>) {
  const nowMs = daemonNowMs()
  return (
    <p className={`small dim ${styles['links']}`}>
      {before.length === 0 ? 'This alert was not raised before.' : 'Raised before: '}
      {before.map((earlier) => (
        <a key={earlier.id} href={`#${routePath('investigations', earlier.id)}`}>
          {earlierWords({ ...earlier, openedAtMs: earlier.firstSeenAtMs }, nowMs)}
        </a>
      ))}
    </p>
  )
}
