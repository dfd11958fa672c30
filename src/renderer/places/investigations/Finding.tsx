import type { RefObject } from 'react'
import { routePath } from '../../app/route.ts'
import type { IncidentDetail, IncidentSummary } from '../../../contract/incidents.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { checkNow } from '../../client/incidentActions.ts'
import { useMirror } from '../../client/mirror.ts'
import { Button, ButtonLink, Spinner } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { Age } from '../../components/Figures.tsx'
import styles from './Investigations.module.css'
import { failureWords, findingParts, isModelSetup, nextStepAction } from './words.ts'

interface FindingProps {
  detail: IncidentDetail
  incident: IncidentSummary
  headingRef: RefObject<HTMLHeadingElement | null>
}

/** What was found, or why nothing could be, and what to do next. Text from outside stays text. */
export function Finding({ detail, incident, headingRef }: FindingProps) {
  const [newest] = detail.investigations
  const found = detail.investigations.find((one) => one.finding !== null)
  const parts = found?.finding ? findingParts(found.finding) : null
  const failure = newest?.state === 'failed' ? newest.failure : null
  const running = newest?.state === 'pending' || newest?.state === 'running'
  return (
    <>
      <h2 ref={headingRef} tabIndex={-1} className={styles['finding']} data-inspector-heading="">
        {parts?.heading ?? incident.title}
      </h2>
      <p className={styles['text']}>{parts ? parts.rest : detail.detail}</p>
      {running ? (
        <p className={styles['working']} role="status">
          <Spinner /> {newest?.state === 'running' ? 'Kora is investigating' : 'An investigation is waiting its turn'},{' '}
          <Age atMs={newest?.startedAtMs ?? newest?.requestedAtMs ?? null} />
        </p>
      ) : null}
      {failure ? (
        <p className={styles['failed']} role="note">
          Kora could not investigate: {failureWords(failure)}. <span className="mono faint">{failure}</span>
          {isModelSetup(failure) ? (
            <>
              {' '}
              <a href="#/settings/model">Open model settings</a>
            </>
          ) : null}
        </p>
      ) : null}
      <NextStep incident={incident} text={found?.nextStep ?? null} />
    </>
  )
}

/** The one thing to do, with the button that does it or leads to it. */
function NextStep({ incident, text }: { incident: IncidentSummary; text: string | null }) {
  const { client, online } = useCockpit()
  const service = useMirror((mirror) => mirror.services[incident.probeId])
  if (incident.state === 'resolved' && text === null) return null
  const toSettings = nextStepAction(incident.cause) === 'settings'
  const words =
    text ?? (toSettings ? 'Look at the credential in Settings, then check again.' : 'Check again, then decide.')
  // A resolved incident has nothing left to press for.
  const lively = incident.state !== 'resolved' && service !== undefined
  return (
    <div className={styles['next']}>
      <div className={styles['nextText']}>
        <div className="small dim">Next step</div>
        {words}
      </div>
      <CopyButton text={words} what="the next step" word="Copy" />
      {lively && toSettings ? (
        <ButtonLink look="primary" href={`#${routePath('settings', 'probes', service.id)}`}>
          Open Settings
        </ButtonLink>
      ) : null}
      {lively && !toSettings ? (
        <Button
          look="primary"
          busy={service.checking}
          unavailable={online ? null : offlineReason}
          onClick={() => void checkNow(client, service)}
        >
          Check again
        </Button>
      ) : null}
    </div>
  )
}
