import { offlineReason, useCockpit } from '../client/CockpitContext.ts'
import { explain } from '../client/errors.ts'
import { mirrorStore } from '../client/mirror.ts'
import { pauseFor, resumeWork } from '../client/pausing.ts'
import { daemonNowMs } from '../client/ticker.ts'
import { checkEverything, checkSentence, uiStore } from '../client/ui.ts'
import { formatAge, sentenceCase } from '../components/format.ts'
import { pauseKind } from '../components/operationalWords.ts'
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
  ['/settings/alerts', 'Alerts', 'cooldown digest burst thresholds test'],
  ['/settings/maintenance', 'Maintenance', 'windows planned work quiet'],
  ['/settings/watching', 'Watching', 'debounce connectivity'],
  ['/settings/local-api', 'Local API', 'port token programs http'],
  ['/settings/data', 'Data', 'folder retention views visits'],
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
      ...(mirror?.alerts ?? [])
        .filter((alert) => alert.voice !== 'incident')
        .map((alert): Command => {
          const words = `${alert.id} ${alert.alertId} ${alert.severity} alert`
          return {
            id: alert.id,
            group: 'Active alerts',
            label: alert.title,
            words,
            edge: formatAge(alert.firstSeenAtMs, daemonNowMs()),
            run: () => navigate(routePath('investigations', alert.id)),
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
      ...pauseCommands(client, unavailable),
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

/** Pausing in its lengths, or ending the pause there is. */
function pauseCommands(client: CockpitClient, unavailable: string | null): readonly Command[] {
  const operational = mirrorStore.getState().mirror?.operational
  const group = 'Actions'
  const options: Command = {
    id: 'pause-options',
    group,
    label: 'Pause with options…',
    words: 'level reason criticals',
    unavailable,
    run: () => uiStore.setState({ pausing: true }),
  }
  if (operational && pauseKind(operational) === 'person') {
    const resume = { id: 'resume', group, label: 'Resume', words: 'pause end go on', unavailable }
    return [
      { ...resume, run: () => void resumeWork(client) },
      { ...options, label: 'Change the pause…' },
    ]
  }
  const lengths = [
    ['hour', 'Pause for 1 hour'],
    ['morning', 'Pause until morning'],
    ['resume', 'Pause until I resume'],
  ] as const
  return [
    ...lengths.map(([length, label]): Command => {
      const words = 'stop quiet silence'
      return { id: `pause-${length}`, group, label, words, unavailable, run: () => void pauseFor(client, length) }
    }),
    options,
  ]
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
