import { useEffect, useRef, useState } from 'react'
import type { LedgerFilter } from '../../../contract/spend.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useWork } from '../../client/hooks.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import { Button } from '../../components/Button.tsx'
import { formatCount } from '../../components/format.ts'
import { saveFile } from '../../components/saveFile.ts'
import { InlineProblem } from '../../components/States.tsx'
import { notify } from '../../components/toasts.ts'
import { type ExportFormat, exportLedger, type ExportProgress } from './ledgerExport.ts'
import styles from './Spend.module.css'

const types: Readonly<Record<ExportFormat, string>> = { csv: 'text/csv', json: 'application/json' }

/** Takes along everything the filter holds, whatever of it was scrolled to. */
export function ExportButtons({ filter, subject }: { filter: LedgerFilter; subject: string }) {
  const { client, online } = useCockpit()
  const [progress, setProgress] = useState<ExportProgress | null>(null)
  const running = useRef<AbortController | null>(null)
  const { state, run } = useWork(async (format: ExportFormat) => {
    const controller = new AbortController()
    running.current = controller
    try {
      const file = await exportLedger(client, filter, format, setProgress, controller.signal)
      if (!file) return
      const day = new Date(daemonNowMs()).toISOString().slice(0, 10)
      saveFile(`kora-ledger-${day}.${format}`, file.parts, types[format])
      notify({
        title: `Exported ${formatCount(file.rows)} ${file.rows === 1 ? 'row' : 'rows'}`,
        ...(file.leftOut > 0
          ? { text: `${formatCount(file.leftOut)} older ones found no room. Narrow the span for those.`, failed: true }
          : {}),
      })
    } catch (error) {
      if (!controller.signal.aborted) throw error
    } finally {
      setProgress(null)
    }
  })
  // Leaving the page or choosing another filter ends what nobody waits for any more.
  useEffect(() => () => running.current?.abort(), [subject])

  const unavailable = online ? null : offlineReason
  if (state.kind === 'running') {
    return (
      <>
        <span className={styles['progress']} role="status">
          {progress ? `${formatCount(progress.rows)} of ${formatCount(progress.total)} rows` : 'Counting the rows'}
        </span>
        <Button busy onClick={() => running.current?.abort()}>
          Cancel export
        </Button>
      </>
    )
  }
  return (
    <>
      <Button unavailable={unavailable} onClick={() => void run('csv')}>
        Export CSV
      </Button>
      <Button unavailable={unavailable} onClick={() => void run('json')}>
        Export JSON
      </Button>
      {state.kind === 'failed' ? <InlineProblem problem={state.problem} /> : null}
    </>
  )
}
