import { Menu as Base } from '@base-ui/react/menu'
import Ellipsis from 'lucide-react/icons/ellipsis'
import { IconButton } from './Button.tsx'
import styles from './Menu.module.css'

export interface MenuAction {
  readonly label: string
  readonly unavailable?: string | null
  run: () => void
}

/** What else can be done with one thing, behind three dots. */
export function ActionMenu({ label, actions }: { label: string; actions: readonly MenuAction[] }) {
  return (
    <Base.Root>
      <Base.Trigger render={<IconButton label={label} look="plain" />}>
        <Ellipsis size={16} aria-hidden="true" />
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className={styles['positioner']}>
          <Base.Popup className={styles['popup']}>
            {actions.map((action) => (
              <Base.Item
                key={action.label}
                className={styles['item']}
                disabled={Boolean(action.unavailable)}
                title={action.unavailable ?? undefined}
                onClick={() => action.run()}
              >
                {action.label}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
