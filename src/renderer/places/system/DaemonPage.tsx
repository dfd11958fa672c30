import { SectionPage } from '../../app/SectionPage.tsx'
import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { CopyButton } from '../../components/CopyButton.tsx'
import { CopyableAge } from '../../components/Figures.tsx'
import { formatBytes, formatDuration } from '../../components/format.ts'
import { KeyValues } from '../../components/Layout.tsx'
import { OperationPart } from './OperationPart.tsx'
import { StopControl } from './StopControl.tsx'

/** The process itself: since when, which version, where its data lies. */
export function DaemonPage() {
  const daemon = useMirror((mirror) => mirror.daemon)
  const connectivity = useMirror((mirror) => mirror.connectivity)
  const uptime = formatDuration(useNow(1_000) - daemon.startedAtMs)
  return (
    <SectionPage
      title="Daemon"
      text="The process that watches, investigates and tells. The cockpit only shows what it knows."
    >
      <KeyValues
        facts={[
          { name: 'State', value: daemon.state === 'shutting_down' ? 'shutting down' : daemon.state },
          {
            name: 'Watching',
            value: connectivity.watching ? (
              'yes'
            ) : (
              <>
                no, its own link is down since <CopyableAge atMs={connectivity.sinceMs} />
              </>
            ),
          },
          { name: 'Up', value: <span className="num">{uptime}</span> },
          { name: 'Started', value: <CopyableAge atMs={daemon.startedAtMs} as="ago" /> },
          { name: 'Version', value: daemon.version },
          { name: 'Host', value: daemon.host },
          {
            name: 'Data folder',
            value: (
              <>
                <span className="mono">{daemon.dataFolder}</span>{' '}
                <CopyButton text={daemon.dataFolder} what="the data folder" />
              </>
            ),
          },
          { name: 'Database', value: <span className="num">{formatBytes(daemon.databaseBytes)}</span> },
          {
            name: 'Oldest record',
            value: <CopyableAge atMs={daemon.historySinceMs} as="ago" none="nothing recorded yet" />,
          },
          { name: 'Session', value: <span className="mono">{daemon.sessionId}</span> },
        ]}
      />
      <OperationPart />
      <StopControl />
    </SectionPage>
  )
}
