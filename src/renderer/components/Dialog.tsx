import { Dialog as Base } from '@base-ui/react/dialog'
import X from 'lucide-react/icons/x'
import { type ReactNode, type RefObject, useRef } from 'react'
import { Button, IconButton } from './Button.tsx'
import styles from './Dialog.module.css'

interface DialogProps {
  open: boolean
  title: string
  /** Says the consequence; read out with the title. */
  text?: string | undefined
  wide?: boolean
  onClose: () => void
  children?: ReactNode
  /** Buttons, the verb last. */
  actions?: ReactNode
  initialFocus?: RefObject<HTMLElement | null>
}

/** A question or a small form in front of everything else. Escape and the scrim close it. */
export function Dialog({ open, title, text, wide = false, onClose, children, actions, initialFocus }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Base.Portal>
        <Base.Backdrop className={styles['scrim']} />
        <Base.Popup
          className={`${styles['dialog']} ${wide ? styles['wide'] : ''}`}
          data-modal=""
          {...(initialFocus ? { initialFocus } : {})}
        >
          <Base.Title className={styles['title']}>{title}</Base.Title>
          {text ? <Base.Description className={styles['text']}>{text}</Base.Description> : null}
          {children ? <div className={styles['body']}>{children}</div> : null}
          {actions ? <div className={styles['actions']}>{actions}</div> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

interface ConfirmProps {
  open: boolean
  title: string
  text: string
  /** The button that does it, as a verb: "Discard", "Remove fly". */
  verb: string
  danger?: boolean
  busy?: boolean
  keep?: string
  onConfirm: () => void
  onClose: () => void
}

/** Asks once. The harmless way out has the focus. */
export function ConfirmDialog({ verb, danger, busy, keep = 'Cancel', onConfirm, onClose, ...rest }: ConfirmProps) {
  const harmless = useRef<HTMLButtonElement>(null)
  return (
    <Dialog
      {...rest}
      onClose={onClose}
      initialFocus={harmless}
      actions={
        <>
          <Button ref={harmless} onClick={onClose}>
            {keep}
          </Button>
          <Button look={danger ? 'danger' : 'primary'} busy={busy ?? false} onClick={onConfirm}>
            {verb}
          </Button>
        </>
      }
    />
  )
}

interface SheetProps {
  open: boolean
  title: ReactNode
  /** The sheet's name for those who do not see it. */
  label: string
  /** Holds the rest of the cockpit still; for forms. */
  modal?: boolean
  onClose: () => void
  children: ReactNode
  headActions?: ReactNode
}

/** A panel at the right edge: the inspector of a place that has no room for one of its own. */
export function Sheet({ open, title, label, modal = false, onClose, children, headActions }: SheetProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  return (
    <Base.Root
      open={open}
      modal={modal}
      disablePointerDismissal
      onOpenChange={(next) => (next ? undefined : onClose())}
    >
      <Base.Portal>
        {modal ? <Base.Backdrop className={styles['scrim']} /> : null}
        <Base.Popup
          className={`${styles['sheet']} ${modal ? styles['modalSheet'] : ''}`}
          aria-label={label}
          initialFocus={heading}
          {...(modal ? { 'data-modal': '' } : {})}
        >
          <div className={styles['sheetHead']}>
            <h2 ref={heading} tabIndex={-1} className={styles['sheetTitle']}>
              {title}
            </h2>
            {headActions}
            <IconButton label="Close" onClick={onClose}>
              <X size={16} aria-hidden="true" />
            </IconButton>
          </div>
          <div className={styles['sheetBody']}>{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
