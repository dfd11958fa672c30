import styles from './PoolTrack.module.css'

export type PoolPartKind = 'spent' | 'overdraft' | 'hidden' | 'reserved' | 'critical'

interface PoolTrackProps {
  /** Percent of the bar. */
  parts: readonly { readonly kind: PoolPartKind; readonly leftPct: number; readonly widthPct: number }[]
  /** Where the rungs begin, percent of the bar. */
  marks: readonly number[]
  /** Percent of the pool, and the same in words; null while it is unknown. */
  used: { readonly pct: number; readonly text: string } | null
}

/** The pool as a bar: what is gone, what may go next, and where the rungs begin. */
export function PoolTrack({ parts, marks, used }: PoolTrackProps) {
  if (used === null) {
    return (
      <div className={styles['pool']}>
        <div className={styles['track']} data-unknown="" />
      </div>
    )
  }
  return (
    <div
      className={styles['pool']}
      role="meter"
      aria-label="Pool used"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.min(100, used.pct)}
      aria-valuetext={used.text}
    >
      <div className={styles['track']}>
        {parts.map((part) => (
          <span
            key={part.kind}
            className={styles['part']}
            data-kind={part.kind}
            style={{ left: `${part.leftPct}%`, width: `${part.widthPct}%` }}
          />
        ))}
      </div>
      {marks.map((leftPct) => (
        <span key={leftPct} className={styles['mark']} style={{ left: `${leftPct}%` }} />
      ))}
    </div>
  )
}

/** The same colour and hatching in a legend. */
export function PoolSwatch({ kind }: { kind: PoolPartKind }) {
  return <span className={styles['swatch']} data-kind={kind} aria-hidden="true" />
}
