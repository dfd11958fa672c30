import { SectionPage } from '../../app/SectionPage.tsx'
import type { ScheduleRow } from '../../../contract/system.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { explain } from '../../client/errors.ts'
import { useWork } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { Button } from '../../components/Button.tsx'
import { type Column, DataTable } from '../../components/DataTable.tsx'
import { Age } from '../../components/Figures.tsx'
import { formatDuration, formatExact, formatInterval } from '../../components/format.ts'
import { Status } from '../../components/Glyph.tsx'
import { EmptyState } from '../../components/States.tsx'
import type { Tone } from '../../components/status.ts'
import { notify } from '../../components/toasts.ts'
import styles from './System.module.css'

const outcomes: Readonly<Record<ScheduleRow['lastOutcome'], { tone: Tone; words: string }>> = {
  ok: { tone: 'well', words: 'Went well' },
  failed: { tone: 'attention', words: 'Failed' },
  never: { tone: 'unknown', words: 'Not run yet' },
}

const columns: readonly Column<ScheduleRow>[] = [
  {
    key: 'task',
    header: 'Task',
    cell: (row) => <span title={`Every ${formatInterval(row.intervalMs)}`}>{row.label}</span>,
    text: (row) => row.label,
  },
  {
    key: 'outcome',
    header: 'Last run',
    width: '7.5rem',
    cell: (row) => <Status tone={outcomes[row.lastOutcome].tone}>{outcomes[row.lastOutcome].words}</Status>,
    text: (row) => outcomes[row.lastOutcome].words,
  },
  {
    key: 'last',
    header: 'Ago',
    width: '5.25rem',
    align: 'right',
    cell: (row) => <Age atMs={row.lastStartedAtMs} none="–" />,
    text: (row) => (row.lastStartedAtMs === null ? '' : formatExact(row.lastStartedAtMs)),
  },
  {
    key: 'took',
    header: 'Took',
    width: '5rem',
    align: 'right',
    leftOut: 'tiny',
    cell: (row) => (
      <span className="dim">{row.lastDurationMs === null ? '–' : formatDuration(row.lastDurationMs)}</span>
    ),
    text: (row) => (row.lastDurationMs === null ? '' : formatDuration(row.lastDurationMs)),
  },
  {
    key: 'next',
    header: 'Next',
    width: '5.75rem',
    align: 'right',
    cell: (row) => <Age atMs={row.nextDueAtMs} as="until" none="–" />,
    text: (row) => (row.nextDueAtMs === null ? '' : formatExact(row.nextDueAtMs)),
  },
  { key: 'run', header: 'Run', width: '7.25rem', align: 'right', cell: (row) => <RunNow schedule={row} /> },
]

/** Everything that repeats, and the button that does not wait for it. */
export function SchedulesPage() {
  const schedules = useMirror((mirror) => mirror.daemon.schedules)
  const failing = schedules.filter((schedule) => schedule.lastOutcome === 'failed' && schedule.lastError !== null)
  return (
    <SectionPage
      title="Schedules"
      text="A task never runs beside itself. A failure is kept here, and the next run still happens."
    >
      {schedules.length === 0 ? (
        <EmptyState>Nothing is scheduled.</EmptyState>
      ) : (
        <DataTable label="Schedules" columns={columns} rows={schedules} rowKey={(row) => row.name} roomy />
      )}
      {failing.length > 0 ? (
        <ul className={styles['notes']} aria-label="Failures">
          {failing.map((schedule) => (
            <li key={schedule.name} className={styles['failure']}>
              {schedule.label}: {schedule.lastError}
              {schedule.failuresInARow > 1 ? ` (${schedule.failuresInARow} times in a row)` : ''}
            </li>
          ))}
        </ul>
      ) : null}
    </SectionPage>
  )
}

function RunNow({ schedule }: { schedule: ScheduleRow }) {
  const { client, online } = useCockpit()
  const { state, run } = useWork(async () => {
    try {
      await client.system.runTask({ name: schedule.name })
    } catch (error) {
      // A table row has no room for words.
      notify({ title: `${schedule.label} did not run`, text: explain(error).message, failed: true })
      throw error
    }
  })
  const running = schedule.running || state.kind === 'running'
  return (
    <Button
      busy={running}
      unavailable={online ? null : offlineReason}
      aria-label={`${running ? 'Running' : 'Run now'}, ${schedule.label}`}
      onClick={() => void run()}
    >
      {running ? 'Running' : 'Run now'}
    </Button>
  )
}
