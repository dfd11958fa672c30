import Archive from 'lucide-react/icons/archive'
import CalendarClock from 'lucide-react/icons/calendar-clock'
import Cpu from 'lucide-react/icons/cpu'
import Radio from 'lucide-react/icons/radio'
import ScrollText from 'lucide-react/icons/scroll-text'
import Send from 'lucide-react/icons/send'
import { type SectionEntry, Sections } from '../../app/sections.tsx'
import type { OperationalView } from '../../../contract/operational.ts'
import type { DaemonInfo } from '../../../contract/system.ts'
import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { Age } from '../../components/Figures.tsx'
import { countOf, formatDuration } from '../../components/format.ts'
import { PlaceHeader } from '../../components/Layout.tsx'
import { pauseKind } from '../../components/operationalWords.ts'
import type { Tone } from '../../components/status.ts'
import { AuditPage } from './AuditPage.tsx'
import { BackupsPage } from './BackupsPage.tsx'
import { DaemonPage } from './DaemonPage.tsx'
import { DeliveriesPage } from './DeliveriesPage.tsx'
import { ListenersPage } from './ListenersPage.tsx'
import { SchedulesPage } from './SchedulesPage.tsx'

const stateWords: Readonly<Record<DaemonInfo['state'], string>> = {
  booting: 'Starting',
  running: 'Running',
  shutting_down: 'Shutting down',
}

/** Is the daemon itself sound? */
export function SystemPlace() {
  const daemon = useMirror((mirror) => mirror.daemon)
  const operational = useMirror((mirror) => mirror.operational)
  const nowMs = useNow(1_000)
  const uptime = formatDuration(nowMs - daemon.startedAtMs)
  return (
    <>
      <PlaceHeader
        title="System"
        sub={`${stateWords[daemon.state]}${daemon.state === 'running' ? ` for ${uptime}` : ''} · version ${daemon.version} · ${problemWords(daemon)}`}
      />
      <Sections place="system" label="System sections" sections={entries(daemon, operational, uptime)} />
    </>
  )
}

function daemonTone(daemon: DaemonInfo, paused: boolean): Tone {
  if (daemon.problems.length > 0) return 'attention'
  if (paused) return 'paused'
  return daemon.state === 'running' ? 'well' : 'unknown'
}

function problemWords(daemon: DaemonInfo): string {
  return countOf(daemon.problems.length, 'problem')
}

function entries(
  daemon: DaemonInfo,
  operational: OperationalView,
  uptime: string,
): readonly [SectionEntry, ...SectionEntry[]] {
  const paused = daemon.state === 'running' && pauseKind(operational) === 'person'
  const configured = daemon.listeners.filter((listener) => listener.state !== 'off')
  const up = configured.filter((listener) => listener.state === 'up').length
  const failing = daemon.schedules.filter((schedule) => schedule.lastOutcome === 'failed').length
  const next = Math.min(...daemon.schedules.map((schedule) => schedule.nextDueAtMs ?? Number.POSITIVE_INFINITY))
  const backup = daemon.schedules.find((schedule) => schedule.name.includes('backup'))
  return [
    {
      id: 'daemon',
      label: 'Daemon',
      text: `${paused ? 'Paused' : stateWords[daemon.state]}, up ${uptime}`,
      icon: Cpu,
      tone: daemonTone(daemon, paused),
      page: <DaemonPage />,
    },
    {
      id: 'listeners',
      label: 'Listeners',
      text: `${up} of ${configured.length} up`,
      icon: Radio,
      tone: up < configured.length ? 'attention' : configured.length === 0 ? 'unknown' : 'well',
      page: <ListenersPage />,
    },
    {
      id: 'schedules',
      label: 'Schedules',
      text:
        failing > 0
          ? `${failing} of ${daemon.schedules.length} failed last time`
          : `${daemon.schedules.length} on time`,
      edge: Number.isFinite(next) ? (
        <>
          next <Age atMs={next} as="until" />
        </>
      ) : null,
      icon: CalendarClock,
      tone: failing > 0 ? 'attention' : 'well',
      page: <SchedulesPage />,
    },
    {
      id: 'deliveries',
      label: 'Deliveries',
      text: 'What was sent, where, and how it went',
      icon: Send,
      page: <DeliveriesPage />,
    },
    {
      id: 'backups',
      label: 'Backups',
      text: backup?.lastStartedAtMs ? (
        <>
          Last made <Age atMs={backup.lastStartedAtMs} as="ago" />
        </>
      ) : (
        'Copies of the database'
      ),
      icon: Archive,
      tone: backup?.lastOutcome === 'failed' ? 'attention' : 'well',
      page: <BackupsPage />,
    },
    { id: 'audit', label: 'Audit log', text: 'Every decision, chained', icon: ScrollText, page: <AuditPage /> },
  ]
}
