import { freshness } from '../../domain/freshness.ts'
import { useTick } from '../client/ticker.ts'
import { Age } from './Figures.tsx'
import styles from './Freshness.module.css'

interface FreshAgeProps {
  /** Null is unknown: a dash. */
  atMs: number | null
  expectedEveryMs: number
  /** Instead of the dash. */
  none?: string
}

/** How old a fact is beside how often it is expected: ageing is dotted, stale says so, unknown is a dash. */
export function FreshAge({ atMs, expectedEveryMs, none = '–' }: FreshAgeProps) {
  const state = useTick((nowMs) => freshness(atMs, expectedEveryMs, nowMs))
  return (
    <span className={styles['age']} data-freshness={state}>
      {state === 'stale' ? 'stale, ' : ''}
      <Age atMs={atMs} none={none} />
    </span>
  )
}
