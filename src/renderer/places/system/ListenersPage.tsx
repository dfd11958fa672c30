import { SectionPage } from '../../app/SectionPage.tsx'
import type { ListenerRow } from '../../../contract/system.ts'
import { useMirror } from '../../client/mirror.ts'
import { type Column, DataTable } from '../../components/DataTable.tsx'
import { Age } from '../../components/Figures.tsx'
import { formatExact } from '../../components/format.ts'
import { Status } from '../../components/Glyph.tsx'
import type { Tone } from '../../components/status.ts'
import { EmptyState } from '../../components/States.tsx'
import styles from './System.module.css'

const states: Readonly<Record<ListenerRow['state'], { tone: Tone; word: string }>> = {
  up: { tone: 'well', word: 'Up' },
  down: { tone: 'trouble', word: 'Down' },
  starting: { tone: 'unknown', word: 'Starting' },
  off: { tone: 'paused', word: 'Not configured' },
}

const columns: readonly Column<ListenerRow>[] = [
  { key: 'name', header: 'Listener', cell: (row) => <span className="mono">{row.name}</span>, text: (row) => row.name },
  {
    key: 'state',
    header: 'State',
    width: '9.5rem',
    cell: (row) => <Status tone={states[row.state].tone}>{states[row.state].word}</Status>,
    text: (row) => states[row.state].word,
  },
  {
    key: 'since',
    header: 'Since',
    width: '7rem',
    align: 'right',
    cell: (row) => <Age atMs={row.sinceMs} none="–" />,
    text: (row) => (row.sinceMs === null ? '' : formatExact(row.sinceMs)),
  },
  {
    key: 'event',
    header: 'Last event',
    width: '7rem',
    align: 'right',
    cell: (row) => <Age atMs={row.lastEventAtMs} none="–" />,
    text: (row) => (row.lastEventAtMs === null ? '' : formatExact(row.lastEventAtMs)),
  },
]

/** Long-running parts of the daemon: what is configured should be up. */
export function ListenersPage() {
  const listeners = useMirror((mirror) => mirror.daemon.listeners)
  const noted = listeners.filter((listener) => listener.note !== null)
  return (
    <SectionPage title="Listeners" text="What is not configured is off, and does not count as down.">
      <div>
        {listeners.length === 0 ? (
          <EmptyState>No listener is registered.</EmptyState>
        ) : (
          <DataTable label="Listeners" columns={columns} rows={listeners} rowKey={(row) => row.name} copyable />
        )}
      </div>
      {noted.length > 0 ? (
        <ul className={styles['notes']}>
          {noted.map((listener) => (
            <li key={listener.name}>
              <span className="mono">{listener.name}</span>: {listener.note}
            </li>
          ))}
        </ul>
      ) : null}
    </SectionPage>
  )
}
