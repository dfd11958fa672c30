import { Tooltip } from '@base-ui/react/tooltip'
import { useEffect, useLayoutEffect } from 'react'
import { useCockpit } from '../client/CockpitContext.ts'
import { useNeedsCount } from '../client/needs.ts'
import { uiStore } from '../client/ui.ts'
import { Toasts } from '../components/Toasts.tsx'
import { Announcer } from './Announcer.tsx'
import { ConnectionBanner, DemoRibbon, PauseBanner, ProblemBanners } from './Banners.tsx'
import { useBrowserNotifications } from './browserNotifications.ts'
import { CommandPalette } from './CommandPalette.tsx'
import { ErrorBoundary } from './ErrorBoundary.tsx'
import { HandledDialog } from './HandledDialog.tsx'
import { PauseDialog } from './PauseDialog.tsx'
import { navigate, routerStore, useRoute } from './router.ts'
import { places } from './routes.tsx'
import styles from './Shell.module.css'
import { ShortcutList } from './ShortcutList.tsx'
import { Sidebar } from './Sidebar.tsx'
import { startShortcuts, useShortcuts } from './shortcuts.ts'
import { UnsavedDialog } from './UnsavedDialog.tsx'
import { claimOpening } from './useOpenedFocus.ts'
import { useViewRecords } from './useViewRecords.ts'

/** Everything around a place. It stays usable whatever happens inside. */
export function Shell({ retryAtMs, onRetry }: { retryAtMs: number | null; onRetry: () => void }) {
  const route = useRoute()
  const { online } = useCockpit()
  const place = places.find((candidate) => candidate.id === route.place) ?? places[0]
  const needs = useNeedsCount()
  const Place = place.component

  useEffect(() => {
    if (route.place !== place.id) navigate(`/${place.id}`, { replace: true, quiet: true })
  }, [route.place, place.id])
  useEffect(() => {
    document.title = `${needs > 0 ? `(${needs}) ` : ''}${place.label} · Kora`
  }, [needs, place.label])
  // Before the shell is painted: a key pressed at what is seen is never lost.
  useLayoutEffect(startShortcuts, [])
  useHeadingFocus()
  useBrowserNotifications()
  useViewRecords(place.id)
  useShortcuts([
    ...places.map(({ id, keys }) => ({ keys: [keys], run: () => navigate(`/${id}`, { via: 'key' }) })),
    { keys: ['Mod+K'], run: () => uiStore.setState({ palette: true }) },
    { keys: ['?'], run: () => uiStore.setState({ shortcuts: true }) },
  ])

  return (
    <Tooltip.Provider>
      <div className={styles['shell']}>
        <a
          className={styles['skip']}
          href="#content"
          onClick={(event) => {
            event.preventDefault()
            document.querySelector<HTMLElement>('[data-place-heading]')?.focus()
          }}
        >
          Skip to content
        </a>
        <Sidebar place={place.id} />
        <div className={styles['column']}>
          <section aria-label="Notices">
            <DemoRibbon />
            {online ? null : <ConnectionBanner retryAtMs={retryAtMs} onRetry={onRetry} />}
            <PauseBanner />
            <ProblemBanners />
          </section>
          <main id="content" className={styles['place']} aria-label={place.label}>
            <ErrorBoundary key={place.id} place={place.label}>
              <Place />
            </ErrorBoundary>
          </main>
        </div>
        <CommandPalette />
        <ShortcutList />
        <HandledDialog />
        <PauseDialog />
        <UnsavedDialog />
        <Announcer />
        <Toasts />
      </div>
    </Tooltip.Provider>
  )
}

/** A link that led to a place puts the focus on its heading; inspectors take care of their own. */
function useHeadingFocus(): void {
  useEffect(
    () =>
      routerStore.subscribe((now, before) => {
        if (now.openings === before.openings || now.path.split('/').length > 2) return
        claimOpening(now.openings)
        // After React has drawn the place that was asked for.
        setTimeout(() => document.querySelector<HTMLElement>('[data-place-heading]')?.focus({ preventScroll: true }))
      }),
    [],
  )
}
