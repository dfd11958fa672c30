import { formatMoney, formatTokens, formatTotal } from '../../domain/money.ts'
import { useTick } from '../client/ticker.ts'
import styles from './Figures.module.css'
import { formatAge, formatAgo, formatCount, formatExact, formatUntil } from './format.ts'
import { copyText } from './toasts.ts'

interface AgeProps {
  /** Null reads as "never", or as `none`. */
  atMs: number | null
  /** `ago` reads as a phrase, `until` counts down to something due. */
  as?: 'age' | 'ago' | 'until'
  none?: string
  className?: string | undefined
}

function ageText(atMs: number, nowMs: number, as: AgeProps['as']): string {
  if (as === 'ago') return formatAgo(atMs, nowMs)
  return as === 'until' ? formatUntil(atMs, nowMs) : formatAge(atMs, nowMs)
}

/** How old something is, moving by itself; the exact time, local and UTC, on hover. */
export function Age({ atMs, as = 'age', none = 'never', className }: AgeProps) {
  const text = useTick((nowMs) => (atMs === null ? none : ageText(atMs, nowMs, as)))
  if (atMs === null) return <span className={className}>{text}</span>
  return (
    <time
      className={`${styles['age']} ${className ?? ''}`}
      dateTime={new Date(atMs).toISOString()}
      title={formatExact(atMs)}
    >
      {text}
    </time>
  )
}

/** An age whose exact time can be taken along with a press. For inspectors, where there is room for one more stop. */
export function CopyableAge(props: AgeProps) {
  const { atMs } = props
  if (atMs === null) return <Age {...props} />
  return (
    <button
      type="button"
      className={styles['copyable']}
      title={`${formatExact(atMs)}, press to copy`}
      onClick={() => copyText(formatExact(atMs))}
    >
      <Age {...props} />
      <span className="visuallyHidden">, copy the exact time</span>
    </button>
  )
}

/** Nanodollars; null is unknown and prints a dash, never $0. */
export function Money({ nanoUsd, estimate = false }: { nanoUsd: number | null; estimate?: boolean }) {
  return <span className="num nowrap">{formatMoney(nanoUsd, { estimate })}</span>
}

/** A sum of money; null is unknown and prints a dash, never $0.00. */
export function Total({ nanoUsd, estimate = false }: { nanoUsd: number | null; estimate?: boolean }) {
  return <span className="num nowrap">{formatTotal(nanoUsd, { estimate })}</span>
}

/** Tokens, cut to three digits or so; the whole number on hover. */
export function Tokens({ value }: { value: number }) {
  return (
    <span className="num nowrap" title={value >= 1_000 ? formatCount(value) : undefined}>
      {formatTokens(value)}
    </span>
  )
}

export function Count({ value }: { value: number | null }) {
  return <span className="num nowrap">{formatCount(value)}</span>
}
