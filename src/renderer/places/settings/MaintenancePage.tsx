import Plus from 'lucide-react/icons/plus'
import { navigate, useRoute } from '../../app/router.ts'
import { routePath } from '../../app/route.ts'
import { SectionPage } from '../../app/SectionPage.tsx'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useWork } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { Button, ButtonLink } from '../../components/Button.tsx'
import { SwitchField } from '../../components/Field.tsx'
import { Glyph } from '../../components/Glyph.tsx'
import { EmptyState, InlineProblem } from '../../components/States.tsx'
import { changeWindows, removeWindow } from './maintenanceActions.ts'
import { MaintenanceSheet } from './MaintenanceSheet.tsx'
import { type MaintenanceWindow, scheduleWords, scopeWords, stateWords, windowState } from './maintenanceWords.ts'
import styles from './Settings.module.css'
import type { SettingsView } from './settingsForm.ts'

/** Planned work: while it is in force, Kora watches and records, and does not tell. */
export function MaintenancePage({ view, onChanged }: { view: SettingsView; onChanged: () => void }) {
  const { rest } = useRoute()
  const editing = rest[1] ?? null
  const { windows } = view.settings.maintenance
  return (
    <SectionPage
      title="Maintenance"
      text="While a window is in force, Kora goes on watching and recording its services and tells nothing about them. What is still wrong when it ends is told then."
      actions={
        <ButtonLink look="primary" href="#/settings/maintenance/new">
          <Plus size={14} aria-hidden="true" />
          Add a window
        </ButtonLink>
      }
    >
      {windows.length === 0 ? (
        <div className="panel">
          <EmptyState>No work is planned, so nothing is ever held back for it.</EmptyState>
        </div>
      ) : (
        <ul className={`panel ${styles['probes']}`} aria-label="Maintenance windows">
          {windows.map((window) => (
            <Window key={window.id} window={window} onChanged={onChanged} />
          ))}
        </ul>
      )}
      <MaintenanceSheet
        key={editing ?? ''}
        id={editing}
        windows={windows}
        onClose={() => navigate('/settings/maintenance', { quiet: true })}
        onChanged={onChanged}
      />
    </SectionPage>
  )
}

function Window({ window, onChanged }: { window: MaintenanceWindow; onChanged: () => void }) {
  const { client, online } = useCockpit()
  const maintenance = useMirror((mirror) => mirror.maintenance)
  const services = useMirror((mirror) => mirror.services)
  const nowMs = useNow()
  const state = windowState(window, maintenance, nowMs)
  const toggle = useWork(async (enabled: boolean) => {
    await changeWindows(client, (windows) => windows.map((one) => (one.id === window.id ? { ...one, enabled } : one)))
    onChanged()
  })
  return (
    <li className={styles['probe']}>
      <Glyph name={state.kind === 'in_force' ? 'paused' : 'held'} />
      <div className={styles['probeWords']}>
        <a className={styles['probeTitle']} href={`#${routePath('settings', 'maintenance', window.id)}`}>
          {window.title}
        </a>
        <p className="dim small">
          <span className={state.kind === 'in_force' ? styles['inForce'] : undefined}>{stateWords(state, nowMs)}</span>
          {' · '}
          {scheduleWords(window.schedule, nowMs)} · {scopeWords(window.scope, (id) => services[id]?.title ?? id)}
        </p>
        {toggle.state.kind === 'failed' ? <InlineProblem problem={toggle.state.problem} /> : null}
      </div>
      <SwitchField
        label="On"
        of={window.title}
        value={window.enabled}
        onChange={(enabled) => online && void toggle.run(enabled)}
      />
      <Button
        look="quiet"
        unavailable={online ? null : offlineReason}
        aria-label={`Delete ${window.title}`}
        onClick={() => void removeWindow(client, window, onChanged)}
      >
        Delete
      </Button>
    </li>
  )
}
