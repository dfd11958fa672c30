import { Popover as Base } from '@base-ui/react/popover'
import ChevronDown from 'lucide-react/icons/chevron-down'
import type { ReactNode } from 'react'
import styles from './Popover.module.css'

interface PopoverProps {
  /** What is pressed: a few words within a line. */
  trigger: ReactNode
  title: string
  children: ReactNode
}

/** More about a few words, beside them. Escape closes it and gives the focus back. */
export function Popover({ trigger, title, children }: PopoverProps) {
  return (
    <Base.Root>
      <Base.Trigger className={styles['trigger']}>
        {trigger}
        <ChevronDown size={11} aria-hidden="true" />
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="start" className={styles['positioner']}>
          <Base.Popup className={styles['popup']}>
            <Base.Title className={styles['title']}>{title}</Base.Title>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
