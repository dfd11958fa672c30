import Bell from 'lucide-react/icons/bell'
import BellRing from 'lucide-react/icons/bell-ring'
import Brain from 'lucide-react/icons/brain'
import Construction from 'lucide-react/icons/construction'
import Database from 'lucide-react/icons/database'
import Eye from 'lucide-react/icons/eye'
import MessageSquare from 'lucide-react/icons/message-square'
import Plug from 'lucide-react/icons/plug'
import Radar from 'lucide-react/icons/radar'
import Wallet from 'lucide-react/icons/wallet'
import { useState } from 'react'
import { type SectionEntry, Sections } from '../../app/sections.tsx'
import { useCockpit } from '../../client/CockpitContext.ts'
import { useFetched } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import type { MaintenanceState } from '../../../contract/state.ts'
import { useNow } from '../../client/ticker.ts'
import { countOf } from '../../components/format.ts'
import { PlaceHeader } from '../../components/Layout.tsx'
import { ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import type { Tone } from '../../components/status.ts'
import { formatTotal, nanoPerUsd } from '../../../domain/money.ts'
import { AlertsPage } from './AlertsPage.tsx'
import { BudgetPage } from './BudgetPage.tsx'
import { channelWords } from './channels.tsx'
import { DataPage } from './DataPage.tsx'
import { LocalApiPage } from './LocalApiPage.tsx'
import { MaintenancePage } from './MaintenancePage.tsx'
import { maintenanceLine } from './maintenanceWords.ts'
import { ModelPage } from './ModelPage.tsx'
import { NotificationsPage } from './NotificationsPage.tsx'
import { ProbesPage } from './ProbesPage.tsx'
import styles from './Settings.module.css'
import type { SettingsView } from './settingsForm.ts'
import { SlackPage } from './SlackPage.tsx'
import { WatchingPage } from './WatchingPage.tsx'

/** What is watched, who is told, and what is kept. */
export function SettingsPlace() {
  const { client, online, host } = useCockpit()
  const [version, setVersion] = useState(0)
  const nowMs = useNow(60_000)
  // The daemon pushes no settings; its checklist and planned work change with most of them, also when another window
  // made the change.
  const setup = useMirror((mirror) => mirror.daemon.setup)
  const maintenance = useMirror((mirror) => mirror.maintenance)
  const settings = useFetched(
    () => client.settings.get(),
    'settings',
    `${version}:${online}:${JSON.stringify([setup, maintenance])}`,
  )
  const serviceIds = useMirror((mirror) => mirror.serviceIds)
  const probes = useFetched(
    async () => {
      const [definitions, kinds] = await Promise.all([client.probes.definitions(), client.probes.kinds()])
      return { definitions, kinds }
    },
    'probes',
    `${version}:${online}:${serviceIds.join(' ')}`,
  )
  const changed = () => setVersion((count) => count + 1)
  const { state } = settings

  return (
    <>
      <PlaceHeader title="Settings" sub="Changes hold from the next check on; nothing needs a restart." />
      {state.kind === 'loading' ? (
        <div className={styles['pad']}>
          <Skeleton lines={8} label="Loading settings" />
        </div>
      ) : null}
      {state.kind === 'failed' ? (
        <ErrorState title="The settings could not be read" problem={state.problem} onRetry={settings.reload} />
      ) : null}
      {state.kind === 'ready' ? (
        <div className={styles['fill']}>
          {state.problem && online ? <InlineProblem problem={state.problem} /> : null}
          <Sections
            place="settings"
            label="Settings sections"
            sections={entries({ view: state.data, probes: probes.state, maintenance, host, nowMs, onChanged: changed })}
          />
        </div>
      ) : null}
    </>
  )
}

type Probes = Parameters<typeof ProbesPage>[0]['probes']

interface EntriesInput {
  readonly view: SettingsView
  readonly probes: Probes
  readonly maintenance: MaintenanceState
  readonly host: 'desktop' | 'headless'
  readonly nowMs: number
  readonly onChanged: () => void
}

function entries(input: EntriesInput): readonly [SectionEntry, ...SectionEntry[]] {
  const { view, probes, maintenance, host, nowMs, onChanged } = input
  const { settings, channels, secrets } = view
  const channel = (name: 'slack' | 'native') => channels.find((one) => one.channel === name)
  const keySet = (secrets.find((secret) => secret.ref === settings.model.apiKeyRef)?.source ?? 'none') !== 'none'
  const page = { view, onChanged }
  return [
    {
      id: 'probes',
      label: 'Probes',
      text: probesText(probes),
      icon: Radar,
      page: <ProbesPage probes={probes} view={view} onChanged={onChanged} />,
    },
    {
      id: 'model',
      label: 'Model',
      text: keySet ? settings.model.id : 'No key set',
      icon: Brain,
      tone: keySet ? 'well' : 'unknown',
      page: <ModelPage {...page} />,
    },
    {
      id: 'budget',
      label: 'Budget',
      text: `${formatTotal(settings.budget.poolUsd * nanoPerUsd)} a period, stops at ${settings.budget.stopPct} %`,
      icon: Wallet,
      page: <BudgetPage {...page} />,
    },
    {
      id: 'slack',
      label: 'Slack',
      text: channelWords(channel('slack')),
      icon: MessageSquare,
      tone: channelTone(channel('slack')),
      page: <SlackPage {...page} />,
    },
    {
      id: 'notifications',
      label: 'Notifications',
      text: settings.notifications.native ? channelWords(channel('native')) : 'Switched off',
      icon: Bell,
      tone: settings.notifications.native ? channelTone(channel('native')) : 'paused',
      page: <NotificationsPage {...page} />,
    },
    {
      id: 'alerts',
      label: 'Alerts',
      text: settings.alerts.mode === 'digest' ? 'Gathered once a day' : 'Told at once',
      icon: BellRing,
      page: <AlertsPage {...page} />,
    },
    {
      id: 'maintenance',
      label: 'Maintenance',
      text: maintenanceLine(settings.maintenance.windows, maintenance, nowMs),
      icon: Construction,
      tone: maintenance.active.length > 0 ? 'paused' : 'well',
      page: <MaintenancePage {...page} />,
    },
    {
      id: 'watching',
      label: 'Watching',
      text: `Told again after ${settings.watching.debounceSeconds} s, ${settings.watching.concurrency} checks at once`,
      icon: Eye,
      page: <WatchingPage {...page} />,
    },
    {
      id: 'local-api',
      label: 'Local API',
      text:
        host === 'headless' ? 'Always served' : settings.localApi.enabled ? `Port ${settings.localApi.port}` : 'Off',
      icon: Plug,
      page: <LocalApiPage {...page} />,
    },
    {
      id: 'data',
      label: 'Data',
      text: `Checks ${settings.retention.rawHours} h, ${countOf(settings.retention.backupsKept, 'backup')} kept`,
      icon: Database,
      page: <DataPage {...page} />,
    },
  ]
}

function probesText(probes: Probes): string {
  if (probes.kind !== 'ready') return 'What is watched'
  const on = probes.data.definitions.filter((definition) => definition.enabled).length
  const off = probes.data.definitions.length - on
  return off === 0 ? `${on} watched` : `${on} watched, ${off} switched off`
}

function channelTone(channel: SettingsView['channels'][number] | undefined): Tone {
  if (!channel || channel.state === 'not_configured') return 'unknown'
  return channel.state === 'ready' ? 'well' : 'attention'
}
