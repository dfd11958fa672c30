import { offlineReason, useCockpit } from '../client/CockpitContext.ts'
import { explain } from '../client/errors.ts'
import { mirrorStore } from '../client/mirror.ts'
import { daemonNowMs } from '../client/ticker.ts'
import { checkEverything, checkSentence, uiStore } from '../client/ui.ts'
import { formatAge, sentenceCase } from '../components/format.ts'
import { notify } from '../components/toasts.ts'
import type { CockpitClient } from '../client/types.ts'
import type { Command } from './commands.ts'
import { keysLabel } from './keys.ts'
import { navigate } from './router.ts'
import { routePath, withQuery } from './route.ts'
import { places } from './routes.tsx'
import { isMac } from './shortcuts.ts'

const sections: readonly (readonly [path: string, label: string, words: string])[] = [
  ['/spend/ledger', 'Ledger', 'calls cost export csv json'],
  ['/spend/corrections', 'Corrections', 'reconcile billed months provider'],
  ['/spend/prices', 'Prices', 'models table overlay'],
  ['/system/listeners', 'Listeners', 'up down'],
  ['/system/schedules', 'Schedules', 'jobs tasks cron run now'],
  ['/system/deliveries', 'Deliveries', 'slack messages sent failed'],
  ['/system/backups', 'Backups', 'restore verify'],
  ['/system/audit', 'Audit log', 'integrity chain verify hash'],
  ['/settings/probes', 'Probes', 'services watch interval'],
  ['/settings/model', 'Model', 'anthropic key claude'],
  ['/settings/slack', 'Slack', 'token operator'],
  ['/settings/notifications', 'Notifications', 'sound quiet hours reminders'],
  ['/settings/watching', 'Watching', 'debounce connectivity'],
  ['/settings/data', 'Data', 'folder retention'],
]

const placeWords: Readonly<Record<string, string>> = {
  now: 'alerts',
  spend: 'budget cost money pool',
  history: 'audit records timeline log events export',
}

/** History with these words looked for, at any time. */
export function searchHistory(words: string): void {
  navigate(withQuery('/history', { span: 'all', q: words }))
}

/** Everything the palette knows, from what this window mirrors: it needs no line to the daemon to be searched. */
export function useCommands(): () => readonly Command[] {
  const { client, online } = useCockpit()
  const unavailable = online ? null : offlineReason
  return () => {
    const { mirror } = mirrorStore.getState()
    return [
      ...places.map(({ id, label, keys }): Command => {
        const edge = keysLabel(keys, isMac)
        return { id, group: 'Places', label, words: placeWords[id] ?? '', edge, run: () => navigate(`/${id}`) }
      }),
      ...(mirror?.incidents ?? []).map((incident): Command => {
        const label = `${incident.probeTitle}: ${incident.title}`
        const words = `${incident.id} ${incident.severity} alert`
        const edge = formatAge(incident.openedAtMs, daemonNowMs())
        return {
          id: incident.id,
          group: 'Open incidents',
          label,
          words,
          edge,
          run: () => navigate(routePath('investigations', incident.id)),
        }
      }),
      {
        id: 'check-everything',
        group: 'Actions',
        label: 'Check everything',
        words: 'refresh probes now',
        unavailable,
        run: () => void checkAndSay(client),
      },
      {
        id: 'backup',
        group: 'Actions',
        label: 'Create a backup now',
        unavailable,
        run: () => void backUp(client),
      },
      {
        id: 'add-probe',
        group: 'Actions',
        label: 'Add a probe',
        words: 'new service watch',
        run: () => navigate('/settings/probes/new'),
      },
      {
        id: 'keys',
        group: 'Actions',
        label: 'Show keyboard shortcuts',
        edge: '?',
        run: () => uiStore.setState({ shortcuts: true }),
      },
      ...(mirror?.serviceIds ?? []).flatMap((id): Command[] => {
        const row = mirror?.services[id]
        if (!row) return []
        return [
          {
            id: `service:${id}`,
            group: 'Services',
            label: row.title,
            words: `${row.id} ${row.kind}`,
            edge: row.summary,
            run: () => navigate(routePath('now', 'services', id)),
          },
        ]
      }),
      ...sections.map(([path, label, words]): Command => {
        const place = sentenceCase(path.split('/')[1] ?? '')
        return { id: path, group: 'Sections', label: `${place}: ${label}`, words, run: () => navigate(path) }
      }),
    ]
  }
}

/** Asked for from the palette: the result is said in the corner, wherever the operator is. */
async function checkAndSay(client: CockpitClient): Promise<void> {
  const settled = await checkEverything(client)
  if (settled.kind === 'failed') notify({ title: 'Nothing was checked', text: settled.problem.message, failed: true })
  if (settled.kind === 'done') notify({ title: 'Checked everything', text: checkSentence(settled.result) })
}

async function backUp(client: CockpitClient): Promise<void> {
  try {
    const backup = await client.system.createBackup()
    notify({
      title: 'Backup created',
      text: backup.file,
      action: { label: 'Show', run: () => navigate('/system/backups') },
    })
  } catch (error) {
    notify({ title: 'No backup was made', text: explain(error).message, failed: true })
  }
}
