import { useState } from 'react'
import type { ActivityItem } from '../../../contract/state.ts'
import { useMirror } from '../../client/mirror.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import { Button } from '../../components/Button.tsx'
import { Age, Money } from '../../components/Figures.tsx'
import { formatExact, formatStamp } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { Section } from '../../components/Layout.tsx'
import { EmptyState } from '../../components/States.tsx'
import { activityGlyph, activitySummary, sinceLooked } from './activity.ts'
import styles from './Now.module.css'

const shownAtOnce = 20

/** What Kora did while nobody looked. */
export function ActivityList() {
  const activity = useMirror((mirror) => mirror.activity)
  const lastLookedAtMs = useMirror((mirror) => mirror.lastLookedAtMs)
  const [all, setAll] = useState(false)
  const items = sinceLooked(activity, lastLookedAtMs)
  const shown = all ? items : items.slice(0, shownAtOnce)
  const hidden = items.length - shown.length
  const title =
    lastLookedAtMs === null ? (
      'Activity'
    ) : (
      <>
        Since you last looked, <Age atMs={lastLookedAtMs} as="ago" />
      </>
    )
  return (
    <Section title={title} aside={activitySummary(items)}>
      <div className="panel">
        {items.length === 0 ? (
          <EmptyState>
            {lastLookedAtMs === null ? 'Nothing has happened yet.' : 'Nothing happened in the meantime.'}
          </EmptyState>
        ) : (
          <div className={styles['activity']}>
            {shown.map((item) => (
              <Line key={item.key} item={item} />
            ))}
            {hidden > 0 ? (
              <div className={styles['moreLines']}>
                <Button look="quiet" onClick={() => setAll(true)}>
                  Show {hidden} more
                </Button>
              </div>
            ) : null}
          </div>
        )}
      </div>
    </Section>
  )
}

function Line({ item }: { item: ActivityItem }) {
  const content = (
    <>
      <time className={styles['lineTime']} dateTime={new Date(item.atMs).toISOString()} title={formatExact(item.atMs)}>
        {formatStamp(item.atMs, daemonNowMs())}
      </time>
      <span className={styles['lineGlyph']}>
        <Glyph name={activityGlyph(item)} />
      </span>
      <span className={styles['lineText']}>{item.text}</span>
      <span className={styles['lineCost']}>
        {item.costNanoUsd === null ? null : <Money nanoUsd={item.costNanoUsd} />}
      </span>
    </>
  )
  if (item.route === null) return <div className={styles['line']}>{content}</div>
  return (
    <a className={styles['line']} href={`#${item.route}`} data-nav-item={item.key}>
      {content}
    </a>
  )
}
