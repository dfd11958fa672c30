import { uiStore, useUi } from '../client/ui.ts'
import { Button, Kbd } from '../components/Button.tsx'
import { Dialog } from '../components/Dialog.tsx'
import { places } from './routes.tsx'
import styles from './ShortcutList.module.css'

const groups: readonly {
  readonly title: string
  readonly rows: readonly (readonly [keys: string[], does: string])[]
}[] = [
  {
    title: 'Anywhere',
    rows: [
      ...places.map(({ keys, label }): [string[], string] => [[keys], label]),
      [['Mod+K'], 'Commands'],
      [['?'], 'This list'],
    ],
  },
  {
    title: 'In a list',
    rows: [
      [['j', 'ArrowDown'], 'Next'],
      [['k', 'ArrowUp'], 'Previous'],
      [['Enter'], 'Open'],
      [['Escape'], 'Close, or back to the list'],
      [['Mod+c'], 'Copy the row'],
    ],
  },
  {
    title: 'On a service, an incident or an alert',
    rows: [
      [['r'], 'Check now; everything when nothing is chosen'],
      [['s'], 'Snooze for 1 h'],
      [['h'], 'Mark handled; acknowledge an alert'],
    ],
  },
  {
    title: 'In History',
    rows: [
      [['['], 'Previous stretch of time'],
      [[']'], 'Next stretch of time'],
      [['Mod+F'], 'Search'],
    ],
  },
]

const close = () => uiStore.setState({ shortcuts: false })

/** Every key there is, on "?". */
export function ShortcutList() {
  const open = useUi((state) => state.shortcuts)
  return (
    <Dialog
      open={open}
      title="Keyboard shortcuts"
      wide
      onClose={close}
      actions={<Button onClick={close}>Close</Button>}
    >
      <div className={styles['groups']}>
        {groups.map((group) => (
          <section key={group.title}>
            <h3 className={styles['title']}>{group.title}</h3>
            <dl>
              {group.rows.map(([keys, does]) => (
                <div key={does} className={styles['row']}>
                  <dt>{does}</dt>
                  <dd className={styles['keys']}>
                    {keys.map((key) => (
                      <Kbd key={key} keys={key} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
