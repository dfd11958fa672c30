import type { ReactNode } from 'react'
import { CopyButton } from './CopyButton.tsx'
import { formatClockSeconds, formatExact } from './format.ts'
import { Glyph, type GlyphName } from './Glyph.tsx'
import styles from './Timeline.module.css'

export interface TimelineLine {
  readonly key: string
  readonly atMs: number
  readonly glyph: GlyphName
  /** Set when it differs from the line above: "14 Mar". */
  readonly day: string | null
  readonly text: ReactNode
  readonly aside: ReactNode
  /** The stored record, already text. */
  readonly raw: string
}

/** What happened, oldest first, each line with the record behind it when asked for. */
export function Timeline({ lines, raw }: { lines: readonly TimelineLine[]; raw: boolean }) {
  return (
    <ol className={styles['timeline']}>
      {lines.map((line) => (
        <li key={line.key} className={styles['line']}>
          <time className={styles['time']} dateTime={new Date(line.atMs).toISOString()} title={formatExact(line.atMs)}>
            {line.day ? <span className={styles['day']}>{line.day}</span> : null}
            {formatClockSeconds(line.atMs)}
          </time>
          <span className={styles['glyph']}>
            <Glyph name={line.glyph} />
          </span>
          <div className={styles['words']}>
            <span>{line.text}</span>
            {line.aside ? <span className={styles['aside']}>{line.aside}</span> : null}
            {raw ? (
              <div className={styles['raw']}>
                <pre
                  className="mono"
                  role="region"
                  tabIndex={0}
                  aria-label={`Record of ${formatClockSeconds(line.atMs)}`}
                >
                  {line.raw}
                </pre>
                <CopyButton text={line.raw} what="this record" />
              </div>
            ) : null}
          </div>
        </li>
      ))}
    </ol>
  )
}
