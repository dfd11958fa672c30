import { SectionPage } from '../../app/SectionPage.tsx'
import type { ScheduleRow } from '../../../contract/system.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useWork } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { Button } from '../../components/Button.tsx'
import { Age } from '../../components/Figures.tsx'
import { formatDuration, formatInterval } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { EmptyState, InlineProblem } from '../../components/States.tsx'
import styles from './System.module.css'

/** Everything that repeats, and the button that does not wait for it. */
export function SchedulesPage() {
  const schedules = useMirror((mirror) => mirror.daemon.schedules)
  return (
    <SectionPage
      title="Schedules"
      text="A task never runs beside itself. A failure is kept here, and the next run still happens."
    >
      {schedules.length === 0 ? (
        <EmptyState>Nothing is scheduled.</EmptyState>
      ) : (
        <ul className={`panel ${styles['schedules']}`} aria-label="Schedules">
          {schedules.map((schedule) => (
            <Schedule key={schedule.name} schedule={schedule} />
          ))}
        </ul>
      )}
    </SectionPage>
  )
}

function Schedule({ schedule }: { schedule: ScheduleRow }) {
  const { client, online } = useCockpit()
  const { state, run } = useWork(() => client.system.runTask({ name: schedule.name }))
  const running = schedule.running || state.kind === 'running'
  return (
    <li className={styles['schedule']}>
      <Glyph
        name={schedule.lastOutcome === 'failed' ? 'attention' : schedule.lastOutcome === 'ok' ? 'well' : 'unknown'}
      />
      <div className={styles['scheduleWords']}>
        <span className={styles['scheduleName']}>{schedule.label}</span>{' '}
        <span className="faint small">every {formatInterval(schedule.intervalMs)}</span>
        <p className="dim small num">
          <LastRun schedule={schedule} /> · next{' '}
          {schedule.nextDueAtMs === null ? 'not planned' : <Age atMs={schedule.nextDueAtMs} as="until" />}
        </p>
        {schedule.lastOutcome === 'failed' && schedule.lastError ? (
          <p className={`small ${styles['failure']}`}>
            {schedule.lastError}
            {schedule.failuresInARow > 1 ? ` (${schedule.failuresInARow} times in a row)` : ''}
          </p>
        ) : null}
        {state.kind === 'failed' ? <InlineProblem problem={state.problem} /> : null}
      </div>
      <Button
        busy={running}
        unavailable={online ? null : offlineReason}
        aria-label={`${running ? 'Running' : 'Run now'}, ${schedule.label}`}
        onClick={() => void run()}
      >
        {running ? 'Running' : 'Run now'}
      </Button>
    </li>
  )
}

function LastRun({ schedule }: { schedule: ScheduleRow }) {
  if (schedule.lastStartedAtMs === null || schedule.lastOutcome === 'never') return <>never run yet</>
  const took = schedule.lastDurationMs === null ? '' : `, took ${formatDuration(schedule.lastDurationMs)}`
  return (
    <>
      {schedule.lastOutcome === 'ok' ? 'went well' : 'failed'} <Age atMs={schedule.lastStartedAtMs} as="ago" />
      {took}
    </>
  )
}
