import { useEffect, useRef } from 'react'
import { offlineReason, useCockpit } from '../client/CockpitContext.ts'
import { type Paged, useNewest } from '../client/hooks.ts'
import { Button } from './Button.tsx'
import styles from './MoreRows.module.css'
import { InlineProblem } from './States.tsx'

/** The end of a long table: the next page comes by itself when it is scrolled to. The button does the same. */
export function MoreRows({ more, work }: Pick<Paged<unknown>, 'more' | 'work'>) {
  const { online } = useCockpit()
  const end = useRef<HTMLDivElement>(null)
  const idle = work.kind !== 'running' && work.kind !== 'failed'
  // A page that failed is asked for again by hand only, or a broken line would be asked without end.
  const wanted = useNewest(online && idle ? more : null)
  const ready = more !== null && idle

  useEffect(() => {
    const area = end.current?.closest<HTMLElement>('[data-scroller]')
    if (!end.current || !area || !ready) return
    // Out of sight and in again may come as one message: the last word counts.
    const look = (seen: readonly IntersectionObserverEntry[]) => {
      if (seen.at(-1)?.isIntersecting) wanted.current?.()
    }
    const watcher = new IntersectionObserver(look, { root: area, rootMargin: '0px 0px 400px 0px' })
    watcher.observe(end.current)
    return () => watcher.disconnect()
  }, [ready, wanted])

  if (!more) return null
  return (
    <div ref={end} className={styles['more']}>
      <Button busy={work.kind === 'running'} unavailable={online ? null : offlineReason} onClick={more}>
        Show older ones
      </Button>
      {work.kind === 'failed' ? <InlineProblem problem={work.problem} /> : null}
    </div>
  )
}
