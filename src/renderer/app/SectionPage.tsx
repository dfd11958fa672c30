import type { ReactNode } from 'react'
import { useOpenedFocus } from './useOpenedFocus.ts'
import styles from './SectionPage.module.css'

interface SectionPageProps {
  title: string
  /** What this section is about, in a sentence. */
  text?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** The inspector side of System and Settings: a heading that takes the focus, and what belongs to it. */
export function SectionPage({ title, text, actions, children }: SectionPageProps) {
  const heading = useOpenedFocus()
  return (
    <>
      <div className={styles['head']}>
        <div className={styles['words']}>
          <h2 ref={heading} tabIndex={-1} className={styles['title']} data-inspector-heading="">
            {title}
          </h2>
          {text ? <p className={styles['text']}>{text}</p> : null}
        </div>
        {actions ? <div className={styles['actions']}>{actions}</div> : null}
      </div>
      {children}
    </>
  )
}
