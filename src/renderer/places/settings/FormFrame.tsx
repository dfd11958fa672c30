import type { ReactNode } from 'react'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { Button } from '../../components/Button.tsx'
import fieldStyles from '../../components/Field.module.css'
import { InlineProblem } from '../../components/States.tsx'
import type { FormState } from './settingsForm.ts'
import styles from './Settings.module.css'

/** The fields of a page over its Save and Discard. */
export function FormFrame({ form, children }: { form: FormState; children: ReactNode }) {
  const { online } = useCockpit()
  return (
    <form
      className={fieldStyles['form']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (form.dirty && form.broken === null && online) form.save()
      }}
    >
      {children}
      {form.work.kind === 'failed' ? <InlineProblem problem={form.work.problem} /> : null}
      <div className={styles['saveBar']}>
        <Button
          look="primary"
          type="submit"
          disabled={!form.dirty}
          busy={form.work.kind === 'running'}
          unavailable={online ? form.broken : offlineReason}
        >
          Save
        </Button>
        {form.dirty ? <Button onClick={form.discard}>Discard</Button> : null}
      </div>
    </form>
  )
}
