import { useState } from 'react'
import { SectionPage } from '../../app/SectionPage.tsx'
import type { BackupRow } from '../../../contract/system.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useFetched, useWork } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { Button, ButtonLink } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { Age } from '../../components/Figures.tsx'
import { formatBytes, formatExact } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { EmptyState, ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import type { Tone } from '../../components/status.ts'
import styles from './System.module.css'

/** Copies of the database, each with its sum and its test restore. */
export function BackupsPage() {
  const { client, online } = useCockpit()
  const [made, setMade] = useState(0)
  // Any run of a schedule may have made one.
  const ran = useMirror(
    (mirror) => mirror.daemon.schedules.find((one) => one.name.includes('backup'))?.lastStartedAtMs ?? 0,
  )
  const { state, reload } = useFetched(() => client.system.backups(), 'backups', `${ran}:${made}`)
  const create = useWork(async () => {
    const backup = await client.system.createBackup()
    setMade((count) => count + 1)
    return backup
  })
  return (
    <SectionPage
      title="Backups"
      text="A backup is a whole, compacted copy of the database. Secrets are not in it."
      actions={
        <>
          <ButtonLink look="quiet" href="#/settings/data">
            How many are kept
          </ButtonLink>
          <Button
            look="primary"
            busy={create.state.kind === 'running'}
            unavailable={online ? null : offlineReason}
            onClick={() => void create.run()}
          >
            Create backup now
          </Button>
        </>
      }
    >
      {create.state.kind === 'failed' ? <InlineProblem problem={create.state.problem} /> : null}
      {create.state.kind === 'done' ? (
        <p role="status" className={`small dim ${styles['said']}`}>
          Created {create.state.result.file}, {formatBytes(create.state.result.bytes)}.
        </p>
      ) : null}
      {state.kind === 'loading' ? <Skeleton lines={5} label="Loading backups" /> : null}
      {state.kind === 'failed' ? (
        <ErrorState title="The backups could not be read" problem={state.problem} onRetry={reload} />
      ) : null}
      {state.kind === 'ready' && state.data.length === 0 ? (
        <div className="panel">
          <EmptyState>There is no backup yet. The first one is made by schedule, or now.</EmptyState>
        </div>
      ) : null}
      {state.kind === 'ready' && state.data.length > 0 ? (
        <ul className={`panel ${styles['schedules']}`} aria-label="Backups">
          {state.data.map((backup) => (
            <Backup key={backup.id} backup={backup} onVerified={reload} />
          ))}
        </ul>
      ) : null}
    </SectionPage>
  )
}

function verdict(backup: BackupRow): { tone: Tone; word: string } {
  if (backup.state === 'missing') return { tone: 'attention', word: 'File missing' }
  if (backup.state === 'failed') return { tone: 'attention', word: 'Failed' }
  return backup.verifiedAtMs === null ? { tone: 'unknown', word: 'Not verified' } : { tone: 'well', word: 'Verified' }
}

function Backup({ backup, onVerified }: { backup: BackupRow; onVerified: () => void }) {
  const { client, online } = useCockpit()
  const verify = useWork(async () => {
    const result = await client.system.verifyBackup({ id: backup.id })
    onVerified()
    return result
  })
  const { tone, word } = verdict(backup)
  return (
    <li className={styles['schedule']}>
      <Glyph name={tone} />
      <div className={styles['scheduleWords']}>
        <span className={styles['scheduleName']}>{formatExact(backup.createdAtMs).replace(/ \(.*/, '')}</span>{' '}
        <span className="faint small">{backup.trigger === 'schedule' ? 'by schedule' : 'by you'}</span>
        <p className={`dim small num ${styles['facts']}`}>
          <span className={tone === 'attention' ? styles['failure'] : undefined}>
            {word}
            {tone === 'well' ? (
              <>
                {' '}
                <Age atMs={backup.verifiedAtMs} as="ago" />
              </>
            ) : null}
          </span>
          <span>{formatBytes(backup.bytes)}</span>
          <span className={styles['sum']}>
            <span className="mono" title={backup.sha256}>
              SHA-256 {backup.sha256.slice(0, 12)}…
            </span>
            <CopyButton text={backup.sha256} what="the SHA-256" />
          </span>
        </p>
        <p className={`mono faint ${styles['file']}`}>{backup.file}</p>
        {backup.error ? <p className={`small ${styles['failure']}`}>{backup.error}</p> : null}
        {verify.state.kind === 'failed' ? <InlineProblem problem={verify.state.problem} /> : null}
      </div>
      <Button
        busy={verify.state.kind === 'running'}
        unavailable={online ? (backup.state === 'missing' ? 'The file is not there' : null) : offlineReason}
        aria-label={`Verify the backup of ${formatExact(backup.createdAtMs)}`}
        onClick={() => void verify.run()}
      >
        Verify
      </Button>
    </li>
  )
}
