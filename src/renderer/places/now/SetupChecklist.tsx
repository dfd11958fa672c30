import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useWork } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { Button, ButtonLink } from '../../components/Button.tsx'
import { Glyph } from '../../components/Glyph.tsx'
import { Section } from '../../components/Layout.tsx'
import { InlineProblem } from '../../components/States.tsx'
import styles from './Now.module.css'

/** What is left to set up, until it is done or put away. */
export function SetupChecklist() {
  const { client, online } = useCockpit()
  const steps = useMirror((mirror) => mirror.daemon.setup)
  const dismissed = useMirror((mirror) => mirror.daemon.setupDismissed)
  const { state, run } = useWork(() => client.settings.dismissSetup())
  const done = steps.filter((step) => step.done).length
  if (dismissed || done === steps.length) return null
  return (
    <Section
      title="Set up Kora"
      aside={
        <span className={styles['aside']}>
          {done} of {steps.length} done
          <Button
            look="quiet"
            busy={state.kind === 'running'}
            unavailable={online ? null : offlineReason}
            onClick={() => void run()}
          >
            Dismiss
          </Button>
        </span>
      }
    >
      <ol className={`panel ${styles['steps']}`}>
        {steps.map((step) => (
          <li key={step.key} className={styles['step']} data-done={step.done || undefined}>
            {step.done ? <Glyph name="well" /> : <span className={styles['open']} />}
            <div>
              <span className={styles['stepLabel']}>
                {step.label}
                <span className="visuallyHidden">{step.done ? ', done' : ', to do'}</span>
              </span>
              <p className="dim small">{step.hint}</p>
            </div>
            {step.done ? null : (
              <ButtonLink href={`#${step.route}`} aria-label={`Open: ${step.label}`}>
                Open
              </ButtonLink>
            )}
          </li>
        ))}
      </ol>
      {state.kind === 'failed' ? <InlineProblem problem={state.problem} /> : null}
    </Section>
  )
}
