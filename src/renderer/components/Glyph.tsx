import type { ReactNode } from 'react'
import styles from './Glyph.module.css'
import { type Tone, toneWords } from './status.ts'

/** Marks beside words: the six states, and what happened in a timeline or in the activity list. */
export type GlyphName = Tone | 'told' | 'finding' | 'held' | 'person' | 'system'

/** Drawn, not typed, so that no font changes them. On a 14 px grid. */
const shapes: Readonly<Record<GlyphName, ReactNode>> = {
  well: <path d="M3 7.5l2.7 2.7L11 4.4" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  attention: <path d="M7 2.4l4.8 8.7H2.2z" fill="currentColor" />,
  trouble: <circle cx="7" cy="7" r="4.1" fill="currentColor" />,
  unknown: (
    <g fill="none" stroke="currentColor">
      <circle cx="7" cy="7" r="4.6" strokeDasharray="1.9 1.7" strokeWidth="1" />
      <path d="M5 7h4" strokeWidth="1.3" />
    </g>
  ),
  paused: <path d="M5 3.5v7M9 3.5v7" fill="none" stroke="currentColor" strokeWidth="1.8" />,
  not_watching: (
    <g fill="none" stroke="currentColor" strokeWidth="1.2">
      <circle cx="7" cy="7" r="4.3" />
      <path d="M3.4 10.6l7.2-7.2" />
    </g>
  ),
  told: <path d="M4 10l5.6-5.6M5.4 4h4.4v4.4" fill="none" stroke="currentColor" strokeWidth="1.3" />,
  finding: <path d="M3.2 10.8l.6-2.5 5-5 1.9 1.9-5 5z" fill="none" stroke="currentColor" strokeWidth="1.2" />,
  held: <path d="M4 7h6" fill="none" stroke="currentColor" strokeWidth="1.3" />,
  person: (
    <g fill="none" stroke="currentColor" strokeWidth="1.2">
      <circle cx="7" cy="4.8" r="2.1" />
      <path d="M3.2 11.4c.4-2.3 1.9-3.4 3.8-3.4s3.4 1.1 3.8 3.4" />
    </g>
  ),
  system: (
    <g fill="none" stroke="currentColor" strokeWidth="1.2">
      <rect x="3" y="3.5" width="8" height="7" rx="1" />
      <path d="M5 6l1.3 1.2L5 8.4M7.5 8.5H9" />
    </g>
  ),
}

function toneClass(name: GlyphName): string | undefined {
  return name in toneWords ? styles[name] : styles['neutral']
}

/** A mark without a word; something beside it must say the same in words. */
export function Glyph({ name, className }: { name: GlyphName; className?: string | undefined }) {
  return (
    <svg
      className={`${styles['glyph']} ${className ?? toneClass(name)}`}
      viewBox="0 0 14 14"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      data-glyph={name}
    >
      {shapes[name]}
    </svg>
  )
}

/** A state as glyph and word, in the state's colour when it wants attention. */
export function Status({ tone, children }: { tone: Tone; children?: ReactNode }) {
  const loud = tone === 'trouble' || tone === 'attention'
  return (
    <span className={`${styles['status']} ${loud ? (styles[tone] ?? '') : ''}`}>
      <Glyph name={tone} />
      <span className={styles['word']}>{children ?? toneWords[tone]}</span>
    </span>
  )
}
