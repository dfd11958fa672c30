import { useState } from 'react'
import type { TimelineEntry } from '../../../contract/incidents.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import { Button } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { Timeline } from '../../components/Timeline.tsx'
import styles from './Investigations.module.css'
import { dayMarks, timelineGlyph } from './words.ts'

interface RecordsProps {
  timeline: readonly TimelineEntry[]
  /** What a probe saw; nothing where no probe was involved. */
  seen?: Readonly<Record<string, unknown>>
}

/** What happened, line by line, with the records behind it at a press. */
export function Records({ timeline, seen }: RecordsProps) {
  const [raw, setRaw] = useState(false)
  const days = dayMarks(timeline, daemonNowMs())
  return (
    <section aria-label="Timeline">
      <div className={styles['timelineHead']}>
        <h3>Timeline</h3>
        <Button look="quiet" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          Raw records
        </Button>
      </div>
      <Timeline
        raw={raw}
        lines={timeline.map((entry, index) => ({
          key: entry.key,
          atMs: entry.atMs,
          glyph: timelineGlyph(entry),
          day: days[index] ?? null,
          text: entry.text,
          aside: entry.aside,
          raw: JSON.stringify(entry.raw, null, 2),
        }))}
      />
      {raw && seen ? <Seen text={JSON.stringify(seen, null, 2)} /> : null}
    </section>
  )
}

function Seen({ text }: { text: string }) {
  return (
    <>
      <div className={styles['timelineHead']}>
        <h3>What the probe saw</h3>
        <CopyButton text={text} what="the details" />
      </div>
      <pre className={`mono ${styles['raw']}`} role="region" tabIndex={0} aria-label="What the probe saw">
        {text}
      </pre>
    </>
  )
}
