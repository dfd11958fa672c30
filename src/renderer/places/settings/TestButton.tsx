import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useWork } from '../../client/hooks.ts'
import { Button } from '../../components/Button.tsx'
import { Status } from '../../components/Glyph.tsx'
import { InlineProblem } from '../../components/States.tsx'
import styles from './Settings.module.css'

interface TestButtonProps {
  label: string
  /** Tests use what is saved. */
  unsaved: boolean
  /** Runs it; the text is what came of it. */
  test: () => Promise<{ ok: boolean; text: string }>
}

/** Tries something for real and says how it went, beside the button. */
export function TestButton({ label, unsaved, test }: TestButtonProps) {
  const { online } = useCockpit()
  const { state, run } = useWork(test)
  return (
    <div className={styles['test']}>
      <Button
        busy={state.kind === 'running'}
        unavailable={online ? (unsaved ? 'Save first: the test uses what is saved' : null) : offlineReason}
        onClick={() => void run()}
      >
        {label}
      </Button>
      <span role="status">
        {state.kind === 'done' ? (
          <Status tone={state.result.ok ? 'well' : 'attention'}>{state.result.text}</Status>
        ) : null}
      </span>
      {state.kind === 'failed' ? <InlineProblem problem={state.problem} /> : null}
    </div>
  )
}
