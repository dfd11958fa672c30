import { useEffect, useRef, useState } from 'react'
import { offlineReason, useCockpit } from '../client/CockpitContext.ts'
import { useWork } from '../client/hooks.ts'
import { daemonNowMs } from '../client/ticker.ts'
import { Button } from './Button.tsx'
import styles from './ExportButtons.module.css'
import { type ExportProgress, type ExportSource, exportRows, type FileShape } from './exportRows.ts'
import { countOf, formatCount } from './format.ts'
import { saveFile } from './saveFile.ts'
import { InlineProblem } from './States.tsx'
import { notify } from './toasts.ts'

interface ExportButtonsProps<Row> {
  source: ExportSource<Row>
  /** What is listed: another one ends an export under way. */
  subject: string
  /** What the file is called before its day: `kora-ledger`. */
  name: string
  formats: readonly { readonly label: string; readonly shape: FileShape<Row> }[]
  /** What one row is called: "row", "record". */
  one: string
  /** Why nothing can be taken along now. */
  unavailable?: string | null
}

/** Takes along everything a list holds, whatever of it was scrolled to: one button a format, then progress and a way out. */
export function ExportButtons<Row>({ source, subject, name, formats, one, unavailable }: ExportButtonsProps<Row>) {
  const { online } = useCockpit()
  const [progress, setProgress] = useState<ExportProgress | null>(null)
  const running = useRef<AbortController | null>(null)
  const { state, run } = useWork(async (shape: FileShape<Row>) => {
    const controller = new AbortController()
    running.current = controller
    try {
      const file = await exportRows(source, shape, setProgress, controller.signal)
      if (!file) return
      const day = new Date(daemonNowMs()).toISOString().slice(0, 10)
      saveFile(`${name}-${day}.${shape.extension}`, file.blob)
      notify({
        title: `Exported ${countOf(file.rows, one)}`,
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

  if (state.kind === 'running') {
    return (
      <>
        <span className={styles['progress']} role="status">
          {progress ? `${formatCount(progress.rows)} of ${formatCount(progress.total)}` : 'Counting'}
          <span className="visuallyHidden"> {one}s</span>
        </span>
        <Button busy onClick={() => running.current?.abort()}>
          Cancel export
        </Button>
      </>
    )
  }
  return (
    <>
      {formats.map(({ label, shape }) => (
        <Button key={label} unavailable={online ? unavailable : offlineReason} onClick={() => void run(shape)}>
          {label}
        </Button>
      ))}
      {state.kind === 'failed' ? <InlineProblem problem={state.problem} /> : null}
    </>
  )
}
