import CircleHelp from 'lucide-react/icons/circle-help'
import Search from 'lucide-react/icons/search'
import { useEffect, useRef, useState } from 'react'
import { useShortcuts } from '../../app/shortcuts.ts'
import { useNewest } from '../../client/hooks.ts'
import { IconButton } from '../../components/Button.tsx'
import { Popover } from '../../components/Popover.tsx'
import styles from './FilterBar.module.css'

/** Typing is searched for once it pauses. */
const pauseMs = 200

/** Words to look for. What is typed is searched for by itself; the field keeps the focus meanwhile. */
export function SearchField({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(text)
  const [asked, setAsked] = useState(text)
  // Something else changed the filter: a link, a chip, a saved filter.
  if (text !== asked) {
    setAsked(text)
    setTyped(text)
  }
  const search = (words: string) => {
    const wanted = words.trim() === '' ? '' : words
    setAsked(wanted)
    if (wanted !== text) onChange(wanted)
  }
  const newest = useNewest(search)
  useEffect(() => {
    if (typed === asked) return
    const timer = setTimeout(() => newest.current(typed), pauseMs)
    return () => clearTimeout(timer)
  }, [typed, asked, newest])
  useShortcuts([
    {
      keys: ['Mod+F'],
      run: () => {
        field.current?.focus()
        field.current?.select()
      },
    },
  ])
  return (
    <div className={styles['search']} role="search">
      <Search size={14} aria-hidden="true" />
      <input
        ref={field}
        className={styles['searchInput']}
        type="search"
        aria-label="Search History"
        placeholder="Search"
        maxLength={200}
        spellCheck={false}
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') search(typed)
        }}
      />
      <SearchHelp />
    </div>
  )
}

const help: readonly (readonly [example: string, means: string])[] = [
  ['fly token', 'both words, in any order'],
  ['"token rejected"', 'these words together'],
  ['fly -slack', 'fly, and slack nowhere'],
  ['inve', 'the last word may go on: investigation'],
]

function SearchHelp() {
  const [open, setOpen] = useState(false)
  return (
    <Popover
      title="How search works"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <IconButton label="How search works">
          <CircleHelp size={14} aria-hidden="true" />
        </IconButton>
      }
    >
      <dl className={styles['help']}>
        {help.map(([example, means]) => (
          <div key={example}>
            <dt className="mono">{example}</dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <p className={styles['note']}>Subjects and texts of messages are kept, and never searched.</p>
    </Popover>
  )
}
