import { useEffect, useRef } from 'react'
import { moveFocus, useShortcuts } from '../../app/shortcuts.ts'
import { navigate, useRoute } from '../../app/router.ts'
import shell from '../../app/Shell.module.css'
import { useCockpit } from '../../client/CockpitContext.ts'
import { acknowledgeAlert, snoozeAlert } from '../../client/alertActions.ts'
import { snooze } from '../../client/incidentActions.ts'
import { mirrorStore } from '../../client/mirror.ts'
import { type Need, needsOf } from '../../client/needs.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import { checkEverything, uiStore } from '../../client/ui.ts'
import { ActivityList } from './ActivityList.tsx'
import { HeroCards } from './HeroCards.tsx'
import { Inbox } from './Inbox.tsx'
import { NeedsYou } from './NeedsYou.tsx'
import { NowHeader } from './NowHeader.tsx'
import { Services } from './Services.tsx'
import { ServiceSheet } from './ServiceSheet.tsx'
import { SetupChecklist } from './SetupChecklist.tsx'
import { useHeroes } from './useHeroes.ts'

/** Is anything wrong, and what happened since I looked? */
export function NowPlace() {
  const scroller = useRef<HTMLDivElement>(null)
  const { client, online } = useCockpit()
  const { rest } = useRoute()
  const opened = rest[0] === 'services' ? (rest[1] ?? null) : null
  const heroes = useHeroes()
  useLooking()

  useShortcuts([
    { keys: ['j', 'ArrowDown'], run: () => moveFocus(scroller.current, 1) },
    { keys: ['k', 'ArrowUp'], run: () => moveFocus(scroller.current, -1) },
    { keys: ['r'], run: () => (online ? void checkEverything(client) : undefined) },
    // With one thing to act on there is nothing to choose; with more, the row that has the focus takes the key.
    {
      keys: ['s'],
      run: () =>
        online &&
        onlyNeed((need) =>
          need.kind === 'incident' ? void snooze(client, need.incident) : void snoozeAlert(client, need.alert),
        ),
    },
    {
      keys: ['h'],
      run: () =>
        online &&
        onlyNeed((need) =>
          need.kind === 'incident'
            ? uiStore.setState({ handling: need.incident })
            : void acknowledgeAlert(client, need.alert),
        ),
    },
    { keys: ['Escape'], run: () => (opened ? navigate('/now', { quiet: true }) : undefined) },
  ])

  return (
    <>
      <NowHeader heroes={heroes} />
      <div className={shell['scroll']} ref={scroller} data-scroller="">
        <NeedsYou />
        <Inbox />
        <HeroCards heroes={heroes} />
        <SetupChecklist />
        <Services opened={opened} />
        <ActivityList />
      </div>
      <ServiceSheet id={opened} />
    </>
  )
}

function onlyNeed(act: (need: Need) => void): void {
  const { mirror } = mirrorStore.getState()
  const needs = mirror ? needsOf(mirror, daemonNowMs()) : []
  const [only] = needs
  if (only && needs.length === 1) act(only)
}

/** How often a long look is told again; the daemon takes silence as the end of the visit. */
const lookEveryMs = 60_000

/** Tells the daemon that the operator has Now in front of them. */
function useLooking(): void {
  const { client, online } = useCockpit()
  useEffect(() => {
    if (!online) return
    const look = () => {
      // Not worth a word when it fails: the next one comes soon.
      if (document.visibilityState === 'visible') client.state.looked().catch(() => undefined)
    }
    look()
    const timer = setInterval(look, lookEveryMs)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [client, online])
}
