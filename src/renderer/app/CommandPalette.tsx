import { Dialog as Base } from '@base-ui/react/dialog'
import { Command } from 'cmdk'
import { useMemo, useState } from 'react'
import { uiStore, useUi } from '../client/ui.ts'
import dialogStyles from '../components/Dialog.module.css'
import styles from './CommandPalette.module.css'
import { findCommands, grouped, historySearch } from './commands.ts'
import { reachedBy } from './router.ts'
import { searchHistory, useCommands } from './useCommands.ts'

function close(): void {
  uiStore.setState({ palette: false })
}

/** Mod+K: everything there is, found by a few letters. */
export function CommandPalette() {
  return useUi((state) => state.palette) ? <OpenPalette /> : null
}

/**
 * One opening of it. It has the keys from the moment it is there, and is gone at once when it closes: an operator
 * who opens it again before a fade has ended would otherwise type into the last search, or into the page.
 */
function OpenPalette() {
  const [reachedFrom] = useState(() => document.activeElement)
  return (
    <Base.Root open onOpenChange={(next) => (next ? undefined : close())}>
      <Base.Portal>
        <Base.Backdrop className={dialogStyles['scrim']} />
        <Base.Popup
          className={styles['palette']}
          aria-label="Commands"
          data-modal=""
          initialFocus={false}
          finalFocus={() => (reachedFrom instanceof HTMLElement && reachedFrom !== document.body ? reachedFrom : false)}
        >
          <Finder />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

function Finder() {
  const [query, setQuery] = useState('')
  const read = useCommands()
  // Read once per opening: a list that moves under the cursor runs the wrong thing.
  const [commands] = useState(read)
  const groups = useMemo(() => {
    const search = historySearch(query, searchHistory)
    return grouped([...findCommands(commands, query), ...(search ? [search] : [])])
  }, [commands, query])
  return (
    <Command shouldFilter={false} loop label="Find a command">
      <Command.Input
        autoFocus
        className={styles['input']}
        value={query}
        onValueChange={setQuery}
        placeholder="Place, service, incident or action"
      />
      <Command.List className={styles['list']}>
        {groups.map(({ group, commands: members }) => (
          <Command.Group key={group} heading={group} className={styles['group']}>
            {members.map((command) => (
              <Command.Item
                key={command.id}
                value={command.id}
                className={styles['item']}
                disabled={Boolean(command.unavailable)}
                onSelect={() => {
                  close()
                  reachedBy('palette', () => command.run())
                }}
              >
                <span className={styles['label']}>{command.label}</span>
                <span className={styles['edge']}>{command.unavailable ?? command.edge}</span>
              </Command.Item>
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  )
}
