import { Menu as Base } from '@base-ui/react/menu'
import ChevronDown from 'lucide-react/icons/chevron-down'
import Ellipsis from 'lucide-react/icons/ellipsis'
import type { ReactElement, ReactNode } from 'react'
import { Button, IconButton } from './Button.tsx'
import styles from './Menu.module.css'

export interface MenuAction {
  readonly label: string
  /** Quieter words at the edge, such as the time something lasts until. */
  readonly edge?: string
  readonly unavailable?: string | null
  run: () => void
}

/** What else can be done with one thing, behind three dots. */
export function ActionMenu({ label, actions }: { label: string; actions: readonly MenuAction[] }) {
  return (
    <Actions actions={actions} trigger={<IconButton label={label} look="plain" />}>
      <Ellipsis size={16} aria-hidden="true" />
    </Actions>
  )
}

interface ButtonMenuProps {
  label: string
  unavailable?: string | null
  /** Read when the menu is opened: an edge may say a time. */
  actions: () => readonly MenuAction[]
}

/** A button that offers a few ways of doing what it says. */
export function ButtonMenu({ label, unavailable, actions }: ButtonMenuProps) {
  return (
    <Actions actions={actions} trigger={<Button look="quiet" unavailable={unavailable} />}>
      {label}
      <ChevronDown className={styles['chevron']} aria-hidden="true" />
    </Actions>
  )
}

function Actions({
  actions,
  trigger,
  children,
}: {
  actions: readonly MenuAction[] | (() => readonly MenuAction[])
  trigger: ReactElement<Record<string, unknown>>
  children: ReactNode
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger}>{children}</Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className={styles['positioner']}>
          <Base.Popup className={styles['popup']}>
            <Items actions={actions} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

/** Drawn only while the menu is open. */
function Items({ actions }: { actions: readonly MenuAction[] | (() => readonly MenuAction[]) }) {
  const shown = typeof actions === 'function' ? actions() : actions
  return shown.map((action) => (
    <Base.Item
      key={action.label}
      className={styles['item']}
      disabled={Boolean(action.unavailable)}
      title={action.unavailable ?? undefined}
      onClick={() => action.run()}
    >
      {action.label}
      {action.edge ? <span className={styles['edge']}>{action.edge}</span> : null}
    </Base.Item>
  ))
}
