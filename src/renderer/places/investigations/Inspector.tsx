import { routePath } from '../../app/route.ts'
import { useOpenedFocus } from '../../app/useOpenedFocus.ts'
import type { IncidentDetail, IncidentSummary } from '../../../contract/incidents.ts'
import { useClient } from '../../client/CockpitContext.ts'
import { useFetched } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { daemonNowMs, useNow } from '../../client/ticker.ts'
import { CopyableAge, Money } from '../../components/Figures.tsx'
import { formatDuration } from '../../components/format.ts'
import { Status } from '../../components/Glyph.tsx'
import { KeyValues } from '../../components/Layout.tsx'
import { ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { incidentTone } from '../../components/status.ts'
import { CopyButton } from '../../components/CopyButton.tsx'
import { Actions } from './Actions.tsx'
import { Finding } from './Finding.tsx'
import styles from './Investigations.module.css'
import { Records } from './Records.tsx'
import { earlierWords, fixWords, modelWords, statusWords } from './words.ts'

/**
 * One incident in full.
 * @param known its row in the list; null when a link led here and the list does not hold it
 */
export function Inspector({ id, known }: { id: string; known: IncidentSummary | null }) {
  const client = useClient()
  const live = useMirror((mirror) => mirror.incidents.find((incident) => incident.id === id))
  // Every change of the open incident may have added to its timeline; leaving the open ones certainly did.
  const { state, reload } = useFetched(() => client.incidents.get({ id }), id, live ?? known?.state ?? null)
  const incident = live ?? (state.kind === 'ready' ? state.data.incident : known)

  if (state.kind === 'failed') {
    const gone = state.problem.code === 'not_found' || state.problem.code === 'NOT_FOUND'
    return (
      <ErrorState
        title={gone ? `There is no incident ${id}` : 'This incident could not be read'}
        problem={state.problem}
        onRetry={gone ? undefined : reload}
      />
    )
  }
  return (
    <>
      {incident ? <Head incident={incident} /> : null}
      {state.kind === 'ready' ? (
        <Body detail={state.data} incident={incident ?? state.data.incident} />
      ) : (
        <Skeleton lines={6} label="Loading the incident" />
      )}
      {state.kind === 'ready' && state.problem ? <InlineProblem problem={state.problem} /> : null}
    </>
  )
}

function Head({ incident }: { incident: IncidentSummary }) {
  const nowMs = useNow()
  const { before, after } = statusWords(incident)
  return (
    <div className={styles['head']}>
      <strong>
        <Status tone={incidentTone(incident, nowMs)}>{incident.probeTitle}</Status>
      </strong>
      <span className="dim num">
        {before} ·{' '}
        {incident.resolvedAtMs === null ? (
          <>
            open <CopyableAge atMs={incident.openedAtMs} />
          </>
        ) : (
          `resolved after ${formatDuration(incident.resolvedAtMs - incident.openedAtMs)}`
        )}{' '}
        · {after}
      </span>
      <span className={styles['id']}>
        <span className="mono faint">{incident.id}</span>
        <CopyButton text={incident.id} what="the id" />
      </span>
    </div>
  )
}

function Body({ detail, incident }: { detail: IncidentDetail; incident: IncidentSummary }) {
  const heading = useOpenedFocus()
  const nowMs = daemonNowMs()
  const model = modelWords(detail.investigations)
  return (
    <>
      <Finding detail={detail} incident={incident} headingRef={heading} />
      <Actions detail={detail} incident={incident} />
      <KeyValues
        facts={[
          { name: 'Error', value: incident.error ? <span className="mono">{incident.error}</span> : '–' },
          { name: 'Cause', value: incident.cause.replaceAll('_', ' ') },
          { name: 'Model', value: <span className="num">{model ?? 'no model was called'}</span> },
          { name: 'Cost', value: model === null ? <Money nanoUsd={0} /> : <Money nanoUsd={incident.costNanoUsd} /> },
          { name: 'Automatic fix', value: fixWords(detail.envelope) },
          ...(detail.handledReason ? [{ name: 'Handled', value: detail.handledReason }] : []),
        ]}
      />
      {detail.grouped.length > 0 ? (
        <p className={`small dim ${styles['links']}`}>
          Told together with:{' '}
          {detail.grouped.map((other) => (
            <a key={other.id} href={`#${routePath('investigations', other.id)}`}>
              {other.title}
            </a>
          ))}
        </p>
      ) : null}
      <Records timeline={detail.timeline} seen={detail.details} />
      <p className={`small dim ${styles['links']}`}>
        {detail.before.length === 0 ? 'The same issue was not seen before.' : 'Same issue before: '}
        {detail.before.map((earlier) => (
          <a key={earlier.id} href={`#${routePath('investigations', earlier.id)}`} title={earlier.title}>
            {earlierWords(earlier, nowMs)}
          </a>
        ))}
      </p>
    </>
  )
}
