import type { Paged } from '../../client/hooks.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { Button } from '../../components/Button.tsx'
import { InlineProblem } from '../../components/States.tsx'
import styles from './System.module.css'

/** The way to the page before the last row shown; nothing once the first row ever is. */
export function OlderButton({ more, work }: Pick<Paged<unknown>, 'more' | 'work'>) {
  const { online } = useCockpit()
  if (!more) return null
  return (
    <>
      <Button
        className={styles['more']}
        busy={work.kind === 'running'}
        unavailable={online ? null : offlineReason}
        onClick={more}
      >
        Show older ones
      </Button>
      {work.kind === 'failed' ? <InlineProblem problem={work.problem} /> : null}
    </>
  )
}
