import { useMemo } from 'react'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useMirror } from '../../client/mirror.ts'
import { morningMs, ownTimeZone, pauseFor } from '../../client/pausing.ts'
import { daemonNowMs, useNow } from '../../client/ticker.ts'
import { checkEverything, uiStore, useUi } from '../../client/ui.ts'
import { Button, Kbd } from '../../components/Button.tsx'
import { Age } from '../../components/Figures.tsx'
import { formatMoment } from '../../components/format.ts'
import { PlaceHeader } from '../../components/Layout.tsx'
import { ButtonMenu } from '../../components/Menu.tsx'
import { pauseKind } from '../../components/operationalWords.ts'
import { FreshnessLine } from './FreshnessLine.tsx'
import { headline, type Subline, subline, watched } from './headline.ts'
import styles from './Now.module.css'
import type { Heroes } from './useHeroes.ts'

/** The sentence, the facts under it, and the few things to press. */
export function NowHeader({ heroes }: { heroes: Heroes }) {
  const { client, online } = useCockpit()
  const byId = useMirror((mirror) => mirror.services)
  const services = useMemo(() => Object.values(byId), [byId])
  const incidents = useMirror((mirror) => mirror.incidents)
  const alerts = useMirror((mirror) => mirror.alerts)
  const connectivity = useMirror((mirror) => mirror.connectivity)
  const operational = useMirror((mirror) => mirror.operational)
  const maintenance = useMirror((mirror) => mirror.maintenance)
  const daemon = useMirror((mirror) => mirror.daemon)
  const running = useUi((state) => state.checkAll.kind === 'running')
  const nowMs = useNow(5_000)
  const { watching } = connectivity
  const state = { services, incidents, alerts, watching, operational, maintenance, daemon }

  return (
    <PlaceHeader
      title={headline(state, nowMs).text}
      sub={
        <Facts
          heroes={heroes}
          blindSinceMs={watching ? null : connectivity.sinceMs}
          line={subline({ ...state, listeners: daemon.listeners }, nowMs)}
        />
      }
      actions={
        <>
          {pauseKind(operational) === 'person' ? null : <PauseMenu />}
          <Button
            busy={running}
            unavailable={
              online ? (watched(services).length === 0 ? 'There is nothing to check yet' : null) : offlineReason
            }
            onClick={() => void checkEverything(client)}
          >
            Check everything <Kbd keys="r" />
          </Button>
        </>
      }
    />
  )
}

function PauseMenu() {
  const { client, online } = useCockpit()
  const actions = () => {
    const nowMs = daemonNowMs()
    const until = (endMs: number) => formatMoment(endMs, nowMs)
    return [
      { label: 'For 1 hour', edge: until(nowMs + 3_600_000), run: () => void pauseFor(client, 'hour') },
      {
        label: 'Until morning',
        edge: until(morningMs(nowMs, ownTimeZone())),
        run: () => void pauseFor(client, 'morning'),
      },
      { label: 'Until I resume', run: () => void pauseFor(client, 'resume') },
      { label: 'Options…', run: () => uiStore.setState({ pausing: true }) },
    ]
  }
  return <ButtonMenu label="Pause" unavailable={online ? null : offlineReason} actions={actions} />
}

function Facts({ heroes, line, blindSinceMs }: { heroes: Heroes; line: Subline; blindSinceMs: number | null }) {
  return (
    <span className={styles['facts']}>
      {blindSinceMs === null ? null : (
        <span>
          cut off for <Age atMs={blindSinceMs} />
        </span>
      )}
      {line.maintenance ? (
        <a className={styles['plainLink']} href="#/settings/maintenance">
          {line.maintenance}
        </a>
      ) : null}
      {line.listenersDown ? (
        <a className={styles['loud']} href="#/system/listeners">
          {line.listeners}
        </a>
      ) : (
        <span>{line.listeners}</span>
      )}
      {line.newest ? (
        <span>
          checked <Age atMs={line.newest.observedAtMs} as="ago" />
        </span>
      ) : (
        <span>nothing checked yet</span>
      )}
      <span>
        <FreshnessLine heroes={heroes} />
      </span>
      {line.setAside ? (
        <a className={styles['plainLink']} href="#/investigations">
          {line.setAside}
        </a>
      ) : null}
    </span>
  )
}
