import type { ReactNode } from 'react'
import type { Problem } from '../client/errors.ts'
import { useSlow } from '../client/hooks.ts'
import { Button } from './Button.tsx'
import { Glyph } from './Glyph.tsx'
import styles from './States.module.css'

/** One sentence that says why there is nothing, and one thing to do about it. */
export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles['state']}>
      <p className={styles['sentence']}>{children}</p>
      {action ? <div className={styles['actions']}>{action}</div> : null}
    </div>
  )
}

interface ErrorStateProps {
  /** What happened, as a fact: "The deliveries could not be read". */
  title: string
  problem: Problem
  onRetry?: (() => void) | undefined
}

/** What happened, what to do, the code in small. */
export function ErrorState({ title, problem, onRetry }: ErrorStateProps) {
  return (
    <div className={styles['state']} role="alert">
      <p className={styles['heading']}>{title}</p>
      <p className={styles['sentence']}>{problem.message}</p>
      <p className={`mono ${styles['code']}`}>{problem.code}</p>
      {onRetry ? (
        <div className={styles['actions']}>
          <Button onClick={onRetry}>Try again</Button>
        </div>
      ) : null}
    </div>
  )
}

/** One line for a failed press, beside the button that was pressed. */
export function InlineProblem({ problem }: { problem: Problem }) {
  return (
    <p role="alert" className="small">
      <span>{problem.message}</span> <span className="mono faint">{problem.code}</span>
    </p>
  )
}

/** A whole page with one thing to say. */
export function PageState({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={`${styles['state']} ${styles['centred']}`}>
      <h1 className={styles['heading']}>{title}</h1>
      {children}
    </main>
  )
}

/** Nothing for 150 ms, then bars where the lines will be. */
export function Skeleton({ lines = 4, label = 'Loading' }: { lines?: number; label?: string }) {
  if (!useSlow(true)) return null
  return (
    <div className={styles['skeleton']} role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className={styles['bar']} />
      ))}
    </div>
  )
}

/** A standing condition across the top of the place, with its way out. */
export function Banner({
  tone,
  children,
  actions,
  live = false,
}: {
  tone: 'attention' | 'trouble' | 'unknown' | 'paused'
  children: ReactNode
  actions?: ReactNode
  live?: boolean
}) {
  return (
    <div className={`${styles['banner']} ${styles[tone] ?? ''}`} {...(live ? { role: 'status' } : {})}>
      <Glyph name={tone} />
      <div className={styles['bannerText']}>{children}</div>
      {actions ? <div className={styles['bannerActions']}>{actions}</div> : null}
    </div>
  )
}
