import { useEffect, useId, useRef, useState } from 'react'
import type { HistoryFile, OpenProgress } from '../../../contract/history.ts'
import type { BackupRow } from '../../../contract/system.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useFetched, useWork } from '../../client/hooks.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog } from '../../components/Dialog.tsx'
import { TextField } from '../../components/Field.tsx'
import { formatBytes, formatExact } from '../../components/format.ts'
import { ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import styles from './OpenDialog.module.css'
import { fileName, progressShare, progressWords } from './words.ts'

type Choice = { readonly kind: 'backup'; readonly id: string } | { readonly kind: 'path' }
type Progress = Extract<OpenProgress, { kind: 'progress' }>

interface OpenDialogProps {
  onClose: () => void
  onOpened: (file: HistoryFile) => void
}

/** Another history: a backup, or a file on the machine Kora runs on. It is read from a copy. */
export function OpenDialog({ onClose, onOpened }: OpenDialogProps) {
  const { client, online } = useCockpit()
  const form = useId()
  const backups = useFetched(() => client.system.backups(), 'backups')
  const [chosen, setChosen] = useState<Choice | null>(null)
  const [path, setPath] = useState('')
  const [missing, setMissing] = useState(false)
  const [progress, setProgress] = useState<Progress | null>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  const rows = backups.state.kind === 'ready' ? backups.state.data : []
  const newest = rows.find(({ state }) => state === 'ok')
  const choice: Choice = chosen ?? (newest ? { kind: 'backup', id: newest.id } : { kind: 'path' })

  const { state, run } = useWork(async () => {
    const controller = new AbortController()
    running.current = controller
    const what = choice.kind === 'backup' ? { backupId: choice.id } : { path: path.trim() }
    try {
      for await (const told of await client.history.open(what, { signal: controller.signal })) {
        if (controller.signal.aborted) return
        if (told.kind === 'opened') onOpened(told.file)
        else setProgress(told)
      }
    } catch (error) {
      if (!controller.signal.aborted) throw error
    } finally {
      setProgress(null)
    }
  })
  const busy = state.kind === 'running'
  const open = () => {
    const nothing = choice.kind === 'path' && path.trim() === ''
    setMissing(nothing)
    if (!nothing) void run()
  }
  const giveUp = () => running.current?.abort()
  return (
    <Dialog
      open
      wide
      title="Open another history"
      text="The file is only read: Kora copies it and shows you the copy."
      onClose={() => {
        giveUp()
        onClose()
      }}
      actions={
        busy ? (
          <Button onClick={giveUp}>Cancel opening</Button>
        ) : (
          <>
            <Button onClick={onClose}>Close</Button>
            <Button look="primary" type="submit" form={form} unavailable={online ? null : offlineReason}>
              Open
            </Button>
          </>
        )
      }
    >
      {busy ? <Far progress={progress} /> : null}
      <form
        id={form}
        className={styles['form']}
        hidden={busy}
        onSubmit={(event) => {
          event.preventDefault()
          open()
        }}
      >
        <fieldset className={styles['choices']}>
          <legend className={styles['legend']}>A backup of this Kora</legend>
          {backups.state.kind === 'loading' ? <Skeleton lines={3} label="Loading backups" /> : null}
          {backups.state.kind === 'failed' ? (
            <ErrorState
              title="The backups could not be read."
              problem={backups.state.problem}
              onRetry={backups.reload}
            />
          ) : null}
          {backups.state.kind === 'ready' && rows.length === 0 ? <p className="dim">There is none yet.</p> : null}
          <div className={styles['backups']}>
            {rows.map((backup) => (
              <Backup
                key={backup.id}
                backup={backup}
                chosen={choice.kind === 'backup' && choice.id === backup.id}
                onChoose={() => setChosen({ kind: 'backup', id: backup.id })}
              />
            ))}
          </div>
          <label className={styles['choice']}>
            <input
              type="radio"
              name="what"
              checked={choice.kind === 'path'}
              onChange={() => setChosen({ kind: 'path' })}
            />
            <strong>A file on the machine Kora runs on</strong>
          </label>
        </fieldset>
        <div className={styles['path']} hidden={choice.kind !== 'path'}>
          <TextField
            label="Path"
            mono
            value={path}
            placeholder="/home/you/kora-2026-05-11.db"
            help="The whole path, from the root: a backup, or a copy of somebody’s kora.db."
            error={missing && path.trim() === '' ? 'A path is needed.' : null}
            onChange={setPath}
          />
        </div>
        {state.kind === 'failed' ? <InlineProblem problem={state.problem} /> : null}
      </form>
    </Dialog>
  )
}

function Backup({ backup, chosen, onChoose }: { backup: BackupRow; chosen: boolean; onChoose: () => void }) {
  return (
    <label className={styles['choice']} title={backup.file}>
      <input type="radio" name="what" checked={chosen} disabled={backup.state !== 'ok'} onChange={onChoose} />
      <span className="num">{formatExact(backup.createdAtMs).replace(/:\d\d \(.*/, '')}</span>
      <span className="dim num">{backup.state === 'ok' ? formatBytes(backup.bytes) : 'file missing'}</span>
      <span className={`mono faint ${styles['file']}`}>{fileName(backup.file)}</span>
    </label>
  )
}

function Far({ progress }: { progress: Progress | null }) {
  const share = progress === null ? null : progressShare(progress)
  const percent = share === null ? null : Math.round(100 * share)
  return (
    <div className={styles['far']}>
      <p role="status" className="num">
        {progress === null ? 'Looking at the file' : progressWords(progress)}
      </p>
      <div
        className={styles['track']}
        role="progressbar"
        aria-label="Opening"
        aria-valuemin={0}
        aria-valuemax={100}
        {...(percent === null ? {} : { 'aria-valuenow': percent })}
      >
        <div
          className={styles['done']}
          data-open={percent === null || undefined}
          style={{ width: `${percent ?? 100}%` }}
        />
      </div>
    </div>
  )
}
