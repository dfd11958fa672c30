import { SectionPage } from '../../app/SectionPage.tsx'
import type { DaemonInfo, ListenerRow } from '../../../contract/system.ts'
import { useMirror } from '../../client/mirror.ts'
import { type Column, DataTable } from '../../components/DataTable.tsx'
import { Age, Count } from '../../components/Figures.tsx'
import { formatExact } from '../../components/format.ts'
import { Status } from '../../components/Glyph.tsx'
import { KeyValues } from '../../components/Layout.tsx'
import type { Tone } from '../../components/status.ts'
import { EmptyState } from '../../components/States.tsx'
import { errorKinds, healthLine, listenerNotes } from './healthWords.ts'
import styles from './System.module.css'

const states: Readonly<Record<ListenerRow['state'], { tone: Tone; word: string }>> = {
  up: { tone: 'well', word: 'Up' },
  down: { tone: 'trouble', word: 'Down' },
  starting: { tone: 'unknown', word: 'Starting' },
  off: { tone: 'paused', word: 'Not configured' },
}

const exact = (atMs: number | null) => (atMs === null ? '' : formatExact(atMs))

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
    key: 'event',
    header: 'Last event',
    width: '5.5rem',
    align: 'right',
    cell: (row) => <Age atMs={row.lastEventAtMs} none="–" />,
    text: (row) => exact(row.lastEventAtMs),
  },
  {
    key: 'errors',
    header: 'Errors',
    width: '4.5rem',
    align: 'right',
    cell: (row) => <Figure value={row.consecutiveErrors} />,
    text: (row) => String(row.consecutiveErrors),
  },
  {
    key: 'restarts',
    header: 'Restarts',
    width: '5rem',
    align: 'right',
    cell: (row) => <Figure value={row.restarts} />,
    text: (row) => String(row.restarts),
  },
  {
    key: 'since',
    header: 'Since',
    width: '6rem',
    align: 'right',
    leftOut: 'narrow',
    cell: (row) => <Age atMs={row.sinceMs} none="–" />,
    text: (row) => exact(row.sinceMs),
  },
]

/** None is as usual, and recedes. */
function Figure({ value }: { value: number }) {
  return (
    <span className={value === 0 ? 'faint' : undefined}>
      <Count value={value} />
    </span>
  )
}

/** How the daemon itself is, and its long-running parts: what is configured should be up. */
export function ListenersPage() {
  const daemon = useMirror((mirror) => mirror.daemon)
  const { listeners } = daemon
  const notes = listenerNotes(listeners)
  return (
    <SectionPage
      title="Listeners"
      text="What is not configured is off, and does not count as down. Errors are those in a row, since it last did what it is for."
    >
      <Health daemon={daemon} />
      <div>
        {listeners.length === 0 ? (
          <EmptyState>No listener is registered.</EmptyState>
        ) : (
          <DataTable label="Listeners" columns={columns} rows={listeners} rowKey={(row) => row.name} copyable />
        )}
      </div>
      {notes.length > 0 ? (
        <ul className={styles['notes']} aria-label="Notes">
          {notes.map((note) => (
            <li key={`${note.name}:${note.kind}`} className={note.kind === 'error' ? styles['failure'] : undefined}>
              <span className="mono">{note.name}</span>: {note.text}
            </li>
          ))}
        </ul>
      ) : null}
    </SectionPage>
  )
}

function Health({ daemon }: { daemon: DaemonInfo }) {
  const { tone, word, text } = healthLine(daemon)
  const kinds = errorKinds(daemon.health.breakdown)
  return (
    <KeyValues
      facts={[
        {
          name: 'Health',
          value: (
            <>
              <Status tone={tone}>{word}</Status>
              {text ? <span className="dim">, {text}</span> : null}
            </>
          ),
        },
        {
          name: 'Errors, 5 min',
          value:
            kinds.length === 0 ? (
              'none'
            ) : (
              <ul className={styles['kinds']} aria-label="Errors by kind">
                {kinds.map(({ kind, count }) => (
                  <li key={kind}>
                    <span className={styles['kindCount']}>
                      <Count value={count} />
                    </span>
                    <span className="mono">{kind}</span>
                  </li>
                ))}
              </ul>
            ),
        },
      ]}
    />
  )
}
