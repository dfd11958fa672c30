import { useState } from 'react'
import type { InboxItem } from '../../../contract/alerts.ts'
import { navigate } from '../../app/router.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { explain } from '../../client/errors.ts'
import { usePaged } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import type { CockpitClient } from '../../client/types.ts'
import { Button } from '../../components/Button.tsx'
import { Age } from '../../components/Figures.tsx'
import { Glyph, type GlyphName } from '../../components/Glyph.tsx'
import { Section } from '../../components/Layout.tsx'
import { InlineProblem } from '../../components/States.tsx'
import { severityTone } from '../../components/status.ts'
import { notify } from '../../components/toasts.ts'
import { shownItems } from './inboxItems.ts'
import styles from './Now.module.css'

/** As many as one page of the inbox, and as the mirror holds. */
const pageSize = 50

/** What Kora would have said, or said where nobody looked. Here as long as something is unread. */
export function Inbox() {
  const { client, online } = useCockpit()
  const inbox = useMirror((mirror) => mirror.inbox)
  const [earlier, setEarlier] = useState(false)
  /** Read in this window; what lies beyond the mirror is told of by nobody else. */
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  const unavailable = online ? null : offlineReason
  const { rows, more, work } = usePaged<InboxItem>({
    first: { kind: 'ready', data: inbox.items, problem: null },
    key: 'inbox',
    size: pageSize,
    id: (item) => item.id,
    readOlder: async (last) => (await client.alerts.inbox({ before: last.atMs, limit: pageSize })).items,
  })
  if (inbox.unread === 0 && !earlier) return null
  const { shown, hidden } = shownItems(rows, inbox.unread, earlier)
  return (
    <Section
      title={inbox.unread > 0 ? `Inbox, ${inbox.unread} unread` : 'Inbox, all read'}
      aside={
        inbox.unread > 0 ? (
          <Button
            look="quiet"
            className={styles['sectionButton']}
            unavailable={unavailable}
            onClick={() => void markRead(client)}
          >
            Mark all read
          </Button>
        ) : (
          <Button look="quiet" className={styles['sectionButton']} onClick={() => setEarlier(false)}>
            Close
          </Button>
        )
      }
    >
      <ul className={`panel ${styles['inbox']}`}>
        {shown.map((item) => (
          <Item
            key={item.id}
            item={item}
            unread={inbox.unread > 0 && item.readAtMs === null && !seen.has(item.id)}
            onRead={() => setSeen((before) => new Set([...before, item.id]))}
          />
        ))}
        {hidden || (earlier && more) ? (
          <li className={styles['moreLines']}>
            <Button
              look="quiet"
              busy={work.kind === 'running'}
              unavailable={earlier ? unavailable : null}
              onClick={() => (earlier ? more?.() : setEarlier(true))}
            >
              Show earlier
            </Button>
            {work.kind === 'failed' ? <InlineProblem problem={work.problem} /> : null}
          </li>
        ) : null}
      </ul>
    </Section>
  )
}

interface ItemProps {
  item: InboxItem
  unread: boolean
  onRead: () => void
}

function Item({ item, unread, onRead }: ItemProps) {
  const { client, online } = useCockpit()
  const { route } = item
  const read = async () => {
    if (await markRead(client, item)) onRead()
  }
  const words = (
    <>
      <span className={styles['inboxTitle']}>
        {item.title}
        {unread ? <span className="visuallyHidden">, unread</span> : null}
      </span>{' '}
      <span className="dim">{item.text}</span>
    </>
  )
  return (
    <li className={styles['inboxItem']} data-unread={unread || undefined}>
      <span className={styles['lineGlyph']}>
        <Glyph name={inboxGlyph(item)} />
      </span>
      {route === null ? (
        <span className={styles['lineText']}>{words}</span>
      ) : (
        <a
          className={`${styles['lineText']} ${styles['inboxLink']}`}
          href={`#${route}`}
          data-nav-item={item.id}
          onClick={(event) => {
            // Opening it is reading it.
            if (!unread || !online || event.ctrlKey || event.metaKey || event.shiftKey) return
            event.preventDefault()
            void read()
            navigate(route)
          }}
        >
          {words}
        </a>
      )}
      <Age atMs={item.atMs} className={styles['lineTime']} />
      {unread ? (
        <Button
          look="quiet"
          className={styles['asideButton']}
          unavailable={online ? null : offlineReason}
          aria-label={`Mark read, ${item.title}`}
          onClick={() => void read()}
        >
          Mark read
        </Button>
      ) : null}
    </li>
  )
}

/** What is only worth knowing has no tone. */
function inboxGlyph({ severity }: InboxItem): GlyphName {
  return severity === null || severity === 'info' ? 'system' : severityTone(severity)
}

/** Marks one as read, or everything. Resolves to whether it worked. */
async function markRead(client: CockpitClient, item?: InboxItem): Promise<boolean> {
  try {
    await client.alerts.markRead(item ? { ids: [item.id] } : {})
    return true
  } catch (error) {
    notify({ title: 'Not marked as read', text: explain(error).message, failed: true })
    return false
  }
}
