import { useMemo } from 'react'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { checkEverything, useUi } from '../../client/ui.ts'
import { routePath } from '../../app/route.ts'
import { Button, Kbd } from '../../components/Button.tsx'
import { Age } from '../../components/Figures.tsx'
import { PlaceHeader } from '../../components/Layout.tsx'
import { headline, subline, watched } from './headline.ts'
import styles from './Now.module.css'

/** The sentence, the facts under it, and the one thing to press. */
export function NowHeader() {
  const { client, online } = useCockpit()
  const byId = useMirror((mirror) => mirror.services)
  const services = useMemo(() => Object.values(byId), [byId])
  const incidents = useMirror((mirror) => mirror.incidents)
  const connectivity = useMirror((mirror) => mirror.connectivity)
  const daemon = useMirror((mirror) => mirror.daemon)
  const running = useUi((state) => state.checkAll.kind === 'running')
  const nowMs = useNow(5_000)
  const { text } = headline({ services, incidents, watching: connectivity.watching, daemon }, nowMs)

  return (
    <PlaceHeader
      title={text}
      sub={
        <Facts
          blindSinceMs={connectivity.watching ? null : connectivity.sinceMs}
          line={subline({ services, incidents, listeners: daemon.listeners }, nowMs)}
        />
      }
      actions={
        <Button
          busy={running}
          unavailable={
            online ? (watched(services).length === 0 ? 'There is nothing to check yet' : null) : offlineReason
          }
          onClick={() => void checkEverything(client)}
        >
          Check everything <Kbd keys="r" />
        </Button>
      }
    />
  )
}

function Facts({ line, blindSinceMs }: { line: ReturnType<typeof subline>; blindSinceMs: number | null }) {
  return (
    <span className={styles['facts']}>
      {blindSinceMs === null ? null : (
        <span>
          cut off for <Age atMs={blindSinceMs} />
        </span>
      )}
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
      {line.fresh ? <span>{line.fresh}</span> : null}
      {line.oldest && line.newest && line.oldest.id !== line.newest.id ? (
        <span>
          oldest reading{' '}
          <a className={styles['plainLink']} href={`#${routePath('now', 'services', line.oldest.id)}`}>
            {line.oldest.title}
          </a>
          , <Age atMs={line.oldest.observedAtMs} />
        </span>
      ) : null}
      {line.setAside ? (
        <a className={styles['plainLink']} href="#/investigations">
          {line.setAside}
        </a>
      ) : null}
    </span>
  )
}
