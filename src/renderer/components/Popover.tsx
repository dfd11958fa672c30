import { Popover as Base } from '@base-ui/react/popover'
import type { ReactElement, ReactNode } from 'react'
import styles from './Popover.module.css'

interface PopoverProps {
  /** The button it belongs to. */
  trigger: ReactElement
  title: string
  /** The title is for those who do not see it. */
  bare?: boolean
  open: boolean
  onOpenChange: (open: boolean) => void
  children: ReactNode
}

/** A small form or some words beside a button. Escape and a press elsewhere close it. */
export function Popover({ trigger, title, bare = false, open, onOpenChange, children }: PopoverProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Trigger render={trigger as ReactElement<Record<string, unknown>>} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="start" className={styles['positioner']}>
          <Base.Popup className={styles['popup']} data-modal="">
            <Base.Title className={bare ? 'visuallyHidden' : styles['title']}>{title}</Base.Title>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
